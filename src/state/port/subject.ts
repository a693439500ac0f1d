// The subjects of a session's decisions: agents and principals.
import type { DecisionSubject } from '../../core/decision/decision-subject.ts';

export interface Subjects {
  /** Records that subjects took part in a session, so that the session's decisions are found by them. A repeat renews the time. */
  noteSubjects(sessionId: string, subjects: readonly DecisionSubject[]): Promise<void>;
}
