// Holds what a run did to what it was allowed to do: each tool call to the decision that it names, each allowed call to a call
// that was made. What does not fit is a finding about the runner, not a fault of the ledger: nobody has altered anything.
//
// A decision may stand behind the call that names it, so calls and decisions are compared at the end.
import { isCount, isObject } from './lines.ts';
import type { CheckedRecord } from './record.ts';
import { type Finding, shown } from './report.ts';

export interface Findings {
  /** The first of them. */
  readonly list: readonly Finding[];
  readonly total: number;
  /** What could not be compared. */
  readonly notes: readonly string[];
}

const LISTED_MAX = 100;
/** What is held of names and ids, in UTF-16 units: a bundle may come from anybody. */
const HELD_MAX = 16_000_000;
/** What an entry takes beside its texts. */
const ENTRY_COST = 64;
const CHARGING: readonly unknown[] = ['Authorize', 'ConsumeBudget'];

interface Decided {
  readonly sequence: number;
  readonly effect: unknown;
  readonly isCharge: boolean;
  /** Allowed calls by tool that no call has taken; undefined where an older server did not write what was asked. */
  readonly left: Map<string, number> | undefined;
  /** Allowed calls that are not listed. */
  unlisted: number;
  taken: number;
}

interface Call {
  readonly sequence: number;
  readonly tool: string;
  readonly decisionId: string | undefined;
}

export class Allowances {
  readonly #decided = new Map<string, Decided>();
  readonly #calls: Call[] = [];
  #held = 0;
  #purgedDecisions = 0;
  #purgedCalls = 0;
  #isCut = false;

  record({ sequence, type, data }: CheckedRecord): void {
    if (type === 'tollgate.decision') {
      if (data) this.#decision(sequence, data);
      else this.#purgedDecisions += 1;
    } else if (type === 'tool_call') {
      if (data) this.#call(sequence, data);
      else this.#purgedCalls += 1;
    }
  }

  #decision(sequence: number, data: Readonly<Record<string, unknown>>): void {
    const { decision_id: id, rpc, effect, calls, calls_total: total } = data;
    if (typeof id !== 'string') return;
    const listed = Array.isArray(calls) ? calls.flatMap(countedCall) : undefined;
    const texts = listed?.reduce((sum, [tool]) => sum + tool.length + ENTRY_COST, 0) ?? 0;
    if (!this.#hold(id.length + texts)) return;
    const counted = listed?.reduce((sum, [, count]) => sum + count, 0) ?? 0;
    this.#decided.set(id, {
      sequence,
      effect,
      isCharge: CHARGING.includes(rpc),
      left: listed && summed(listed),
      unlisted: isCount(total) ? Math.max(0, total - counted) : 0,
      taken: 0,
    });
  }

  #call(sequence: number, data: Readonly<Record<string, unknown>>): void {
    const { name, decision_id: decisionId } = data;
    const call = { sequence, tool: textOf(name) ?? '', decisionId: textOf(decisionId) };
    if (this.#hold(call.tool.length + (call.decisionId?.length ?? 0))) this.#calls.push(call);
  }

  /** @returns false where no more is held */
  #hold(units: number): boolean {
    this.#held += units + ENTRY_COST;
    this.#isCut ||= this.#held > HELD_MAX;
    return !this.#isCut;
  }

  /** What was found, once every record was seen. */
  end(): Findings {
    const found: Finding[] = [];
    let total = 0;
    const add = (kind: Finding['kind'], sequence: number, detail: string) => {
      total += 1;
      if (found.length < LISTED_MAX) found.push({ kind, where: `record ${sequence}`, detail });
    };
    for (const call of this.#calls) {
      const missing = this.#lacks(call);
      if (missing !== undefined) add('call without decision', call.sequence, `${shown(call.tool)} ${missing}`);
    }
    // Among what was not compared may be the call that is looked for.
    const isWhole = this.#purgedCalls === 0 && !this.#isCut;
    for (const [id, decided] of isWhole ? this.#decided : []) {
      const left = leftOf(decided);
      if (left !== undefined) add('allow without call', decided.sequence, `decision ${shown(id)} allowed ${left}`);
    }
    return { list: found, total, notes: this.#notes() };
  }

  /** What a call lacks to be an allowed one; undefined where it lacks nothing, or nobody can tell. */
  #lacks({ tool, decisionId }: Call): string | undefined {
    if (decisionId === undefined) return 'names no decision';
    const decided = this.#decided.get(decisionId);
    if (!decided) {
      const mayBeThere = this.#purgedDecisions > 0 || this.#isCut;
      return mayBeThere ? undefined : `names decision ${shown(decisionId)}, which is not in this ledger`;
    }
    if (decided.effect !== 'ALLOW' || !decided.isCharge)
      return `names decision ${shown(decisionId)}, which allowed no call`;
    decided.taken += 1;
    if (!decided.left) return undefined;
    const left = decided.left.get(tool);
    if (left !== undefined && left > 0) decided.left.set(tool, left - 1);
    else if (left === undefined && decided.unlisted > 0) decided.unlisted -= 1;
    else
      return `names decision ${shown(decisionId)}, which ${left === undefined ? 'did not allow it' : 'allowed it less often'}`;
    return undefined;
  }

  #notes(): string[] {
    const purged = this.#purgedDecisions + this.#purgedCalls;
    return [
      ...(purged > 0 ? [`${purged} decisions and calls were purged and are not compared`] : []),
      ...(this.#isCut ? ['not all decisions and calls are compared: there are too many'] : []),
    ];
  }
}

/** What was allowed and not done; undefined where all of it was, or it is not known what was asked. */
function leftOf({ effect, isCharge, left, unlisted, taken }: Decided): string | undefined {
  if (effect !== 'ALLOW' || !isCharge) return undefined;
  if (!left) return taken > 0 ? undefined : 'something, and no call names it';
  const parts = [...left].flatMap(([tool, count]) => (count > 0 ? [`${shown(tool)} x${count}`] : []));
  if (unlisted > 0) parts.push(`${unlisted} unlisted calls`);
  return parts.length === 0 ? undefined : `${parts.slice(0, 8).join(', ')}, and no call names it for that`;
}

function countedCall(call: unknown): [tool: string, count: number][] {
  if (!isObject(call)) return [];
  const { tool, count } = call;
  return typeof tool === 'string' && isCount(count) ? [[tool, count]] : [];
}

/** A tool may be listed more than once, with another sensitivity. */
function summed(listed: readonly [tool: string, count: number][]): Map<string, number> {
  const left = new Map<string, number>();
  for (const [tool, count] of listed) left.set(tool, (left.get(tool) ?? 0) + count);
  return left;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
