// What every part of this engine is handed, and the one way in which its scripts are run.
import { isOwnId, partitionOf } from '../../core/partition.ts';
import { rpcNumber } from '../codec/decision-record.ts';
import { operationName, uuidBytes, writeUuid } from '../codec/operation-record.ts';
import type { DecisionEntry } from '../port/decision.ts';
import type { IdempotencyKey } from '../port/idempotency-key.ts';
import type { Commands } from './connection/commands.ts';
import type { DataMonitor } from './connection/data-monitor.ts';
import type { HighWaterMarks } from './connection/high-water-marks.ts';
import { callScript, type Script, type ScriptArgument, type ScriptName } from './connection/scripts.ts';
import type { Connection } from './connection/server-connection.ts';

export type StoreCommands = Pick<Commands, 'servers' | 'ask' | 'confirm' | 'probe'>;

export interface Store {
  readonly commands: StoreCommands;
  /** The same for whoever would rather wait, over connections that no decision takes. */
  readonly patientCommands: StoreCommands;
  readonly scripts: Readonly<Record<ScriptName, Script>>;
  readonly highWaterMarks: HighWaterMarks;
  readonly data: DataMonitor;
  /** The clock as scripts take it: '' for the server's own, or ms that a test has injected. */
  readonly clock: () => string;
  readonly identityKeyPrefix: string;
  readonly retentionMs: number;
  readonly runRetentionMs: number;
  readonly decisions: DecisionBounds;
  /** When the caller no longer waits, in ms of `performance.now()`. */
  readonly deadline: number;
}

export interface DecisionBounds {
  /** How long a decision's record is kept. */
  readonly retentionMs: number;
  /** How many are kept of one session, without its denials; the oldest goes. */
  readonly perSessionMax: number;
}

/**
 * Runs a script on the server that holds its first key.
 *
 * INVARIANT: a script that writes may be sent twice with the same arguments; the second changes nothing and answers as
 * the first did, so far as the caller can tell. A test runs each one twice.
 *
 * @throws Failure
 */
export async function run(
  store: Store,
  name: ScriptName,
  keys: readonly string[],
  args: readonly ScriptArgument[],
): Promise<unknown> {
  return (await runWhere(store, name, keys, args)).reply;
}

/** The same for what must not be lost once it is acknowledged: closes, creations and audit. */
export async function runConfirmed(
  store: Store,
  name: ScriptName,
  keys: readonly string[],
  args: readonly ScriptArgument[],
): Promise<unknown> {
  return (await runWhere(store, name, keys, args, 'confirmed')).reply;
}

/** The same, with the history of the server that answered: in a cluster not always the one that was asked first. */
export function runWhere(
  { scripts, commands, deadline }: Store,
  name: ScriptName,
  keys: readonly string[],
  args: readonly ScriptArgument[],
  manner: 'plain' | 'confirmed' = 'plain',
): Promise<{ reply: unknown; lineage: string }> {
  const call = { script: scripts[name], keys, args };
  const ask = async (connection: Connection) => ({
    reply: await callScript(connection, call),
    lineage: connection.server.lineage,
  });
  return manner === 'confirmed' ? commands.confirm(keys[0]!, deadline, ask) : commands.ask(keys[0]!, deadline, ask);
}

/** The clock of the server that holds a key, as {@link Store.clock} has it. */
export async function readClock(store: Store, key: string): Promise<number> {
  const [seconds, microseconds] = await store.commands.ask(key, store.deadline, ({ redis }) => redis.time());
  const injected = store.clock();
  return injected === '' ? Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000) : Number(injected);
}

/** One command for several callers is worth waiting for as long as any of them waits. */
export function latestOf(callers: readonly { readonly deadline: number }[]): number {
  return callers.reduce((latest, { deadline }) => Math.max(latest, deadline), 0);
}

/** WHY: the driver writes any other byte array as a list of decimal numbers. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const NO_DECISION = Buffer.alloc(16);

/** An operation as scripts take it: fingerprint (8 bytes), the id of the decision it led to (16, or zeros), name (12). */
export function operationBytes(operation: IdempotencyKey, decisionId?: string): Buffer {
  const decision = decisionId === undefined ? NO_DECISION : uuidBytes(decisionId);
  return Buffer.concat([Buffer.from(operation.fingerprint, 'hex'), decision, operationName(operation)], 36);
}

/**
 * A decision as scripts take it: id (16 bytes), operation (1), length of what was asked (2), length of a run's id (1), the
 * run's id, context. A run in another partition can have no part in it.
 */
export function decisionBytes(entry: DecisionEntry, decisionId: string): Buffer {
  const bytes = Buffer.allocUnsafe(decisionLength(entry, decisionId));
  writeDecision(entry, decisionId, bytes, 0);
  return bytes;
}

const DECISION_HEAD = 20;
/** Of an own id. */
const ID_LENGTH = 36;

export function decisionLength({ context, runId }: DecisionEntry, decisionId: string): number {
  return DECISION_HEAD + (isNear(decisionId, runId) ? ID_LENGTH : 0) + context.length;
}

/** Writes {@link decisionBytes} where there is room for them. */
export function writeDecision(entry: DecisionEntry, decisionId: string, bytes: Buffer, at: number): void {
  const { rpc, aggregationBytes, context, runId } = entry;
  const run = isNear(decisionId, runId) ? runId : '';
  writeUuid(decisionId, bytes, at);
  bytes[at + 16] = rpcNumber(rpc);
  bytes.writeUInt16BE(aggregationBytes, at + 17);
  bytes[at + 19] = run.length;
  if (run !== '') bytes.write(run, at + DECISION_HEAD, 'latin1');
  bytes.set(context, at + DECISION_HEAD + run.length);
}

/** Whether an id is one of ours, and lies in the partition of a decision. */
export function isNear(decisionId: string, id: string | undefined): id is string {
  return id !== undefined && isOwnId(id) && partitionOf(id) === partitionOf(decisionId);
}

export const NO_BYTES = Buffer.alloc(0);
