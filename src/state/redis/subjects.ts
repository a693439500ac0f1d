// Sessions by whom their decisions are about: an index that is written before the decisions, once in a while for a session.
import type { DecisionSubject } from '../../core/decision/decision-subject.ts';
import { isOwnId, partitionName, partitionOf } from '../../core/partition.ts';
import { uuidText } from '../codec/operation-record.ts';
import { bucketOf } from '../codec/subject-bucket.ts';
import type { DecisionPage } from '../port/decision.ts';
import { DECISION_BUCKET_MS, decisionKeys, sessionDecisionKeys, sessionKey, subjectKey } from './keys.ts';
import { run, type Store } from './store.ts';

export async function noteSubjects(
  store: Store,
  sessionId: string,
  subjects: readonly DecisionSubject[],
): Promise<void> {
  if (!isOwnId(sessionId)) return;
  const partition = partitionOf(sessionId);
  const buckets = new Set(subjects.map(bucketOf));
  const keys = [...buckets].map((bucket) => subjectKey(partition, bucket));
  await run(store, 'note-subjects', keys, [store.clock(), store.decisions.retentionMs, sessionId]);
}

/**
 * Ids of all decisions of a partition that may be about a subject, in no order: those of its sessions, and those of no
 * session. The commands it takes grow with the sessions of the subject, never with those of others.
 */
export async function idsAbout(
  store: Store,
  { partition, about }: { partition: number; about: DecisionSubject },
  { fromMs, toMs }: DecisionPage,
): Promise<string[]> {
  const noted = subjectKey(partition, bucketOf(about));
  const lists = decisionKeys(partitionName(partition));
  const { sessions, others } = await store.commands.ask(noted, store.deadline, async ({ redis }) => {
    const sessions = redis.zrangebyscore(noted, fromMs - SLACK_MS, '+inf');
    const ids = [lists.sessionless, lists.identities, lists.others].map((list) => redis.lrangeBuffer(list, 0, -1));
    return { sessions: await sessions, others: (await Promise.all(ids)).flat() };
  });
  const ids = [...others];
  for (const session of sessions) {
    const { listed, denials } = sessionDecisionKeys(sessionKey(session));
    const found = await store.commands.ask(listed, store.deadline, ({ redis }) =>
      Promise.all([redis.lrangeBuffer(listed, 0, -1), redis.hvalsBuffer(denials)]),
    );
    ids.push(...found.flat());
  }
  return ids.map(uuidText).filter((id) => isWithin(idTimeMs(id), { fromMs, toMs }));
}

/** The times in ids are those of processes' clocks, and a session is noted anew only once in ten minutes. */
const SLACK_MS = 2 * DECISION_BUCKET_MS;

function isWithin(atMs: number, { fromMs, toMs }: { fromMs: number; toMs: number }): boolean {
  return atMs >= fromMs - SLACK_MS && atMs < toMs + SLACK_MS;
}

function idTimeMs(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
