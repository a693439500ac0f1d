// The ledger over a real engine, without a server: a clock in the test's hands, a key of its own, and readers that share
// nothing with the code under test but the stored bytes.
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallContext } from '../../../src/pdp/call-context.ts';
import type { CheckpointKey } from '../../../src/pdp/pdp.ts';
import { appendAudit } from '../../../src/pdp/run/append-audit.ts';
import { finishRun } from '../../../src/pdp/run/runs.ts';
import { signNote, verifierKeyOf } from '../../../src/signing/signed-note.ts';
import { decodeCheckpoint, type StoredCheckpoint } from '../../../src/state/codec/checkpoint.ts';
import { openEmbeddedState } from '../../../src/state/embedded/state.ts';
import type { State } from '../../../src/state/port/state.ts';
import { newRun, started } from '../../contract/fixtures.ts';
import { openRedis } from '../../contract/redis/open.ts';
import { plainContext } from '../../support/pdp.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';

export const IDLE_MS = 3_600_000;
export const INTERVAL_MS = 60_000;

export interface LedgerRig {
  readonly state: State;
  readonly context: CallContext;
  /** Undefined on the embedded engine. */
  readonly redis: RedisServer | undefined;
  /** Undefined on Redis. */
  readonly directory: string | undefined;
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

export function newKey(name = 'tollgate'): CheckpointKey {
  const key = { name, privateKey: generateKeyPairSync('ed25519').privateKey };
  const verifierKey = verifierKeyOf(key);
  return { verifierKey, verifierKeys: [verifierKey], sign: (text) => signNote(text, key) };
}

export function contextOver(state: State, clock: () => number, key: CheckpointKey | undefined): CallContext {
  const ledger = { key, checkpointIntervalMs: INTERVAL_MS };
  return plainContext(state, clock, { runIdleTimeoutMs: IDLE_MS, ledger });
}

export async function openRig(
  engine: 'embedded' | 'Redis',
  key: CheckpointKey | undefined = newKey(),
): Promise<LedgerRig> {
  if (engine === 'Redis') {
    const redis = await startRedis();
    const opened = await openRedis(redis);
    return {
      state: opened.state,
      context: contextOver(opened.state, opened.clock.now, key),
      redis,
      directory: undefined,
      advance: opened.clock.advance,
      close: async () => {
        await opened.close();
        await redis.stop();
      },
    };
  }
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-ledger-'));
  let nowMs = 1_750_000_000_000;
  const now = () => nowMs;
  const state = await openEmbeddedState({ directory, retentionMs: 1, mapSizeBytes: 2 ** 28, now });
  return {
    state,
    context: contextOver(state, now, key),
    redis: undefined,
    directory,
    advance: async (ms) => {
      nowMs += ms;
    },
    close: async () => {
      await state.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** Starts a run with some events in its log. @returns its id */
export async function runWith({ context }: Pick<LedgerRig, 'context'>, events: number): Promise<string> {
  const { run } = await started(
    context.state,
    newRun((await context.state.readRun('')).now, { inputs: '{"question":"why"}' }),
  );
  await append({ context }, run.runId, events);
  return run.runId;
}

export async function append({ context }: Pick<LedgerRig, 'context'>, runId: string, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 100) {
    const events = Array.from({ length: Math.min(left, 100) }, (_, index) => ({
      kind: 'custom' as const,
      type: 'note',
      payload: JSON.stringify({ index }),
    }));
    await appendAudit(context, { runId, events, idempotencyKey: undefined });
  }
}

export async function finish({ context }: Pick<LedgerRig, 'context'>, runId: string, output = 'done'): Promise<void> {
  const nothing = { error: undefined, runtimeMs: undefined, operation: undefined };
  await finishRun(context, { runId, status: 'ok', output, ...nothing });
}

export async function checkpointsOf({ state }: Pick<LedgerRig, 'state'>, runId: string): Promise<StoredCheckpoint[]> {
  return (await state.readCheckpoints(runId, 1_000)).map(decodeCheckpoint);
}

export interface ReadNote {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  /** `time`, `durability` and `run`, by their first word. */
  readonly more: Readonly<Record<string, string>>;
}

/** A note as a stranger reads it. */
export function readNote(note: string): ReadNote {
  const [origin, size, root, ...rest] = note.slice(0, note.indexOf('\n\n')).split('\n');
  const more = Object.fromEntries(rest.map((line) => line.split(/ (.*)/s).slice(0, 2)));
  return { origin: origin!, size: Number(size), root: root!, more };
}

/** The root of a run's whole log, by the recursion of RFC 6962 §2.1 over what the store holds. @returns base64 */
export async function rootOfLog({ state }: Pick<LedgerRig, 'state'>, runId: string, size?: number): Promise<string> {
  const records = await state.readLog(runId, { afterSequence: 0, limit: size ?? 1_000_000 });
  return rootByTheBook(records.map((bytes) => hash(0, leafByTheBook(Buffer.from(bytes))))).toString('base64');
}

function leafByTheBook(bytes: Buffer): Buffer {
  return bytes.subarray(0, 1 + 8 + 8 + 8 + 1 + bytes[25]! + 32);
}

function rootByTheBook(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 0) return createHash('sha256').digest();
  if (hashes.length === 1) return hashes[0]!;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return hash(1, rootByTheBook(hashes.slice(0, split)), rootByTheBook(hashes.slice(split)));
}

function hash(prefix: number, ...parts: readonly Buffer[]): Buffer {
  return createHash('sha256')
    .update(Buffer.concat([Buffer.from([prefix]), ...parts]))
    .digest();
}

/** The same state, with another answer to what confirms it. */
export function confirmingWith(state: State, confirmRun: State['confirmRun']): State {
  return answeringWith(state, { confirmRun });
}

/** The same state, with other answers to some questions. */
export function answeringWith(state: State, answers: Partial<State>): State {
  return new Proxy(state, {
    get: (target, name) => {
      const member: unknown = Reflect.get(name in answers ? answers : target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}
