// The records of decisions as the simplest thing that is right: a map of records, and for each session which of them an
// equal denial is counted with. It knows no bytes and bounds nothing but the denials of a session.

import type { Reason } from '../../../src/core/decision/decision.ts';
import { type DecisionRecord, numbersOf } from '../../../src/core/decision/decision-record.ts';
import { checksOf } from '../../../src/core/decision/recorded-checks.ts';
import { LIMITS } from '../../../src/core/limits.ts';
import type { Counters, SessionRecord } from '../../../src/core/session/session.ts';
import { decodeContext } from '../../../src/state/codec/decision-record.ts';
import type { NewDecision } from '../../../src/state/port/decision.ts';

export interface Denial {
  readonly reason: Reason;
  readonly callIndex?: number | undefined;
  readonly retryAfterMs?: number | undefined;
}

export class DecisionModel {
  readonly #records = new Map<string, DecisionRecord & { readonly lastId: string }>();
  readonly #effects = new Map<string, string[]>();
  readonly #denials = new Map<string, Map<string, string>>();
  /** Denials of sessions that were not there. */
  readonly #lone: string[] = [];

  /** A charge, an opening or a close, that left the session with these counters. */
  effect(decision: NewDecision, before: SessionRecord, after: Counters, now: number): void {
    const { sessionId } = before.session;
    const session = numbersOf(before, after, now);
    this.#put(decision, { effect: 'ALLOW', reason: 'ALLOWED', session }, now);
    this.#effects.set(sessionId, [...(this.#effects.get(sessionId) ?? []), decision.decisionId]);
  }

  /** @returns the id of the record */
  denial(decision: NewDecision, found: SessionRecord | undefined, denial: Denial, now: number): string {
    const session = found && numbersOf(found, found.counters, now);
    const { reason, callIndex, retryAfterMs } = denial;
    const record = { effect: 'DENY', session, reason, callIndex, retryAfterMs } as const;
    if (!found) {
      this.#put(decision, record, now);
      this.#lone.push(decision.decisionId);
      return decision.decisionId;
    }
    const { sessionId } = found.session;
    const denials = this.#denials.get(sessionId) ?? new Map<string, string>();
    this.#denials.set(sessionId, denials);
    const asked = Buffer.from(decision.context.subarray(0, decision.aggregationBytes)).toString('hex');
    const first = denials.get(`${denial.reason} ${asked}`);
    if (first !== undefined) {
      this.repeat(first, decision.decisionId, now);
      return first;
    }
    if (denials.size >= LIMITS.sessionDenialsMax) {
      const [oldest] = [...denials].sort(([, one], [, other]) => (one < other ? -1 : 1));
      denials.delete(oldest![0]);
      this.#records.delete(oldest![1]);
    }
    denials.set(`${denial.reason} ${asked}`, decision.decisionId);
    this.#put(decision, record, now);
    return decision.decisionId;
  }

  repeat(first: string, decisionId: string, now: number): void {
    const record = this.#records.get(first);
    if (!record || record.lastId === decisionId) return;
    const lastAtMs = Math.max(record.lastAtMs, now);
    this.#records.set(first, { ...record, repeats: record.repeats + 1, lastAtMs, lastId: decisionId });
  }

  /** A session's records, newest first. */
  ofSession(sessionId: string): DecisionRecord[] {
    const lone = this.#lone.filter((id) => this.#records.get(id)?.sessionId === sessionId);
    const ids = [...(this.#effects.get(sessionId) ?? []), ...(this.#denials.get(sessionId)?.values() ?? []), ...lone];
    return ids
      .sort()
      .reverse()
      .map((id) => {
        const { lastId: _, ...record } = this.#records.get(id)!;
        return record;
      });
  }

  #put(
    { decisionId, context }: NewDecision,
    made: Pick<DecisionRecord, 'effect' | 'reason' | 'session'> & Omit<Denial, 'reason'>,
    now: number,
  ): void {
    const asked = decodeContext(context);
    this.#records.set(decisionId, {
      ...asked,
      callIndex: undefined,
      retryAfterMs: undefined,
      ...made,
      checks: checksOf(asked, made.reason),
      decisionId,
      atMs: now,
      lastAtMs: now,
      repeats: 0,
      lastId: decisionId,
    });
  }
}
