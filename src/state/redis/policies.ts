// Policies by revision. They lie in one slot, beside the times at which each was last in force.
import { LIMITS } from '../../core/limits.ts';
import type { State } from '../port/state.ts';
import { decoded } from './connection/errors.ts';
import { POLICY_KEYS } from './keys.ts';
import { run, runConfirmed, type Store } from './store.ts';

const TIME_BYTES = 8;

export async function keepPolicy(store: Store, policy: Parameters<State['keepPolicy']>[0]): Promise<void> {
  const { revision, document, inForceAtMs } = policy;
  const head = Buffer.alloc(TIME_BYTES);
  head.writeBigUInt64BE(BigInt(Math.trunc(inForceAtMs)));
  const value = Buffer.concat([head, Buffer.from(document)]);
  const { documents, uses } = POLICY_KEYS;
  const kept = Math.max(store.decisions.retentionMs, store.runRetentionMs);
  await runConfirmed(
    store,
    'keep-policy',
    [documents, uses],
    [store.clock(), kept, LIMITS.policiesKeptMax, revision, value],
  );
}

export async function readPolicy(store: Store, revision: string): ReturnType<State['readPolicy']> {
  const kept = Math.max(store.decisions.retentionMs, store.runRetentionMs);
  const { documents, uses } = POLICY_KEYS;
  const bytes = (await run(store, 'read-policy', [documents, uses], [store.clock(), kept, revision])) as Buffer | null;
  if (bytes === null) return undefined;
  return decoded(() => ({
    document: bytes.toString('utf8', TIME_BYTES),
    inForceAtMs: Number(bytes.readBigUInt64BE()),
  }));
}
