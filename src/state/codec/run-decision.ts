// A run decision as both engines store it: `id(16) | at, ms(8) | reason(1) | operation(1)`, big-endian.
import type { Reason } from '../../core/decision/decision.ts';
import { type DecisionRpc, effectOf, type RunDecision } from '../../core/decision/decision-record.ts';
import { reasonNumber, reasonOf, rpcNumber, rpcOf } from './decision-record.ts';
import { uuidBytes, uuidText } from './operation-record.ts';

export const RUN_DECISION_BYTES = 26;

export function encodeRunDecision(decision: {
  decisionId: string;
  atMs: number;
  reason: Reason;
  rpc: DecisionRpc;
}): Buffer {
  const bytes = Buffer.alloc(RUN_DECISION_BYTES);
  bytes.set(uuidBytes(decision.decisionId));
  bytes.writeBigUInt64BE(BigInt(decision.atMs), 16);
  bytes[24] = reasonNumber(decision.reason);
  bytes[25] = rpcNumber(decision.rpc);
  return bytes;
}

/** @throws when the bytes are not what {@link encodeRunDecision} or the scripts write */
export function decodeRunDecision(bytes: Buffer): RunDecision {
  if (bytes.length < RUN_DECISION_BYTES) throw new Error('run decision: corrupt');
  const reason = reasonOf(bytes[24]!);
  return {
    decisionId: uuidText(bytes.subarray(0, 16)),
    atMs: Number(bytes.readBigUInt64BE(16)),
    rpc: rpcOf(bytes[25]!),
    effect: effectOf(reason),
    reason,
  };
}
