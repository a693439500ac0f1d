// Identity records as other services write and read them: a msgpack map, for instance Python's
// `msgpack.packb(identity, use_bin_type=True)`. What is not exactly that cannot be trusted.
//
// WHY NOT the decoder's defaults: they replace invalid UTF-8 silently, round 64-bit ids, and accept integer keys and
// extension types.
import { isUtf8 } from 'node:buffer';
import { DecodeError, decode, ExtData, encode } from '@msgpack/msgpack';
import { type Identity, identityProblem, type StoredIdentity } from '../../core/identity.ts';
import { LIMITS } from '../../core/limits.ts';

/** Larger records are no identity; the fields together stay far below. */
const RECORD_BYTES_MAX = 16_384;
const NESTING_MAX = 16;

/** The bytes that Python's msgpack writes for the same identity, fields in the order of the original writers. */
export function encodeIdentity(identity: Identity): Uint8Array {
  const record: Record<string, unknown> = { user_id: identity.userId };
  if (identity.guildId !== undefined) record.guild_id = identity.guildId;
  if (identity.channelId !== undefined) record.channel_id = identity.channelId;
  if (identity.platform !== undefined) record.platform = identity.platform;
  if (identity.userAliases.length > 0) record.user_aliases = identity.userAliases;
  return encode(record);
}

export function readStoredIdentity(bytes: Uint8Array): StoredIdentity {
  return { bytes, identity: decodeIdentity(bytes) };
}

/** @returns undefined for anything that is not a sound identity record */
export function decodeIdentity(bytes: Uint8Array): Identity | undefined {
  const fields = decodeFields(bytes);
  if (!fields) return undefined;
  const userId = idOf(fields.get('user_id'));
  const guildId = idOf(fields.get('guild_id'));
  const channelId = idOf(fields.get('channel_id'));
  const platform = textOf(fields.get('platform'));
  const userAliases = aliasesOf(fields.get('user_aliases'));
  if (userId === BAD || guildId === BAD || channelId === BAD || platform === BAD || userAliases === BAD)
    return undefined;
  if (userId === undefined) return undefined;
  const identity = { userId, guildId, channelId, platform, userAliases };
  return identityProblem(identity) ? undefined : identity;
}

/** The map's fields by name; of a duplicate key the last one wins. */
function decodeFields(bytes: Uint8Array): Map<string, unknown> | undefined {
  if (bytes.length === 0 || bytes.length > RECORD_BYTES_MAX || !isMapHeader(bytes[0]!)) return undefined;
  try {
    const record = decode(bytes, { useBigInt64: true, mapKeyConverter });
    const raw = decode(bytes, { useBigInt64: true, mapKeyConverter, rawStrings: true });
    return isSound(record, raw, NESTING_MAX) ? new Map(Object.entries(record as object)) : undefined;
  } catch (error) {
    // Every way in which bytes can be no msgpack ends here; other errors are ours.
    if (error instanceof DecodeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The decoder replaces invalid UTF-8 in keys by U+FFFD, so a key with that character is refused. */
function mapKeyConverter(key: unknown): string {
  if (typeof key !== 'string' || key.includes('\ufffd')) throw new DecodeError('map key');
  return key;
}

function isMapHeader(byte: number): boolean {
  return (byte & 0xf0) === 0x80 || byte === 0xde || byte === 0xdf;
}

/** Holds the decoded value beside one whose strings are raw bytes: valid UTF-8 throughout, and no extension types. */
function isSound(value: unknown, raw: unknown, nesting: number): boolean {
  if (value === null || typeof value !== 'object') return typeof value !== 'string' || isUtf8(raw as Uint8Array);
  if (value instanceof Uint8Array) return true;
  if (nesting === 0 || value instanceof ExtData || value instanceof Date) return false;
  return Object.entries(value).every(([key, item]) =>
    isSound(item, (raw as Record<string, unknown>)[key], nesting - 1),
  );
}

const BAD = Symbol('not acceptable');

/** Nil, the empty string and an absent field say the same: not given. */
function textOf(value: unknown): string | undefined | typeof BAD {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') return BAD;
  return value === '' ? undefined : value;
}

/** Ids may be integers in services that store them so; their exact decimal digits are the id. */
function idOf(value: unknown): string | undefined | typeof BAD {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value.toString() : BAD;
  return textOf(value);
}

function aliasesOf(value: unknown): readonly string[] | typeof BAD {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.length > LIMITS.userAliasesMax) return BAD;
  const aliases: string[] = [];
  for (const item of value) {
    const alias = textOf(item);
    if (typeof alias !== 'string') return BAD;
    aliases.push(alias);
  }
  return aliases;
}
