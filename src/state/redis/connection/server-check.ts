// What a server must be before anything is asked of it, and what its operator should know. Done on every connection,
// because another server may answer at the same address after a failover, and again from time to time.
import type { Redis } from 'ioredis';
import { StartupError } from '../../../host/startup-error.ts';
import type { Durability, StoreWarning, StoreWarningCode } from '../../port/store.ts';
import { FORMAT_KEY } from '../keys.ts';
import { isReplyError } from './errors.ts';

/** The version of everything that is stored. A change that older servers cannot read gets the next number. */
export const FORMAT = '3';
const OLDEST_VERSION = [6, 2] as const;

export type LocalDurability = Extract<Durability, 'memory' | 'aof_everysec' | 'aof_always'>;
const LEVELS: readonly LocalDurability[] = ['memory', 'aof_everysec', 'aof_always'];

/** What the operator insists on: a server that has less is refused, rather than used with a warning. */
export interface Requirements {
  /** The server never evicts keys. */
  readonly noeviction: boolean;
  /** What an acknowledged write survives at least. */
  readonly durability: LocalDurability;
}

export interface ServerRules {
  readonly mode: 'standalone' | 'cluster';
  readonly database: number;
  readonly require: Requirements;
  /** How many replicas must have a write before it is acknowledged; 0 asks none. */
  readonly replicas: number;
}

export interface Verdict {
  readonly version: string;
  readonly durability: Durability;
  readonly warnings: readonly StoreWarning[];
  /** Names the history that the server's data is part of: 16 hex digits, another after a failover or a restart; '' if unknown. */
  readonly lineage: string;
}

/** Why this server cannot hold our state, whatever happens next. The message is for the operator. */
export class Refusal extends StartupError {}

/**
 * Checks a server.
 *
 * @throws Refusal, or anything else when the server cannot be used at the moment
 */
export async function examine(redis: Redis, rules: ServerRules): Promise<Verdict> {
  // WHY again: the driver selects it too, but goes on in database 0 when that fails.
  if (rules.database !== 0) await select(redis, rules.database);
  const info = await readInfo(redis);
  if (info) {
    refuseUnfit(info, rules);
    if (info.get('loading') === '1') throw new Error('this server is still loading its data');
    if (info.get('role') === 'slave') throw new Error('this server is a replica, which takes no writes');
  }
  const verdict = info ? await verdictOf(redis, info, rules) : UNKNOWN;
  refuseWeak(verdict, info, rules.require);
  return verdict;
}

const UNKNOWN: Verdict = {
  version: 'of unknown version',
  durability: 'memory',
  warnings: [
    warning(
      'STORE_UNKNOWN',
      'Redis does not let this user run INFO, so its version, role and persistence are unknown; allow it.',
    ),
  ],
  lineage: '',
};

async function verdictOf(redis: Redis, info: ServerInfo, { replicas }: ServerRules): Promise<Verdict> {
  const local = await durabilityOf(redis, info);
  return {
    version: info.get('redis_version') ?? '',
    durability: replicas > 0 ? 'replicated' : local.durability,
    warnings: [...local.warnings, ...evictionWarnings(info), ...replicaWarnings(info, replicas)],
    lineage: (info.get('master_replid') ?? '').slice(0, 16),
  };
}

async function select(redis: Redis, database: number): Promise<void> {
  try {
    await redis.select(database);
  } catch (error) {
    if (!isReplyError(error) || !error.message.startsWith('ERR')) throw error;
    throw new Refusal(`Redis has no database ${database}: use one that it has, or raise its "databases" setting`);
  }
}

type ServerInfo = ReadonlyMap<string, string>;

async function readInfo(redis: Redis): Promise<ServerInfo | undefined> {
  const text = await unlessForbidden(redis.info());
  if (text === undefined) return undefined;
  const fields = text.split('\r\n').filter((line) => line.includes(':'));
  return new Map(fields.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

function refuseUnfit(info: ServerInfo, { mode }: ServerRules): void {
  const found = info.get('redis_mode') ?? 'standalone';
  if (found !== mode) {
    const form = { cluster: 'redis+cluster://', sentinel: 'redis+sentinel://' }[found] ?? 'redis://';
    throw new Refusal(`this Redis runs in ${found} mode: use a store URL that begins with ${form}`);
  }
  const version = info.get('redis_version') ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST_VERSION[0] || (major === OLDEST_VERSION[0] && minor < OLDEST_VERSION[1])) {
    throw new Refusal(`Redis ${version} is too old: use ${OLDEST_VERSION.join('.')} or newer`);
  }
}

function refuseWeak(verdict: Verdict, info: ServerInfo | undefined, require: Requirements): void {
  const insists = require.noeviction || require.durability !== 'memory';
  if (insists && !info) throw new Refusal(`${verdict.warnings[0]?.message} The configuration requires more than that.`);
  const policy = info?.get('maxmemory_policy') ?? 'noeviction';
  if (require.noeviction && policy !== 'noeviction') {
    throw new Refusal(`Redis has maxmemory-policy ${policy}, and store.require.noeviction is set: set noeviction`);
  }
  const found =
    verdict.durability === 'replicated' ? verdict.durability : LEVELS.indexOf(verdict.durability as LocalDurability);
  if (found !== 'replicated' && found < LEVELS.indexOf(require.durability)) {
    throw new Refusal(
      `Redis offers durability ${verdict.durability}, and store.require.durability asks for ${require.durability}: ` +
        `set appendonly yes and appendfsync ${require.durability.replace('aof_', '')}`,
    );
  }
}

/**
 * Claims a database for our format.
 *
 * @throws Refusal when it holds data of another format
 */
export async function claimFormat(redis: Redis): Promise<void> {
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
  info: ServerInfo,
): Promise<{ durability: LocalDurability; warnings: StoreWarning[] }> {
  if (info.get('aof_enabled') !== '1') {
    return {
      durability: 'memory',
      warnings: [
        warning('STORE_NOT_DURABLE', 'Redis keeps no append-only file, so a restart loses state; set appendonly yes.'),
      ],
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
        warnings: [
          warning(
            'STORE_NOT_DURABLE',
            'Redis leaves flushing its append-only file to the system; set appendfsync everysec or always.',
          ),
        ],
      };
    default:
      return {
        durability: 'memory',
        warnings: [
          warning(
            'STORE_UNKNOWN',
            'Redis does not tell how often it flushes its append-only file; allow CONFIG GET appendfsync.',
          ),
        ],
      };
  }
}

function evictionWarnings(info: ServerInfo): StoreWarning[] {
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  if (policy === 'noeviction') return [];
  return [
    warning(
      'STORE_EVICTS',
      `Redis may drop state when its memory is full (maxmemory-policy ${policy}); set noeviction.`,
    ),
  ];
}

function replicaWarnings(info: ServerInfo, wanted: number): StoreWarning[] {
  const found = Number(info.get('connected_slaves') ?? 0);
  if (found >= wanted) return [];
  return [
    warning(
      'STORE_REPLICAS_MISSING',
      `Redis has ${found} replicas and ${wanted} must have each write that is confirmed; those writes fail now.`,
    ),
  ];
}

function warning(code: StoreWarningCode, message: string): StoreWarning {
  return { code, message };
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
