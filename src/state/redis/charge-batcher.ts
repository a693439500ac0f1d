// Charges of one event-loop turn as one script call: what goes in, and what comes back, by position.
import { Failure } from '../../core/failure.ts';
import { LIMITS } from '../../core/limits.ts';
import type { Counters, SessionLimits } from '../../core/session/session.ts';
import type { SessionReason } from '../../core/session/session-reason.ts';
import { MsgpackWriter } from '../codec/msgpack-writer.ts';
import { operationName, uuidText, writeUuid } from '../codec/operation-record.ts';
import type { ChargedSession, ChargeResult, ChargeStep } from '../port/charge.ts';
import type { IdempotencyKey } from '../port/idempotency-key.ts';
import { failureOfItem, internal, rowOf } from './connection/errors.ts';
import { CHARGE_CODES, type CONCEALED_DENIALS, fieldsOf, type ReplyFields } from './connection/replies.ts';
import { callScript, LINEAGE, type ScriptArgument } from './connection/scripts.ts';
import type { Connection } from './connection/server-connection.ts';
import { TurnBatcher } from './connection/turn-batcher.ts';
import { absentKey, sessionKey } from './keys.ts';
import { decisionLength, isNear, latestOf, NO_BYTES, type Store, writeDecision } from './store.ts';

/** More would hold up the server's other clients; fewer would cost more commands. */
const CHARGES_MAX = 32;

export interface ChargeQuestion {
  readonly step: ChargeStep;
  readonly deadline: number;
}

/** Or that the session stands behind what has been seen of it. */
type Charged = ChargeResult | 'rolled_back';
export type ChargeBatcher = TurnBatcher<ChargeQuestion, Charged>;

export function chargeBatcher(store: Store): ChargeBatcher {
  const { isCluster } = store.commands.servers;
  // One writer serves all batches: a batch is written whole before anything else can run.
  const writer = new MsgpackWriter();
  const charge = (questions: readonly ChargeQuestion[]) => {
    const steps = questions.map(({ step }) => step);
    const args: ScriptArgument[] = [
      store.clock(),
      store.retentionMs,
      LINEAGE,
      store.decisions.retentionMs,
      store.decisions.perSessionMax,
      store.runRetentionMs,
      LIMITS.sessionlessDenialsMax,
      chargesBytes(writer, store, steps),
    ];
    const keys: string[] = [];
    for (const { sessionId, identity } of steps) {
      const session = sessionKey(sessionId);
      keys.push(session, identity ? store.identityKeyPrefix + identity.traceId : session);
    }
    if (isCluster) keys.push(absentKey(keys[0]!));
    const call = { script: store.scripts.charge, keys, args };
    return store.commands.ask(keys[0]!, latestOf(questions), async (connection) => {
      const [now, ...items] = (await callScript(connection, call)) as [number, ...unknown[]];
      const answers = items.map((item, index) => answerOf(item, steps[index]!, now));
      noteFailures(connection, answers);
      for (const [index, answer] of answers.entries()) noteSession(store, connection, steps[index]!, answer);
      return answers;
    });
  };
  // In a cluster the sessions of one partition lie in one slot.
  return new TurnBatcher(
    CHARGES_MAX,
    charge,
    isCluster ? ({ step }) => sessionKey(step.sessionId).slice(0, 14) : undefined,
  );
}

/**
 * Charges one session.
 *
 * @throws Failure state_unavailable also for a session that the store has rolled back and that could not be brought back
 */
export async function charge(store: Store, batcher: ChargeBatcher, step: ChargeStep): Promise<ChargeResult> {
  if (step.record && !isNear(step.decisionId, step.sessionId)) {
    throw internal(new Error('a decision that is recorded lies in another partition than its session'));
  }
  const question = { step, deadline: store.deadline };
  const answer = await batcher.add(question);
  if (answer !== 'rolled_back') return answer;
  const { sessionId } = step;
  await store.commands.ask(sessionKey(sessionId), store.deadline, (connection) =>
    store.highWaterMarks.restoreSession(connection, sessionId),
  );
  const again = await batcher.add(question);
  if (again === 'rolled_back') throw failureOfItem('the session stands behind what was acknowledged of it');
  return again;
}

/** Where the server refused the script's very writes, nothing was executed, and the whole may be asked once more. */
function noteFailures(connection: Connection, answers: readonly (Charged | Failure)[]): void {
  let refused: unknown;
  for (const answer of answers) {
    if (!(answer instanceof Failure)) continue;
    connection.server.notice(answer.cause);
    if (rowOf(answer.cause).next !== 'give_up') refused = answer.cause;
  }
  if (refused !== undefined && answers.every((answer) => answer instanceof Failure)) throw refused;
}

/**
 * Everything that a caller learns of a session raises its high-water mark: also that a key was charged before, which
 * acknowledges the charge, and that a budget is spent, perhaps by another process.
 */
function noteSession(
  { highWaterMarks }: Store,
  { server }: Connection,
  { sessionId }: ChargeStep,
  answer: Charged | Failure,
): void {
  const counters = countersIn(answer);
  if (counters) highWaterMarks.observeSession(sessionId, server.lineage, counters);
}

function countersIn(answer: Charged | Failure): Counters | undefined {
  if (answer instanceof Failure || answer === 'rolled_back') return undefined;
  if (answer.kind === 'denied') return answer.charged?.counters;
  return 'counters' in answer ? answer.counters : undefined;
}

/** The charges of a batch as charge.lua takes them, one behind the other. */
function chargesBytes(writer: MsgpackWriter, { highWaterMarks }: Store, steps: readonly ChargeStep[]): Buffer {
  writer.begin();
  for (const {
    sessionId,
    agentId,
    principals = [],
    calls,
    decisionId,
    idempotencyKey: operation,
    identity,
    record,
  } of steps) {
    const head = writer.plain(HEAD_BYTES);
    writer.array(4);
    writer.text(agentId);
    writer.array(principals.length);
    for (const principal of principals) writer.text(principal);
    writer.array(calls.length);
    for (const { tool, sensitivity } of calls) {
      writer.array(2);
      writer.text(tool);
      writer.integer(sensitivity);
    }
    writer.integer(highWaterMarks.sequenceOf(sessionId));
    const asked = writer.length - head - HEAD_BYTES;
    const known = writeOperation(writer, operation, decisionId);
    const guard = identity?.bytes.length ?? 0;
    if (identity) {
      const at = writer.plain(guard);
      writer.target.set(identity.bytes, at);
    }
    const entry = record ? decisionLength(record, decisionId) : 0;
    if (record) {
      const at = writer.plain(entry);
      writeDecision(record, decisionId, writer.target, at);
    }
    const bytes = writer.target;
    bytes.writeUInt32BE(asked, head);
    bytes[head + 4] = known;
    bytes.writeUInt32BE(guard, head + 5);
    bytes.writeUInt32BE(entry, head + 9);
  }
  return writer.taken();
}

/** The lengths of what one charge consists of. */
const HEAD_BYTES = 13;
const KEYED_BYTES = 36;
const KEYLESS_BYTES = 24;

/** A request without a key is known again by its decision, whose id is made for it alone. @returns the bytes written */
function writeOperation(writer: MsgpackWriter, operation: IdempotencyKey | undefined, decisionId: string): number {
  const length = operation ? KEYED_BYTES : KEYLESS_BYTES;
  const at = writer.plain(length);
  const bytes = writer.target;
  if (operation) {
    bytes.write(operation.fingerprint, at, 'hex');
    bytes.set(operationName(operation), at + KEYLESS_BYTES);
  } else bytes.fill(0, at, at + 8);
  writeUuid(decisionId, bytes, at + 8);
  return length;
}

/** Every code stands for an answer, or for a way to have none. */
type Code = (typeof CHARGE_CODES)[number] &
  (SessionReason | Uppercase<ChargeResult['kind']> | 'FAILED' | 'ROLLED_BACK');

/** The answer to one charge. @throws Failure internal for a reply of another form */
function answerOf(item: unknown, { decisionId }: ChargeStep, now: number): Charged | Failure {
  const code: Code | undefined = CHARGE_CODES[fieldsOf('charge.bare', item).code];
  switch (code) {
    case 'CHARGED':
      return { kind: 'charged', now, ...chargedOf(fieldsOf('charge.session', item)) };
    case 'NOTHING_TO_CHARGE':
      return { kind: 'nothing_to_charge', now, ...chargedOf(fieldsOf('charge.session', item)) };
    case 'REPLAYED': {
      const fields = fieldsOf('charge.session', item);
      const first = uuidText(fields.first_decision ?? NO_BYTES);
      // Our own repeat after a lost answer: this very decision had the effect.
      if (first === decisionId) return { kind: 'charged', now, ...chargedOf(fields) };
      return { kind: 'replayed', decisionId: first, now, ...chargedOf(fields) };
    }
    case 'IDENTITY_CHANGED':
      return { kind: 'identity_changed', now };
    case 'KEY_REUSED':
      return { kind: 'key_reused', now };
    case 'TOO_MANY_KEYS':
      return { kind: 'too_many_keys', now };
    case 'ROLLED_BACK':
      return 'rolled_back';
    case 'SESSION_UNKNOWN':
    case 'AGENT_MISMATCH':
    case 'OWNER_MISMATCH':
      return concealedDenial(code, fieldsOf('charge.concealed', item), now);
    case 'FAILED':
      return failureOfItem(fieldsOf('charge.failed', item).message);
    case undefined:
      throw internal(new Error('a charge with an unknown code'));
    default:
      return denial(code, fieldsOf('charge.session', item), now);
  }
}

function concealedDenial(
  reason: (typeof CONCEALED_DENIALS)[number],
  { record }: ReplyFields<'charge.concealed'>,
  now: number,
): ChargeResult {
  const decisionId = record && { decisionId: uuidText(record) };
  return {
    kind: 'denied',
    reason,
    callIndex: undefined,
    retryAfterMs: undefined,
    charged: undefined,
    ...decisionId,
    now,
  };
}

function denial(reason: SessionReason, fields: ReplyFields<'charge.session'>, now: number): ChargeResult {
  const { call_index: callIndex, retry_after: retryAfterMs, record } = fields;
  const decisionId = record && { decisionId: uuidText(record) };
  return { kind: 'denied', reason, callIndex, retryAfterMs, charged: chargedOf(fields), ...decisionId, now };
}

function chargedOf(fields: ReplyFields<'charge.session'>): ChargedSession {
  const limits: SessionLimits = {
    timeLimitMs: fields.time_limit,
    callBudget: fields.call_budget,
    rateLimit: fields.rate_limit === 0 ? undefined : fields.rate_limit,
    rateWindowMs: fields.rate_window,
    createdAtMs: fields.created_at,
  };
  const counters: Counters = {
    closedAtMs: fields.closed_at === 0 ? undefined : fields.closed_at,
    callsMade: fields.calls_made,
    windowStartMs: fields.window_start,
    windowCalls: fields.window_calls,
    sequence: fields.sequence,
    clockMs: fields.clock,
    operations: { generation: fields.generation, current: fields.current, previous: fields.previous },
  };
  return { limits, counters };
}
