// The active warnings: one list for GetServerInfo, the metric, the log and `tollgate health`. Parts of the process raise and clear
// warnings, or are sources of them.
import type { Logger } from './log.ts';

/** A closed list, because it is a label of a metric. docs/operations.md says for each what has happened and what to do. */
export const WARNING_CODES = [
  'STORE_UNREACHABLE',
  'STORE_EMPTIED',
  'STORE_ROLLED_BACK',
  'STORE_FULL',
  'STORE_FILLING',
  'STORE_EVICTS',
  'STORE_NOT_DURABLE',
  'STORE_REPLICAS_MISSING',
  'STORE_UNKNOWN',
  'STORE_LOGIN_REFUSED',
  'LEDGER_UNSIGNED',
  'POLICY_REFUSED',
  'POLICY_DOUBTFUL',
  'CALLERS_REFUSED',
  'CERTIFICATE_REFUSED',
  'CERTIFICATE_EXPIRING',
  'LOG_DROPPED',
  'DESCRIPTORS_LOW',
  'DESCRIPTORS_EXHAUSTED',
] as const;
type WarningCode = (typeof WARNING_CODES)[number];

export interface RaisedWarning {
  readonly code: WarningCode;
  /** One sentence, without credentials and without anything that a caller sent. */
  readonly message: string;
}

export interface Warning extends RaisedWarning {
  /** Ms since the epoch. */
  readonly sinceMs: number;
}

/** Most warnings of one code; more would say nothing new. */
const PER_CODE_MAX = 20;

export class Warnings {
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #raised = new Map<WarningCode, string>();
  readonly #sources: (() => readonly RaisedWarning[])[] = [];
  /** By code and message. */
  #known = new Map<string, Warning>();

  constructor(log: Logger, now: () => number = Date.now) {
    this.#log = log;
    this.#now = now;
  }

  /** Replaces the message of a code that is raised already. */
  raise(code: WarningCode, message: string): void {
    this.#raised.set(code, message);
    this.list();
  }

  /** Clears a warning; does nothing if it was not raised. */
  clear(code: WarningCode): void {
    if (this.#raised.delete(code)) this.list();
  }

  /** Adds a source, which runs whenever the list is read; it must be cheap. */
  addSource(source: () => readonly RaisedWarning[]): void {
    this.#sources.push(source);
  }

  /** The active warnings. A warning is logged when it appears, and when it no longer applies. */
  list(): readonly Warning[] {
    const now = new Map<string, Warning>();
    const perCode = new Map<WarningCode, number>();
    for (const { code, message } of this.#holding()) {
      const key = `${code} ${message}`;
      const count = (perCode.get(code) ?? 0) + 1;
      if (now.has(key) || count > PER_CODE_MAX) continue;
      perCode.set(code, count);
      now.set(key, this.#known.get(key) ?? { code, message, sinceMs: this.#now() });
    }
    const before = this.#known;
    this.#known = now;
    for (const [key, { code, message }] of now) if (!before.has(key)) this.#log.warn({ warning: code }, message);
    const codes = new Set([...now.values()].map(({ code }) => code));
    for (const { code } of before.values()) {
      if (!codes.has(code)) this.#log.info({ warning: code }, 'a warning no longer applies');
      codes.add(code);
    }
    return [...now.values()];
  }

  /** The number of active warnings for every code. */
  counts(): ReadonlyMap<WarningCode, number> {
    const counts = new Map<WarningCode, number>(WARNING_CODES.map((code) => [code, 0]));
    for (const { code } of this.list()) counts.set(code, counts.get(code)! + 1);
    return counts;
  }

  #holding(): RaisedWarning[] {
    const raised = [...this.#raised].map(([code, message]) => ({ code, message }));
    return [...raised, ...this.#sources.flatMap((source) => source())];
  }
}
