// What the contract's cases are made of: sessions, charges and runs with every field given, so that a case names only
// what it is about.
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { partitionName } from '../../src/core/partition.ts';
import { openRun, type Run } from '../../src/core/run/run.ts';
import type { Call, SensitivityLevel, SessionRecord } from '../../src/core/session/session.ts';
import type { ChargeResult, ChargeStep } from '../../src/state/port/charge.ts';
import type { IdempotencyKey } from '../../src/state/port/idempotency-key.ts';
import type { RunCommit } from '../../src/state/port/run.ts';
import type { NewSession } from '../../src/state/port/session.ts';
import type { State } from '../../src/state/port/state.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** Ids that no store may mistake for its own: names of objects, of hash tags, of paths, and near misses of an own id. */
export const HOSTILE_IDS = [
  '',
  'x',
  '__proto__',
  'constructor',
  'a}:b{',
  '{}',
  '../../etc/passwd',
  'tollgate:{00}:session:x',
  'null',
  'a\u0000b',
  'é'.normalize('NFD'),
  'z'.repeat(128),
  'not-a-uuid-but-of-the-right-length-00',
];

/** Names for agents, callers and traces: any text is one, and no two of them are the same. */
export const HOSTILE_NAMES = [
  '__proto__',
  'constructor',
  'a}:b{',
  '{}',
  'a',
  'A',
  'a\u0000',
  'a\u0000b',
  'a b',
  ' a',
  'é'.normalize('NFC'),
  'é'.normalize('NFD'),
  '𝕊'.repeat(32),
  'z'.repeat(128),
];

/** An own id in a partition of the caller's choice. */
export function idIn(partition: number): string {
  return randomUUID().slice(0, -2) + partitionName(partition);
}

export function newSession(given: Partial<NewSession> = {}): NewSession {
  return {
    sessionId: idIn(7),
    agentId: 'agent-1',
    owner: undefined,
    delegationChain: [],
    declaredIntent: '',
    grant: 'all',
    timeLimitMs: 24 * HOUR,
    callBudget: 100,
    rateLimit: undefined,
    rateWindowMs: MINUTE,
    sensitivityCeiling: 1,
    ...given,
  };
}

/** Creates a session that nothing stands in the way of. */
export async function created(state: State, given: Partial<NewSession> = {}): Promise<SessionRecord> {
  const answer = await state.createSession(newSession(given), 1_000, undefined);
  if (answer.kind !== 'created') throw new Error(`session not created: ${answer.kind}`);
  return answer.record;
}

export function operation(key: string, given: Partial<IdempotencyKey> = {}): IdempotencyKey {
  return { rpc: 'Authorize', key, fingerprint: '00112233445566ff', ...given };
}

export const OTHER_FINGERPRINT = 'ffffffffffffffff';

export function calls(count: number, tool = 'search', sensitivity: SensitivityLevel = 0): Call[] {
  return Array.from({ length: count }, () => ({ tool, sensitivity }));
}

/** A charge of one call by the session's own agent. */
export function step({ session }: SessionRecord, given: Partial<ChargeStep> = {}): ChargeStep {
  return {
    sessionId: session.sessionId,
    agentId: session.agentId,
    principals: undefined,
    calls: calls(1),
    decisionId: randomUUID(),
    idempotencyKey: undefined,
    identity: undefined,
    ...given,
  };
}

/** Charges and expects it to have gone through. */
export async function charged(state: State, record: SessionRecord, given: Partial<ChargeStep> = {}) {
  const answer = await state.charge(step(record, given));
  expect(answer.kind).toBe('charged');
  return answer as Extract<ChargeResult, { kind: 'charged' | 'nothing_to_charge' }>;
}

/** The session as it is stored now; it must be there. */
export async function stored(state: State, { session }: SessionRecord): Promise<SessionRecord> {
  const { record } = await state.readSession(session.sessionId);
  if (!record) throw new Error('the session is gone');
  return record;
}

/** A new run of one caller, as StartRun would commit it. */
export function newRun(now: number, given: Partial<Run> = {}): Run {
  const runId = given.runId ?? idIn(9);
  const run = openRun(
    {
      runId,
      rootRunId: runId,
      parentRunId: undefined,
      continuationParentRunId: undefined,
      continuationSharesCaller: false,
      skillId: 'triage',
      callerId: 'discord:1',
      callerAsserted: false,
      channelId: undefined,
      sessionId: undefined,
      agentId: undefined,
      inputs: undefined,
    },
    now,
  );
  return { ...run, ...given };
}

export function finished(run: Run, atMs: number): Run {
  return { ...run, status: 'ok', finishedAtMs: atMs, finishFingerprint: '0000000000000001' };
}

export function commitOf(run: Run, given: Partial<RunCommit> = {}): RunCommit {
  return { run, expectedRevision: 0, records: [], idempotencyKey: undefined, ...given };
}

/** Commits a run that does not exist yet and returns it as stored. */
export async function started(state: State, run: Run) {
  expect(await state.commitRun(commitOf(run))).toBe('committed');
  return storedRun(state, run.runId);
}

/** The run as it is stored now; it must be there. */
export async function storedRun(state: State, runId: string) {
  const { stored: found } = await state.readRun(runId);
  if (!found) throw new Error('the run is gone');
  return found;
}
