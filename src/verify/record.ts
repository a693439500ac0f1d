// One record of a bundle held to itself: its leaf, the copies that stand beside it, and its payload. Whether it is the record
// that was signed is for the tree to say.
import { decodeBase64 } from './base64.ts';
import { isObject, parseObject, type RecordLine } from './lines.ts';
import { leafHash, sha256 } from './tree.ts';

const VERSION = 2;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const TYPE_AT = 26;

export interface CheckedRecord {
  readonly sequence: number;
  readonly type: string;
  readonly hash: Buffer;
  /** The payload's `data`; undefined once the payload was removed. */
  readonly data: Readonly<Record<string, unknown>> | undefined;
}

/** @returns the record, or what does not fit together in it */
export function checkRecord(line: RecordLine): CheckedRecord | { readonly altered: string } {
  const bytes = decodeBase64(line.leaf);
  const leaf = bytes && decodeLeaf(bytes);
  if (!bytes || !leaf) return { altered: 'the leaf is none' };
  if (leaf.sequence !== BigInt(line.sequence)) return { altered: `the leaf's sequence is ${leaf.sequence}` };
  if (leaf.type !== line.type) return { altered: 'the type is not that of the leaf' };
  const hash = leafHash(bytes);
  if (hash.toString('base64') !== line.hash) return { altered: 'the hash is not that of the leaf' };
  const record = { sequence: line.sequence, type: line.type, hash };
  if (line.salt === null || line.payload === null) return { ...record, data: undefined };

  const salt = decodeBase64(line.salt, SALT_BYTES);
  // Without this, a lone surrogate would be hashed as the U+FFFD that stands for it in UTF-8.
  if (!salt || !line.payload.isWellFormed()) return { altered: 'the salt or the payload is none' };
  if (!sha256(salt, line.payload).equals(leaf.payloadHash)) return { altered: 'the payload is not that of the leaf' };
  const data = parseObject(line.payload)?.data;
  return isObject(data) ? { ...record, data } : { altered: 'the payload is none' };
}

/** version(1) = 2 | sequence(8) | stored at(8) | occurred at(8) | type length(1) | type | payload hash(32) */
function decodeLeaf(bytes: Buffer) {
  const typeBytes = bytes[TYPE_AT - 1];
  if (bytes[0] !== VERSION || typeBytes === undefined) return undefined;
  if (bytes.length !== TYPE_AT + typeBytes + HASH_BYTES) return undefined;
  const typeRaw = bytes.subarray(TYPE_AT, TYPE_AT + typeBytes);
  const type = typeRaw.toString('utf8');
  if (!Buffer.from(type, 'utf8').equals(typeRaw)) return undefined;
  return { sequence: bytes.readBigUInt64BE(1), type, payloadHash: bytes.subarray(TYPE_AT + typeBytes) };
}
