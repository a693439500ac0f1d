// `tollgate why` and `tollgate watch`, as the person uses them who was asked about a denial.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type grpc from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { makeCallers } from '../../support/callers.ts';
import type { Answer } from '../../support/clients.ts';
import { linesOf, type Ran, tollgate } from '../../support/command.ts';
import { bound, callOf, opened, started, unknownId } from '../../support/scene.ts';
import { PATIENCE } from '../../support/server.ts';
import { eventually } from '../../support/times.ts';
import { folderOf, redisOf, serverOf, type Test } from './servers.ts';

const POLICY = 'tools:\n  shell_exec: { requires: [EXEC] }\n';

async function sceneOf(t: Test, options: Parameters<typeof serverOf>[1] = {}) {
  const server = await serverOf(t, { policy: POLICY, ...options });
  const cwd = folderOf(t);
  const why = (...args: string[]): Promise<Ran> => tollgate(['why', '--server', server.management, ...args], { cwd });
  const deny = async (request: object): Promise<Answer> =>
    (await server.clients.decisions('Authorize', request)).decision;
  return { server, cwd, why, deny };
}

/** The page with what differs from run to run as names. */
function settled(page: string, names: Readonly<Record<string, string>>): string {
  let text = page;
  for (const [name, value] of Object.entries(names)) text = text.replaceAll(value, `<${name}>`);
  return text
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC/g, '<time>')
    .replace(/\d+\.\d ms until/, '<ms> until')
    .replace(/\d+\.\d s /g, '<s> ');
}

describe('tollgate why', () => {
  test('prints a denial as a page: checks, numbers, policy, the way on, and how it would be now', async (t) => {
    const { server, why, deny } = await sceneOf(t);
    const trace_id = await bound(server.clients);
    const { session_id } = await opened(server.clients, { agent_id: 'writer', call_budget: 2, rate_limit: 5 });
    const call = { trace_id, session_id, agent_id: 'writer', tool: 'read_file' };
    for (let n = 0; n < 2; n++) await deny(call);
    const { decision_id, policy_revision } = await deny(call);
    await deny(call);
    const { code, stdout, stderr } = await why(decision_id);
    expect([code, stderr]).toEqual([0, '']);
    const names = { decision: decision_id, session: session_id, revision: policy_revision.slice(0, 12) };
    expect(settled(stdout, names)).toBe(`\
DENY  BUDGET_EXHAUSTED
  decision  <decision>
  at        <time>; again once, last at <time>
  asked by  local, Authorize
  for       discord:5
  agent     writer
  session   <session>
  call      read_file (public)
  policy    <revision>, in force
  took      <ms> until it was recorded

checks
  pass  identity
  pass  tool
  pass  session
  pass  agent
  pass  owner
  pass  closed
  pass  expired
  FAIL  budget  BUDGET_EXHAUSTED

numbers then
  asked     1 call
  budget    2 of 2 calls made
  window    2 of 5 calls

would have passed with
  a call_budget of at least 3: 1 call asked for, 0 of 2 left

the same request now
  would be denied: BUDGET_EXHAUSTED, check budget; asked for discord:5 alone, --trace asks exactly
`);
    expect((await why(decision_id, '--trace', trace_id)).stdout).toContain(
      '  would be denied: BUDGET_EXHAUSTED, check budget\n',
    );
  });

  test('says of a charge what it changed, and when the policy has changed since', async (t) => {
    const { server, why, deny } = await sceneOf(t);
    const call = await callOf(server.clients);
    const { decision_id, policy_revision } = await deny(call);
    writeFileSync(server.policyFile, `${POLICY}  read_file: { requires: [EXEC] }\n`);
    await server.clients.server('ReloadPolicy');
    const { revision } = (await server.clients.server('GetServerInfo')).policy;
    const { code, stdout } = await why(decision_id);
    expect(code).toBe(0);
    expect(linesOf(stdout)[0]).toBe('ALLOW  ALLOWED');
    expect(stdout).toContain('  budget    0 -> 1 of 1000 calls made\n');
    expect(stdout).toContain(`${policy_revision.slice(0, 12)}, no longer in force, now ${revision.slice(0, 12)}\n`);
    expect(stdout).not.toContain('would have passed');
    expect(stdout).toContain('  would be denied: PRIVILEGE_REQUIRED, check privilege');
  });

  test('takes a session, a run or a trace for its last denial, and says how many more there are', async (t) => {
    const { server, why, deny } = await sceneOf(t);
    const trace_id = await bound(server.clients);
    const call = await callOf(server.clients, { trace_id });
    await deny(call);
    for (const tool of ['shell_exec', 'read_file']) await deny({ ...call, tool, agent_id: 'another' });
    const { run_id } = await started(server.clients, { trace_id, session_id: call.session_id });
    const ofRun = await deny({ ...call, run_id, tool: 'shell_exec', agent_id: 'another' });
    expect(linesOf((await why(run_id)).stdout)[1]).toBe(`  decision  ${ofRun.decision_id}`);
    expect(linesOf((await why(run_id, '--all')).stdout)).toHaveLength(1);
    const last = await deny({ ...call, tool: 'shell_exec' });
    for (const id of [call.session_id, trace_id]) {
      const { code, stdout } = await why(id);
      expect(code).toBe(0);
      expect(linesOf(stdout)[1]).toBe(`  decision  ${last.decision_id}`);
      expect(linesOf(stdout).at(-1)).toBe('and 3 other denials: --all lists them');
      const all = linesOf((await why(id, '--all')).stdout);
      expect(all).toHaveLength(4);
      expect(all[0]).toContain(last.decision_id);
    }
    // Asked by its trace, the identity itself is asked.
    expect((await why(trace_id)).stdout).not.toContain('--trace');
  });

  test('finds nothing with exit 1, and cannot ask with exit 2', async (t) => {
    const { why, cwd } = await sceneOf(t);
    for (const id of [unknownId(), 'trace-of-nobody']) {
      const { code, stdout, stderr } = await why(id);
      expect([code, stdout]).toEqual([1, '']);
      expect(linesOf(stderr)).toHaveLength(1);
    }
    const cannot = [
      ['why', 'x', '--server', '127.0.0.1:1'],
      ['why', 'x', '--server', 'nonsense'],
      ['why', 'x', '--token-file', 'no/such/file'],
      ['why', 'x', '--log-level', 'loud'],
      ['why'],
      ['why', 'x', '--nonsense'],
    ];
    for (const args of cannot) {
      const { code, stdout, stderr } = await tollgate(args, { cwd });
      expect([code, stdout], args.join(' ')).toEqual([2, '']);
      expect(linesOf(stderr), args.join(' ')).toHaveLength(1);
    }
  });

  test('comes with a token where callers are known, an auditor’s and not a runner’s', async (t) => {
    const callers = makeCallers();
    const { server, cwd, why } = await sceneOf(t, { args: ['--set', `callers.file=${callers.file}`] });
    for (const role of ['runner', 'auditor'] as const) writeFileSync(join(cwd, role), `${callers.tokens[role]}\n`);
    expect((await why(unknownId())).code).toBe(2);
    expect((await why(unknownId(), '--token-file', join(cwd, 'runner'))).stderr).toContain('PERMISSION_DENIED');
    expect((await why(unknownId(), '--token-file', join(cwd, 'auditor'))).code).toBe(1);
    const byVariable = await tollgate(['why', unknownId(), '--server', server.management], {
      cwd,
      env: { TOLLGATE_TOKEN_FILE: join(cwd, 'auditor') },
    });
    expect(byVariable.code).toBe(1);
    writeFileSync(join(cwd, 'bad'), 'a secret with blanks');
    const bad = await why(unknownId(), '--token-file', join(cwd, 'bad'));
    expect(bad.code).toBe(2);
    expect(bad.stderr).not.toContain('secret');
  });

  test('never lets a name that a caller chose speak to the terminal', async (t) => {
    const { server, why, deny } = await sceneOf(t);
    const tool = '\u202eevil\u2066\u200b\u2028tool';
    const call = await callOf(server.clients, await sessionFor(server.clients, { tools: { names: [] } }));
    const { decision_id } = await deny({ ...call, tool });
    for (const args of [[decision_id], [call.session_id, '--all'], [decision_id, '--json']]) {
      const { code, stdout } = await why(...args);
      expect(code).toBe(0);
      expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(stdout).toContain('\\u202eevil\\u2066\\u200b\\u2028tool');
    }
  });

  test('prints JSON of the contract’s own names', async (t) => {
    const { server, why, deny } = await sceneOf(t);
    const call = await callOf(server.clients, { tool: 'shell_exec' });
    const { decision_id } = await deny(call);
    const { record, remedy, now } = JSON.parse((await why(decision_id, '--json')).stdout);
    expect(record).toMatchObject({
      decision_id,
      reason: 'REASON_PRIVILEGE_REQUIRED',
      effect: 'EFFECT_DENY',
      calls: [{ tool: 'shell_exec', sensitivity: 'SENSITIVITY_PUBLIC', count: 1 }],
      decided_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(record).not.toHaveProperty('scope');
    expect(remedy).toContain('"shell_exec"');
    expect(now).toMatchObject({ reason: 'REASON_PRIVILEGE_REQUIRED', from_trace: false });
    const lines = linesOf((await why(call.session_id, '--all', '--json')).stdout).map((line) => JSON.parse(line));
    expect(lines.map((line) => line.decision_id)).toEqual([decision_id]);
  });

  test('reads what a server on Redis has recorded', async (t) => {
    const redis = await redisOf(t);
    const { server, why, deny } = await sceneOf(t, {
      store: redis.url,
      env: PATIENCE,
    });
    const { decision_id } = await deny(await callOf(server.clients, { tool: 'shell_exec' }));
    expect((await why(decision_id)).stdout).toContain('  FAIL  privilege  PRIVILEGE_REQUIRED\n');
  });
});

describe('tollgate watch', () => {
  test('shows decisions as they are made, a line each, without colours where nobody looks', async (t) => {
    const { server, cwd, deny } = await sceneOf(t);
    const call = await callOf(server.clients);
    const watch = await watching(t, ['--server', server.management, '--deny', '--agent', call.agent_id], cwd);
    await deny(call);
    const { decision_id } = await deny({ ...call, tool: 'shell_exec' });
    await eventually(() => expect(watch.lines).toHaveLength(1));
    expect(watch.lines[0]).toMatch(
      /^\d{4}-\d\d-\d\d .* UTC {2}DENY {2}PRIVILEGE_REQUIRED {2}Authorize {2}agent agent-/,
    );
    expect(watch.lines[0]).toContain(`decision ${decision_id}`);
    expect(watch.lines[0]).not.toContain('\u001b');
    watch.child.kill('SIGINT');
    expect(await watch.ended).toBe(0);
  });

  test('connects again to a server that comes back, and says so', async (t) => {
    const folder = folderOf(t);
    const first = await sceneOf(t, { folder });
    const watch = await watching(t, ['--server', first.server.management, '--json'], first.cwd);
    await first.server.stop();
    await eventually(() => expect(watch.notes.join('\n')).toContain('the server is gone'));
    const second = await sceneOf(t, { folder });
    await eventually(() => expect(watch.notes.join('\n')).toContain('listening again'));
    expect(watch.notes.filter((note) => note.includes('is gone'))).toHaveLength(1);
    const { decision_id } = await second.deny(await callOf(second.server.clients, { tool: 'shell_exec' }));
    await eventually(() => expect(watch.lines.join('\n')).toContain(decision_id));
    for (const line of watch.lines) expect(JSON.parse(line)).toHaveProperty('record');
  });

  test('ends with 2 where nothing can be written', async (t) => {
    const { server, cwd, deny } = await sceneOf(t);
    const call = await callOf(server.clients, { tool: 'shell_exec' });
    let hasEnded = false;
    const watch = tollgate(['watch', '--server', server.management], { cwd, stdoutTo: '/dev/full' });
    watch.finally(() => {
      hasEnded = true;
    });
    await eventually(async () => {
      await deny(call);
      return hasEnded;
    });
    const { code, stderr } = await watch;
    expect([code, linesOf(stderr).at(-1)]).toEqual([2, 'tollgate: cannot write to standard output (ENOSPC)']);
  });

  test('ends with 2 where there is nobody, and where it may not', async (t) => {
    const cwd = folderOf(t);
    expect((await tollgate(['watch', '--server', '127.0.0.1:1'], { cwd })).code).toBe(2);
    const callers = makeCallers();
    const { server } = await sceneOf(t, { args: ['--set', `callers.file=${callers.file}`] });
    const { code, stderr } = await tollgate(['watch', '--server', server.management], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('UNAUTHENTICATED');
  });
});

test('a server that is told to stop does not wait for those who watch', async (t) => {
  const { server } = await sceneOf(t, { args: ['--set', 'shutdown.grace_ms=60000'] });
  const client = server.clients.raw('AuditService') as unknown as Record<
    string,
    (request: object) => grpc.ClientReadableStream<Answer>
  >;
  const stream = client.WatchDecisions!({});
  const ended = new Promise<grpc.ServiceError>((settle) => stream.on('error', settle));
  stream.resume();
  await new Promise((settle) => stream.once('metadata', settle));
  const from = performance.now();
  expect(await server.stop()).toBe(0);
  expect(performance.now() - from).toBeLessThan(30_000);
  expect(await ended).toMatchObject({ code: 14, details: 'the server is stopping' });
});

async function sessionFor(clients: Parameters<typeof opened>[0], given: object): Promise<object> {
  const { session_id, agent_id } = await opened(clients, given);
  return { session_id, agent_id };
}

/** A `tollgate watch` that listens already. */
async function watching({ onTestFinished }: Test, args: readonly string[], cwd: string) {
  const child = spawn(process.execPath, [resolve('dist/main.js'), 'watch', ...args], { cwd, stdio: 'pipe' });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines: string[] = [];
  const notes: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => notes.push(line));
  const ended = new Promise<number | null>((settle) => child.once('exit', settle));
  await eventually(() => expect(notes).toContain('tollgate: listening'));
  return { child, lines, notes, ended };
}
