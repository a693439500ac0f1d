// One log line for each decision: denials at info, everything else at debug. Denials that are equal but for their id and
// time fold into one line and counts; the record of each is in the store. A line holds ids, reasons and counts. It never
// holds a trace id, which gives access to the identity, nor the arguments of a tool. Texts that a caller chooses, such as a
// tool's name, are redacted.
import type { LoggedDecision } from '../../api/operation.ts';
import type { RedactionRules } from '../../core/redaction/scanner.ts';
import { RecordedNames } from '../../pdp/record/recorded-names.ts';
import { FoldedLines } from '../../telemetry/folded-lines.ts';
import type { Logger } from '../../telemetry/log.ts';

export class DecisionLog {
  readonly #names = new RecordedNames();
  readonly #log: Logger;
  readonly #denials: FoldedLines;
  readonly #redaction: () => RedactionRules;

  constructor(log: Logger, redaction: () => RedactionRules) {
    this.#log = log;
    this.#redaction = redaction;
    this.#denials = new FoldedLines(log, 'more equal denials');
  }

  /** Writes the counts before the process ends. */
  close(): void {
    this.#denials.close();
  }

  /** @param caller  its name in the callers file; `local` where the operating system decides who calls */
  write(rpc: string, caller: string, { decision, about }: LoggedDecision): void {
    // Building a line costs more than a check: an allow must cost nothing at the default level.
    if (!this.#log.isLevelEnabled(decision.effect === 'DENY' ? 'info' : 'debug')) return;
    const rules = this.#redaction();
    const named = Object.fromEntries(
      Object.entries(about()).map(([key, value]) => [
        key,
        typeof value === 'string' ? this.#names.withoutSecrets(value, rules) : value,
      ]),
    );
    const { decisionId, effect, wouldBe, reason, asserted, replayed, dryRun, policyRevision } = decision;
    const line = {
      rpc,
      caller,
      decision_id: decisionId,
      effect,
      reason,
      ...named,
      ...(asserted && { asserted }),
      ...(replayed && { replayed }),
      ...(dryRun && { dry_run: true, would_be: wouldBe }),
      policy_revision: policyRevision.slice(0, 12),
    };
    if (effect !== 'DENY') {
      this.#log.debug(line, 'decided');
      return;
    }
    // The remaining budget may differ between two otherwise equal denials.
    const { calls_remaining: _, ...rest } = named;
    const alike = { rpc, caller, reason, ...rest };
    this.#denials.write({ key: JSON.stringify(alike), kind: `${rpc} ${reason}`, about: alike }, (log) =>
      log.info(line, 'denied'),
    );
  }
}
