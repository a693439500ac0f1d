// The state in a standalone Redis: the port, each operation in the file of its subject.
import type { Identity } from '../../core/identity.ts';
import type { State } from '../port.ts';
import { deactivateAgent, reactivateAgent, readAgent } from './agents.ts';
import { chargeBatcher } from './charge-batcher.ts';
import { Connection, type RedisEvent } from './client.ts';
import { bindIdentity, identityReader, releaseIdentity } from './identities.ts';
import { isUnsafeIdentityPrefix } from './keys.ts';
import { commitRun, pageRuns, readLog, readRun, readStartedRun, removeRun } from './runs.ts';
import { Scripts } from './scripts.ts';
import { closeSession, createSession, pageSessions, readSession, removeEndedSessions } from './sessions.ts';
import type { Store } from './store.ts';

export type { RedisEvent } from './client.ts';
export { Refusal } from './server-check.ts';

export interface RedisStateOptions {
  /** redis://, rediss:// or redis+unix://, with an optional login and database. */
  readonly url: string;
  /** How long one command may take before its operation fails. */
  readonly commandTimeoutMs: number;
  /** What stands before a trace id in the key of an identity record. */
  readonly identityKeyPrefix: string;
  /** How long an ended session still answers. */
  readonly retentionMs: number;
  /** How long a finished run is kept at most, should nobody purge it. */
  readonly runRetentionMs: number;
  /** A clock to use instead of the server's, in tests. */
  readonly now?: () => number;
  readonly onEvent?: (event: RedisEvent) => void;
}

/**
 * Opens the state in a Redis server, also while that server cannot be reached: every operation then fails at once as
 * state_unavailable, and works again as soon as the server does.
 *
 * @throws Refusal when the server is there and cannot be used (too old, a cluster, data of another format), and an
 * error when the options cannot be used at all
 */
export async function openRedisState(options: RedisStateOptions): Promise<State> {
  const { now, identityKeyPrefix, retentionMs, runRetentionMs } = options;
  if (isUnsafeIdentityPrefix(identityKeyPrefix)) {
    throw new Error('the identity key prefix must tell identity records from the keys tollgate:*');
  }
  const connection = await Connection.open(options);
  return redisState({
    connection,
    scripts: new Scripts(connection),
    clock: now ? () => now().toFixed(0) : () => '',
    identityKeyPrefix,
    retentionMs,
    runRetentionMs,
  });
}

function redisState(store: Store): State {
  const charges = chargeBatcher(store);
  const identities = identityReader(store);
  return {
    get info() {
      return store.connection.info;
    },
    now: () => readClock(store),
    close: () => store.connection.close(),

    readIdentity: (traceId) => identities.add(traceId),
    bindIdentity: (traceId: string, identity: Identity, ttlMs: number) => bindIdentity(store, traceId, identity, ttlMs),
    releaseIdentity: (traceId) => releaseIdentity(store, traceId),

    createSession: (session, maxLive, operation) => createSession(store, session, maxLive, operation),
    readSession: (sessionId) => readSession(store, sessionId),
    charge: (step) => charges.add(step),
    closeSession: (sessionId, operation) => closeSession(store, sessionId, operation),
    pageSessions: (page) => pageSessions(store, page),
    removeEndedSessions: (sweep) => removeEndedSessions(store, sweep),

    deactivateAgent: (agentId) => deactivateAgent(store, agentId),
    reactivateAgent: (agentId) => reactivateAgent(store, agentId),
    readAgent: (agentId) => readAgent(store, agentId),

    readRun: (runId, operation) => readRun(store, runId, operation),
    readStartedRun: (callerId, key) => readStartedRun(store, callerId, key),
    commitRun: (commit) => commitRun(store, commit),
    readLog: (runId, page) => readLog(store, runId, page),
    pageRuns: (page) => pageRuns(store, page),
    removeRun: (runId, expectedRevision) => removeRun(store, runId, expectedRevision),
  };
}

async function readClock({ connection, clock }: Store): Promise<number> {
  const [seconds, microseconds] = await connection.send((redis) => redis.time());
  const injected = clock();
  return injected === '' ? Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000) : Number(injected);
}
