// The embedded engine: the port over lmdb, in one local directory that one process owns. Each operation is in the file of its
// noun.
import { LIMITS } from '../../core/limits.ts';
import type { State } from '../port/state.ts';
import type { StoreInfo, StoreWarning } from '../port/store.ts';
import { deactivateAgent, reactivateAgent, readAgent } from './agents.ts';
import { charge } from './charge.ts';
import { pageDecisions, readDecision, recordDecision } from './decisions.ts';
import { lockDirectory } from './file/directory-lock.ts';
import { Environment } from './file/environment.ts';
import type { SpaceGauge } from './file/space-gauge.ts';
import { bindIdentity, readIdentity, releaseIdentity } from './identities.ts';
import { keepPolicy, readPolicy } from './policies.ts';
import { RememberedKeys } from './remembered-keys.ts';
import { readRunDecisions } from './run-decisions.ts';
import { purgePayloads, readCheckpoints, readLog } from './run-log.ts';
import { removeRun } from './run-removal.ts';
import { commitRun, pageRuns, readRun, readStartedRun } from './runs.ts';
import { closeSession, createSession, pageSessions, readSession } from './sessions.ts';
import type { DecisionBounds, Store } from './store.ts';
import { noteSubjects } from './subjects.ts';
import { removeEndedSessions } from './sweep.ts';

export interface EmbeddedStateOptions {
  /** Created if it does not exist. */
  readonly directory: string;
  /** How long an ended session can still be read. */
  readonly retentionMs: number;
  /** How long a finished run is kept at most; undefined for no limit. */
  readonly runRetentionMs?: number;
  /** Default: the defaults of the configuration. */
  readonly decisions?: DecisionBounds;
  /** The maximal size of the store in bytes. A full store refuses additions. */
  readonly mapSizeBytes: number;
  /** Replaces the system clock in tests. */
  readonly now?: () => number;
}

const DECISIONS: DecisionBounds = {
  retentionMs: LIMITS.decisionRetentionMsDefault,
  perSessionMax: LIMITS.decisionsPerSessionDefault,
};

/** From this share on, the store warns that it is filling up. */
const FULL_SHARE_WARNED = 0.8;

/**
 * Opens the state in a directory and takes the directory for this process.
 *
 * @throws Failure state_unavailable, in one line for the operator, when the directory is in use or cannot be used, when
 * it holds a damaged store or another format, or when a native module is missing
 */
export async function openEmbeddedState(options: EmbeddedStateOptions): Promise<State> {
  const { directory, retentionMs, runRetentionMs, mapSizeBytes, now = Date.now, decisions = DECISIONS } = options;
  const lock = await lockDirectory(directory);
  try {
    const environment = await Environment.open(directory, mapSizeBytes);
    const store: Store = { environment, keys: new RememberedKeys(), now, retentionMs, runRetentionMs, decisions };
    return embeddedState(store, directory, async () => {
      await environment.close();
      lock.release();
    });
  } catch (error) {
    lock.release();
    throw error;
  }
}

function embeddedState(store: Store, directory: string, close: () => Promise<void>): State {
  const state: State = {
    // No operation waits for a network, so deadlines are not enforced.
    within: () => state,
    withTimeout: () => state,

    get info() {
      return describe(store, directory);
    },
    now: () => probe(store),
    close,

    readIdentity: (traceId) => readIdentity(store, traceId),
    bindIdentity: (traceId, identity, ttlMs) => bindIdentity(store, traceId, identity, ttlMs),
    releaseIdentity: (traceId) => releaseIdentity(store, traceId),

    createSession: (session, maxLive, operation, recordOf) =>
      createSession(store, session, maxLive, operation, recordOf),
    readSession: (sessionId) => readSession(store, sessionId),
    charge: (step) => charge(store, step),
    closeSession: (sessionId, operation, recordOf) => closeSession(store, sessionId, operation, recordOf),
    pageSessions: (page) => pageSessions(store, page),
    removeEndedSessions: (sweep) => removeEndedSessions(store, sweep),

    deactivateAgent: (agentId, recordOf) => deactivateAgent(store, agentId, recordOf),
    reactivateAgent: (agentId) => reactivateAgent(store, agentId),
    readAgent: (agentId) => readAgent(store, agentId),

    readRun: (runId, operation) => readRun(store, runId, operation),
    readStartedRun: (callerId, key) => readStartedRun(store, callerId, key),
    commitRun: (commit) => commitRun(store, commit),
    readLog: (runId, page) => readLog(store, runId, page),
    readCheckpoints: (runId, limit) => readCheckpoints(store, runId, limit),
    // Readers see only flushed data.
    confirmRun: async () => store.environment.assertAnswering(),
    purgePayloads: (runId, range) => purgePayloads(store, runId, range),
    pageRuns: (page) => pageRuns(store, page),
    removeRun: (runId, expectedRevision) => removeRun(store, runId, expectedRevision),

    keepPolicy: (policy) => keepPolicy(store, policy),
    readPolicy: (revision) => readPolicy(store, revision),

    recordDecision: (decision) => recordDecision(store, decision),
    readDecision: (decisionId) => readDecision(store, decisionId),
    pageDecisions: (page) => pageDecisions(store, page),
    noteSubjects: (sessionId, subjects) => noteSubjects(store, sessionId, subjects),
    readRunDecisions: (runId, page) => readRunDecisions(store, runId, page),
  };
  return state;
}

async function probe({ environment, now }: Store): Promise<number> {
  environment.assertAnswering();
  return environment.query(() => now());
}

function describe({ environment }: Store, directory: string): StoreInfo {
  return {
    engine: 'embedded',
    description: `embedded lmdb in ${directory}`,
    durability: 'flushed',
    warnings: environment.space ? warningsOf(environment.space) : [],
    isFull: environment.space?.isFull() ?? false,
    lineageChanges: 0,
    lostWrites: 0,
  };
}

function warningsOf(space: SpaceGauge): StoreWarning[] {
  const share = space.share();
  const percent = Math.floor(share * 100);
  const diskIsFull = space.diskIsFull();
  const warnings: StoreWarning[] = [];
  if (share >= FULL_SHARE_WARNED) {
    const code = share >= 1 ? 'STORE_FULL' : 'STORE_FILLING';
    warnings.push({
      code,
      message: `The store is ${percent} % full: purge runs and sessions, or raise its maximal size.`,
    });
  }
  if (diskIsFull) {
    const message = 'The disk of the store is full: the store refuses additions until there is space again.';
    warnings.push({ code: 'STORE_FULL', message });
  }
  return warnings;
}
