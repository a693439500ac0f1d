// Task sessions: opened, looked at, closed and cleared away by a controller.
import { setImmediate as turn } from 'node:timers/promises';
import { termsOf } from '../../core/decision/decision-details.ts';
import { Failure } from '../../core/failure.ts';
import { LIMITS } from '../../core/limits.ts';
import { PARTITIONS } from '../../core/partition.ts';
import { scannerOf } from '../../core/redaction/scanner.ts';
import { storable } from '../../core/redaction/storable.ts';
import { type SessionRecord, type SessionStatus, statusOf } from '../../core/session/session.ts';
import type { RecordOf } from '../../state/port/decision.ts';
import type { IdempotencyKey } from '../../state/port/idempotency-key.ts';
import type { Position } from '../../state/port/position.ts';
import type { NewSession } from '../../state/port/session.ts';
import type { CallContext } from '../call-context.ts';
import { countOf, pageOf, type Walk } from '../merge-pages.ts';
import { newDecisionId, pendingRecord, prepared, type RecordedRequest } from '../record/decision-records.ts';
import { keyReused } from '../run/change-run.ts';

/** A session and the store's time at which it stood so. */
export interface SessionAt {
  readonly record: SessionRecord;
  readonly now: number;
}

/** Of a session that is not there yet. */
const NOBODY = { sessionId: undefined, agentId: undefined, principal: undefined };

/** @throws Failure too_many_sessions, wrong_state (agent), key_reused, not_found (the key's session is gone), state_unavailable */
export async function createSession(
  context: CallContext,
  session: Omit<NewSession, 'sessionId'>,
  operation: IdempotencyKey | undefined,
): Promise<SessionAt & { replayed: boolean }> {
  const { text: declaredIntent } = storable(
    session.declaredIntent,
    LIMITS.declaredIntentBytesMax,
    scannerOf(context.pdp.redaction()).text,
  );
  const stored = { ...session, declaredIntent, sessionId: newSessionId(context) };
  const { agentId, owner } = session;
  const details = {
    kind: 'terms',
    terms: termsOf(stored, (text: string) => context.pdp.names.withoutSecrets(text, context.pdp.redaction())),
  } as const;
  const records = sessionRecords(context, { rpc: 'CreateSession', agentId, principal: owner, details });
  await prepared(context, NOBODY);
  const answer = await context.state.createSession(stored, context.pdp.sessionsMaxLive, operation, records.of);
  switch (answer.kind) {
    case 'created':
      // The store has the last word on its id, so it is noted behind its opening.
      await prepared(context, { sessionId: answer.record.session.sessionId, agentId, principal: owner });
      await records.publishStored();
      return { record: answer.record, now: answer.now, replayed: false };
    case 'replayed':
      if (!answer.record) throw unknownSession();
      return { record: answer.record, now: answer.now, replayed: true };
    case 'too_many_sessions':
      throw new Failure('too_many_sessions', `the agent has ${context.pdp.sessionsMaxLive} live sessions already`);
    case 'agent_deactivated':
      throw new Failure('wrong_state', 'the agent is deactivated', { subject: 'agent' });
    case 'key_reused':
      throw keyReused();
  }
}

/** @throws Failure not_found */
export async function getSession(context: CallContext, sessionId: string): Promise<SessionAt> {
  const { record, now } = await context.state.readSession(sessionId);
  if (!record) throw unknownSession();
  return { record, now };
}

/** @throws Failure not_found, wrong_state when it is closed already, key_reused */
export async function closeSession(
  context: CallContext,
  sessionId: string,
  operation: IdempotencyKey | undefined,
): Promise<SessionAt> {
  // Whose a session is never changes, so it may be read before.
  const owned =
    context.pdp.decisionLog === 'off' ? undefined : (await context.state.readSession(sessionId)).record?.session;
  const records = sessionRecords(context, { rpc: 'CloseSession', agentId: owned?.agentId, principal: owned?.owner });
  await prepared(context, { sessionId, agentId: owned?.agentId, principal: owned?.owner });
  const answer = await context.state.closeSession(sessionId, operation, records.of);
  switch (answer.kind) {
    case 'closed':
      await records.publishStored();
      return { record: answer.record, now: answer.now };
    case 'replayed':
      return { record: answer.record, now: answer.now };
    case 'unknown':
      throw unknownSession();
    case 'already_closed':
      throw new Failure('wrong_state', 'the session is closed already', { subject: 'session' });
    case 'key_reused':
      throw keyReused();
  }
}

/** The records of what happens to sessions; the store asks for one where it happens. */
export function sessionRecords(
  context: CallContext,
  asked: Pick<RecordedRequest, 'rpc' | 'agentId' | 'principal' | 'details'>,
): { of: RecordOf | undefined; publishStored: () => Promise<void> } {
  const made: string[] = [];
  const policyRevision = context.pdp.policy().revision;
  const of = (sessionId: string) => {
    const { entry } = pendingRecord(context, { ...asked, sessionId, policyRevision, checks: [] })!;
    const decisionId = newDecisionId(context, sessionId);
    made.push(decisionId);
    return { ...entry, decisionId };
  };
  // The store asks for more records than it keeps: of a session that had ended, or whose place was taken. So those who
  // listen are told of what it holds, and of nothing if that cannot be read: what is done is done all the same.
  const publishStored = async () => {
    if (!context.pdp.decisions.isHeard) return;
    const stored = await Promise.all(made.map((id) => context.state.readDecision(id).catch(() => undefined)));
    for (const record of stored) if (record) context.pdp.decisions.publish(record);
  };
  return { of: context.pdp.decisionLog === 'off' ? undefined : of, publishStored };
}

function unknownSession(): Failure {
  return new Failure('not_found', 'the session is unknown', { subject: 'session' });
}

export interface SessionFilter {
  readonly agentId: string | undefined;
  readonly status: SessionStatus | undefined;
}

/** Sessions newest first. `total` counts what the filter matches, to 10,000 and no further. */
export async function listSessions(
  context: CallContext,
  filter: SessionFilter,
  page: { size: number; after: Position | undefined },
): Promise<{ sessions: SessionAt[]; next: Position | undefined; total: number }> {
  const keep = ({ record, now }: SessionAt) =>
    (filter.agentId === undefined || record.session.agentId === filter.agentId) &&
    (filter.status === undefined || statusOf(record, now) === filter.status);
  const walk = sessionWalk(context);
  const [{ items, next }, total] = await Promise.all([
    pageOf({ walk: { ...walk, after: page.after }, keep, size: page.size }),
    countOf(walk, keep),
  ]);
  return { sessions: items, next, total };
}

/** The texts of a session are what makes it large; a UTF-16 unit takes up to three bytes. */
function weigh({ record: { session } }: SessionAt): number {
  const texts = [...session.delegationChain, ...(session.grant === 'all' ? [] : session.grant), session.declaredIntent];
  return texts.reduce((bytes, text) => bytes + 3 * text.length, 1_000);
}

function sessionWalk(context: CallContext): Walk<SessionAt> {
  return {
    descending: true,
    weigh,
    position: ({ record: { session } }) => ({ atMs: session.createdAtMs, id: session.sessionId }),
    page: async (partition, after, limit) => {
      const { records, now } = await context.state.pageSessions({ partition, limit, ...(after && { after }) });
      return records.map((record) => ({ record, now }));
    },
  };
}

/** Steps that are asked for together are one transaction of the embedded store, which nothing comes between. */
const REMOVED_PER_STEP = 25;
const PARTITIONS_AT_ONCE = 4;

/**
 * Removes all sessions that have ended at least `endedForMs` ago.
 *
 * @param onRemoved  is told how many were removed, as they are
 * @returns how many were removed in all
 */
export async function removeEndedSessions(
  context: CallContext,
  endedForMs: number,
  onRemoved: (count: number) => void = () => undefined,
): Promise<number> {
  let removed = 0;
  const count = (step: number) => {
    removed += step;
    onRemoved(step);
  };
  for (let first = 0; first < PARTITIONS; first += PARTITIONS_AT_ONCE) {
    const partitions = Array.from({ length: PARTITIONS_AT_ONCE }, (_, index) => first + index);
    await Promise.all(partitions.map((partition) => removeEnded(context, { partition, endedForMs }, count)));
    await turn();
  }
  return removed;
}

async function removeEnded(
  { state }: CallContext,
  sweep: { readonly partition: number; readonly endedForMs: number },
  onRemoved: (count: number) => void,
): Promise<void> {
  for (;;) {
    const step = await state.removeEndedSessions({ ...sweep, limit: REMOVED_PER_STEP });
    onRemoved(step);
    if (step < REMOVED_PER_STEP) return;
    await turn();
  }
}

function newSessionId({ pdp }: CallContext): string {
  return pdp.ids.newId(pdp.clock(), pdp.ids.anyPartition());
}
