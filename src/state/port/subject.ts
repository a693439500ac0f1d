// Whom the decisions of a session are about.
import type { DecisionSubject } from '../../core/decision/decision-subject.ts';

export interface Subjects {
  /** Notes that subjects have had a part in a session: its decisions are then found by them. A repeat notes it anew. */
  noteSubjects(sessionId: string, subjects: readonly DecisionSubject[]): Promise<void>;
}
