// The first step of a decision: the facts that it rests on.
import type { Facts } from '../../core/decision/checks.ts';
import type { CallContext } from '../call-context.ts';
import { findIdentity, findRun } from '../pdp.ts';
import type { ChargeRequest } from './request.ts';

export interface GatheredFacts extends Facts {
  /** The identity was read earlier. Only a charge that compares its bytes may rest on it, never a denial. */
  readonly isCached: boolean;
}

/** Facts on the cached identity of the trace; undefined where there is none. No await where nothing is fetched. */
export function gatherCached(
  context: CallContext,
  request: ChargeRequest,
): GatheredFacts | Promise<GatheredFacts> | undefined {
  if (request.dryRun || request.traceId === undefined) return undefined;
  const identity = context.pdp.identities.get(request.traceId);
  if (!identity) return undefined;
  const sessionId = request.session?.sessionId;
  if (request.runId === undefined) return { identity, run: undefined, sessionId, isCached: true };
  return findRun(context, request.runId).then((run) => ({ identity, run, sessionId, isCached: true }));
}

/** Facts as the store has them now. */
export async function gather(context: CallContext, request: ChargeRequest): Promise<GatheredFacts> {
  const identity = await findIdentity(context, request.traceId);
  const run = request.runId === undefined ? undefined : await findRun(context, request.runId);
  return { identity, run, sessionId: request.session?.sessionId, isCached: false };
}
