// Charges of one event-loop turn as one script call: what goes in, and what comes back, by position.
import { Failure } from '../../core/failure.ts';
import { LIMITS } from '../../core/limits.ts';
import type { Counters, SessionLimits } from '../../core/session/session.ts';
import { maySeeUsage, type SessionReason } from '../../core/session/session-reason.ts';
import { MsgpackWriter } from '../codec/msgpack-writer.ts';
import { operationName, uuidText, writeUuid } from '../codec/operation-record.ts';
import type { ChargedSession, ChargeResult, ChargeStep } from '../port/charge.ts';
import type { IdempotencyKey } from '../port/idempotency-key.ts';
import type { Connection } from './connection/commands.ts';
import { failureOfItem, internal, rowOf } from './connection/errors.ts';
import { callScript, LINEAGE, type ScriptArgument } from './connection/scripts.ts';
import { TurnBatcher } from './connection/turn-batcher.ts';
import { absentKey, sessionKey } from './keys.ts';
import { decisionLength, isNear, latestOf, type Store, writeDecision } from './store.ts';

/** More would hold up the server's other clients; fewer would cost more commands. */
const CHARGES_MAX = 32;

/** The codes of charge.lua: a code is its place here. */
export const CODES = [
  'FAILED',
  'CHARGED',
  'REPLAYED',
  'NOTHING_TO_CHARGE',
  'IDENTITY_CHANGED',
  'KEY_REUSED',
  'TOO_MANY_KEYS',
  'SESSION_UNKNOWN',
  'AGENT_MISMATCH',
  'OWNER_MISMATCH',
  'SESSION_CLOSED',
  'SESSION_EXPIRED',
  'BUDGET_EXHAUSTED',
  'TOOL_NOT_GRANTED',
  'SENSITIVITY_EXCEEDED',
  'RATE_LIMITED',
  'RATE_IMPOSSIBLE',
  'ROLLED_BACK',
] as const satisfies readonly (SessionReason | Uppercase<ChargeResult['kind']> | 'FAILED' | 'ROLLED_BACK')[];

export interface ChargeQuestion {
  readonly step: ChargeStep;
  readonly deadline: number;
}

/** Or that the session stands behind what has been seen of it. */
type Charged = ChargeResult | 'rolled_back';
export type ChargeBatcher = TurnBatcher<ChargeQuestion, Charged>;

export function chargeBatcher(store: Store): ChargeBatcher {
  const { isCluster } = store.commands.servers;
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
      chargesBytes(store, steps),
    ];
    const keys: string[] = [];
    for (const { sessionId, identity } of steps) {
      const session = sessionKey(sessionId);
      keys.push(session, identity ? store.identityKeyPrefix + identity.traceId : session);
    }
    if (isCluster) keys.push(absentKey(keys[0]!));
    const call = { script: store.scripts.charge, keys, args };
    return store.commands.ask(keys[0]!, latestOf(questions), async (line) => {
      const [now, ...items] = (await callScript(line, call)) as [number, ...ItemReply[]];
      const answers = items.map((item, index) => answerOf(item, steps[index]!, now));
      noteFailures(line, answers);
      for (const [index, answer] of answers.entries()) noteSession(store, line, steps[index]!, answer);
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
  await store.commands.ask(sessionKey(sessionId), store.deadline, (line) =>
    store.highWaterMarks.restoreSession(line, sessionId),
  );
  const again = await batcher.add(question);
  if (again === 'rolled_back') throw failureOfItem('the session stands behind what was acknowledged of it');
  return again;
}

/** Where the server refused the script's very writes, nothing was executed, and the whole may be asked once more. */
function noteFailures(line: Connection, answers: readonly (Charged | Failure)[]): void {
  let refused: unknown;
  for (const answer of answers) {
    if (!(answer instanceof Failure)) continue;
    line.server.notice(answer.cause);
    if (rowOf(answer.cause).next !== 'give_up') refused = answer.cause;
  }
  if (refused !== undefined && answers.every((answer) => answer instanceof Failure)) throw refused;
}

/**
 * Whatever a caller learns of a session is a floor: also that a key was charged before, which acknowledges the charge,
 * and that a budget is spent, which somebody else may have done.
 */
function noteSession(
  { highWaterMarks }: Store,
  { server: link }: Connection,
  { sessionId }: ChargeStep,
  answer: Charged | Failure,
): void {
  const counters = countersIn(answer);
  if (counters) highWaterMarks.observeSession(sessionId, link.lineage, counters);
}

function countersIn(answer: Charged | Failure): Counters | undefined {
  if (answer instanceof Failure || answer === 'rolled_back') return undefined;
  if (answer.kind === 'denied') return answer.charged?.counters;
  return 'counters' in answer ? answer.counters : undefined;
}

/** One serves all: a batch is written from its first byte to its last before anything else can run. */
const writer = new MsgpackWriter();

/** The charges of a batch as charge.lua takes them, one behind the other. */
function chargesBytes({ highWaterMarks }: Store, steps: readonly ChargeStep[]): Buffer {
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
    const known = writeOperation(operation, decisionId);
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
function writeOperation(operation: IdempotencyKey | undefined, decisionId: string): number {
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

/**
 * A code, fourteen numbers, a detail and the id of a denial's record; where the caller may see none of them a code and the
 * id; or a code and a message.
 */
type ItemReply = readonly [number, ...(number | Buffer | null)[]];
const DETAIL = 15;
const RECORD = 16;

function answerOf(item: ItemReply, { decisionId }: ChargeStep, now: number): Charged | Failure {
  const code = CODES[item[0]];
  switch (code) {
    case 'CHARGED':
      return { kind: 'charged', now, ...chargedOf(item) };
    case 'NOTHING_TO_CHARGE':
      return { kind: 'nothing_to_charge', now, ...chargedOf(item) };
    case 'REPLAYED': {
      const first = uuidText(item[DETAIL] as Buffer);
      // Our own repeat after a lost answer: it is this decision that had the effect.
      if (first === decisionId) return { kind: 'charged', now, ...chargedOf(item) };
      return { kind: 'replayed', decisionId: first, now, ...chargedOf(item) };
    }
    case 'IDENTITY_CHANGED':
      return { kind: 'identity_changed', now };
    case 'KEY_REUSED':
      return { kind: 'key_reused', now };
    case 'TOO_MANY_KEYS':
      return { kind: 'too_many_keys', now };
    case 'ROLLED_BACK':
      return 'rolled_back';
    case 'FAILED':
    case undefined:
      return failureOfItem(String(item[1]));
    default:
      return deniedOf(code, item, now);
  }
}

function deniedOf(reason: SessionReason, item: ItemReply, now: number): ChargeResult {
  const isConcealed = !maySeeUsage(reason);
  const detail = (item[DETAIL] ?? undefined) as number | undefined;
  const record = item[isConcealed ? 1 : RECORD] as Buffer | undefined;
  return {
    kind: 'denied',
    reason,
    callIndex: reason === 'RATE_LIMITED' ? undefined : detail,
    retryAfterMs: reason === 'RATE_LIMITED' ? detail : undefined,
    charged: isConcealed ? undefined : chargedOf(item),
    ...(record && { decisionId: uuidText(record) }),
    now,
  };
}

function chargedOf(item: ItemReply): ChargedSession {
  if (item.length < DETAIL) throw internal(new Error('a reply with too few numbers'));
  const fields = item as readonly number[];
  const limits: SessionLimits = {
    timeLimitMs: fields[1]!,
    callBudget: fields[2]!,
    rateLimit: fields[3] === 0 ? undefined : fields[3]!,
    rateWindowMs: fields[4]!,
    createdAtMs: fields[5]!,
  };
  const counters: Counters = {
    closedAtMs: fields[6] === 0 ? undefined : fields[6]!,
    callsMade: fields[7]!,
    windowStartMs: fields[8]!,
    windowCalls: fields[9]!,
    sequence: fields[10]!,
    clockMs: fields[11]!,
    operations: { generation: fields[12]!, current: fields[13]!, previous: fields[14]! },
  };
  return { limits, counters };
}
