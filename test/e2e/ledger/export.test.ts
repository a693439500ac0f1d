// The records of finished runs as lines, for a reader that keeps them elsewhere: all of them, in the order of finish, from any
// cursor on, also where a run turns up later than it finished.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import type { CallContext } from '../../../src/pdp/call-context.ts';
import { Ids } from '../../../src/pdp/ids.ts';
import { type ExportedRecord, type ExportPlace, exportEvents } from '../../../src/pdp/ledger/export-events.ts';
import { newRun, started } from '../../contract/fixtures.ts';
import { type Answer, clientsOf } from '../../support/clients.ts';
import { ENGINES } from '../../support/engines.ts';
import { withParts } from '../../support/pdp.ts';
import { refusalOf } from '../../support/refusals.ts';
import { started as startedRun } from '../../support/scene.ts';
import { startServer } from '../../support/server.ts';
import { eventually } from '../../support/times.ts';
import { append, finish, IDLE_MS, type LedgerRig, openRig } from './rig.ts';

/** Longer than anything is held back. */
const SETTLED_MS = 20_000;

describe.each(ENGINES)('an export, %s engine', (engine) => {
  let rig: LedgerRig;
  afterEach(() => rig?.close());

  async function startedIn(partition: number, events: number): Promise<string> {
    const { now } = await rig.state.readRun('');
    const { run } = await started(rig.state, newRun(now, { runId: new Ids().newId(now, partition) }));
    await append(rig, run.runId, events);
    return run.runId;
  }

  async function exported(after?: ExportPlace, context: CallContext = rig.context): Promise<ExportedRecord[]> {
    const records: ExportedRecord[] = [];
    for await (const one of exportEvents(context, { after, follow: false }, new AbortController().signal))
      records.push(one);
    return records;
  }
  const namesOf = (records: readonly ExportedRecord[]) =>
    records.map(({ runId, record }) => `${runId} ${record.sequence}`);
  const allOf = (runId: string, count: number) => Array.from({ length: count }, (_, index) => `${runId} ${index + 1}`);

  test('shows each record once, in the order of finish, and the rest of them from every cursor on', async () => {
    rig = await openRig(engine);
    const runs: string[] = [];
    for (const partition of [9, 3, 200, 3, 41]) runs.push(await startedIn(partition, 4));
    const running = await startedIn(9, 3);
    const order = [2, 0, 4, 1, 3].map((index) => runs[index]!);
    for (const [index, runId] of order.entries()) {
      // Two at the same time: then the lower id is first.
      if (index !== 2) await rig.advance(10);
      await finish(rig, runId);
    }
    expect(await exported()).toEqual([]);
    await rig.advance(SETTLED_MS);
    const [first, ...others] = order;
    const [a, b] = others.slice(0, 2).toSorted();
    const wanted = [first!, a!, b!, ...others.slice(2)].flatMap((runId) => allOf(runId, 4));
    const all = await exported();
    expect(namesOf(all)).toEqual(wanted);
    for (const [index, { place }] of all.entries()) {
      expect(namesOf(await exported(place))).toEqual(wanted.slice(index + 1));
    }
    await finish(rig, running);
    await rig.advance(SETTLED_MS);
    expect(namesOf(await exported(all.at(-1)!.place))).toEqual(allOf(running, 3));
  });

  test('does not miss a run that is stored later than it finished; with no time held back it would', async () => {
    rig = await openRig(engine);
    const held = await startedIn(1, 2);
    const quick = await startedIn(2, 2);
    // A finish that waits for a slow store has read the clock before.
    const { stored, now } = await rig.state.readRun(held);
    const commit = {
      run: { ...stored!.run, status: 'ok' as const, finishedAtMs: now },
      expectedRevision: stored!.revision,
      lostChanges: 0,
      records: [],
      idempotencyKey: undefined,
    };
    await rig.advance(100);
    await finish(rig, quick);
    await rig.advance(rig.context.pdp.writeTimeouts.finishMs - 200);
    const careless = withParts(rig.context, { writeTimeouts: { appendMs: 0, finishMs: -5_000 } });
    const passed = (await exported(undefined, careless)).at(-1)?.place;
    expect(passed?.run.id).toBe(quick);
    const place = (await exported()).at(-1)?.place;
    expect(await rig.state.commitRun(commit)).toBe('committed');
    await rig.advance(SETTLED_MS);
    expect(namesOf(await exported(place))).toEqual([...allOf(held, 2), ...allOf(quick, 2)]);
    expect(namesOf(await exported(passed, careless))).toEqual([]);
  });

  test('finishes silent runs first, which ended long before they are stored as finished', async () => {
    rig = await openRig(engine);
    const silent = await startedIn(7, 2);
    await rig.advance(1_000);
    const other = await startedIn(8, 1);
    await rig.advance(IDLE_MS - 1);
    await append(rig, other, 1);
    await finish(rig, other);
    await rig.advance(SETTLED_MS);
    expect(namesOf(await exported())).toEqual([...allOf(silent, 2), ...allOf(other, 2)]);
  });

  test('goes on behind a run that has been purged', async () => {
    rig = await openRig(engine);
    const [first, second] = [await startedIn(1, 3), await startedIn(2, 1)];
    await finish(rig, first);
    await rig.advance(10);
    await finish(rig, second);
    await rig.advance(SETTLED_MS);
    const { place } = (await exported())[1]!;
    const { stored } = await rig.state.readRun(first);
    expect(await rig.state.removeRun(first, stored!.revision)).toBe(true);
    expect(namesOf(await exported(place))).toEqual(allOf(second, 1));
  });
});

describe('through a server', () => {
  const SHORT = { TOLLGATE_STORE_FINISH_TIMEOUT_MS: '2000' };

  test('each line is an object that says it all, and the command keeps its place in a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-export-'));
    const server = await startServer({ env: SHORT });
    const clients = clientsOf(server);
    onTestFinished(async () => {
      clients.close();
      await server.stop();
      rmSync(folder, { recursive: true });
    });
    const told = async (text: string) => {
      const { run_id } = await startedRun(clients);
      const events = [{ error: { message: text } }, { custom: { type: 'note', payload: {} } }];
      await clients.decisions('AppendAudit', { run_id, events });
      await clients.runs('FinishRun', { run_id, status: 'RUN_STATUS_OK' });
      return run_id;
    };
    const first = await told('key AKIAABCDEFGHIJKLMNOP\n');
    const lines = (): Promise<Answer[]> => clients.stream('AuditService', 'ExportEvents', {});
    await eventually(async () => (await lines()).length === 2, { everyMs: 500 });
    const [line] = await lines();
    expect(JSON.parse(line.line)).toEqual({
      run_id: first,
      sequence: 1,
      type: 'error',
      occurred_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      stored_at: expect.stringMatching(/Z$/),
      payload: { message: 'key [redacted: aws_access_key]\n' },
      redactions: [{ pointer: '/message', rule: 'aws_access_key', length: 20 }],
    });
    expect(line.line).not.toContain('\n');
    const cursor = Buffer.from('1/not-ours/1').toString('base64url');
    const refusal = await refusalOf(clients.stream('AuditService', 'ExportEvents', { cursor }));
    expect(refusal).toMatchObject({ code: 'INVALID_ARGUMENT', fields: ['cursor'] });

    const file = join(folder, 'cursor');
    const printed = (): string[] => {
      const args = ['audit', 'events', '--server', server.management, '--cursor', file];
      const { stdout, stderr, status } = spawnSync(process.execPath, ['dist/main.js', ...args], { encoding: 'utf8' });
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
      return stdout.split('\n').slice(0, -1);
    };
    expect(printed()).toEqual((await lines()).map((one) => one.line));
    expect(existsSync(file)).toBe(true);
    expect(printed()).toEqual([]);
    const second = await told('again');
    let later: string[] = [];
    await eventually(
      () => {
        later = printed();
        return later.length > 0;
      },
      { everyMs: 500 },
    );
    expect(later.map((text) => JSON.parse(text).run_id)).toEqual([second, second]);
    expect(readFileSync(file, 'utf8').trim()).toBe((await lines()).at(-1).cursor);
  });
});
