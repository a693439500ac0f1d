// One log line for each decision: denials at info, everything else at debug. Lines name ids, reasons and counts; never
// a trace id, which opens its identity to whoever knows it, and never what a tool was called with.
import type { LoggedDecision } from '../api/operation.ts';
import type { Logger } from '../telemetry/log.ts';

export class DecisionLog {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** @param caller  its name in the callers file; `local` where the operating system decides who calls */
  write(rpc: string, caller: string, { decision, about }: LoggedDecision): void {
    // Building a line costs more than a check: an allow must cost nothing at the default level.
    if (!this.#log.isLevelEnabled(decision.effect === 'DENY' ? 'info' : 'debug')) return;
    const { decisionId, effect, wouldBe, reason, replayed, dryRun, policyRevision } = decision;
    const line = {
      rpc,
      caller,
      decision_id: decisionId,
      effect,
      reason,
      ...about(),
      ...(replayed && { replayed }),
      ...(dryRun && { dry_run: true, would_be: wouldBe }),
      policy_revision: policyRevision.slice(0, 12),
    };
    if (effect === 'DENY') this.#log.info(line, 'denied');
    else this.#log.debug(line, 'decided');
  }
}
