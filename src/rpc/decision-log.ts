// One log line for each decision: denials at info, everything else at debug. Lines name ids, reasons and counts; never
// a trace id, which opens its identity to whoever knows it, and never what a tool was called with. A tool's name is shown
// without what looks like a credential in it.

import { principalOf } from '../core/identity.ts';
import type { ChargeDecision, ChargeRequest } from '../pdp/charge.ts';
import type { Decision } from '../pdp/decision.ts';
import { withoutSecrets } from '../pdp/decision-records.ts';
import type { Logger } from '../telemetry/log.ts';

export interface Asked {
  readonly rpc: string;
  /** Its name in the callers file; `local` where the operating system decides who calls. */
  readonly caller: string;
}

export class DecisionLog {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  charge(asked: Asked, request: ChargeRequest, { decision, identity, usage }: ChargeDecision): void {
    if (!this.#isWanted(decision)) return;
    this.decision(asked, decision, {
      session_id: request.session?.sessionId,
      agent_id: request.session?.agentId,
      run_id: request.runId,
      tool: withoutSecrets(request.calls[0]?.tool),
      calls: request.calls.length,
      principal: identity && principalOf(identity),
      calls_remaining: usage?.callsRemaining,
    });
  }

  decision(asked: Asked, decision: Decision, about: Readonly<Record<string, unknown>>): void {
    if (!this.#isWanted(decision)) return;
    const { decisionId, effect, wouldBe, reason, asserted, replayed, dryRun, policyRevision } = decision;
    const line = {
      ...asked,
      decision_id: decisionId,
      effect,
      reason,
      ...about,
      ...(asserted && { asserted }),
      ...(replayed && { replayed }),
      ...(dryRun && { dry_run: true, would_be: wouldBe }),
      policy_revision: policyRevision.slice(0, 12),
    };
    if (effect === 'DENY') this.#log.info(line, 'denied');
    else this.#log.debug(line, 'decided');
  }

  /** Building a line costs more than a check: an allow must cost nothing at the default level. */
  #isWanted(decision: Decision): boolean {
    return this.#log.isLevelEnabled(decision.effect === 'DENY' ? 'info' : 'debug');
  }
}
