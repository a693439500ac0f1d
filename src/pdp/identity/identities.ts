// Identities bound to traces by the services that know who is behind a call.

import { Failure } from '../../core/failure.ts';
import { type Identity, principalOf } from '../../core/identity/identity.ts';
import type { CallContext } from '../call-context.ts';
import { requireIdentity } from '../pdp.ts';
import { pendingRecord, type RecordedRequest, recordOutcome } from '../record/decision-records.ts';

/** Binds an identity to a trace; the same again extends its life. @throws Failure conflict when another is bound */
export async function bindIdentity(
  context: CallContext,
  traceId: string,
  identity: Identity,
  ttlMs: number,
): Promise<{ alreadyBound: boolean; expiresAtMs: number }> {
  const answer = await context.state.bindIdentity(traceId, identity, ttlMs);
  if (answer.kind === 'conflict') {
    throw new Failure('conflict', 'another identity is bound to this trace_id');
  }
  await recordOfIdentity(context, { rpc: 'BindIdentity', traceId, principal: principalOf(identity) });
  return { alreadyBound: answer.kind === 'already_bound', expiresAtMs: answer.expiresAtMs };
}

/** @throws Failure not_found, wrong_state for a record that cannot be trusted */
export async function getIdentity(
  context: CallContext,
  traceId: string,
): Promise<{ identity: Identity; expiresAtMs: number | undefined }> {
  const identity = await requireIdentity(context, traceId);
  const { expiresAtMs } = await context.state.readIdentity(traceId);
  return { identity, expiresAtMs };
}

/** @returns whether an identity was bound */
export async function releaseIdentity(context: CallContext, traceId: string): Promise<boolean> {
  context.pdp.identities.delete(traceId);
  // Whose it was, for the record alone: the identity may change between the two, and is released all the same.
  const { stored } = await context.state.readIdentity(traceId);
  const principal = stored?.identity && principalOf(stored.identity);
  const released = await context.state.releaseIdentity(traceId);
  if (released) await recordOfIdentity(context, { rpc: 'ReleaseIdentity', traceId, principal });
  return released;
}

/** The record of an identity is foreign and may lie in another slot of a cluster, so this is a step of its own, right behind. */
async function recordOfIdentity(
  context: CallContext,
  asked: Pick<RecordedRequest, 'rpc' | 'traceId' | 'principal'>,
): Promise<void> {
  const pending = pendingRecord(context, { ...asked, policyRevision: context.pdp.policy().revision, checks: [] });
  if (pending) await recordOutcome(context, pending, { effect: 'ALLOW', reason: 'ALLOWED' });
}
