// The state in Redis, on one server, behind Sentinels or in a cluster: the port, each operation in the file of its subject.
import type { DecisionSubject } from '../../core/decision/decision-subject.ts';
import type { Identity } from '../../core/identity/identity.ts';
import { LIMITS } from '../../core/limits.ts';
import type { ChargeResult, ChargeStep } from '../port/charge.ts';
import type { DecisionPage, RecordOf, SettledDecision } from '../port/decision.ts';
import type { IdempotencyKey } from '../port/idempotency-key.ts';
import type { RunCommit, RunPage } from '../port/run.ts';
import type { NewSession } from '../port/session.ts';
import type { State } from '../port/state.ts';
import type { StoreInfo } from '../port/store.ts';
import { deactivateAgent, reactivateAgent, readAgent } from './agents.ts';
import { type ChargeBatcher, charge, chargeBatcher } from './charge-batcher.ts';
import type { LoginSource, TlsFiles } from './connection/address.ts';
import { Commands } from './connection/commands.ts';
import { type DataLoss, DataMonitor } from './connection/data-monitor.ts';
import { unavailable } from './connection/errors.ts';
import { HighWaterMarks, type RollBack } from './connection/high-water-marks.ts';
import { loadScripts } from './connection/scripts.ts';
import type { Requirements } from './connection/server-check.ts';
import type { ServerEvent } from './connection/server-connections.ts';
import { openServers } from './connection/servers.ts';
import { pageDecisions, readDecision, readRunDecisions, recordDecision } from './decisions.ts';
import { bindIdentity, type IdentityReader, identityReader, releaseIdentity } from './identities.ts';
import { isUnsafeIdentityPrefix } from './keys.ts';
import { keepPolicy, readPolicy } from './policies.ts';
import {
  commitRun,
  confirmRun,
  pageRuns,
  purgePayloads,
  readCheckpoints,
  readLog,
  readRun,
  readStartedRun,
  removeRun,
} from './runs.ts';
import { closeSession, createSession, pageSessions, readSession, removeEndedSessions } from './sessions.ts';
import type { DecisionBounds, Store } from './store.ts';
import { noteSubjects } from './subjects.ts';

export { Refusal } from './connection/server-check.ts';
export type RedisEvent =
  | ServerEvent
  | { readonly kind: 'rolled_back'; readonly rollBack: RollBack }
  /** The data of a server is gone, or older than it was. */
  | { readonly kind: 'data_lost'; readonly loss: DataLoss };

export interface RedisStateOptions {
  /** See src/config/store-url.ts for its forms. */
  readonly url: string;
  /** What identifies us, where that may change: in place of `tls` and of the URL's login. */
  readonly login?: LoginSource | undefined;
  /** PEM texts, for URLs that begin with rediss. */
  readonly tls?: TlsFiles | undefined;
  readonly sentinelPassword?: string | undefined;
  /** How long one command may take before its operation fails. */
  readonly commandTimeoutMs: number;
  /** How long one may take of an operation that waits longer for a slow store; the same if left out. */
  readonly writeTimeoutMs?: number;
  readonly require?: Requirements;
  /** How many replicas must have a close, a creation or an audit event before it is acknowledged; 0 asks none. */
  readonly confirm?: { readonly replicas: number; readonly timeoutMs: number };
  /** What stands before a trace id in the key of an identity record. */
  readonly identityKeyPrefix: string;
  /** How long an ended session still answers. */
  readonly retentionMs: number;
  /** How long a finished run is kept at most, should nobody purge it. */
  readonly runRetentionMs: number;
  /** Left out: as the configuration has them by default. */
  readonly decisions?: DecisionBounds;
  /** A clock to use instead of the server's, in tests. */
  readonly now?: () => number;
  readonly onEvent?: (event: RedisEvent) => void;
}

const DECISIONS: DecisionBounds = {
  retentionMs: LIMITS.decisionRetentionMsDefault,
  perSessionMax: LIMITS.decisionsPerSessionDefault,
};

/**
 * Opens the state in Redis, also while it cannot be reached: every operation then fails at once as state_unavailable, and
 * works again as soon as Redis does.
 *
 * @throws Refusal when a server is there and cannot be used (too old, of another mode, with data of another format, or
 * with less than is required), and an error when the options cannot be used at all
 */
export async function openRedisState(options: RedisStateOptions): Promise<State> {
  const store = await openStore(options);
  return new RedisState(store, chargeBatcher(store), identityReader(store));
}

/** What the operations work with. @throws as {@link openRedisState} does */
export async function openStore(options: RedisStateOptions): Promise<Store> {
  const { now, identityKeyPrefix, retentionMs, runRetentionMs, decisions = DECISIONS, onEvent = () => {} } = options;
  if (isUnsafeIdentityPrefix(identityKeyPrefix)) {
    throw new Error('the identity key prefix must tell identity records from the keys tollgate:*');
  }
  const { require = { noeviction: false, durability: 'memory' }, confirm = { replicas: 0, timeoutMs: 0 } } = options;
  const { commandTimeoutMs, writeTimeoutMs = commandTimeoutMs } = options;
  const scripts = loadScripts();
  let data: DataMonitor | undefined;
  const highWaterMarks = new HighWaterMarks(scripts, (rollBack) => {
    data?.rolledBack();
    onEvent({ kind: 'rolled_back', rollBack });
  });
  const servers = await openServers({
    ...options,
    require,
    confirm,
    writeTimeoutMs,
    onEvent,
    prepare: (connection, holds) => highWaterMarks.restoreAll(connection, holds),
  });
  data = new DataMonitor(servers, scripts['observe-data'], (loss) => onEvent({ kind: 'data_lost', loss }));
  return {
    commands: new Commands(servers, {
      commandTimeoutMs,
      confirm,
      plain: ({ main }) => main,
      confirming: ({ confirming }) => confirming,
    }),
    patientCommands: new Commands(servers, {
      commandTimeoutMs: Math.max(commandTimeoutMs, writeTimeoutMs),
      confirm,
      plain: ({ patient }) => patient,
      confirming: ({ patient }) => patient,
    }),
    scripts,
    highWaterMarks,
    data,
    clock: now ? () => now().toFixed(0) : () => '',
    identityKeyPrefix,
    retentionMs,
    runRetentionMs,
    decisions,
    deadline: Number.POSITIVE_INFINITY,
  };
}

/** A class, for its methods are shared by the views of it that every call gets. */
class RedisState implements State {
  readonly #store: Store;
  readonly #charges: ChargeBatcher;
  readonly #identities: IdentityReader;

  constructor(store: Store, charges: ChargeBatcher, identities: IdentityReader) {
    this.#store = store;
    this.#charges = charges;
    this.#identities = identities;
  }

  within(deadline: number): State {
    return new RedisState({ ...this.#store, deadline }, this.#charges, this.#identities);
  }

  /** Identities and charges are asked together with those of others, so they stay as they are. */
  withTimeout(deadline: number): State {
    const store = { ...this.#store, commands: this.#store.patientCommands, deadline };
    return new RedisState(store, this.#charges, this.#identities);
  }

  get info(): StoreInfo {
    const { commands, data, highWaterMarks } = this.#store;
    const { warnings, ...info } = commands.servers.info;
    return {
      ...info,
      warnings: [...data.warnings, ...warnings],
      isFull: data.isFull,
      lostWrites: highWaterMarks.lostWrites,
    };
  }

  /**
   * In a cluster every server must answer: each of them decides for its part. The latest of their clocks counts. As this is
   * asked all the time, it is also where a loss of data is looked for.
   */
  async now(): Promise<number> {
    const { commands, clock, data } = this.#store;
    const servers = commands.servers.all();
    if (servers.length === 0) throw unavailable(new Error('no server is known'));
    const [times] = await Promise.all([Promise.all(servers.map(({ main }) => commands.probe(main))), data.observe()]);
    const injected = clock();
    return injected === '' ? Math.max(...times) : Number(injected);
  }

  close(): Promise<void> {
    return this.#store.commands.servers.close();
  }

  readIdentity(traceId: string): ReturnType<State['readIdentity']> {
    return this.#identities.add({ traceId, deadline: this.#store.deadline });
  }

  bindIdentity(traceId: string, identity: Identity, ttlMs: number): ReturnType<State['bindIdentity']> {
    return bindIdentity(this.#store, traceId, identity, ttlMs);
  }

  releaseIdentity(traceId: string): Promise<boolean> {
    return releaseIdentity(this.#store, traceId);
  }

  createSession(session: NewSession, maxLive: number, operation: IdempotencyKey | undefined, recordOf?: RecordOf) {
    return createSession(this.#store, session, maxLive, operation, recordOf);
  }

  readSession(sessionId: string): ReturnType<State['readSession']> {
    return readSession(this.#store, sessionId);
  }

  async charge(step: ChargeStep): Promise<ChargeResult> {
    if (!step.identity || !this.#store.commands.servers.isCluster) return charge(this.#store, this.#charges, step);
    // In a cluster the record lies in another slot, and no script can look at both: it is compared just before.
    const { stored } = await this.readIdentity(step.identity.traceId);
    const isSame = stored !== undefined && Buffer.compare(stored.bytes, step.identity.bytes) === 0;
    if (!isSame) return { kind: 'identity_changed', now: await this.now() };
    return charge(this.#store, this.#charges, { ...step, identity: undefined });
  }

  closeSession(
    sessionId: string,
    operation: IdempotencyKey | undefined,
    recordOf?: RecordOf,
  ): ReturnType<State['closeSession']> {
    return closeSession(this.#store, sessionId, operation, recordOf);
  }

  pageSessions(page: Parameters<State['pageSessions']>[0]): ReturnType<State['pageSessions']> {
    return pageSessions(this.#store, page);
  }

  removeEndedSessions(sweep: Parameters<State['removeEndedSessions']>[0]): Promise<number> {
    return removeEndedSessions(this.#store, sweep);
  }

  deactivateAgent(agentId: string, recordOf?: RecordOf): ReturnType<State['deactivateAgent']> {
    return deactivateAgent(this.#store, agentId, recordOf);
  }

  reactivateAgent(agentId: string): ReturnType<State['reactivateAgent']> {
    return reactivateAgent(this.#store, agentId);
  }

  readAgent(agentId: string): ReturnType<State['readAgent']> {
    return readAgent(this.#store, agentId);
  }

  readRun(runId: string, operation?: Pick<IdempotencyKey, 'rpc' | 'key'>): ReturnType<State['readRun']> {
    return readRun(this.#store, runId, operation);
  }

  readStartedRun(callerId: string, key: string): ReturnType<State['readStartedRun']> {
    return readStartedRun(this.#store, callerId, key);
  }

  commitRun(commit: RunCommit): ReturnType<State['commitRun']> {
    return commitRun(this.#store, commit);
  }

  readLog(runId: string, page: { afterSequence: number; limit: number }): Promise<Uint8Array[]> {
    return readLog(this.#store, runId, page);
  }

  readCheckpoints(runId: string, limit: number): Promise<Uint8Array[]> {
    return readCheckpoints(this.#store, runId, limit);
  }

  confirmRun(runId: string): Promise<void> {
    return confirmRun(this.#store, runId);
  }

  purgePayloads(runId: string, range: { first: number; last: number }): Promise<void> {
    return purgePayloads(this.#store, runId, range);
  }

  pageRuns(page: RunPage): ReturnType<State['pageRuns']> {
    return pageRuns(this.#store, page);
  }

  removeRun(runId: string, expectedRevision: number): Promise<boolean> {
    return removeRun(this.#store, runId, expectedRevision);
  }

  keepPolicy(policy: Parameters<State['keepPolicy']>[0]): Promise<void> {
    return keepPolicy(this.#store, policy);
  }

  readPolicy(revision: string): ReturnType<State['readPolicy']> {
    return readPolicy(this.#store, revision);
  }

  recordDecision(decision: SettledDecision): ReturnType<State['recordDecision']> {
    return recordDecision(this.#store, decision);
  }

  readDecision(decisionId: string): ReturnType<State['readDecision']> {
    return readDecision(this.#store, decisionId);
  }

  pageDecisions(page: DecisionPage): ReturnType<State['pageDecisions']> {
    return pageDecisions(this.#store, page);
  }

  noteSubjects(sessionId: string, subjects: readonly DecisionSubject[]): Promise<void> {
    return noteSubjects(this.#store, sessionId, subjects);
  }

  readRunDecisions(runId: string, page: { from: number; limit: number }): ReturnType<State['readRunDecisions']> {
    return readRunDecisions(this.#store, runId, page);
  }
}
