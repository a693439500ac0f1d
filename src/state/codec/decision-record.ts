// A decision record, which both engines store in the same bytes: a head of fixed length, big-endian, which the engine writes,
// and the context, which is encoded once and stored unchanged.
//
//   version(1) = 1 | reason(1) | effect(1) | at, ms(8) | last at, ms(8) | repeats(4) | last id(16)
//   | calls made before(4), after(4) | window calls before(4), after(4) | sequence(4) | call budget(4) | rate limit(4)
//   | detail(4) | context
//
// A sequence of 0 means that there was no session; a rate limit of 0 means no rate limit. The detail is the ms until a retry for
// RATE_LIMITED, else the number of the call that decided, from 1. The last id is the id of the request that was counted last, so
// that a command that is sent twice counts once.
import { createHash } from 'node:crypto';
import { decodeMulti } from '@msgpack/msgpack';
import {
  CHECK_NAMES,
  type Check,
  type CheckName,
  type Effect,
  REASONS,
  type Reason,
} from '../../core/decision/decision.ts';
import {
  type CountedCall,
  DECISION_RPCS,
  type DecisionContext,
  type DecisionRecord,
  type DecisionSession,
} from '../../core/decision/decision-record.ts';
import { checksOf } from '../../core/decision/recorded-checks.ts';
import { isOwnId } from '../../core/partition.ts';
import type { SensitivityLevel } from '../../core/session/session.ts';
import { detailsOf, encodeDetails } from './decision-details.ts';
import { MsgpackWriter } from './msgpack-writer.ts';
import { uuidBytes, uuidText, writeUuid } from './operation-record.ts';

const VERSION = 1;
const AT = 3;
const LAST_AT = 11;
const REPEATS = 19;
const LAST_ID = 23;
export const DECISION_HEAD_BYTES = 71;
const COUNT_MAX = 2 ** 32 - 1;

const EFFECTS = ['UNSPECIFIED', 'ALLOW', 'DENY'] as const satisfies readonly Effect[];
const PASSED = 0x40;
const ASSERTED = 0x80;
const NAME_BITS = 0x3f;

const REASON_NUMBERS = new Map<Reason, number>(REASONS.map((reason, index) => [reason, index + 1]));
const CHECK_NUMBERS = new Map<CheckName, number>(CHECK_NAMES.map((name, index) => [name, index]));

/** The number of a reason in the proto enum; part of the stored format. */
export function reasonNumber(reason: Reason): number {
  return REASON_NUMBERS.get(reason)!;
}

export function reasonOf(number: number): Reason {
  const reason = REASONS[number - 1];
  if (!reason) throw new Error('decision record: unknown reason');
  return reason;
}

export function effectNumber(effect: Effect): number {
  return EFFECTS.indexOf(effect);
}

export function rpcNumber(rpc: DecisionContext['rpc']): number {
  return DECISION_RPCS.indexOf(rpc);
}

export function rpcOf(number: number): DecisionContext['rpc'] {
  const rpc = DECISION_RPCS[number];
  if (!rpc) throw new Error('decision record: unknown operation');
  return rpc;
}

/**
 * Encodes a context as two or three msgpack arrays. The first says what was asked,
 * `[operation, agent, session, run, principal, scope, platform, chat type, command, calls in all, [tool, levels, count, ...]]`,
 * the second the circumstances, `[caller, trace hash, policy revision, checks, latency in µs]`. Unknown values are nil. The third
 * says what a management operation changed, see decision-details.ts.
 */
export function encodeContext(context: DecisionContext): { context: Buffer; aggregationBytes: number } {
  const writer = new MsgpackWriter();
  writer.array(11);
  writer.integer(rpcNumber(context.rpc));
  writer.text(context.agentId);
  writeId(writer, context.sessionId);
  writeId(writer, context.runId);
  writer.text(context.principal);
  writer.text(context.scope);
  writer.text(context.platform);
  writer.text(context.chatType);
  writer.text(context.command);
  writer.integer(context.callsTotal);
  writer.array(3 * context.calls.length);
  for (const call of context.calls) {
    writer.text(call.tool);
    writer.integer(levelsOf(call));
    writer.integer(call.count);
  }
  const aggregationBytes = writer.length;
  writer.array(5);
  writer.text(context.caller);
  if (context.traceHash === undefined) writer.nil();
  else writeHex(writer, context.traceHash);
  if (REVISION.test(context.policyRevision)) writeHex(writer, context.policyRevision);
  else writer.text(context.policyRevision);
  writeChecks(writer, context.checks);
  writer.integer(context.latencyUs);
  if (context.details) writer.bytes(encodeDetails(context.details));
  return { context: writer.target.subarray(0, writer.length), aggregationBytes };
}

/** The effective sensitivity, plus four times the stated sensitivity counted from 1, or 0 if none was stated. */
function levelsOf({ sensitivity, stated }: CountedCall): number {
  return stated === undefined ? sensitivity : sensitivity + 4 * (stated + 1);
}

const REVISION = /^[0-9a-f]{64}$/;

/** An id that Tollgate made is written as 16 bytes, less than half of its text; any other id is written as text. */
function writeId(writer: MsgpackWriter, id: string | undefined): void {
  if (id === undefined || !isOwnId(id)) writer.text(id);
  else {
    const at = writer.binary(16);
    writeUuid(id, writer.target, at);
  }
}

function writeHex(writer: MsgpackWriter, digits: string): void {
  const at = writer.binary(digits.length / 2);
  writer.target.write(digits, at, 'hex');
}

/** Two bytes each: the name with two flags, the reason. */
function writeChecks(writer: MsgpackWriter, checks: readonly Check[]): void {
  let at = writer.binary(2 * checks.length);
  const bytes = writer.target;
  for (const { name, passed, asserted, reason } of checks) {
    bytes[at++] = CHECK_NUMBERS.get(name)! | (passed ? PASSED : 0) | (asserted ? ASSERTED : 0);
    bytes[at++] = REASON_NUMBERS.get(reason)!;
  }
}

/** The digest by which denials are aggregated: 40 hex digits. WHY SHA-1: a Redis script can compute it. */
export function aggregationDigest(
  reason: Reason,
  { context, aggregationBytes }: { context: Uint8Array; aggregationBytes: number },
): string {
  const digest = createHash('sha1').update(Buffer.from([reasonNumber(reason)]));
  return digest.update(context.subarray(0, aggregationBytes)).digest('hex');
}

/** The part of a decision that the engine determines. */
export interface MadeDecision {
  readonly effect: Effect;
  readonly reason: Reason;
  readonly session: DecisionSession | undefined;
  readonly callIndex?: number | undefined;
  readonly retryAfterMs?: number | undefined;
}

export function encodeDecision(
  { effect, reason, session, callIndex = -1, retryAfterMs }: MadeDecision,
  { decisionId, atMs, context }: { decisionId: string; atMs: number; context: Uint8Array },
): Buffer {
  const bytes = Buffer.allocUnsafe(DECISION_HEAD_BYTES + context.length);
  bytes[0] = VERSION;
  bytes[1] = reasonNumber(reason);
  bytes[2] = effectNumber(effect);
  writeTime(bytes, atMs, AT);
  writeTime(bytes, atMs, LAST_AT);
  bytes.writeUInt32BE(0, REPEATS);
  writeUuid(decisionId, bytes, LAST_ID);
  if (session) {
    bytes.writeUInt32BE(session.before.callsMade, 39);
    bytes.writeUInt32BE(session.after.callsMade, 43);
    bytes.writeUInt32BE(session.before.windowCalls, 47);
    bytes.writeUInt32BE(session.after.windowCalls, 51);
    bytes.writeUInt32BE(session.sequence, 55);
    bytes.writeUInt32BE(session.callBudget, 59);
    bytes.writeUInt32BE(session.rateLimit ?? 0, 63);
  } else bytes.fill(0, 39, 67);
  bytes.writeUInt32BE(retryAfterMs ?? callIndex + 1, 67);
  bytes.set(context, DECISION_HEAD_BYTES);
  return bytes;
}

/** WHY NOT a BigInt: the two per record took a third of the time to write it. */
function writeTime(bytes: Buffer, ms: number, at: number): void {
  bytes.writeUInt32BE(Math.floor(ms / 2 ** 32), at);
  bytes.writeUInt32BE(ms % 2 ** 32, at + 4);
}

/** The time at which a stored decision was first made. */
export function decidedAtMs(bytes: Buffer): number {
  return Number(bytes.readBigUInt64BE(AT));
}

/** Returns the record with one more equal decision counted, or the same bytes if that decision is counted already. */
export function repeated(bytes: Buffer, { decisionId, now }: { decisionId: string; now: number }): Buffer {
  const id = uuidBytes(decisionId);
  if (bytes.subarray(LAST_ID, LAST_ID + 16).equals(id)) return bytes;
  const after = Buffer.from(bytes);
  writeTime(after, Math.max(now, Number(bytes.readBigUInt64BE(LAST_AT))), LAST_AT);
  after.writeUInt32BE(Math.min(bytes.readUInt32BE(REPEATS) + 1, COUNT_MAX), REPEATS);
  after.set(id, LAST_ID);
  return after;
}

/** @throws when the bytes are not what {@link encodeDecision} or the scripts write */
export function decodeDecision(decisionId: string, bytes: Buffer): DecisionRecord {
  if (bytes.length <= DECISION_HEAD_BYTES || bytes[0] !== VERSION) throw new Error('decision record: not format 1');
  const reason = reasonOf(bytes[1]!);
  const effect = EFFECTS[bytes[2]!];
  if (!effect) throw new Error('decision record: unknown effect');
  const context = decodeContext(bytes.subarray(DECISION_HEAD_BYTES));
  const detail = bytes.readUInt32BE(67);
  const isWait = reason === 'RATE_LIMITED';
  return {
    ...context,
    decisionId,
    effect,
    reason,
    checks: checksOf(context, reason),
    atMs: decidedAtMs(bytes),
    lastAtMs: Number(bytes.readBigUInt64BE(LAST_AT)),
    repeats: bytes.readUInt32BE(REPEATS),
    session: sessionOf(bytes),
    callIndex: isWait || detail === 0 ? undefined : detail - 1,
    retryAfterMs: isWait ? detail : undefined,
  };
}

function sessionOf(bytes: Buffer): DecisionSession | undefined {
  const sequence = bytes.readUInt32BE(55);
  if (sequence === 0) return undefined;
  return {
    before: { callsMade: bytes.readUInt32BE(39), windowCalls: bytes.readUInt32BE(47) },
    after: { callsMade: bytes.readUInt32BE(43), windowCalls: bytes.readUInt32BE(51) },
    sequence,
    callBudget: bytes.readUInt32BE(59),
    rateLimit: bytes.readUInt32BE(63) || undefined,
  };
}

type Text = string | null;
type Id = string | Uint8Array | null;
type Asked = [number, Text, Id, Id, Text, Text, Text, Text, Text, number, (string | number)[]];
type Circumstances = [string, Uint8Array | null, string | Uint8Array, Uint8Array, number];

/** @throws when the bytes are not what {@link encodeContext} writes */
export function decodeContext(bytes: Uint8Array): DecisionContext {
  const parts = [...decodeMulti(bytes)] as [Asked, Circumstances, unknown?];
  const [asked, circumstances, details] = parts;
  if (parts.length < 2 || parts.length > 3 || asked.length !== 11 || circumstances.length !== 5) {
    throw new Error('decision context: corrupt');
  }
  const [rpc, agentId, sessionId, runId, principal, scope, platform, chatType, command, callsTotal, calls] = asked;
  const [caller, traceHash, revision, checks, latencyUs] = circumstances;
  return {
    rpc: rpcOf(rpc),
    caller,
    agentId: agentId ?? undefined,
    sessionId: idText(sessionId),
    runId: idText(runId),
    principal: principal ?? undefined,
    traceHash: traceHash === null ? undefined : Buffer.from(traceHash).toString('hex'),
    calls: callsOf(calls),
    callsTotal,
    scope: scope ?? undefined,
    platform: platform ?? undefined,
    chatType: chatType ?? undefined,
    command: command ?? undefined,
    policyRevision: typeof revision === 'string' ? revision : Buffer.from(revision).toString('hex'),
    checks: checksIn(checks),
    latencyUs,
    ...(details !== undefined && { details: detailsOf(details) }),
  };
}

function idText(id: Id): string | undefined {
  if (id === null) return undefined;
  return typeof id === 'string' ? id : uuidText(Buffer.from(id));
}

function callsOf(flat: readonly (string | number)[]): CountedCall[] {
  const calls: CountedCall[] = [];
  for (let at = 0; at < flat.length; at += 3) {
    const [tool, levels, count] = flat.slice(at, at + 3) as [string, number, number];
    const stated = levels < 4 ? undefined : ((Math.floor(levels / 4) - 1) as SensitivityLevel);
    calls.push({ tool, sensitivity: (levels % 4) as SensitivityLevel, stated, count });
  }
  return calls;
}

function checksIn(bytes: Uint8Array): Check[] {
  const checks: Check[] = [];
  for (let at = 0; at < bytes.length; at += 2) {
    const flags = bytes[at]!;
    const name = CHECK_NAMES[flags & NAME_BITS];
    if (!name) throw new Error('decision context: unknown check');
    const check = { name, passed: (flags & PASSED) !== 0, reason: reasonOf(bytes[at + 1]!) };
    checks.push((flags & ASSERTED) === 0 ? check : { ...check, asserted: true });
  }
  return checks;
}
