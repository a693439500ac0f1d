// An audit record as it is stored. The bytes are written once and never re-encoded, so that a proof over them holds as long as
// they exist. A proof covers only the leaf; the salt and the payload behind it may be purged.
//
//   record = leaf | salt(16) | payload; after a purge the leaf alone
//   leaf = version(1) = 2 | sequence(8) | stored at, ms(8) | occurred at, ms(8) | type length(1) | type | SHA-256(salt | payload)
//   payload = UTF-8 JSON {"data":…} or {"data":…,"redactions":[…]}
//
// Integers are big-endian. The salt prevents guessing a short payload from its hash.
import { createHash } from 'node:crypto';
import type { Redaction } from '../../core/redaction/redact.ts';

const VERSION = 2;
/** Where the type begins, behind its length. */
const TYPE_AT = 26;
const HASH_BYTES = 32;
export const SALT_BYTES = 16;

export interface NewAuditRecord {
  readonly sequence: number;
  readonly storedAtMs: number;
  /** At most 255 bytes. */
  readonly type: string;
  readonly occurredAtMs: number;
  /** JSON text of an object. */
  readonly data: string;
  readonly redactions: readonly Redaction[];
}

export interface AuditRecord extends Omit<NewAuditRecord, 'data'> {
  /** JSON text of an object; undefined after a purge. */
  readonly data: string | undefined;
  readonly leafHash: Uint8Array;
}

/** @param salt  16 random bytes, fresh for each record */
export function encodeAuditRecord(record: NewAuditRecord, salt: Uint8Array): Buffer {
  const redactions = record.redactions.length > 0 ? `,"redactions":${JSON.stringify(record.redactions)}` : '';
  const secret = Buffer.concat([salt.subarray(0, SALT_BYTES), Buffer.from(`{"data":${record.data}${redactions}}`)]);
  const type = Buffer.from(record.type);
  const header = Buffer.alloc(TYPE_AT);
  header.writeUInt8(VERSION, 0);
  header.writeBigUInt64BE(BigInt(record.sequence), 1);
  header.writeBigUInt64BE(BigInt(record.storedAtMs), 9);
  header.writeBigUInt64BE(BigInt(record.occurredAtMs), 17);
  header.writeUInt8(type.length, 25);
  return Buffer.concat([header, type, sha256(secret), secret]);
}

/** @throws when the bytes are not what {@link encodeAuditRecord} writes, or their leaf alone */
export function decodeAuditRecord(stored: Uint8Array): AuditRecord {
  const bytes = bufferOf(stored);
  const leaf = leafOf(bytes);
  const secret = bytes.subarray(leaf.length + SALT_BYTES);
  const isPurged = bytes.length === leaf.length;
  const payload = isPurged ? undefined : JSON.parse(secret.toString('utf8'));
  return {
    sequence: Number(bytes.readBigUInt64BE(1)),
    storedAtMs: Number(bytes.readBigUInt64BE(9)),
    occurredAtMs: Number(bytes.readBigUInt64BE(17)),
    type: typeOf(leaf),
    data: payload === undefined ? undefined : JSON.stringify(payload.data),
    redactions: payload?.redactions ?? [],
    leafHash: leafHashOf(leaf),
  };
}

/** Splits a stored record into its parts; a purged record has no salt and no payload. @throws as decoding does */
export function partsOf(stored: Uint8Array): { leaf: Buffer; salt?: Buffer; payload?: Buffer } {
  const bytes = bufferOf(stored);
  const leaf = leafOf(bytes);
  if (bytes.length === leaf.length) return { leaf };
  const payloadAt = leaf.length + SALT_BYTES;
  return { leaf, salt: bytes.subarray(leaf.length, payloadAt), payload: bytes.subarray(payloadAt) };
}

/** The part of a stored record that the tree holds. @throws as decoding does */
export function leafOf(stored: Uint8Array): Buffer {
  const bytes = bufferOf(stored);
  const length = bytes.length < TYPE_AT ? Number.NaN : TYPE_AT + bytes[TYPE_AT - 1]! + HASH_BYTES;
  const isWhole = bytes.length === length || bytes.length > length + SALT_BYTES;
  if (bytes[0] !== VERSION || !isWhole) throw new Error(`audit record: not version ${VERSION}`);
  return bytes.subarray(0, length);
}

/** Reads the sequence number from a leaf. */
export function sequenceOf(leaf: Uint8Array): number {
  return Number(bufferOf(leaf).readBigUInt64BE(1));
}

/** Reads the event type from a leaf. */
export function typeOf(leaf: Uint8Array): string {
  return bufferOf(leaf).toString('utf8', TYPE_AT, leaf.length - HASH_BYTES);
}

/** The hash of a leaf by RFC 6962. */
export function leafHashOf(leaf: Uint8Array): Buffer {
  return createHash('sha256').update(LEAF_PREFIX).update(leaf).digest();
}

/** The hash of an inner node by RFC 6962; without arguments, the hash of the empty tree. */
export function nodeHashOf(left?: Uint8Array, right?: Uint8Array): Buffer {
  if (!left || !right) return createHash('sha256').digest();
  return createHash('sha256').update(NODE_PREFIX).update(left).update(right).digest();
}

const LEAF_PREFIX = Buffer.from([0]);
const NODE_PREFIX = Buffer.from([1]);

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
