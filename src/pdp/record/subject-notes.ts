// Which sessions an agent and a principal have had a part in. The store keeps that as an index of sessions, not of decisions:
// a session is noted with them once in a while, so that a charge pays for a look into a map.
//
// INVARIANT: a session that is there is noted before a decision about it is recorded, so a list by subject misses none.
import { BoundedMap } from '../../core/bounded-map.ts';
import { type DecisionSubject, subjectsOfDecision } from '../../core/decision/decision-subject.ts';
import { isOwnId } from '../../core/partition.ts';
import type { State } from '../../state/port/state.ts';

/** What was noted this long ago is noted again, so that an index that lost it has it back. */
const NOTED_MS = 600_000;
const HELD_MAX = 50_000;

export interface Noting {
  readonly sessionId: string | undefined;
  readonly agentId: string | undefined;
  readonly principal: string | undefined;
}

export class SubjectNotes {
  /** When, in ms of `performance.now()`. */
  readonly #notedAtMs = new BoundedMap<string, number>(HELD_MAX);

  /** Whether the session must be noted first. Asked for each decision, so it is quick. */
  isDue(noting: Noting): boolean {
    const { sessionId } = noting;
    if (sessionId === undefined || !isOwnId(sessionId)) return false;
    const atMs = this.#notedAtMs.get(keyOf(noting));
    return atMs === undefined || performance.now() - atMs > NOTED_MS;
  }

  /** @throws Failure state_unavailable */
  async note(state: State, noting: Noting): Promise<void> {
    const { sessionId } = noting;
    if (sessionId === undefined || !this.isDue(noting)) return;
    const startedAtMs = performance.now();
    const subjects: DecisionSubject[] = subjectsOfDecision(noting);
    if (subjects.length > 0) await state.noteSubjects(sessionId, subjects);
    this.#notedAtMs.set(keyOf(noting), startedAtMs);
  }

  /** The store may have lost what was noted. */
  forget(): void {
    this.#notedAtMs.clear();
  }
}

/** Names hold no control characters, so nothing else has this key. */
function keyOf({ sessionId, agentId, principal }: Noting): string {
  return `${sessionId}\n${agentId ?? ''}\n${principal ?? ''}`;
}
