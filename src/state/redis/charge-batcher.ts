// Charges of one event-loop turn as one script call: what goes in, and what comes back, by position.
import { Failure } from '../../core/failure.ts';
import type { Counters, SessionLimits, SessionReason } from '../../core/session.ts';
import { uuidText } from '../codec/operation-record.ts';
import type { ChargeAnswer, ChargedSession, ChargeStep } from '../port.ts';
import { failureOfItem } from './errors.ts';
import { sessionKey, sessionSlotKey } from './keys.ts';
import { asBuffer, NO_BYTES, operationBytes, packed, type Store } from './store.ts';
import { TurnBatcher } from './turn-batcher.ts';

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
] as const satisfies readonly (SessionReason | Uppercase<ChargeAnswer['kind']> | 'FAILED')[];

export type ChargeBatcher = TurnBatcher<ChargeStep, ChargeAnswer>;

export function chargeBatcher(store: Store): ChargeBatcher {
  return new TurnBatcher(CHARGES_MAX, async (steps) => {
    const args = [store.clock(), store.retentionMs, ...steps.flatMap(argumentsOf)];
    const keys = steps.flatMap((step) => keysOf(step, store.identityKeyPrefix));
    const reply = (await store.scripts.run('charge', keys, args)) as [number, ...ItemReply[]];
    const [now, ...items] = reply;
    const answers = items.map((item) => answerOf(item, now));
    for (const answer of answers) if (answer instanceof Failure) store.connection.notice(answer);
    return answers;
  });
}

function keysOf({ sessionId, identity }: ChargeStep, identityKeyPrefix: string): string[] {
  const session = sessionKey(sessionId);
  const guard = identity ? identityKeyPrefix + identity.traceId : session;
  return [session, sessionSlotKey(session, 0), sessionSlotKey(session, 1), guard];
}

function argumentsOf({ agentId, principals, calls, decisionId, operation, identity }: ChargeStep): Buffer[] {
  return [
    packed([agentId, principals ?? [], calls.map(({ tool, sensitivity }) => [tool, sensitivity])]),
    operation ? operationBytes(operation, decisionId) : NO_BYTES,
    identity ? asBuffer(identity.bytes) : NO_BYTES,
  ];
}

/** A code, fourteen numbers where the caller may see them, and a detail; or a code and a message. */
type ItemReply = readonly [number, ...(number | Buffer)[]];
const DETAIL = 15;

function answerOf(item: ItemReply, now: number): ChargeAnswer | Failure {
  const code = CODES[item[0]];
  switch (code) {
    case 'CHARGED':
      return { kind: 'charged', now, ...chargedOf(item) };
    case 'NOTHING_TO_CHARGE':
      return { kind: 'nothing_to_charge', now, ...chargedOf(item) };
    case 'REPLAYED':
      return { kind: 'replayed', decisionId: uuidText(item[DETAIL] as Buffer), now, ...chargedOf(item) };
    case 'IDENTITY_CHANGED':
      return { kind: 'identity_changed', now };
    case 'KEY_REUSED':
      return { kind: 'key_reused', now };
    case 'TOO_MANY_KEYS':
      return { kind: 'too_many_keys', now };
    case 'FAILED':
    case undefined:
      return failureOfItem(String(item[1]));
    default:
      return deniedOf(code, item, now);
  }
}

function deniedOf(reason: SessionReason, item: ItemReply, now: number): ChargeAnswer {
  const detail = item[DETAIL] as number | undefined;
  return {
    kind: 'denied',
    reason,
    callIndex: reason === 'RATE_LIMITED' ? undefined : detail,
    retryAfterMs: reason === 'RATE_LIMITED' ? detail : undefined,
    charged: item.length > 1 ? chargedOf(item) : undefined,
    now,
  };
}

function chargedOf(item: ItemReply): ChargedSession {
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
