// What a run's ledger says of the decisions that named it: all that an auditor asks, also when the records have lapsed.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LIMITS } from '../../../src/core/limits.ts';
import { exportRun } from '../../../src/pdp/ledger/export-run.ts';
import { purgePayloads } from '../../../src/pdp/ledger/purge-payloads.ts';
import { appendAudit } from '../../../src/pdp/run/append-audit.ts';
import { verifyBundle } from '../../../src/verify/verify-bundle.ts';
import { recordedStep, settled } from '../../contract/decisions.ts';
import { created, idIn, newRun, started } from '../../contract/fixtures.ts';
import { ENGINES } from '../../support/engines.ts';
import { finish, type LedgerRig, openRig } from './rig.ts';

const DAY = 86_400_000;

describe.each(ENGINES)('on %s', (engine) => {
  let rig: LedgerRig;
  beforeEach(async () => {
    rig = await openRig(engine);
  });
  afterEach(() => rig.close());

  /** A run of a session, a charge that names it, and a denial. */
  const decided = async () => {
    const { state } = rig.context;
    const { now } = await state.readRun('');
    const clock = { now: () => now };
    const session = await created(state);
    const { sessionId } = session.session;
    const partition = Number.parseInt(sessionId.slice(-2), 16);
    const runId = idIn(partition);
    const { run } = await started(state, newRun(now, { runId, rootRunId: runId, sessionId }));
    const asked = { runId: run.runId, principal: 'discord:5', caller: 'runner-1' };
    const charge = recordedStep(clock, session, { context: asked });
    expect((await state.charge(charge)).kind).toBe('charged');
    const denial = settled(clock, 'TOOL_UNKNOWN', { partition, sessionId, context: { ...asked, scope: 'user:9' } });
    await state.recordDecision(denial);
    return { run, sessionId, allowed: charge.decisionId, denied: denial.decisionId };
  };

  const linesOf = async (runId: string) => {
    const lines: string[] = [];
    for await (const line of exportRun(rig.context, runId)) lines.push(line);
    return lines;
  };
  const payloadsOf = (lines: readonly string[], type: string) =>
    lines
      .map((line) => JSON.parse(line))
      .filter((line) => line.type === type && line.payload)
      .map(({ payload }) => JSON.parse(payload).data);
  const call = (decisionId?: string) =>
    ({ kind: 'tool_use', name: 'search', id: 'c1', args: '', result: '', decisionId }) as const;

  test('an exported bundle says what was asked after the records have lapsed', async () => {
    const { run, sessionId, allowed, denied } = await decided();
    const { runId } = run;
    await appendAudit(rig.context, { runId, events: [call(allowed), call()], idempotencyKey: undefined });
    await finish(rig, runId);
    await rig.advance(LIMITS.decisionRetentionMsDefault + DAY);
    expect(await rig.state.readDecision(allowed)).toBeUndefined();

    const lines = await linesOf(runId);
    const asked = {
      form: 2,
      caller: 'runner-1',
      agent_id: 'agent-1',
      session_id: sessionId,
      principal: 'discord:5',
      calls: [{ tool: 'search', sensitivity: 'public', count: 1 }],
      calls_total: 1,
      policy_revision: 'ab'.repeat(32),
    };
    expect(payloadsOf(lines, 'tollgate.decision')).toEqual([
      { decision_id: allowed, rpc: 'Authorize', effect: 'ALLOW', reason: 'ALLOWED', at: expect.any(Number), ...asked },
      {
        decision_id: denied,
        rpc: 'Authorize',
        effect: 'DENY',
        reason: 'TOOL_UNKNOWN',
        at: expect.any(Number),
        ...asked,
        scope: 'user:9',
      },
    ]);
    expect(payloadsOf(lines, 'tool_call').map(({ decision_id }) => decision_id)).toEqual([allowed, undefined]);
    const report = await verifyBundle(lines, { keys: rig.context.pdp.ledger.key!.verifierKeys });
    expect(report).toMatchObject({ ok: true, findingsTotal: 1 });
    expect(report.findings).toEqual([
      { kind: 'call without decision', where: expect.any(String), detail: 'search names no decision' },
    ]);
  });

  test('a decision whose record lapsed before it joined the ledger is there without what was asked', async () => {
    const { run, allowed } = await decided();
    await rig.advance(LIMITS.decisionRetentionMsDefault + DAY);
    const data = payloadsOf(await linesOf(run.runId), 'tollgate.decision');
    expect(data[0]).toEqual({
      decision_id: allowed,
      rpc: 'Authorize',
      effect: 'ALLOW',
      reason: 'ALLOWED',
      at: expect.any(Number),
      form: 2,
    });
  });

  test('a purge says in the ledger who asked for it', async () => {
    const { run } = await decided();
    await finish(rig, run.runId);
    await purgePayloads(rig.context, run.runId, 'alice');
    const lines = await linesOf(run.runId);
    expect(payloadsOf(lines, 'tollgate.purge')).toEqual([{ first: 1, last: 2, by: 'alice' }]);
    const report = await verifyBundle(lines, { keys: rig.context.pdp.ledger.key!.verifierKeys });
    expect(report).toMatchObject({ ok: true, findings: [] });
  });
});
