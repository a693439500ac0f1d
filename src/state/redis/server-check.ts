// What a server must be before anything is asked of it, and what its operator should know. Done on every connection,
// because another server may answer at the same address after a failover.
import type { Redis } from 'ioredis';
import { StartupError } from '../../startup-error.ts';
import type { Durability } from '../port.ts';
import { isReplyError } from './errors.ts';
import { FORMAT_KEY } from './keys.ts';

/** The version of everything that is stored. A change that older servers cannot read gets the next number. */
export const FORMAT = '1';
const OLDEST_VERSION = [6, 2] as const;

export interface Verdict {
  readonly version: string;
  readonly durability: Durability;
  readonly warnings: readonly string[];
}

/** Why this server cannot hold our state, whatever happens next. The message is for the operator. */
export class Refusal extends StartupError {}

/**
 * Checks a server and claims its database for our format.
 *
 * @throws Refusal, or anything else when the server cannot be used at the moment
 */
export async function examine(redis: Redis, database: number): Promise<Verdict> {
  // WHY again: the driver selects it too, but goes on in database 0 when that fails.
  if (database !== 0) await select(redis, database);
  const info = await readInfo(redis);
  if (info) {
    refuseUnfit(info);
    if (info.get('loading') === '1') throw new Error('this server is still loading its data');
    if (info.get('role') === 'slave') throw new Error('this server is a replica, which takes no writes');
  }
  await claimFormat(redis);
  if (!info) {
    const warning = 'Redis does not let this user run INFO, so its version and persistence are unknown; allow it.';
    return { version: 'of unknown version', durability: 'memory', warnings: [warning] };
  }
  const { durability, warnings } = await durabilityOf(redis, info);
  return { version: info.get('redis_version') ?? '', durability, warnings: [...warnings, ...evictionWarnings(info)] };
}

async function select(redis: Redis, database: number): Promise<void> {
  try {
    await redis.select(database);
  } catch (error) {
    if (!isReplyError(error) || !error.message.startsWith('ERR')) throw error;
    throw new Refusal(`Redis has no database ${database}: use one that it has, or raise its "databases" setting`);
  }
}

async function readInfo(redis: Redis): Promise<ReadonlyMap<string, string> | undefined> {
  const text = await unlessForbidden(redis.info());
  if (text === undefined) return undefined;
  const fields = text.split('\r\n').filter((line) => line.includes(':'));
  return new Map(fields.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

function refuseUnfit(info: ReadonlyMap<string, string>): void {
  const mode = info.get('redis_mode') ?? 'standalone';
  if (mode !== 'standalone') {
    throw new Refusal(`this Redis runs in ${mode} mode: the store URL must name a standalone server`);
  }
  const version = info.get('redis_version') ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST_VERSION[0] || (major === OLDEST_VERSION[0] && minor < OLDEST_VERSION[1])) {
    throw new Refusal(`Redis ${version} is too old: use ${OLDEST_VERSION.join('.')} or newer`);
  }
}

async function claimFormat(redis: Redis): Promise<void> {
  const found =
    (await redis.get(FORMAT_KEY)) ?? (await redis.set(FORMAT_KEY, FORMAT, 'NX')) ?? (await redis.get(FORMAT_KEY));
  if (found === FORMAT || found === 'OK') return;
  throw new Refusal(
    `this Redis database holds Tollgate data of format ${found}, and this version reads format ${FORMAT}: ` +
      `run the version that wrote it, or name another database in the store URL, or remove every key tollgate:*`,
  );
}

async function durabilityOf(
  redis: Redis,
  info: ReadonlyMap<string, string>,
): Promise<{ durability: Durability; warnings: string[] }> {
  if (info.get('aof_enabled') !== '1') {
    return {
      durability: 'memory',
      warnings: ['Redis keeps no append-only file, so a restart loses state; set appendonly yes.'],
    };
  }
  const config = (await unlessForbidden(redis.config('GET', 'appendfsync'))) as string[] | undefined;
  switch (config?.[1]) {
    case 'always':
      return { durability: 'aof_always', warnings: [] };
    case 'everysec':
      return { durability: 'aof_everysec', warnings: [] };
    case 'no':
      return {
        durability: 'memory',
        warnings: ['Redis leaves flushing its append-only file to the system; set appendfsync everysec or always.'],
      };
    default:
      return {
        durability: 'memory',
        warnings: ['Redis does not tell how often it flushes its append-only file; allow CONFIG GET appendfsync.'],
      };
  }
}

function evictionWarnings(info: ReadonlyMap<string, string>): string[] {
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  if (policy === 'noeviction') return [];
  return [`Redis may drop state when its memory is full (maxmemory-policy ${policy}); set noeviction.`];
}

/** Undefined when the server does not let us ask: managed servers often forbid or remove commands. */
async function unlessForbidden<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isReplyError(error) && /^(NOPERM|ERR unknown command)/.test(error.message)) return undefined;
    throw error;
  }
}
