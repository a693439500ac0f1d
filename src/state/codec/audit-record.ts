// One audit record as it is stored, for good: these bytes are written once and never re-encoded, so that a proof over
// them holds for as long as they exist.
//
//   version(1) = 1 | sequence(8) | stored at, ms(8) | salt(16) | payload: UTF-8 JSON {"type","at","data","redactions"}
//
// `redactions` is there only where something was taken out. Integers are big-endian. The salt keeps a hash of a short payload from being guessed.

import type { Redaction } from '../../core/redaction/redact.ts';

const VERSION = 1;
const HEADER_BYTES = 33;
export const SALT_BYTES = 16;

export interface AuditRecord {
  readonly sequence: number;
  readonly storedAtMs: number;
  readonly type: string;
  readonly occurredAtMs: number;
  /** JSON text of an object. */
  readonly data: string;
  readonly redactions: readonly Redaction[];
}

/** @param salt  16 random bytes, of this record alone */
export function encodeAuditRecord(record: AuditRecord, salt: Uint8Array): Buffer {
  const redactions = record.redactions.length > 0 ? `,"redactions":${JSON.stringify(record.redactions)}` : '';
  const payload = `{"type":${JSON.stringify(record.type)},"at":${record.occurredAtMs},"data":${record.data}${redactions}}`;
  const bytes = Buffer.alloc(HEADER_BYTES + Buffer.byteLength(payload));
  bytes.writeUInt8(VERSION, 0);
  bytes.writeBigUInt64BE(BigInt(record.sequence), 1);
  bytes.writeBigUInt64BE(BigInt(record.storedAtMs), 9);
  bytes.set(salt.subarray(0, SALT_BYTES), 17);
  bytes.write(payload, HEADER_BYTES, 'utf8');
  return bytes;
}

/** @throws when the bytes are not what {@link encodeAuditRecord} writes */
export function decodeAuditRecord(stored: Uint8Array): AuditRecord {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  if (bytes.length < HEADER_BYTES || bytes[0] !== VERSION) throw new Error(`audit record: not version ${VERSION}`);
  const payload = JSON.parse(bytes.toString('utf8', HEADER_BYTES));
  return {
    sequence: Number(bytes.readBigUInt64BE(1)),
    storedAtMs: Number(bytes.readBigUInt64BE(9)),
    type: payload.type,
    occurredAtMs: payload.at,
    data: JSON.stringify(payload.data),
    redactions: payload.redactions ?? [],
  };
}
