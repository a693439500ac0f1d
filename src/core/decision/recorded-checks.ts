// The checks of a recorded decision. A record keeps those before the charge; the reason tells the rest.
import type { SessionReason } from '../session/session-reason.ts';
import { sessionChecks, standingChecks } from './checks.ts';
import type { Check, Reason } from './decision.ts';
import type { DecisionContext } from './decision-record.ts';

/** Every check of a decision: those before the charge, and those of the charge as the reason tells them. */
export function checksOf({ rpc, sessionId, checks }: DecisionContext, reason: Reason): readonly Check[] {
  const charges = rpc === 'Authorize' || rpc === 'ConsumeBudget';
  if (!charges || sessionId === undefined || checks.at(-1)?.passed === false) return checks;
  if (reason === 'NOTHING_TO_CHARGE') return [...checks, ...standingChecks()];
  return [...checks, ...sessionChecks(reason === 'ALLOWED' ? undefined : (reason as SessionReason))];
}
