// How names and traces are recorded. Both come again and again, and a lookup costs less than the work.
import { BoundedMemo } from '../../core/bounded-memo.ts';
import { LIMITS } from '../../core/limits.ts';
import { isOwnId } from '../../core/partition.ts';
import { type RedactionRules, scannerOf } from '../../core/redaction/scanner.ts';
import { storable } from '../../core/redaction/storable.ts';
import { traceHashOf } from './trace-hash.ts';

const ENTRIES_MAX = 10_000;

export class RecordedNames {
  readonly #traceHashes = new BoundedMemo(traceHashOf, ENTRIES_MAX);
  /** By rules: when the rules change, the names that were scanned with them are forgotten. */
  readonly #names = new WeakMap<RedactionRules, BoundedMemo<string>>();

  /** The hash under which a trace is recorded. */
  traceHash(traceId: string): string {
    return this.#traceHashes.get(traceId);
  }

  /** A name that a caller chose, as it may be stored and logged. */
  withoutSecrets(text: string, rules: RedactionRules): string;
  withoutSecrets(text: string | undefined, rules: RedactionRules): string | undefined;
  withoutSecrets(text: string | undefined, rules: RedactionRules): string | undefined {
    return text === undefined ? undefined : this.#under(rules).get(text);
  }

  /** An id in our own form has no room for a secret, and there are too many ids to remember. */
  idWithoutSecrets(id: string | undefined, rules: RedactionRules): string | undefined {
    return id !== undefined && isOwnId(id) ? id : this.withoutSecrets(id, rules);
  }

  #under(rules: RedactionRules): BoundedMemo<string> {
    let known = this.#names.get(rules);
    if (!known) {
      const { name: scan } = scannerOf(rules);
      known = new BoundedMemo((name: string) => storable(name, LIMITS.scopeBytesMax, scan).text, ENTRIES_MAX);
      this.#names.set(rules, known);
    }
    return known;
  }
}
