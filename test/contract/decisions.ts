// Decision records: one in the step of each charge, denials aggregated and bounded, found by id, session, run and partition.
import { expect } from 'vitest';
import type { Reason } from '../../src/core/decision/decision.ts';
import type { DecisionContext, DecisionRecord } from '../../src/core/decision/decision-record.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { encodeContext } from '../../src/state/codec/decision-record.ts';
import type { ChargeResult, ChargeStep } from '../../src/state/port/charge.ts';
import type { NewDecision, SettledDecision } from '../../src/state/port/decision.ts';
import type { State } from '../../src/state/port/state.ts';
import {
  calls,
  commitOf,
  created,
  finished,
  HOUR,
  idIn,
  MINUTE,
  newRun,
  newSession,
  operation,
  started,
  step,
} from './fixtures.ts';
import { type AddCase, DECISIONS, type TestClock } from './suite.ts';

export const EVER = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, limit: 1_000 };

let last = 0;

/** Ids as the PDP makes them: in the order of their making, at the time of the store, in a partition. */
export function decisionIdAt(clock: Pick<TestClock, 'now'>, partition = 7): string {
  last += 1;
  const time = clock.now().toString(16).padStart(12, '0');
  const tail = last.toString(16).padStart(10, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${tail}${partition.toString(16).padStart(2, '0')}`;
}

export function contextOf(given: Partial<DecisionContext> = {}): DecisionContext {
  return {
    rpc: 'Authorize',
    caller: 'local',
    agentId: 'agent-1',
    sessionId: undefined,
    runId: undefined,
    principal: undefined,
    traceHash: undefined,
    calls: [{ tool: 'search', sensitivity: 0, count: 1 }],
    callsTotal: 1,
    scope: undefined,
    platform: undefined,
    chatType: undefined,
    command: undefined,
    policyRevision: 'ab'.repeat(32),
    checks: [{ name: 'tool', passed: true, reason: 'ALLOWED' }],
    latencyUs: 120,
    ...given,
  };
}

export function entryOf(given: Partial<DecisionContext> = {}) {
  const context = contextOf(given);
  return { rpc: context.rpc, runId: context.runId, ...encodeContext(context) };
}

type Recorded = Partial<Omit<ChargeStep, 'record'>> & { readonly context?: Partial<DecisionContext> };

/** A charge of a session that is recorded. */
export function recordedStep(
  clock: Pick<TestClock, 'now'>,
  record: Parameters<typeof step>[0],
  { context, ...given }: Recorded = {},
): ChargeStep {
  const { sessionId } = record.session;
  const entry = entryOf({ sessionId, ...context });
  return step(record, { decisionId: decisionIdAt(clock), ...given, record: entry });
}

export function settled(
  clock: Pick<TestClock, 'now'>,
  reason: Reason,
  {
    partition = 7,
    context = {},
    ...given
  }: { partition?: number; context?: Partial<DecisionContext> } & Partial<Omit<SettledDecision, 'context'>> = {},
): SettledDecision {
  const base = { sessionId: undefined, effect: 'DENY', callIndex: undefined } as const;
  const entry = entryOf({ sessionId: given.sessionId, ...context });
  return { ...base, decisionId: decisionIdAt(clock, partition), reason, ...entry, ...given };
}

function ofSession(
  state: State,
  { session }: { session: { sessionId: string } },
  more = {},
): Promise<DecisionRecord[]> {
  return state.pageDecisions({ of: { sessionId: session.sessionId }, ...EVER, ...more });
}

/** The newest of what was decided are listed: as many as a list may have, or less than a sixteenth more. */
function expectNewest(records: DecisionRecord[], decided: readonly { decisionId: string }[], max: number): void {
  expect(records.length).toBeGreaterThanOrEqual(Math.min(decided.length, max));
  expect(records.length).toBeLessThan(max + max / 16);
  const newest = decided.slice(-records.length).reverse();
  expect(records.map(({ decisionId }) => decisionId)).toEqual(newest.map(({ decisionId }) => decisionId));
}

const denialOf = (answer: ChargeResult) => {
  if (answer.kind !== 'denied') throw new Error(`not denied: ${answer.kind}`);
  return answer;
};

export function decisionCases(add: AddCase): void {
  add('a charge leaves its record, with the numbers before and after', async ({ state, clock }) => {
    const session = await created(state, { callBudget: 10, rateLimit: 5 });
    const one = recordedStep(clock, session, { calls: calls(2), context: { callsTotal: 2 } });
    expect((await state.charge(one)).kind).toBe('charged');
    await clock.advance(1_000);
    const two = recordedStep(clock, session);
    await state.charge(two);
    expect(await state.readDecision(one.decisionId)).toEqual({
      ...contextOf({ sessionId: session.session.sessionId, callsTotal: 2 }),
      checks: expect.arrayContaining([{ name: 'rate', passed: true, reason: 'ALLOWED' }]),
      decisionId: one.decisionId,
      effect: 'ALLOW',
      reason: 'ALLOWED',
      atMs: clock.now() - 1_000,
      lastAtMs: clock.now() - 1_000,
      repeats: 0,
      session: {
        before: { callsMade: 0, windowCalls: 0 },
        after: { callsMade: 2, windowCalls: 2 },
        sequence: 2,
        callBudget: 10,
        rateLimit: 5,
      },
      callIndex: undefined,
      retryAfterMs: undefined,
    });
    expect((await state.readDecision(two.decisionId))?.session).toMatchObject({
      before: { callsMade: 2, windowCalls: 2 },
      after: { callsMade: 3, windowCalls: 3 },
    });
    expect((await ofSession(state, session)).map(({ decisionId }) => decisionId)).toEqual([
      two.decisionId,
      one.decisionId,
    ]);
  });

  add('a charge without a record leaves none', async ({ state, clock }) => {
    const session = await created(state);
    const unrecorded = step(session, { decisionId: decisionIdAt(clock) });
    const [answer, recorded] = await Promise.all([
      state.charge(unrecorded),
      state.charge(recordedStep(clock, session)),
      state.charge(step(session, { calls: calls(1_000) })),
    ]);
    expect([answer.kind, recorded.kind]).toEqual(['charged', 'charged']);
    expect(await state.readDecision(unrecorded.decisionId)).toBeUndefined();
    expect(await ofSession(state, session)).toHaveLength(1);
  });

  add('a denial leaves its record, and says which', async ({ state, clock }) => {
    const session = await created(state, { grant: ['search'], rateLimit: 1, callBudget: 9, owner: 'discord:1' });
    const principals = ['discord:1'];
    const deny = async (given: Recorded) => {
      const asked = recordedStep(clock, session, { principals, ...given });
      const answer = denialOf(await state.charge(asked));
      expect(answer.decisionId).toBe(asked.decisionId);
      const found = await state.readDecision(asked.decisionId);
      expect(found).toMatchObject({ effect: 'DENY', reason: answer.reason, repeats: 0, atMs: clock.now() });
      expect(found?.checks.at(-1)).toMatchObject({ passed: false, reason: answer.reason });
      return found!;
    };
    expect(await deny({ agentId: 'other' })).toMatchObject({ reason: 'AGENT_MISMATCH', session: { sequence: 1 } });
    expect(await deny({ principals: undefined })).toMatchObject({ reason: 'OWNER_MISMATCH' });
    expect(await deny({ calls: calls(10) })).toMatchObject({ reason: 'BUDGET_EXHAUSTED', callIndex: undefined });
    const foreign = [...calls(1), ...calls(1, 'shell')];
    expect(await deny({ calls: foreign })).toMatchObject({ reason: 'TOOL_NOT_GRANTED', callIndex: 1 });
    expect(await deny({ calls: calls(1, 'search', 3) })).toMatchObject({
      reason: 'SENSITIVITY_EXCEEDED',
      callIndex: 0,
    });
    expect(await deny({ calls: calls(2) })).toMatchObject({ reason: 'RATE_IMPOSSIBLE' });
    await state.charge(recordedStep(clock, session, { principals }));
    await clock.advance(10_000);
    expect(await deny({})).toMatchObject({
      reason: 'RATE_LIMITED',
      retryAfterMs: 50_000,
      session: { before: { windowCalls: 1 }, after: { windowCalls: 1 } },
    });
    await state.closeSession(session.session.sessionId, undefined);
    expect(await deny({})).toMatchObject({ reason: 'SESSION_CLOSED' });
    expect(await ofSession(state, session)).toHaveLength(9);
  });

  add('equal denials of a session are one record that counts them', async ({ state, clock }) => {
    const session = await created(state, { callBudget: 0 });
    const first = recordedStep(clock, session);
    await state.charge(first);
    for (let count = 0; count < 3; count++) {
      await clock.advance(1_000);
      const again = denialOf(await state.charge(recordedStep(clock, session)));
      expect(again.decisionId).toBe(first.decisionId);
    }
    const other = recordedStep(clock, session, { context: { scope: 'skill' } });
    expect(denialOf(await state.charge(other)).decisionId).toBe(other.decisionId);
    const [newest, oldest] = await ofSession(state, session);
    expect(newest).toMatchObject({ decisionId: other.decisionId, repeats: 0 });
    expect(oldest).toMatchObject({ decisionId: first.decisionId, repeats: 3, lastAtMs: clock.now() });
    expect(oldest?.atMs).toBe(clock.now() - 3_000);
    const sameAgain = { ...recordedStep(clock, session), decisionId: idIn(7) };
    await Promise.all([state.charge(sameAgain), state.charge(sameAgain)]);
    expect((await state.readDecision(first.decisionId))?.repeats).toBe(4);
  });

  add('a denial that differs in its reason, its operation or its run is another', async ({ state, clock }) => {
    const session = await created(state, { callBudget: 0 });
    const others: Recorded[] = [
      {},
      { agentId: 'other' },
      { context: { rpc: 'ConsumeBudget' } },
      { context: { runId: idIn(7) } },
      { context: { agentId: 'agent-2' } },
      { context: { principal: 'discord:1' } },
      { context: { command: 'help' } },
      { context: { calls: [{ tool: 'search', sensitivity: 1, count: 1 }] } },
    ];
    for (const given of others) await state.charge(recordedStep(clock, session, given));
    // The circumstances make no difference.
    for (const given of [{ caller: 'other' }, { latencyUs: 9 }, { traceHash: '00'.repeat(16) }]) {
      await state.charge(recordedStep(clock, session, { context: given }));
    }
    expect(await ofSession(state, session)).toHaveLength(others.length);
  });

  add('of different denials of a session so many are kept, and its charges are untouched', async ({ state, clock }) => {
    const session = await created(state, { grant: ['search'] });
    const kept = [recordedStep(clock, session), recordedStep(clock, session)];
    for (const charge of kept) await state.charge(charge);
    const steps = Array.from({ length: 200 }, (_, index) =>
      recordedStep(clock, session, {
        calls: calls(1, `tool-${index}`),
        context: { calls: [{ tool: `tool-${index}`, sensitivity: 0, count: 1 }] },
      }),
    );
    for (const one of steps) await state.charge(one);
    const records = await ofSession(state, session);
    expect(records.map(({ decisionId }) => decisionId)).toEqual(
      [...kept, ...steps.slice(-64)].map(({ decisionId }) => decisionId).reverse(),
    );
    expect(await state.readDecision(steps[0]!.decisionId)).toBeUndefined();
    // Evicted, so it is a new one.
    const again = { ...steps[0]!, decisionId: decisionIdAt(clock) };
    expect(denialOf(await state.charge(again)).decisionId).toBe(again.decisionId);
  });

  add(
    'of the effects of a session so many are kept, or less than a sixteenth more, and no denial goes for one',
    async ({ state, clock }) => {
      const session = await created(state, { grant: ['search'], callBudget: 10_000 });
      const denied = recordedStep(clock, session, { calls: calls(1, 'shell') });
      await state.charge(denied);
      const steps: ChargeStep[] = [];
      for (const count of [800, 800, 1, 60, 60, 400]) {
        const more = Array.from({ length: count }, () => recordedStep(clock, session));
        await Promise.all(more.map((one) => state.charge(one)));
        steps.push(...more);
        const records = await ofSession(state, session, { limit: 5_000 });
        expect(records.at(-1)?.decisionId).toBe(denied.decisionId);
        expectNewest(records.slice(0, -1), steps, DECISIONS.perSessionMax);
        for (const [index, { decisionId }] of steps.slice(0, -records.length + 1).entries()) {
          if (index % 50 === 0) expect(await state.readDecision(decisionId)).toBeUndefined();
        }
      }
    },
  );

  add('of sessions that are not there, denials are a ring of the partition', async ({ state, clock }) => {
    const steps = Array.from({ length: 300 }, () =>
      recordedStep(clock, { session: { sessionId: idIn(7), agentId: 'agent-1' } } as Parameters<typeof step>[0]),
    );
    for (const one of steps) expect(denialOf(await state.charge(one)).decisionId).toBe(one.decisionId);
    const records = await state.pageDecisions({ of: { partition: 7 }, ...EVER });
    expectNewest(records, steps, LIMITS.sessionlessDenialsMax);
    expect(records[0]).toMatchObject({ reason: 'SESSION_UNKNOWN', session: undefined });
    expect(records[0]?.checks.at(-1)).toEqual({ name: 'session', passed: false, reason: 'SESSION_UNKNOWN' });
  });

  add('what was denied because a session was not there, or no more, is in its list', async ({ state, clock }) => {
    const session = await created(state, { timeLimitMs: MINUTE });
    const charge = recordedStep(clock, session);
    await state.charge(charge);
    await clock.advance(HOUR);
    const late = [recordedStep(clock, session), recordedStep(clock, session)];
    for (const one of late) expect(denialOf(await state.charge(one)).reason).toBe('SESSION_UNKNOWN');
    const { sessionId } = session.session;
    const before = settled(clock, 'TOOL_UNKNOWN', { sessionId });
    await state.recordDecision(before);
    const nobody = { session: { sessionId: idIn(7), agentId: 'agent-1' } } as Parameters<typeof step>[0];
    const unknown = recordedStep(clock, nobody);
    await state.charge(unknown);
    await state.recordDecision(settled(clock, 'PLATFORM_UNKNOWN'));
    const idsOf = async (of: Parameters<typeof ofSession>[1], more = {}) =>
      (await ofSession(state, of, more)).map(({ decisionId }) => decisionId);
    const all = [before, ...late.toReversed(), charge].map(({ decisionId }) => decisionId);
    expect(await idsOf(session)).toEqual(all);
    expect(await idsOf(session, { after: all[1], limit: 1 })).toEqual([all[2]]);
    expect(await idsOf(nobody)).toEqual([unknown.decisionId]);
  });

  add('a repeated key is counted with the record of its charge', async ({ state, clock }) => {
    const session = await created(state);
    const first = recordedStep(clock, session, { idempotencyKey: operation('k') });
    await state.charge(first);
    await clock.advance(5_000);
    const again = recordedStep(clock, session, { idempotencyKey: operation('k') });
    expect(await state.charge(again)).toMatchObject({ kind: 'replayed', decisionId: first.decisionId });
    expect(await state.readDecision(first.decisionId)).toMatchObject({ repeats: 1, lastAtMs: clock.now() });
    expect(await state.readDecision(again.decisionId)).toBeUndefined();
    expect(await ofSession(state, session)).toHaveLength(1);
  });

  add('what changes nothing and denies nothing leaves no record', async ({ state, clock }) => {
    const session = await created(state);
    expect((await state.charge(recordedStep(clock, session, { calls: [] }))).kind).toBe('nothing_to_charge');
    await state.charge(recordedStep(clock, session, { idempotencyKey: operation('k') }));
    const reused = operation('k', { fingerprint: 'f'.repeat(16) });
    expect((await state.charge(recordedStep(clock, session, { idempotencyKey: reused }))).kind).toBe('key_reused');
    const identity = { traceId: 'nobody', bytes: Buffer.from('x') };
    expect((await state.charge(recordedStep(clock, session, { identity }))).kind).toBe('identity_changed');
    expect(await ofSession(state, session)).toHaveLength(1);
  });

  add('opening and closing a session leave a record each, by whatever way it is closed', async ({ state, clock }) => {
    const recordOf =
      (rpc: DecisionContext['rpc']) =>
      (sessionId: string): NewDecision => ({
        decisionId: decisionIdAt(clock, Number.parseInt(sessionId.slice(-2), 16)),
        ...entryOf({ rpc, sessionId }),
      });
    const wanted = [newSession({ callBudget: 3 }), newSession(), newSession()];
    for (const session of wanted) {
      const answer = await state.createSession(session, 10, undefined, recordOf('CreateSession'));
      expect(answer.kind).toBe('created');
    }
    const [one, two, three] = wanted.map((session) => ({ session }));
    await state.closeSession(one!.session.sessionId, operation('c'), recordOf('CloseSession'));
    await state.closeSession(one!.session.sessionId, operation('c'), recordOf('CloseSession'));
    await state.closeSession(two!.session.sessionId, undefined, recordOf('CloseSession'));
    expect(await state.deactivateAgent('agent-1', recordOf('DeactivateAgent'))).toMatchObject({ sessionsClosed: 1 });
    const rpcs = async (session: { session: { sessionId: string } }) =>
      (await ofSession(state, session)).map(({ rpc, effect, session: numbers }) => [rpc, effect, numbers?.sequence]);
    const opened = ['CreateSession', 'ALLOW', 1];
    expect(await rpcs(one!)).toEqual([['CloseSession', 'ALLOW', 2], opened]);
    expect(await rpcs(two!)).toEqual([['CloseSession', 'ALLOW', 2], opened]);
    expect(await rpcs(three!)).toEqual([['DeactivateAgent', 'ALLOW', 2], opened]);
    const [, record] = await ofSession(state, one!);
    expect(record?.session).toMatchObject({ callBudget: 3, after: { callsMade: 0, windowCalls: 0 } });
  });

  add(
    'a denial before the charge is aggregated in its session, and listed with the partition without one',
    async ({ state, clock }) => {
      const session = await created(state, { callBudget: 5 });
      const { sessionId } = session.session;
      await state.charge(step(session));
      const first = settled(clock, 'TOOL_UNKNOWN', { sessionId, callIndex: 2 });
      expect(await state.recordDecision(first)).toEqual({ decisionId: first.decisionId, now: clock.now() });
      const again = settled(clock, 'TOOL_UNKNOWN', { sessionId, callIndex: 2 });
      expect(await state.recordDecision(again)).toEqual({ decisionId: first.decisionId, now: clock.now() });
      expect(await state.recordDecision(again)).toEqual({ decisionId: first.decisionId, now: clock.now() });
      expect(await ofSession(state, session)).toMatchObject([
        { repeats: 1, callIndex: 2, session: { after: { callsMade: 1 }, callBudget: 5 } },
      ]);
      for (const given of [{ sessionId: idIn(7) }, { sessionId: 'no-id' }, {}]) {
        const lone = settled(clock, 'TOOL_UNKNOWN', given);
        expect((await state.recordDecision(lone)).decisionId).toBe(lone.decisionId);
        expect((await state.recordDecision(lone)).decisionId).toBe(lone.decisionId);
        expect(await state.readDecision(lone.decisionId)).toMatchObject({ session: undefined, repeats: 0 });
      }
      expect(await state.pageDecisions({ of: { partition: 7 }, ...EVER })).toHaveLength(4);
    },
  );

  add('what belongs to no session does not compete with denials for space', async ({ state, clock }) => {
    const effect = { effect: 'ALLOW' } as const;
    const bound = settled(clock, 'ALLOWED', { ...effect, context: { rpc: 'BindIdentity' } });
    const swapped = settled(clock, 'ALLOWED', { ...effect, context: { rpc: 'ReloadPolicy' } });
    for (const decision of [bound, swapped]) await state.recordDecision(decision);
    const denials = Array.from({ length: 300 }, () => settled(clock, 'PLATFORM_UNKNOWN'));
    for (const denial of denials) await state.recordDecision(denial);
    expect(await state.readDecision(bound.decisionId)).toMatchObject({ rpc: 'BindIdentity', effect: 'ALLOW' });
    expect(await state.readDecision(swapped.decisionId)).toMatchObject({ rpc: 'ReloadPolicy' });
    const records = await state.pageDecisions({ of: { partition: 7 }, ...EVER });
    expectNewest(records.slice(0, -2), denials, LIMITS.sessionlessDenialsMax);
    expect(records.slice(-2).map(({ rpc }) => rpc)).toEqual(['ReloadPolicy', 'BindIdentity']);
  });

  add('a decision that names a run adds one run decision to it', async ({ state, clock }) => {
    const run = newRun(clock.now(), { runId: idIn(7) });
    const { runId } = run;
    await started(state, run);
    const session = await created(state, { grant: ['search'] });
    const steps = [
      recordedStep(clock, session, { context: { runId }, idempotencyKey: operation('k') }),
      recordedStep(clock, session, { context: { runId }, idempotencyKey: operation('k') }),
      recordedStep(clock, session, { context: { runId }, calls: calls(1, 'shell') }),
      recordedStep(clock, session, { context: { runId }, calls: calls(1, 'shell') }),
      recordedStep(clock, session, { context: { runId: idIn(7) } }),
      recordedStep(clock, session, { context: { runId: idIn(8) } }),
      recordedStep(clock, session, { context: { runId: 'no-id' } }),
    ];
    for (const one of steps) await state.charge(one);
    const foreign = settled(clock, 'RUN_FOREIGN', { context: { runId, rpc: 'ValidateScope' } });
    await state.recordDecision(foreign);
    const noted = [
      { decisionId: steps[0]!.decisionId, rpc: 'Authorize', effect: 'ALLOW', reason: 'ALLOWED', atMs: clock.now() },
      {
        decisionId: steps[2]!.decisionId,
        rpc: 'Authorize',
        effect: 'DENY',
        reason: 'TOOL_NOT_GRANTED',
        atMs: clock.now(),
      },
      {
        decisionId: foreign.decisionId,
        rpc: 'ValidateScope',
        effect: 'DENY',
        reason: 'RUN_FOREIGN',
        atMs: clock.now(),
      },
    ];
    expect((await state.readRun(runId)).runDecisions).toBe(3);
    expect(await state.readRunDecisions(runId, { from: 0, limit: 10 })).toEqual(noted);
    expect(await state.readRunDecisions(runId, { from: 1, limit: 1 })).toEqual([noted[1]]);
    expect(await state.readRunDecisions(runId, { from: 3, limit: 10 })).toEqual([]);
    const page = (more = {}) => state.pageDecisions({ of: { runId }, ...EVER, ...more });
    const ids = noted.map(({ decisionId }) => decisionId).reverse();
    expect((await page()).map(({ decisionId }) => decisionId)).toEqual(ids);
    expect((await page({ after: ids[0], limit: 1 })).map(({ decisionId }) => decisionId)).toEqual([ids[1]]);
    expect((await state.readRun(idIn(7))).runDecisions).toBe(0);
    expect(await state.readRunDecisions('no-id', { from: 0, limit: 10 })).toEqual([]);
  });

  add('run decisions exist as long as their run', async ({ state, clock }) => {
    const run = newRun(clock.now(), { runId: idIn(7) });
    await started(state, run);
    const session = await created(state);
    await state.charge(recordedStep(clock, session, { context: { runId: run.runId } }));
    const commit = commitOf(finished(run, clock.now()), { expectedRevision: 1 });
    expect(await state.commitRun(commit)).toBe('committed');
    expect((await state.readRun(run.runId)).runDecisions).toBe(1);
    expect(await state.removeRun(run.runId, 2)).toBe(true);
    expect(await state.readRunDecisions(run.runId, { from: 0, limit: 10 })).toEqual([]);
    expect(await ofSession(state, session)).toHaveLength(1);
  });

  add('a run keeps a limited number of denials, and every effect', async ({ state, clock }) => {
    const run = newRun(clock.now(), { runId: idIn(7) });
    const { runId } = run;
    await started(state, run);
    const session = await created(state, { grant: ['search'] });
    for (let from = 0; from < 1_020; from += 60) {
      const denials = Array.from({ length: 60 }, (_, index) => {
        const tool = `tool-${from + index}`;
        const context = { runId, calls: [{ tool, sensitivity: 0, count: 1 }] } as const;
        return state.charge(recordedStep(clock, session, { calls: calls(1, tool), context }));
      });
      await Promise.all(denials);
    }
    expect((await state.readRun(runId)).runDecisions).toBe(1_000);
    await state.charge(recordedStep(clock, session, { context: { runId } }));
    expect((await state.readRun(runId)).runDecisions).toBe(1_001);
  });

  add('pages show a span of time, newest first, and go on behind a decision', async ({ state, clock }) => {
    const session = await created(state, { grant: ['search'], callBudget: 1_000 });
    const startMs = clock.now();
    const ids: string[] = [];
    for (let count = 0; count < 25; count++) {
      const denied = count % 5 === 4;
      const calling = denied ? calls(1, `tool-${count}`) : calls(1);
      const context = { calls: calling.map((call) => ({ ...call, count: 1 })) };
      const one = recordedStep(clock, session, { calls: calling, context });
      await state.charge(one);
      ids.unshift(one.decisionId);
      await clock.advance(MINUTE);
    }
    const { sessionId } = session.session;
    for (const of of [{ sessionId }, { partition: 7 }]) {
      const walked: string[] = [];
      for (let after: string | undefined; ; after = walked.at(-1)) {
        const page = await state.pageDecisions({ of, ...EVER, after, limit: 7 });
        walked.push(...page.map(({ decisionId }) => decisionId));
        if (page.length < 7) break;
      }
      expect(walked).toEqual(ids);
      const span = { fromMs: startMs + 5 * MINUTE, toMs: startMs + 8 * MINUTE };
      const within = await state.pageDecisions({ of, ...EVER, ...span });
      expect(within.map(({ atMs }) => (atMs - startMs) / MINUTE)).toEqual([7, 6, 5]);
    }
    for (const of of [
      { sessionId: idIn(7) },
      { sessionId: 'no-id' },
      { runId: idIn(7) },
      { runId: 'no-id' },
      { partition: 8 },
    ]) {
      expect(await state.pageDecisions({ of, ...EVER })).toEqual([]);
    }
  });

  add('a page of a long run shows nothing twice while the run goes on', async ({ state, clock }) => {
    const { run } = await started(state, newRun(clock.now(), { runId: idIn(7) }));
    const session = await created(state, { callBudget: 10_000 });
    const noted = (count: number) =>
      Promise.all(
        Array.from({ length: count }, () =>
          state.charge(recordedStep(clock, session, { context: { runId: run.runId } })),
        ),
      );
    for (let count = 0; count < 6; count++) await noted(200);
    const reading = state.pageDecisions({ of: { runId: run.runId }, ...EVER, limit: 2_000 });
    for (let count = 0; count < 5; count++) await noted(5);
    const ids = (await reading).map(({ decisionId }) => decisionId);
    expect(ids.length).toBeGreaterThanOrEqual(1_200);
    expect(new Set(ids).size).toBe(ids.length);
  });

  add('a record is found for as long as it is kept, also of a session that is gone', async ({ state, clock }) => {
    const session = await created(state, { timeLimitMs: MINUTE });
    const charge = recordedStep(clock, session);
    await state.charge(charge);
    await clock.advance(10 * MINUTE);
    expect(await state.removeEndedSessions({ partition: 7, endedForMs: 0, limit: 10 })).toBe(1);
    expect(await state.readDecision(charge.decisionId)).toBeDefined();
    expect(await ofSession(state, session)).toHaveLength(1);
    await clock.advance(7 * 24 * HOUR - 10 * MINUTE);
    expect(await state.readDecision(charge.decisionId)).toBeDefined();
    await clock.advance(1);
    expect(await state.readDecision(charge.decisionId)).toBeUndefined();
    expect(await ofSession(state, session)).toEqual([]);
    expect(await state.pageDecisions({ of: { partition: 7 }, ...EVER })).toEqual([]);
  });

  add(
    'what comes long behind the end of a session is listed as long as its record is kept',
    async ({ state, clock }) => {
      const session = await created(state, { timeLimitMs: MINUTE, callBudget: 1 });
      const { sessionId } = session.session;
      for (let count = 0; count < 2; count++) await state.charge(recordedStep(clock, session));
      await clock.advance(15 * MINUTE);
      const late = recordedStep(clock, session);
      expect(denialOf(await state.charge(late)).reason).toBe('SESSION_EXPIRED');
      const close = { decisionId: decisionIdAt(clock), ...entryOf({ rpc: 'CloseSession', sessionId }) };
      expect((await state.closeSession(sessionId, undefined, () => close)).kind).toBe('closed');
      await clock.advance(7 * 24 * HOUR - MINUTE);
      const listed = (await ofSession(state, session)).map(({ decisionId }) => decisionId);
      expect(listed).toEqual([close.decisionId, late.decisionId]);
    },
  );

  add('ids that are none of ours have no record', async ({ state }) => {
    for (const id of ['', 'x', '__proto__', idIn(3)]) expect(await state.readDecision(id)).toBeUndefined();
  });
}
