// Subjects of decisions share a fixed number of buckets in both engines, so that callers cannot create indexes without limit by
// choosing names. Readers compare the records themselves, so subjects in one bucket are never confused.
import { createHash } from 'node:crypto';
import type { DecisionSubject } from '../../core/decision/decision-subject.ts';

export const SUBJECT_BUCKETS = 4_096;

export function bucketOf({ field, value }: DecisionSubject): number {
  return createHash('sha256').update(`${field}/${value}`).digest().readUInt32BE() % SUBJECT_BUCKETS;
}
