// A remembered idempotency key, as both engines store it: a 12-byte name and a 40-byte value, so that 100,000 keys of one
// session take about ten megabytes.
import { createHash } from 'node:crypto';
import type { Remembered } from '../../core/session/charge.ts';
import type { IdempotencyKey } from '../port/idempotency-key.ts';

/**
 * The name under which a key is remembered, within its session, run, agent or caller.
 *
 * With 96 bits an accidental collision among 100,000 keys is negligible. A caller that forges a collision only gets its own
 * earlier answer, as with the plain key.
 */
export function operationName({ rpc, key }: Pick<IdempotencyKey, 'rpc' | 'key'>): Buffer {
  return createHash('sha256').update(`${rpc.length}:${rpc}${key}`).digest().subarray(0, 12);
}

/** `fingerprint(8) decision id(16) calls made(4) window calls(4) window start after creation, ms(4) sequence(4)`, big-endian. */
export function encodeRemembered(remembered: Remembered, createdAtMs: number): Buffer {
  const bytes = Buffer.alloc(40);
  bytes.write(remembered.fingerprint, 0, 'hex');
  bytes.write(remembered.decisionId.replaceAll('-', ''), 8, 'hex');
  bytes.writeUInt32BE(remembered.callsMade, 24);
  bytes.writeUInt32BE(remembered.windowCalls, 28);
  bytes.writeUInt32BE(remembered.windowStartMs - createdAtMs, 32);
  bytes.writeUInt32BE(remembered.sequence, 36);
  return bytes;
}

/** @throws when the bytes are not 40 long */
export function decodeRemembered(bytes: Buffer, createdAtMs: number): Remembered {
  if (bytes.length !== 40) throw new Error('remembered key: corrupt');
  return {
    fingerprint: bytes.toString('hex', 0, 8),
    decisionId: uuidText(bytes.subarray(8, 24)),
    callsMade: bytes.readUInt32BE(24),
    windowCalls: bytes.readUInt32BE(28),
    windowStartMs: createdAtMs + bytes.readUInt32BE(32),
    sequence: bytes.readUInt32BE(36),
  };
}

/** The 16 bytes of an id that Tollgate made. Every charge encodes several; this takes a third of the time of `Buffer.from`. */
export function uuidBytes(uuid: string): Buffer {
  const bytes = Buffer.allocUnsafe(16);
  writeUuid(uuid, bytes, 0);
  return bytes;
}

export function writeUuid(uuid: string, bytes: Buffer, at: number): void {
  let place = at;
  for (let index = 0; index < 36; index += 2) {
    // Skip the dash at each of these indexes.
    if (index === 8 || index === 13 || index === 18 || index === 23) index++;
    bytes[place++] = (digitOf(uuid.charCodeAt(index)) << 4) | digitOf(uuid.charCodeAt(index + 1));
  }
}

/** The value of a hex digit, `0` to `9` or `a` to `f`. */
function digitOf(code: number): number {
  return code < 0x40 ? code - 0x30 : code - 0x57;
}

export function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
