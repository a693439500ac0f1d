// Two thousand secrets of every kind through every text of a run and of a decision: none of them is in the store, in what is
// answered about runs and decisions, in exported lines, in what the commands print, or in the log.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Answer } from '../../support/clients.ts';
import { clientsOf } from '../../support/clients.ts';
import { tollgate } from '../../support/command.ts';
import { ENGINES } from '../../support/engines.ts';
import { randomFrom } from '../../support/random.ts';
import { startRedis } from '../../support/redis-server.ts';
import { callOf, opened, started } from '../../support/scene.ts';
import { PATIENCE, startServer } from '../../support/server.ts';
import { eventually } from '../../support/times.ts';
import { testFolder } from '../../unit/config/folder.ts';
import { type Secret, secretsOf } from '../../unit/core/redaction/secrets.ts';

const PLANTED = 2_000;
const ID_BYTES_MAX = 128;
/** No part of a secret long enough to be of use may be found. */
const PART = 12;

const struct = (fields: Record<string, string>) => ({
  fields: Object.fromEntries(Object.entries(fields).map(([key, stringValue]) => [key, { stringValue }])),
});

/** Each an event with a secret in one of its texts. */
const EVENTS: ((text: string) => object)[] = [
  (text) => ({ step: { response: { text: `I found ${text}` } } }),
  (args) => ({ tool_use: { name: 'read_file', args: JSON.stringify({ note: args }) } }),
  (result) => ({ tool_use: { name: 'read_file', result } }),
  (message) => ({ error: { message } }),
  (text) => ({ custom: { type: 'note', payload: struct({ text }) } }),
  (text) => ({ custom: { type: 'note', payload: struct({ [text]: 'a name' }) } }),
  (text) => ({
    custom: { type: 'note', payload: { fields: { [text]: { structValue: struct({ password: text }) } } } },
  }),
  (text) => ({ tool_use: { name: 'read_file', args: JSON.stringify({ body: JSON.stringify({ text }) }) } }),
  (text) => ({
    tool_use: { name: 'read_file', result: `${JSON.stringify({ body: JSON.stringify([text]) })}\nexit 0` },
  }),
];
/** The same for what must be short and of one line. */
const SHORT_EVENTS: ((text: string) => object)[] = [
  (model) => ({ step: { response: { text: 'x', model } } }),
  (finish_reason) => ({ step: { response: { text: 'x', finish_reason } } }),
  (id) => ({ tool_use: { name: 'read_file', id } }),
  (name) => ({ tool_use: { name } }),
  (type) => ({ custom: { type } }),
];

describe.each(ENGINES)('%s engine', (engine) => {
  test('keeps and shows none of the secrets that are planted', { timeout: 300_000 }, async () => {
    const seed = Date.now() % 2 ** 31;
    const random = randomFrom(seed);
    const secrets: Secret[] = [];
    while (secrets.length < PLANTED) secrets.push(...secretsOf(random));
    const texts = secrets.map(({ text }) => text);
    const short = texts.filter((text) => text.length <= ID_BYTES_MAX && !text.includes('\n'));

    const data = testFolder({}, onTestFinished);
    const redis = engine === 'Redis' ? await startRedis({ appendonly: 'always', folder: data }) : undefined;
    const server = await startServer({
      ...(redis && { store: redis.url }),
      folder: data,
      policy: 'audit: { profile: compatible }\n',
      args: ['--log-level', 'trace'],
      env: { ...PATIENCE, TOLLGATE_STORE_FINISH_TIMEOUT_MS: '2000', TOLLGATE_DECISION_LOG: 'all' },
    });
    const clients = clientsOf(server);
    onTestFinished(async () => {
      clients.close();
      await server.kill();
      await redis?.stop();
    });
    const shown: string[] = [];
    const note = (answer: unknown) => shown.push(JSON.stringify(answer));
    const told = (error: Error) => shown.push(error.message);

    // What runs did: every secret in every kind of event, a run for a hundred events.
    const events = [
      ...texts.map((text, index) => EVENTS[index % EVENTS.length]!(text)),
      ...short.map((text, index) => SHORT_EVENTS[index % SHORT_EVENTS.length]!(text)),
    ];
    const call: Answer = await callOf(clients);
    // What a session is for is a text like any other.
    const intents = texts.filter((text) => text.length < 500).slice(0, 100);
    for (const declared_intent of intents) await opened(clients, { declared_intent });
    note(await clients.sessions('ListSessions', { page_size: 500 }));
    const runs: string[] = [];
    const bundles: Answer[] = [];
    for (let from = 0; from < events.length; from += 100) {
      const inputs = struct({ question: texts[from % texts.length]! });
      const { run_id } = await started(clients, { trace_id: call.trace_id, inputs });
      runs.push(run_id);
      await clients.decisions('AppendAudit', { run_id, events: events.slice(from, from + 100) });
      const [output, error] = [texts[(from + 1) % texts.length], `it failed: ${texts[(from + 2) % texts.length]}`];
      await clients.runs('FinishRun', { run_id, status: 'RUN_STATUS_ERROR', output, error });
      note(await clients.runs('GetRun', { run_id }));
      note(await clients.stream('AuditService', 'ListRunEvents', { run_id }));
      // Only the embedded engine makes itself a key, and nothing is exported that is not signed.
      if (engine === 'embedded') bundles.push(...(await clients.stream('AuditService', 'ExportRun', { run_id })));
    }
    // What was decided: in a tool's name, a scope and a command.
    for (const [index, text] of short.slice(0, 300).entries()) {
      const asked = [
        { ...call, tool: text },
        { ...call, run_id: runs[0], scope: `user:${text}` },
        { ...call, slash: { command: `/${text.replace(/\s/g, '')} ${text}` } },
      ][index % 3]!;
      await clients.decisions('Authorize', asked).catch(told);
    }

    note(await clients.audit('ListDecisions', { session_id: call.session_id, page_size: 500 }));
    note(await clients.audit('ListDecisions', { run_id: runs[0], page_size: 500 }));
    const print = async (args: readonly string[]) => {
      const { stdout, stderr } = await tollgate([...args, '--server', server.management], { cwd: data });
      shown.push(stdout, stderr);
      return stdout;
    };
    expect(await print(['why', call.session_id, '--all'])).not.toBe('');
    await print(['why', call.session_id, '--json']);
    await eventually(async () => (await print(['audit', 'events'])).length > 100_000, { everyMs: 500 });

    await server.stop();

    const files = readdirSync(data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('latin1'));
    const stored = files.join('\n');
    expect(stored.length).toBeGreaterThan(100_000);
    const bundleText = bundles.map(({ line }) => line).join('\n');
    const places: Readonly<Record<string, string>> = {
      stored,
      shown: shown.join('\n'),
      bundles: bundleText,
      log: server.log.join('\n'),
    };
    for (const [place, text] of Object.entries(places)) {
      expect(kindsIn(text, secrets), `${place}, seed ${seed}`).toEqual([]);
    }
    // The places are ones in which something can be found.
    expect(places.stored).toContain('[redacted: ');
    expect(places.shown).toContain('[redacted: ');
    if (engine === 'embedded') expect(places.bundles).toContain('[redacted: ');
    console.log(`${engine}: ${secrets.length} secrets, ${stored.length} bytes stored, ${shown.length} answers`);
  });
});

/** The kinds of those secrets of which a part is in a text. */
function kindsIn(text: string, secrets: readonly Secret[]): string[] {
  const isIn = ({ secret }: Secret) => {
    for (let at = 0; at + PART <= secret.length; at += PART) {
      if (text.includes(secret.slice(at, at + PART))) return true;
    }
    return false;
  };
  return [...new Set(secrets.filter(isIn).map(({ kind }) => kind))];
}
