// Subjects of decisions share a fixed number of buckets, in both engines: whoever can choose names cannot make more indexes
// of them. A reader compares the records themselves, so two subjects of one bucket are never mixed up.
import { createHash } from 'node:crypto';
import type { DecisionSubject } from '../../core/decision/decision-subject.ts';

export const SUBJECT_BUCKETS = 4_096;

export function bucketOf({ field, value }: DecisionSubject): number {
  return createHash('sha256').update(`${field}/${value}`).digest().readUInt32BE() % SUBJECT_BUCKETS;
}
