// The Lua scripts: loaded once from their files, run by digest, and sent whole only when the server does not know them.
//
// WHY NOT defineCommand: it decides by itself whether to send EVAL or EVALSHA, and repeats commands on its own terms.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { isReplyError } from './errors.ts';
import { chargeCodesInLua, withReplies } from './replies.ts';
import type { Connection } from './server-connection.ts';

export const SCRIPT_NAMES = [
  'bind-identity',
  'charge',
  'claim-run',
  'close-session',
  'commit-run',
  'confirm-slot-lease',
  'deactivate-agent',
  'drop-runs',
  'drop-sessions',
  'insert-session',
  'keep-policy',
  'note-subjects',
  'observe-data',
  'purge-payloads',
  'reactivate-agent',
  'read-agent',
  'read-decisions',
  'read-identities',
  'read-policy',
  'read-run',
  'read-runs',
  'read-sessions',
  'record-decision',
  'release-slot-leases',
  'remove-run',
  'reserve-slot-lease',
  'restore-high-water-mark',
  'settle-run',
  'take-over-run',
  'tombstone-session',
] as const;
export type ScriptName = (typeof SCRIPT_NAMES)[number];

export interface Script {
  readonly source: string;
  readonly digest: string;
}

/** In the place of an argument: the history of the server that the script is sent to. */
export const LINEAGE = Symbol('lineage');
export type ScriptArgument = string | number | Buffer | typeof LINEAGE;

const FOLDER = new URL('../lua/', import.meta.url);
const PARTS = new URL('../lua/parts/', import.meta.url);
/** A script names the parts that it needs in its header; they are put in front of it. */
const USES = /^-- Uses ([\w, ]+)\./m;

/** One call of a script. */
export interface ScriptCall {
  readonly script: Script;
  readonly keys: readonly string[];
  readonly args: readonly ScriptArgument[];
}

/** Runs a script on one server; strings come back as buffers. Rejects as the driver does. */
export async function callScript(
  { redis, server, asking }: Connection,
  { script, keys, args }: ScriptCall,
): Promise<unknown> {
  const operands = [
    keys.length,
    ...keys,
    ...args.map((argument) => (argument === LINEAGE ? server.lineage : argument)),
  ];
  const call = (name: string, what: string) => {
    if (asking) redis.call('ASKING').catch(() => {});
    return redis.callBuffer(name, what, ...operands);
  };
  try {
    return await call('evalsha', script.digest);
  } catch (error) {
    // The server has not run anything then, so running it now is no repeat.
    if (!isReplyError(error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return await call('eval', script.source);
  }
}

/** Every script as it is sent: its parts, then itself. */
export function loadScripts(): Readonly<Record<ScriptName, Script>> {
  const parts = new Map(
    readdirSync(PARTS).map((file) => [file.replace(/\.lua$/, ''), readFileSync(new URL(file, PARTS), 'utf8')]),
  );
  const load = (name: ScriptName): Script => {
    const own = readFileSync(new URL(`${name}.lua`, FOLDER), 'utf8');
    const uses = USES.exec(own)?.[1]?.split(', ') ?? [];
    const codes = name === 'charge' ? [chargeCodesInLua()] : [];
    const pieces = [...uses.map((part) => partNamed(parts, part, name)), ...codes, withReplies(name, own)];
    const source = withoutConstants(pieces.join('\n'));
    return { source, digest: createHash('sha1').update(source).digest('hex') };
  };
  return Object.fromEntries(SCRIPT_NAMES.map((name) => [name, load(name)])) as Record<ScriptName, Script>;
}

function partNamed(parts: ReadonlyMap<string, string>, part: string, script: ScriptName): string {
  const source = parts.get(part);
  if (source === undefined) throw new Error(`${script}.lua uses ${part}, which is no part`);
  return source;
}

/**
 * Writes the numbers of a script's constants, `local NAME, OTHER = 1, 2`, in their places.
 *
 * WHY: each constant that a function of Lua 5.1 mentions is made anew with every call of the script. That was a third
 * of the cost of a single charge.
 */
function withoutConstants(source: string): string {
  const values = new Map<string, string>();
  const rest = source.replace(/^local ([A-Z][A-Z_, ]*) = ([\d, ]+)$/gm, (_line, names: string, numbers: string) => {
    const places = numbers.split(', ');
    for (const [index, name] of names.split(', ').entries()) values.set(name, places[index]!);
    return '';
  });
  return rest.replace(/'[^'\n]*'|--.*$|\b[A-Z][A-Z_]*\b/gm, (token) => values.get(token) ?? token);
}
