// Authorize and ConsumeBudget: gather facts, judge them, commit the charge, respond.
import { Failure } from '../../core/failure.ts';
import type { CallContext } from '../call-context.ts';
import { commit } from './commit.ts';
import { type GatheredFacts, gather, gatherCached } from './gather.ts';
import { judge } from './judge.ts';
import type { ChargeDecision, ChargeRequest } from './request.ts';
import { respond } from './respond.ts';

/** How often an identity may change during a decision before the call fails. */
const ATTEMPTS_MAX = 4;

/**
 * Decides a request and charges its session, all or nothing.
 *
 * @throws Failure state_unavailable (whether the charge took place is unknown: repeat with the same key), key_reused,
 * too_many_keys
 */
export async function decideAndCharge(context: CallContext, request: ChargeRequest): Promise<ChargeDecision> {
  const cached = gatherCached(context, request);
  if (cached) {
    const decision = await decideOn(context, request, cached instanceof Promise ? await cached : cached);
    if (decision) return decision;
  }
  for (let attempts = 0; attempts < ATTEMPTS_MAX; attempts++) {
    const decision = await decideOn(context, request, await gather(context, request));
    if (decision) return decision;
  }
  throw new Failure('state_unavailable', 'the identity record keeps changing');
}

/** @returns undefined when the decision must be made again on a fresh reading; nothing was charged then */
async function decideOn(
  context: CallContext,
  request: ChargeRequest,
  facts: GatheredFacts,
): Promise<ChargeDecision | undefined> {
  const { pdp } = context;
  const judgement = judge(pdp, pdp.policy(), request, facts);
  if (facts.isCached && judgement.verdict) return undefined;
  const committed = await commit(context, request, facts, judgement);
  if (committed !== 'identity_changed') return respond(request, judgement, committed);
  if (request.traceId !== undefined) pdp.identities.delete(request.traceId);
  return undefined;
}
