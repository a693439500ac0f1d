// A run's ledger from the server that holds it to the reviewer who trusts neither the server nor its store.
import { existsSync, lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openLedgerKey } from '../../../src/signing/ledger-key.ts';
import { linesOf, tollgate } from '../../support/command.ts';
import { callOf, started, unknownId } from '../../support/scene.ts';
import { PATIENCE } from '../../support/server.ts';
import { eventually } from '../../support/times.ts';
import { folderOf, redisOf, serverOf, type Test } from './servers.ts';

async function sceneOf(t: Test, engine: 'embedded' | 'Redis', args: readonly string[] = []) {
  const cwd = folderOf(t);
  const key = join(cwd, 'signing.key');
  openLedgerKey({ keyFile: key, mayCreate: true, name: 'tollgate', publicKeysFile: join(cwd, 'signing.pub') });
  const redis = engine === 'Redis' ? await redisOf(t) : undefined;
  const options = redis
    ? { store: redis.url, env: PATIENCE, args: ['--set', `ledger.key_file=${key}`, ...args] }
    : { args };
  const server = await serverOf(t, options);
  const audit = (command: string, ...more: string[]) =>
    tollgate(['audit', command, ...(command === 'verify' ? [] : ['--server', server.management]), ...more], { cwd });
  return { cwd, server, redis, audit };
}

/** A run whose session was charged for it, that said something, and has finished. */
async function finishedRun({ clients }: Awaited<ReturnType<typeof serverOf>>) {
  const call = await callOf(clients);
  const { run_id } = await started(clients, { trace_id: call.trace_id, session_id: call.session_id });
  const { decision } = await clients.decisions('Authorize', { ...call, run_id });
  const events = [{ custom: { type: 'note', payload: { fields: { said: { stringValue: 'xyzzy' } } } } }];
  await clients.decisions('AppendAudit', { run_id, events });
  await clients.runs('FinishRun', { run_id, status: 'RUN_STATUS_OK', output: 'plugh' });
  return { run_id, decision };
}

describe.each(['embedded', 'Redis'] as const)('on %s', (engine) => {
  test('an export verifies with the server’s keys, and does not with one byte changed', async (t) => {
    const { cwd, server, audit } = await sceneOf(t, engine);
    const { run_id, decision } = await finishedRun(server);
    const keys = await audit('keys');
    expect([keys.code, keys.stderr]).toEqual([0, '']);
    writeFileSync(join(cwd, 'ledger.pub'), keys.stdout);
    const exported = await audit('export', run_id, '--out', 'run.jsonl');
    expect(exported).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await audit('export', run_id)).stdout).toBe(readFileSync(join(cwd, 'run.jsonl'), 'utf8'));

    const verify = () => audit('verify', 'run.jsonl', '--key', 'ledger.pub');
    const sound = await verify();
    expect([sound.code, linesOf(sound.stdout)[0]]).toEqual([0, `sound: run ${run_id}, ok`]);
    const lines = linesOf(readFileSync(join(cwd, 'run.jsonl'), 'utf8'));
    const [first] = lines.slice(1).map((line) => JSON.parse(line));
    expect(first.type).toBe('tollgate.decision');
    expect(JSON.parse(first.payload).data).toMatchObject({
      decision_id: decision.decision_id,
      rpc: 'Authorize',
      effect: 'ALLOW',
      reason: 'ALLOWED',
    });

    writeFileSync(join(cwd, 'run.jsonl'), `${lines.with(2, lines[2]!.replace('xyzzy', 'xyzzx')).join('\n')}\n`);
    const changed = await verify();
    expect([changed.code, linesOf(changed.stdout)[0]]).toEqual([
      1,
      'altered: record 2: line 3: the payload is not that of the leaf',
    ]);
  });

  test('a decision after the end of its run joins the ledger, which is signed anew', async (t) => {
    const { server } = await sceneOf(t, engine);
    const { clients } = server;
    const call = await callOf(clients);
    const { run_id } = await started(clients, { trace_id: call.trace_id, session_id: call.session_id });
    await clients.runs('FinishRun', { run_id, status: 'RUN_STATUS_OK' });
    const before = await clients.audit('GetCheckpoint', { run_id });
    await clients.decisions('Authorize', { ...call, run_id });
    const events = await clients.stream('AuditService', 'ListRunEvents', { run_id });
    expect(events.map(({ event }) => [event.sequence, event.type])).toEqual([[1, 'tollgate.decision']]);
    const after = await clients.audit('GetCheckpoint', { run_id });
    expect([before.tree_size, after.tree_size]).toEqual([0, 1]);
    const report = await clients.audit('VerifyRun', { run_id, checkpoints: [before.checkpoint, after.checkpoint] });
    expect(report).toMatchObject({ ok: true, tree_size: 1, checkpoints: 2 });
    expect(report.root_hash).toEqual(after.root_hash);
    const { leaf_hash, proof, root_hash } = await clients.audit('GetInclusionProof', { run_id, sequence: 1 });
    expect([leaf_hash, proof ?? [], root_hash]).toEqual([events[0].event.leaf_hash, [], after.root_hash]);
    const grown = await clients.audit('GetConsistencyProof', { run_id, from_size: 0 });
    expect(grown).toMatchObject({ to_size: 1, from_root_hash: before.root_hash, to_root_hash: after.root_hash });
  });

  test('what was said is purged from answers, exports and the store, and the proof stays', async (t) => {
    const { server, redis, audit } = await sceneOf(t, engine);
    const { clients } = server;
    const runs = [await finishedRun(server), await finishedRun(server)];
    const [one, other] = runs.map(({ run_id }) => run_id) as [string, string];
    expect(await clients.audit('PurgePayloads', { run_id: one })).toEqual({ purged: { first: 1, last: 2 } });
    const purge = { finished_before: { seconds: 4_000_000_000 }, keep_proof: true };
    expect(await clients.audit('PurgeRuns', purge)).toEqual({ purged: 1 });
    expect(await clients.audit('PurgeRuns', purge)).toEqual({ purged: 0 });
    for (const run_id of [one, other]) {
      const events = (await clients.stream('AuditService', 'ListRunEvents', { run_id })).map(({ event }) => event);
      expect(events.map(({ type, purged, payload }) => [type, purged, payload === undefined])).toEqual([
        ['tollgate.decision', true, true],
        ['note', true, true],
        ['tollgate.purge', false, false],
      ]);
      expect((await audit('export', run_id)).stdout).not.toMatch(/xyzzy|plugh/);
      expect(await clients.audit('VerifyRun', { run_id })).toMatchObject({ ok: true, purged: [{ first: 1, last: 2 }] });
      const { run } = await clients.runs('GetRun', { run_id });
      expect(JSON.stringify(run)).not.toContain('plugh');
    }
    if (redis) {
      const keys = (await redis.ask('KEYS', '*')) as string[];
      for (const key of keys) expect(String(await redis.ask('DUMP', key))).not.toMatch(/xyzzy|plugh/);
    }
    const running = await started(clients);
    await expect(clients.audit('PurgePayloads', { run_id: running.run_id })).rejects.toMatchObject({ code: 9 });
  });
});

test('a running run is signed by the server itself, before anybody asks', async (t) => {
  const often = ['--set', 'ledger.checkpoint_interval_s=1', '--set', 'sweep.interval_ms=100'];
  const { server } = await sceneOf(t, 'embedded', often);
  const { clients } = server;
  const { run_id } = await started(clients);
  const append = () => clients.decisions('AppendAudit', { run_id, events: [{ error: { message: 'x' } }] });
  await append();
  // No question tells it: each would sign what nobody has signed yet.
  await sleep(4_000);
  await append();
  expect(await clients.audit('VerifyRun', { run_id })).toMatchObject({ ok: true, tree_size: 2, checkpoints: 2 });
});

test('a checkpoint that was kept shows that a bundle is older', async (t) => {
  const { cwd, server, audit } = await sceneOf(t, 'embedded');
  const { clients } = server;
  const { run_id } = await started(clients);
  const append = () => clients.decisions('AppendAudit', { run_id, events: [{ error: { message: 'x' } }] });
  await append();
  writeFileSync(join(cwd, 'ledger.pub'), (await audit('keys')).stdout);
  await audit('export', run_id, '--out', 'older.jsonl');
  await append();
  const { code, stdout } = await audit('checkpoint', run_id);
  expect(code).toBe(0);
  expect(stdout).toBe((await clients.audit('GetCheckpoint', { run_id })).checkpoint);
  // As `echo "$note"` writes it.
  writeFileSync(join(cwd, 'kept.note'), `${stdout}\n`);
  const verify = (bundle: string) => audit('verify', bundle, '--key', 'ledger.pub', '--checkpoint', 'kept.note');
  const older = await verify('older.jsonl');
  const fault = 'rolled back: given checkpoint 1: it signs 2 records, the bundle 1';
  expect([older.code, linesOf(older.stdout)[0]]).toEqual([1, fault]);
  await audit('export', run_id, '--out', 'run.jsonl');
  expect((await verify('run.jsonl')).code).toBe(0);
  expect((await audit('checkpoint', unknownId())).code).toBe(1);
});

describe('tollgate audit export', () => {
  test('of an unknown run exits with 1, of no server with 2, and leaves no file', async (t) => {
    const { cwd, audit } = await sceneOf(t, 'embedded');
    const unknown = await audit('export', unknownId(), '--out', 'run.jsonl');
    expect(unknown).toEqual({ code: 1, stdout: '', stderr: 'tollgate: unknown run\n' });
    const away = await tollgate(['audit', 'export', unknownId(), '--server', 'unix:/nowhere', '--out', 'run.jsonl'], {
      cwd,
    });
    expect(away.code).toBe(2);
    expect(existsSync(join(cwd, 'run.jsonl'))).toBe(false);
    expect(readdirSync(cwd).filter((name) => name.startsWith('run.jsonl'))).toEqual([]);
    const nowhere = await audit('export', unknownId(), '--out', 'no/such/folder/run.jsonl');
    expect([nowhere.code, nowhere.stderr]).toEqual([
      2,
      expect.stringContaining('cannot write no/such/folder/run.jsonl'),
    ]);
  });

  test('takes the place of files alone, through a link as well', async (t) => {
    const { cwd, server, audit } = await sceneOf(t, 'embedded');
    const { run_id } = await finishedRun(server);
    const { stdout } = await audit('export', run_id, '--out', '-');
    for (const place of ['.', '/dev/null', '/dev/stdout']) {
      const { code, stderr } = await audit('export', run_id, '--out', place);
      expect([code, stderr]).toEqual([2, `tollgate: cannot write ${place}: it exists and is not a file\n`]);
    }
    writeFileSync(join(cwd, 'kept.jsonl'), '');
    symlinkSync('kept.jsonl', join(cwd, 'link.jsonl'));
    expect((await audit('export', run_id, '--out', 'link.jsonl')).code).toBe(0);
    expect(readFileSync(join(cwd, 'kept.jsonl'), 'utf8')).toBe(stdout);
    expect(lstatSync(join(cwd, 'link.jsonl')).isSymbolicLink()).toBe(true);
  });

  test('that is interrupted leaves no file', async (t) => {
    const { cwd, server, audit } = await sceneOf(t, 'embedded');
    const { run_id } = await finishedRun(server);
    const files = () => readdirSync(cwd).filter((name) => name.startsWith('run.jsonl'));
    server.process.kill('SIGSTOP');
    const options = {
      cwd,
      interruptAfter: async () => {
        while (files().length === 0) await sleep(20);
      },
    };
    const args = ['audit', 'export', run_id, '--out', 'run.jsonl', '--server', server.management];
    const { code, stderr } = await tollgate(args, options);
    server.process.kill('SIGCONT');
    expect([code, stderr, files()]).toEqual([2, 'tollgate: the export was stopped before it was complete\n', []]);
    expect((await audit('export', run_id, '--out', 'run.jsonl')).code).toBe(0);
  });

  test('and whatever else prints an answer exits with 2 when it cannot be written', async (t) => {
    const { cwd, server, audit } = await sceneOf(t, 'embedded', ['--set', 'store.finish_timeout_ms=2000']);
    const { run_id, decision } = await finishedRun(server);
    await eventually(async () => (await audit('events')).stdout !== '', { everyMs: 500 });
    for (const command of [
      ['audit', 'export', run_id],
      ['audit', 'checkpoint', run_id],
      ['audit', 'keys'],
      ['audit', 'events', '--cursor', 'cursor'],
      ['why', decision.decision_id],
    ]) {
      const ran = await tollgate([...command, '--server', server.management], { cwd, stdoutTo: '/dev/full' });
      const expected = [2, 'tollgate: cannot write to standard output (ENOSPC)\n'];
      expect([ran.code, ran.stderr], command.join(' ')).toEqual(expected);
    }
    expect(existsSync(join(cwd, 'cursor'))).toBe(false);
  });

  test('where nothing signs, says so', async (t) => {
    const redis = await redisOf(t);
    const server = await serverOf(t, { store: redis.url, env: PATIENCE });
    const { run_id } = await finishedRun(server);
    const cwd = folderOf(t);
    const { code, stderr } = await tollgate(['audit', 'export', run_id, '--server', server.management], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringContaining('the run is not signed')]);
    const keys = await tollgate(['audit', 'keys', '--server', server.management], { cwd });
    expect([keys.code, keys.stderr]).toEqual([1, 'tollgate: the server has no ledger key\n']);
    const { warnings } = await server.clients.server('GetServerInfo');
    expect(warnings.join('\n')).toContain('ledger.key_file');
  });
});
