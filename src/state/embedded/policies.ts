// Policies by revision, in two kinds of entries: `0(1) | revision(32)` holds the time since when the policy is in force and its
// document; `1(1) | revision(32)` holds the time at which it was last in force. Recording a use does not rewrite the document.
import { LIMITS } from '../../core/limits.ts';
import type { State } from '../port/state.ts';
import type { Tables, Write } from './file/environment.ts';
import { readTime, time } from './keys.ts';
import type { Store } from './store.ts';

const TIME_BYTES = 6;
const DOCUMENT = Buffer.from([0]);
const USE = Buffer.from([1]);
/** Longer than the time between two recorded uses of one policy. */
const SLACK_MS = 600_000;

export function keepPolicy(store: Store, policy: Parameters<State['keepPolicy']>[0]): Promise<void> {
  const { revision, document, inForceAtMs } = policy;
  return store.environment.commit((tables) => {
    const now = store.now();
    const name = Buffer.from(revision, 'hex');
    const key = Buffer.concat([DOCUMENT, name]);
    const writes: Write[] = [[tables.policies, Buffer.concat([USE, name]), time(now)]];
    if (!tables.policies.get(key)) {
      writes.push([tables.policies, key, Buffer.concat([time(inForceAtMs), Buffer.from(document)])]);
      writes.push(...outlived(store, tables, { besides: name, now }));
    }
    return { answer: undefined, writes };
  });
}

/** Removes policies that no record refers to any more, and beyond the maximum those that were in force longest ago. */
function outlived(store: Store, tables: Tables, { besides, now }: { besides: Buffer; now: number }): Write[] {
  const range = { start: USE, end: Buffer.concat([USE, Buffer.alloc(33, 0xff)]) };
  const uses = Array.from(tables.policies.getRange(range), ({ key, value }) => ({
    name: Buffer.from(key.subarray(1)),
    atMs: readTime(value),
  })).filter(({ name }) => !name.equals(besides));
  const newestFirst = uses.sort((one, other) => other.atMs - one.atMs);
  const gone = newestFirst.filter(
    ({ atMs }, index) => index >= LIMITS.policiesKeptMax - 1 || now - atMs > keptMs(store) + SLACK_MS,
  );
  return gone.flatMap(({ name }): Write[] => [
    [tables.policies, Buffer.concat([USE, name])],
    [tables.policies, Buffer.concat([DOCUMENT, name])],
  ]);
}

export function readPolicy(store: Store, revision: string): ReturnType<State['readPolicy']> {
  return store.environment.query((tables) => {
    const name = Buffer.from(revision, 'hex');
    const used = tables.policies.get(Buffer.concat([USE, name]));
    const bytes = tables.policies.get(Buffer.concat([DOCUMENT, name]));
    if (!used || !bytes || store.now() - readTime(used) > keptMs(store) + SLACK_MS) return undefined;
    return { document: bytes.toString('utf8', TIME_BYTES), inForceAtMs: readTime(bytes) };
  });
}

/** A ledger refers to a revision for as long as its run is kept. */
function keptMs({ decisions, runRetentionMs = 0 }: Store): number {
  return Math.max(decisions.retentionMs, runRetentionMs);
}
