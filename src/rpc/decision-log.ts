// One log line for each decision: denials at info, everything else at debug. Denials that are equal but for their id and
// time fold into one line and counts; the record of each is in the store. Lines name ids, reasons and counts; never
// a trace id, which opens its identity to whoever knows it, and never what a tool was called with. What a caller may
// choose, a tool's name or an id, is shown without what looks like a credential in it.

import { principalOf } from '../core/identity.ts';
import type { RedactionRules } from '../core/redaction/scanner.ts';
import type { ChargeDecision, ChargeRequest } from '../pdp/charge.ts';
import type { Decision } from '../pdp/decision.ts';
import { withoutSecrets } from '../pdp/decision-records.ts';
import { FoldedLines } from '../telemetry/folded-lines.ts';
import type { Logger } from '../telemetry/log.ts';

export interface Asked {
  readonly rpc: string;
  /** Its name in the callers file; `local` where the operating system decides who calls. */
  readonly caller: string;
}

export class DecisionLog {
  readonly #log: Logger;
  readonly #denials: FoldedLines;
  readonly #redaction: () => RedactionRules;

  constructor(log: Logger, redaction: () => RedactionRules) {
    this.#log = log;
    this.#redaction = redaction;
    this.#denials = new FoldedLines(log, 'denied more often, alike');
  }

  /** Says what has been counted, before the process ends. */
  close(): void {
    this.#denials.close();
  }

  charge(asked: Asked, request: ChargeRequest, { decision, identity, usage }: ChargeDecision): void {
    if (!this.#isWanted(decision)) return;
    this.decision(asked, decision, {
      session_id: request.session?.sessionId,
      agent_id: request.session?.agentId,
      run_id: request.runId,
      tool: request.calls[0]?.tool,
      calls: request.calls.length,
      principal: identity && principalOf(identity),
      calls_remaining: usage?.callsRemaining,
    });
  }

  decision(asked: Asked, decision: Decision, about: Readonly<Record<string, unknown>>): void {
    if (!this.#isWanted(decision)) return;
    const rules = this.#redaction();
    const named = Object.entries(about).map(([key, value]) => [
      key,
      typeof value === 'string' ? withoutSecrets(value, rules) : value,
    ]);
    const { decisionId, effect, wouldBe, reason, asserted, replayed, dryRun, policyRevision } = decision;
    const line = {
      ...asked,
      decision_id: decisionId,
      effect,
      reason,
      ...Object.fromEntries(named),
      ...(asserted && { asserted }),
      ...(replayed && { replayed }),
      ...(dryRun && { dry_run: true, would_be: wouldBe }),
      policy_revision: policyRevision.slice(0, 12),
    };
    if (effect !== 'DENY') {
      this.#log.debug(line, 'decided');
      return;
    }
    // What is left of a budget may change between two denials that are alike.
    const { calls_remaining: _, ...rest } = about;
    const alike = { ...asked, reason, ...rest };
    this.#denials.write({ key: JSON.stringify(alike), kind: `${asked.rpc} ${reason}`, about: alike }, (log) =>
      log.info(line, 'denied'),
    );
  }

  /** Building a line costs more than a check: an allow must cost nothing at the default level. */
  #isWanted(decision: Decision): boolean {
    return this.#log.isLevelEnabled(decision.effect === 'DENY' ? 'info' : 'debug');
  }
}
