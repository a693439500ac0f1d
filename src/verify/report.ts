// What a verification found, for a person and for a program. Texts that are quoted from a bundle are shortened and made
// printable: a bundle is untrusted input and is read on a terminal.

export type FaultKind =
  | 'altered'
  | 'missing'
  | 'inserted'
  | 'reordered'
  | 'truncated'
  | 'rolled back'
  | 'forked'
  | 'unknown signer';

export interface Fault {
  readonly kind: FaultKind;
  /** `record 7`, `line 3`, `checkpoint 2`, `run line`, … */
  readonly where: string;
  readonly detail: string;
}

/** Something that the run did and no decision allowed, or a decision that the run made no use of. */
export interface Finding {
  readonly kind: 'call without decision' | 'allow without call';
  /** `record 7` */
  readonly where: string;
  readonly detail: string;
}

export interface Range {
  readonly first: number;
  readonly last: number;
}

export interface Report {
  readonly ok: boolean;
  /** The most exact one first. */
  readonly faults: readonly Fault[];
  /** Facts that a reader should know and that are no faults. */
  readonly notes: readonly string[];
  readonly runId: string;
  readonly status: string;
  /** Of the newest checkpoint that holds and that the records fit; 0 where there is none. */
  readonly treeSize: number;
  /** Base64, as in the checkpoint; empty where there is none. */
  readonly rootHash: string;
  readonly epoch: number;
  readonly signedAtMs: number;
  readonly durability: string;
  /** The names of the keys whose signatures hold. */
  readonly signers: readonly string[];
  readonly records: number;
  readonly checkpoints: number;
  /** Records whose payload was removed on purpose. */
  readonly purged: readonly Range[];
  /** Where what was done and what was allowed do not fit. None where the ledger itself is at fault. */
  readonly findings: readonly Finding[];
  /** How many there are, those that are not listed too. */
  readonly findingsTotal: number;
}

/**
 * How far a fault lies from its cause: what is wrong in a line itself comes before what then does not fit between lines.
 * Faults are listed in this order.
 */
export const NEARNESS = ['line', 'signature', 'end', 'head', 'tree', 'run', 'proof', 'given'] as const;
export type Nearness = (typeof NEARNESS)[number];

const FAULTS_MAX = 100;

export class Faults {
  readonly #byNearness = new Map<Nearness, Fault[]>();
  #count = 0;

  add(nearness: Nearness, kind: FaultKind, where: string, detail: string): void {
    this.#count += 1;
    const list = this.#byNearness.get(nearness) ?? [];
    this.#byNearness.set(nearness, list);
    if (list.length < FAULTS_MAX) list.push({ kind, where, detail });
  }

  has(...nearness: readonly Nearness[]): boolean {
    return nearness.some((one) => this.#byNearness.has(one));
  }

  hasKind(kind: FaultKind): boolean {
    return [...this.#byNearness.values()].some((list) => list.some((fault) => fault.kind === kind));
  }

  get count(): number {
    return this.#count;
  }

  list(): Fault[] {
    return NEARNESS.flatMap((one) => this.#byNearness.get(one) ?? []).slice(0, FAULTS_MAX);
  }
}

const SHOWN_MAX = 64;

/** A text from a bundle as it may be printed. */
export function shown(text: string): string {
  const printable = text.slice(0, SHOWN_MAX).replace(/[^\x20-\x7e]/g, '?');
  return text.length > SHOWN_MAX ? `${printable}…` : printable;
}

/** `record 4`, `records 4 to 9`. */
export function rangeOf({ first, last }: Range): string {
  return first === last ? `record ${first}` : `records ${first} to ${last}`;
}
