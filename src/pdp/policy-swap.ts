// The record of a policy that has taken the place of another, on this server.
import { pendingRecord, settle } from './decision-records.ts';
import { type Pdp, pdpFor } from './pdp.ts';

/**
 * Records a swap that has happened. The record names the new revision; the one before is in the record before.
 *
 * @param caller  who asked for it; `local` where the file was changed
 * @throws Failure state_unavailable
 */
export async function recordPolicySwap(pdp: Pdp, revision: string, caller: string): Promise<void> {
  const pending = pendingRecord(pdpFor(pdp, caller), { rpc: 'ReloadPolicy', policyRevision: revision, checks: [] });
  if (pending) await settle(pdp, pending, { effect: 'ALLOW', reason: 'ALLOWED' });
}
