// Runs: one execution of a skill each, with an audit log of its own.
import { NEW_LEDGER, type RunLedger } from '../ledger/run-ledger.ts';
import { LIMITS } from '../limits.ts';
import type { SecretMemory } from '../redaction/memory/secret-memory.ts';

export const FINAL_STATUSES = ['ok', 'error', 'timeout', 'budget_exceeded', 'cancelled', 'dry_run'] as const;
export type FinalStatus = (typeof FINAL_STATUSES)[number];
export type RunStatus = 'running' | FinalStatus;

export interface Tokens {
  readonly input: number;
  readonly output: number;
  readonly thinking: number;
  readonly cacheRead: number;
}

export interface Run {
  readonly runId: string;
  readonly rootRunId: string;
  readonly parentRunId: string | undefined;
  readonly continuationParentRunId: string | undefined;
  /** The continued run had the same caller, so its scope is open to this run. */
  readonly continuationSharesCaller: boolean;
  readonly skillId: string;
  /** The principal behind the run. */
  readonly callerId: string;
  /** The caller was asserted by the request, not taken from an identity record. */
  readonly callerAsserted: boolean;
  readonly channelId: string | undefined;
  readonly sessionId: string | undefined;
  /** The agent of the session. */
  readonly agentId: string | undefined;
  readonly startedAtMs: number;
  /** JSON text of the inputs, cut like an event's payload; undefined when none were given. */
  readonly inputs: string | undefined;

  readonly status: RunStatus;
  readonly finishedAtMs: number | undefined;
  readonly toolCallsCount: number;
  readonly tokens: Tokens;
  readonly lastSequence: number;
  readonly output: string | undefined;
  readonly error: string | undefined;
  readonly runtimeMs: number | undefined;
  /** What the finishing request said, so that a repeat is told from a contradiction. */
  readonly finishFingerprint: string | undefined;

  /** When the run was last appended to, or started; after a day of silence it counts as timed out. */
  readonly touchedAtMs: number;
  readonly shaping: Shaping;
  readonly ledger: RunLedger;
}

/** What the shaping of the next event depends on. */
export interface Shaping {
  readonly lastEventAtMs: number;
  readonly lastStepAtMs: number;
  readonly modelRecorded: boolean;
  /** A secret tool's result was the last thing that happened, so the next step's text may repeat it. */
  readonly secretPending: boolean;
  /** What secret tools were told and returned, for as long as the run goes on. */
  readonly secrets?: SecretMemory | undefined;
}

/** The run as it stands at `now`: one left untouched for longer than `idleTimeoutMs` has timed out. */
export function runAt(run: Run, idleTimeoutMs: number, now: number): Run {
  if (run.status !== 'running' || now - run.touchedAtMs <= idleTimeoutMs) return run;
  return {
    ...run,
    status: 'timeout',
    finishedAtMs: run.touchedAtMs + idleTimeoutMs,
    shaping: withoutSecretMemory(run.shaping),
  };
}

/** Of a run that has ended nothing more is stored, so nothing need be remembered. */
export function withoutSecretMemory(shaping: Shaping): Shaping {
  return shaping.secrets === undefined ? shaping : { ...shaping, secrets: undefined };
}

/** Whether a run is one of a subject's, or any where no subject is asked for. */
export function isOf(run: Run, by: { field: string; value: string } | undefined): boolean {
  return by === undefined || subjectsOf(run).some(({ field, value }) => field === by.field && value === by.value);
}

/** What a run is looked for by: it never changes. */
export function subjectsOf(run: Run): { field: 'caller' | 'agent' | 'session' | 'skill'; value: string }[] {
  const { callerId, agentId, sessionId, skillId } = run;
  return [
    { field: 'caller', value: callerId },
    { field: 'skill', value: skillId },
    ...(agentId === undefined ? [] : [{ field: 'agent', value: agentId } as const]),
    ...(sessionId === undefined ? [] : [{ field: 'session', value: sessionId } as const]),
  ];
}

/** Whether a run must be come back to unasked: it goes on, or the removal of its contents is not at its end. */
export function isTended({ status, ledger: { purge } }: Run): boolean {
  return status === 'running' || purge?.isDone === false;
}

export type NewRun = Pick<
  Run,
  | 'runId'
  | 'rootRunId'
  | 'parentRunId'
  | 'continuationParentRunId'
  | 'continuationSharesCaller'
  | 'skillId'
  | 'callerId'
  | 'callerAsserted'
  | 'channelId'
  | 'sessionId'
  | 'agentId'
  | 'inputs'
>;

export function openRun(run: NewRun, now: number): Run {
  return {
    ...run,
    startedAtMs: now,
    status: 'running',
    finishedAtMs: undefined,
    toolCallsCount: 0,
    tokens: { input: 0, output: 0, thinking: 0, cacheRead: 0 },
    lastSequence: 0,
    output: undefined,
    error: undefined,
    runtimeMs: undefined,
    finishFingerprint: undefined,
    touchedAtMs: now,
    shaping: { lastEventAtMs: now, lastStepAtMs: now, modelRecorded: false, secretPending: false },
    ledger: NEW_LEDGER,
  };
}

/** Which runs a list shows: an explicit status matches dry runs too, otherwise they are shown only when asked for. */
export function matchesStatus(run: Run, status: RunStatus | undefined, includeDryRun: boolean): boolean {
  if (status !== undefined) return run.status === status;
  return includeDryRun || run.status !== 'dry_run';
}

/** Whether a run counts as the last one of its skill: `ok` only, or any finished one but dry runs. */
export function countsAsLast(run: Run, includeFailed: boolean): boolean {
  if (run.status === 'ok') return true;
  return includeFailed && run.status !== 'running' && run.status !== 'dry_run';
}

/**
 * The chain from the root to a run, the run itself last; at most 32 long and safe against loops.
 *
 * @param parentOf  resolves a run's parent; undefined ends the chain
 */
export async function chainOf(run: Run, parentOf: (run: Run) => Promise<Run | undefined>): Promise<Run[]> {
  const chain = [run];
  const seen = new Set([run.runId]);
  let parent = await parentOf(run);
  while (parent && !seen.has(parent.runId) && chain.length < LIMITS.runChainDepthMax) {
    chain.unshift(parent);
    seen.add(parent.runId);
    parent = await parentOf(parent);
  }
  return chain;
}
