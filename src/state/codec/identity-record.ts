// Identity records as other services write and read them: a msgpack map, for instance Python's
// `msgpack.packb(identity, use_bin_type=True)`. What is not exactly that cannot be trusted.
import { encode } from '@msgpack/msgpack';
import { type Identity, identityProblem, type StoredIdentity } from '../../core/identity/identity.ts';
import { LIMITS } from '../../core/limits.ts';
import { MsgpackError, type MsgpackValue, readMsgpack } from './msgpack-reader.ts';

/** A larger record is not an identity; the fields together stay far below. */
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

/** The map's fields by name. */
function decodeFields(bytes: Uint8Array): ReadonlyMap<string, MsgpackValue> | undefined {
  if (bytes.length === 0 || bytes.length > RECORD_BYTES_MAX) return undefined;
  try {
    const record = readMsgpack(bytes, NESTING_MAX + 1);
    return record instanceof Map && isTrusted(record) ? record : undefined;
  } catch (error) {
    // Any invalid msgpack throws a MsgpackError; other errors are bugs.
    if (error instanceof MsgpackError) return undefined;
    throw error;
  }
}

/** Refuses keys with U+FFFD, which other decoders substitute for invalid bytes, and the key `__proto__`. */
function isTrusted(value: MsgpackValue): boolean {
  if (Array.isArray(value)) return value.every(isTrusted);
  if (!(value instanceof Map)) return true;
  return [...value].every(([key, item]) => key !== '__proto__' && !key.includes('\ufffd') && isTrusted(item));
}

const BAD = Symbol('not acceptable');

/** Nil, the empty string and an absent field all mean: not given. */
function textOf(value: MsgpackValue | undefined): string | undefined | typeof BAD {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') return BAD;
  return value === '' ? undefined : value;
}

/** Some services store ids as integers; the id is then the exact decimal digits. A float is refused. */
function idOf(value: MsgpackValue | undefined): string | undefined | typeof BAD {
  if (typeof value === 'bigint') return value.toString();
  return textOf(value);
}

function aliasesOf(value: MsgpackValue | undefined): readonly string[] | typeof BAD {
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
