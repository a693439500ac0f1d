// Identities bound to traces by the services that know who is behind a call.
import { Failure } from '../core/failure.ts';
import { type Identity, principalOf } from '../core/identity.ts';
import { type Asked, pendingRecord, settle } from './decision-records.ts';
import { type Pdp, requireIdentity } from './pdp.ts';

/** Binds an identity to a trace; the same again extends its life. @throws Failure conflict when another is bound */
export async function bindIdentity(
  pdp: Pdp,
  traceId: string,
  identity: Identity,
  ttlMs: number,
): Promise<{ alreadyBound: boolean; expiresAtMs: number }> {
  const answer = await pdp.state.bindIdentity(traceId, identity, ttlMs);
  if (answer.kind === 'conflict') {
    throw new Failure('conflict', 'another identity is bound to this trace_id', { subject: 'identity' });
  }
  await recordOfIdentity(pdp, { rpc: 'BindIdentity', traceId, principal: principalOf(identity) });
  return { alreadyBound: answer.kind === 'already_bound', expiresAtMs: answer.expiresAtMs };
}

/** @throws Failure not_found, wrong_state for a record that cannot be trusted */
export async function getIdentity(
  pdp: Pdp,
  traceId: string,
): Promise<{ identity: Identity; expiresAtMs: number | undefined }> {
  const identity = await requireIdentity(pdp, traceId);
  const { expiresAtMs } = await pdp.state.readIdentity(traceId);
  return { identity, expiresAtMs };
}

/** @returns whether an identity was bound */
export async function releaseIdentity(pdp: Pdp, traceId: string): Promise<boolean> {
  pdp.identities.delete(traceId);
  // Whose it was, for the record alone: the identity may change between the two, and is released all the same.
  const { stored } = await pdp.state.readIdentity(traceId);
  const principal = stored?.identity && principalOf(stored.identity);
  const released = await pdp.state.releaseIdentity(traceId);
  if (released) await recordOfIdentity(pdp, { rpc: 'ReleaseIdentity', traceId, principal });
  return released;
}

/** The record of an identity is foreign and may lie in another slot of a cluster, so this is a step of its own, right behind. */
async function recordOfIdentity(pdp: Pdp, asked: Pick<Asked, 'rpc' | 'traceId' | 'principal'>): Promise<void> {
  const pending = pendingRecord(pdp, { ...asked, policyRevision: pdp.policy().revision, checks: [] });
  if (pending) await settle(pdp, pending, { effect: 'ALLOW', reason: 'ALLOWED' });
}
