// A run's ledger: the records that Tollgate itself writes into it, what the run remembers of its checkpoints, and the text
// that the last of them signs. Shapes only; nothing is hashed or signed here.

import type { DecisionRecord, RunDecision } from '../decision/decision-record.ts';
import type { ShapedRecord } from '../run/audit.ts';
import type { Run } from '../run/run.ts';
import { SENSITIVITIES } from '../session/session.ts';
import type { SignedState } from './run-ledger.ts';

export * from './run-ledger.ts';

/** A record of Tollgate's own. */
export interface OwnRecord {
  readonly type: `tollgate.${'decision' | 'epoch' | 'purge'}`;
  readonly data: Readonly<Record<string, unknown>>;
  readonly atMs: number;
}

/** Of the record that begins an epoch. */
export const EPOCH_TYPE = 'tollgate.epoch';

/** The store has lost acknowledged changes: what other copies hold behind this record was never part of this ledger. */
export function epochRecord(epoch: number, lostChanges: number, now: number): OwnRecord {
  return { type: EPOCH_TYPE, data: { epoch, lost_changes: lostChanges }, atMs: now };
}

/** Of what a decision's record in a ledger says. Form 1 had no number, and nothing of what was asked. */
const DECISION_FORM = 2;

/** A decision that named the run. */
export interface FoldedDecision extends RunDecision {
  /** Undefined where it is no longer kept: then the ledger says that the decision was made, and not what was asked. */
  readonly record: DecisionRecord | undefined;
}

/** The ledger outlives the records of decisions, so it says itself what was asked, by whom and under which policy. */
export function decisionRecord({ decisionId, rpc, effect, reason, atMs, record }: FoldedDecision): OwnRecord {
  const noted = { decision_id: decisionId, rpc, effect, reason, at: atMs, form: DECISION_FORM };
  return { type: 'tollgate.decision', data: { ...noted, ...(record && askedOf(record)) }, atMs };
}

function askedOf(record: DecisionRecord): Readonly<Record<string, unknown>> {
  return {
    caller: record.caller,
    agent_id: record.agentId,
    session_id: record.sessionId,
    principal: record.principal,
    calls: record.calls.map(({ tool, sensitivity, count }) => ({
      tool,
      sensitivity: SENSITIVITIES[sensitivity],
      count,
    })),
    calls_total: record.callsTotal,
    call_index: record.callIndex,
    scope: record.scope,
    platform: record.platform,
    command: record.command,
    policy_revision: record.policyRevision,
  };
}

/** The contents of all records up to `last` are removed on purpose, because the caller `by` has asked for it. */
export function purgeRecord(last: number, now: number, by: string | undefined): OwnRecord {
  return { type: 'tollgate.purge', data: { first: 1, last, by }, atMs: now };
}

/**
 * Numbers records of Tollgate's own behind a run's last one. Their times are their own: they neither move the run's last
 * event nor keep the run from falling silent.
 */
export function withOwnRecords(
  run: Run,
  own: readonly OwnRecord[],
): { readonly run: Run; readonly records: ShapedRecord[] } {
  const records = own.map(
    ({ type, data, atMs }, index): ShapedRecord => ({
      sequence: run.lastSequence + 1 + index,
      type,
      occurredAtMs: atMs,
      data: JSON.stringify(data),
      redactions: [],
    }),
  );
  return { run: { ...run, lastSequence: run.lastSequence + own.length }, records };
}

/** Whether the newest checkpoint says all that there is to say of a run. */
export function isSigned({ status, lastSequence, ledger: { epoch, checkpoint } }: Run): boolean {
  return (
    checkpoint !== undefined &&
    checkpoint.epoch === epoch &&
    checkpoint.size === lastSequence &&
    checkpoint.isFinal === (status !== 'running')
  );
}

/** The texts of a run as they are hashed: JSON, without blanks. */
export function textsOf({ inputs, output, error }: Run): string {
  return `{"inputs":${inputs ?? 'null'},"output":${JSON.stringify(output ?? null)},"error":${JSON.stringify(error ?? null)}}`;
}

/**
 * What a finished run's header says, as its final checkpoint signs it: JSON, without blanks, in this order.
 *
 * INVARIANT: of a run that has finished it never changes. A later checkpoint signs it again, and another line would be a fork of ours.
 */
export function runLineOf(run: Run): string {
  const { tokens } = run;
  return JSON.stringify({
    run_id: run.runId,
    root_run_id: run.rootRunId,
    parent_run_id: run.parentRunId ?? null,
    continuation_parent_run_id: run.continuationParentRunId ?? null,
    skill_id: run.skillId,
    caller_id: run.callerId,
    caller_asserted: run.callerAsserted,
    channel_id: run.channelId ?? null,
    session_id: run.sessionId ?? null,
    status: run.status,
    started_at: run.startedAtMs,
    finished_at: run.finishedAtMs,
    runtime_ms: run.runtimeMs ?? null,
    tool_calls_count: run.toolCallsCount,
    token_totals: {
      input: tokens.input,
      output: tokens.output,
      thinking: tokens.thinking,
      cache_read: tokens.cacheRead,
    },
    texts_sha256: run.ledger.texts?.hash,
  });
}

/** A kept checkpoint, as far as it matters for which of them to drop. */
export type KeptCheckpoint = Pick<SignedState, 'number' | 'epoch'> & { readonly size: number };

/**
 * Which checkpoint to drop so that one more can be kept: neither the first nor the last, nor the last of an epoch while
 * another can go, and of these the one whose neighbours are closest, so that what stays is spread over the whole log.
 *
 * @param kept  in order, three or more
 */
export function checkpointToDrop(kept: readonly KeptCheckpoint[]): number {
  const inner = kept.slice(1, -1).map((checkpoint, index) => ({
    number: checkpoint.number,
    endsEpoch: kept[index + 2]!.epoch !== checkpoint.epoch,
    gap: kept[index + 2]!.size - kept[index]!.size,
  }));
  const within = inner.filter(({ endsEpoch }) => !endsEpoch);
  const candidates = within.length > 0 ? within : inner;
  return candidates.reduce((least, one) => (one.gap < least.gap ? one : least)).number;
}
