// Sessions by the subjects of their decisions: `partition(1) | bucket(2) | session(16)` → the time of the latest note.
import type { DecisionSubject } from '../../core/decision/decision-subject.ts';
import { isOwnId, partitionOf } from '../../core/partition.ts';
import { uuidText } from '../codec/operation-record.ts';
import { bucketOf } from '../codec/subject-bucket.ts';
import type { Tables, Write } from './file/environment.ts';
import { afterPrefix, idKey, integer, readTime, time } from './keys.ts';
import type { Store } from './store.ts';

/** How many outdated entries one new entry removes at most. */
const REMOVED_MAX = 4;
/** A session's entry is renewed only once in ten minutes, and ids carry the time of a process clock. */
export const SUBJECT_SLACK_MS = 1_200_000;

export function noteSubjects(store: Store, sessionId: string, subjects: readonly DecisionSubject[]): Promise<void> {
  return store.environment.commit((tables) => {
    if (!isOwnId(sessionId)) return { answer: undefined, writes: [] };
    const now = store.now();
    const writes = [...new Set(subjects.map(bucketOf))].flatMap((bucket): Write[] => {
      const prefix = bucketPrefix(partitionOf(sessionId), bucket);
      return [
        ...outlived(store, tables, prefix, now),
        [tables['decision-subjects'], Buffer.concat([prefix, idKey(sessionId)]), time(now)],
      ];
    });
    return { answer: undefined, writes };
  });
}

/** Removes the oldest sessions of a bucket that can have no records any more. */
function outlived({ decisions }: Store, tables: Tables, prefix: Buffer, now: number): Write[] {
  const writes: Write[] = [];
  const range = { start: prefix, end: afterPrefix(prefix), limit: REMOVED_MAX };
  for (const { key, value } of tables['decision-subjects'].getRange(range)) {
    if (now - readTime(value) > decisions.retentionMs + SUBJECT_SLACK_MS)
      writes.push([tables['decision-subjects'], key]);
  }
  return writes;
}

/** The sessions of a partition in which a subject may have taken part since a time. */
export function sessionsOf(
  tables: Tables,
  { partition, about }: { partition: number; about: DecisionSubject },
  fromMs: number,
): string[] {
  const prefix = bucketPrefix(partition, bucketOf(about));
  const entries = Array.from(tables['decision-subjects'].getRange({ start: prefix, end: afterPrefix(prefix) }));
  return entries
    .filter(({ value }) => readTime(value) >= fromMs - SUBJECT_SLACK_MS)
    .map(({ key }) => uuidText(Buffer.from(key.subarray(prefix.length))));
}

function bucketPrefix(partition: number, bucket: number): Buffer {
  return Buffer.concat([Buffer.from([partition]), integer(bucket, 2)]);
}
