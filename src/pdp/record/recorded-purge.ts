// The records of a purge. A purge destroys evidence, so the record that it begins is stored before anything goes: a crash in
// the middle leaves that one. The record with the count follows at the end, also of a purge that failed half way.

import type { DecisionRpc } from '../../core/decision/decision-record.ts';
import type { CallContext } from '../call-context.ts';
import { pendingRecord, recordOutcome } from './decision-records.ts';

export interface AskedPurge {
  readonly rpc: Extract<DecisionRpc, 'PurgeRuns' | 'PurgeSessions' | 'PurgePayloads'>;
  /** Of a purge of one run. */
  readonly runId?: string;
  /** Only what had ended before is purged; undefined where the request names no time. */
  readonly endedBeforeMs?: number;
  readonly keepsProof: boolean;
}

/**
 * Purges what a caller has asked to purge, with a record before and one behind.
 *
 * @param purge  tells how much it has removed as it goes
 * @returns how much was removed
 * @throws Failure state_unavailable; nothing has been removed if the first record could not be stored
 */
export async function recordedPurge(
  context: CallContext,
  asked: AskedPurge,
  purge: (onRemoved: (count: number) => void) => Promise<unknown>,
): Promise<number> {
  await record(context, asked, undefined);
  let removed = 0;
  try {
    await purge((count) => {
      removed += count;
    });
  } catch (error) {
    // What the purge failed with is the answer, whether or not its count can be stored.
    await record(context, asked, removed).catch(() => undefined);
    throw error;
  }
  await record(context, asked, removed);
  return removed;
}

async function record(context: CallContext, asked: AskedPurge, removed: number | undefined): Promise<void> {
  const { rpc, runId, endedBeforeMs, keepsProof } = asked;
  const details = { kind: 'removal', removal: { endedBeforeMs, keepsProof, removed } } as const;
  const pending = pendingRecord(context, {
    rpc,
    runId,
    policyRevision: context.pdp.policy().revision,
    checks: [],
    details,
  });
  if (!pending) return;
  // Not noted with the run: the ledger has a record of its own for a purge.
  const entry = { ...pending.entry, runId: undefined };
  await recordOutcome(context, { ...pending, entry }, { effect: 'ALLOW', reason: 'ALLOWED' });
}
