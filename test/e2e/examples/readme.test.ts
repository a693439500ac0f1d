// The calls that README.md and docs/story.md show, as a reader would paste them into a shell: every line is run, and every
// answer shown is compared.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openLedgerKey } from '../../../src/signing/ledger-key.ts';
import { ENGINES, type EngineName, type OpenServer, openServer } from '../../support/engines.ts';
import { type FoundGrpcurl, findGrpcurl } from '../../support/grpcurl.ts';

const run = promisify(execFile);

const PAGES = ['docs/story.md', 'README.md'] as const;
/** A marked block of shell lines, and the block of its answer. */
const SCENE = /^<!-- story -->\n```sh\n(.*?)^```\n+^```(json|text)\n(.*?)^```$/gms;
const BETWEEN_SCENES = '--- next scene ---';
const ADDRESS = '127.0.0.1:7070';

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
/** The parts of a page of `tollgate why` or `tollgate audit verify` that differ from run to run, or with the example policy. */
const OF_A_PAGE = [
  [/\d{4}-\d\d-\d\d [0-9:.]+ UTC/g, '<time>'],
  [/\d+\.\d ms/g, '<ms>'],
  [/\b[0-9a-f]{12}\b/g, '<revision>'],
  [/\d{4}-\d\d-\d\dT[0-9:.]+Z/g, '<time>'],
  [/[A-Za-z0-9+/]{43}=/g, '<hash>'],
] as const;
const TIME = /"\d{4}-\d\d-\d\dT[0-9:.]+Z"/g;

interface Scene {
  readonly lines: string;
  readonly kind: 'json' | 'text';
  readonly answer: string;
}

function scenesOf(page: string): Scene[] {
  return [...readFileSync(page, 'utf8').matchAll(SCENE)].map(([, lines = '', kind, answer = '']) => ({
    lines,
    kind: kind as Scene['kind'],
    answer,
  }));
}

// What the story must tell, whatever else its page shows.
const PLOT: readonly (readonly [what: string, rpc: string, answer: object | readonly object[]])[] = [
  ['an identity is bound', 'BindIdentity', {}],
  ['one call left', 'Authorize', allowed({ callsRemaining: 1, replayed: false })],
  ['replayed', 'Authorize', allowed({ callsRemaining: 1, replayed: true })],
  ['none left', 'Authorize', allowed({ callsRemaining: 0, replayed: false })],
  ['the budget is spent', 'Authorize', denied('BUDGET_EXHAUSTED')],
  ['a forged trace', 'Authorize', denied('IDENTITY_UNKNOWN')],
  ["another user's storage", 'ValidateScope', denied('SCOPE_OTHER_USER')],
  ['a slash command on the list', 'CheckSlash', { decision: { effect: 'EFFECT_ALLOW' }, canonicalCommand: 'status' }],
  ['a slash command that is not', 'CheckSlash', denied('COMMAND_NOT_ALLOWED')],
  ['events are stored', 'AppendAudit', { firstSequence: '2', lastSequence: '5' }],
  ['the run finishes', 'FinishRun', { run: { status: 'RUN_STATUS_OK' } }],
  [
    'the log is numbered and redacted',
    'ListRunEvents',
    [
      { event: { sequence: '1', type: 'tollgate.decision', payload: { reason: 'SCOPE_OTHER_USER' } } },
      { event: { sequence: '2', type: 'step', payload: { text: 'Fetching the page.' } } },
      { event: { sequence: '3', type: 'resolved_model', payload: { model: 'm-1' } } },
      { event: { sequence: '4', type: 'tool_call', payload: { name: 'http_get', args_redacted: true } } },
      { event: { sequence: '5', type: 'tool_result', payload: { name: 'http_get', result_redacted: true } } },
    ],
  ],
];

function allowed({ callsRemaining, replayed }: { callsRemaining: number; replayed: boolean }): object {
  return { decision: { effect: 'EFFECT_ALLOW', replayed }, usage: { callsRemaining } };
}

function denied(reason: string): object {
  return { decision: { effect: 'EFFECT_DENY', reason: `REASON_${reason}` } };
}

let grpcurl: FoundGrpcurl;
beforeAll(async () => {
  grpcurl = await findGrpcurl();
  if (grpcurl.missing) console.warn(`skipped: ${grpcurl.missing}`);
}, 300_000);
beforeEach((context) => context.skip(grpcurl.missing !== undefined, grpcurl.missing));

describe.each(PAGES.flatMap((page) => ENGINES.map((engine) => [page, engine] as const)))(
  'the calls of %s on %s',
  (page, engine) => {
    const scenes = scenesOf(page);
    const keys = mkdtempSync(join(tmpdir(), 'tollgate-keys-'));
    let open: OpenServer;
    let printed: string[];

    beforeAll(async () => {
      if (grpcurl.missing) return;
      open = await openServer(engine, engine === 'Redis' ? { args: ['--set', `ledger.key_file=${keyIn(keys)}`] } : {});
      const script = scenes.map(({ lines }) => lines).join(`echo '${BETWEEN_SCENES}'\n`);
      printed = (await runScript(script, open)).split(`${BETWEEN_SCENES}\n`);
    });
    afterAll(async () => {
      await open?.close();
      rmSync(keys, { recursive: true });
    });

    test('every block gets the answer that the page shows beside it', () => {
      for (const [index, { lines, kind, answer }] of scenes.entries()) {
        if (kind === 'text')
          expect(withoutIds(printed[index]!), lines).toBe(withoutIds(withDurabilityOf(engine, answer)));
        else expect(documentsOf(printed[index]!), lines).toMatchObject(documentsOf(withDurabilityOf(engine, answer)));
      }
    });

    test.runIf(page === 'docs/story.md')('it tells what Tollgate is for', () => {
      const told = scenes
        .map(({ lines }, index) => ({ rpc: /tollgate\.v1\.\w+\/(\w+)/.exec(lines)?.[1], index }))
        .filter(({ rpc }) => rpc !== undefined && rpc !== 'CreateSession' && rpc !== 'StartRun');
      expect(told.map(({ rpc }) => rpc)).toEqual(PLOT.map(([, rpc]) => rpc));
      for (const [scene, [what, , answer]] of PLOT.entries()) {
        expect(documentsOf(printed[told[scene]!.index]!), what).toMatchObject([answer].flat());
      }
    });

    test('no secret comes back', () => {
      expect(printed.join('')).not.toContain('s3cr3t');
    });
  },
);

test.each(PAGES)('every marked block of %s is one that is run', (page) => {
  expect(scenesOf(page).length).toBe(readFileSync(page, 'utf8').split('<!-- story -->').length - 1);
});

test('the README is a page that people read', () => {
  expect(readFileSync('README.md', 'utf8').split('\n').length).toBeLessThanOrEqual(200);
});

describe('grpcurl needs no files', () => {
  let open: OpenServer;
  beforeAll(async () => {
    if (!grpcurl.missing) open = await openServer('embedded');
  });
  afterAll(() => open?.close());

  test('each listener lists its own services and no others', async () => {
    const listed = async (address: string) =>
      (await runScript(`grpcurl -plaintext ${address} list`, open)).trim().split('\n');
    expect(await listed(ADDRESS)).toEqual([
      'grpc.health.v1.Health',
      'tollgate.v1.PolicyDecisionService',
      'tollgate.v1.RunService',
    ]);
    expect(await listed('unix:data/management.sock')).toEqual([
      'grpc.health.v1.Health',
      'tollgate.v1.AgentService',
      'tollgate.v1.AuditService',
      'tollgate.v1.IdentityService',
      'tollgate.v1.ServerService',
      'tollgate.v1.SessionService',
    ]);
  });

  test.each([ADDRESS, 'unix:data/management.sock'])('%s describes a message with all its types', async (address) => {
    const described = await runScript(`grpcurl -plaintext ${address} describe tollgate.v1.Run`, open);
    expect(described).toContain('.google.protobuf.Timestamp started_at = 10;');
    expect(described).toContain('.google.protobuf.Struct inputs = 17;');
    expect(described).toContain('.google.protobuf.Duration runtime = 18;');
    expect(described).toContain('.tollgate.v1.RunStatus status = 9;');
  });

  test.each(['Timestamp', 'Duration', 'Struct'])('google.protobuf.%s can be described too', async (name) => {
    const described = await runScript(`grpcurl -plaintext ${ADDRESS} describe google.protobuf.${name}`, open);
    expect(described).toMatch(new RegExp(`google.protobuf.${name} is a message`));
  });

  test('a misspelt field is refused before it is sent', async () => {
    const misspelt = `grpcurl -plaintext -d '{"tol": "read_file"}' ${ADDRESS} tollgate.v1.PolicyDecisionService/Authorize`;
    await expect(runScript(misspelt, open)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('message type tollgate.v1.AuthorizeRequest has no known field named tol'),
    });
  });
});

/**
 * Runs shell lines as the pages have them, in a folder whose data/management.sock is the server's own.
 *
 * @returns what they print
 * @throws with the exit code and standard error if one of them fails
 */
async function runScript(lines: string, { server }: OpenServer): Promise<string> {
  const here = lines.replaceAll(ADDRESS, server.decision).replaceAll('dist/main.js', resolve('dist/main.js'));
  const script = `set -euo pipefail\n${here}`;
  const env = { ...process.env, PATH: `${grpcurl.folder}${delimiter}${process.env.PATH}` };
  return (await run('bash', ['-c', script], { cwd: server.folder, env })).stdout;
}

/** The JSON documents of a text. Each starts with a brace at the margin. */
function documentsOf(text: string): object[] {
  return text
    .split(/^(?=\{)/m)
    .filter((part) => part.trim() !== '')
    .map((part) => JSON.parse(part.replace(TIME, '"<time>"')));
}

/** With a store in Redis the operator brings the key, which all replicas share. */
function keyIn(folder: string): string {
  const keyFile = join(folder, 'ledger.key');
  openLedgerKey({ keyFile, mayCreate: true, name: 'tollgate', publicKeysFile: join(folder, 'ledger.pub') });
  return keyFile;
}

function withoutIds(text: string): string {
  const named = text.replace(UUID, '<id>');
  return OF_A_PAGE.reduce((page, [what, name]) => page.replace(what, name), named);
}

/** The pages show the embedded engine; the Redis of the tests keeps nothing on disk. */
function withDurabilityOf(engine: EngineName, answer: string): string {
  if (engine === 'embedded') return answer;
  return answer.replace('DURABILITY_FLUSHED', 'DURABILITY_MEMORY').replace('records flushed', 'records memory');
}
