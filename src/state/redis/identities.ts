// Identity records: written and read as other services do, compared by what they say and extended by their bytes.
import { type Identity, type StoredIdentity, sameIdentity } from '../../core/identity/identity.ts';
import { decodeIdentity, encodeIdentity, readStoredIdentity } from '../codec/identity-record.ts';
import type { State } from '../port/state.ts';
import { unavailable } from './connection/errors.ts';
import { fieldsOf, type ReplyFields, rowsOf } from './connection/replies.ts';
import { TurnBatcher } from './connection/turn-batcher.ts';
import { asBuffer, latestOf, NO_BYTES, run, type Store } from './store.ts';

const READS_MAX = 64;
/** How often a record may change under a binding before the store is reported as unsteady. */
const ATTEMPTS_MAX = 4;

export interface FoundIdentity {
  readonly stored: StoredIdentity | undefined;
  readonly expiresAtMs: number | undefined;
}

/** A trace, and when its caller no longer waits. */
export interface IdentityQuestion {
  readonly traceId: string;
  readonly deadline: number;
}

export type IdentityReader = TurnBatcher<IdentityQuestion, FoundIdentity>;

export function identityReader(store: Store): IdentityReader {
  const read = async (questions: readonly IdentityQuestion[]) => {
    const keys = questions.map(({ traceId }) => store.identityKeyPrefix + traceId);
    const within = { ...store, deadline: latestOf(questions) };
    const { now, identities } = fieldsOf(
      'read-identities',
      await run(within, 'read-identities', keys, [store.clock()]),
    );
    return rowsOf('read-identities.identity', identities).map((found) => foundIdentity(found, now));
  };
  // In a cluster each record lies in a slot of its own.
  return new TurnBatcher(READS_MAX, read, store.commands.servers.isCluster ? ({ traceId }) => traceId : undefined);
}

function foundIdentity(
  { kind, bytes, left_ms: leftMs = -1 }: ReplyFields<'read-identities.identity'>,
  now: number,
): FoundIdentity {
  // A key of another type is a record that cannot be trusted, like a string that is no identity.
  if (kind === 'other_type') return { stored: { bytes: NO_BYTES, identity: undefined }, expiresAtMs: undefined };
  if (bytes === undefined) return { stored: undefined, expiresAtMs: undefined };
  return { stored: readStoredIdentity(bytes), expiresAtMs: leftMs < 0 ? undefined : now + leftMs };
}

/** Our own repeat after a lost answer says `already_bound`; nothing else tells it from the first. */
export async function bindIdentity(
  store: Store,
  traceId: string,
  identity: Identity,
  ttlMs: number,
): ReturnType<State['bindIdentity']> {
  const key = store.identityKeyPrefix + traceId;
  const bytes = asBuffer(encodeIdentity(identity));
  let same: Buffer = NO_BYTES;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const reply = await run(store, 'bind-identity', [key], [store.clock(), ttlMs, bytes, same]);
    const { kind, expires_at: expiresAtMs, found: bytesFound = NO_BYTES } = fieldsOf('bind-identity', reply);
    if (expiresAtMs !== undefined) return { kind: kind as 'bound' | 'already_bound', expiresAtMs };
    // Another service may write the same identity in other bytes, with fields of its own, which stay as they are.
    const found = decodeIdentity(bytesFound);
    if (!found || !sameIdentity(found, identity)) return { kind: 'conflict' };
    same = bytesFound;
  }
  throw unavailable(new Error('the identity record keeps changing'));
}

export async function releaseIdentity(store: Store, traceId: string): Promise<boolean> {
  const key = store.identityKeyPrefix + traceId;
  return (await store.commands.ask(key, store.deadline, ({ redis }) => redis.unlink(key))) === 1;
}
