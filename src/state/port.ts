// What an engine must do, in the domain's words. Both engines pass one contract suite; anything they throw is a Failure.
//
// INVARIANT: every mutating operation reads, decides and writes in one atomic step of the store, and remembers its
// operation (the caller's idempotency key) in that same step.
// INVARIANT: an answer is true at the store's clock `now` that it carries; a process's own clock is never compared
// with what is stored.
import type { Effect, Reason } from '../core/decision/decision.ts';
import type { DecisionRecord, DecisionRpc, RunDecision } from '../core/decision/decision-record.ts';
import type { DecisionSubject } from '../core/decision/decision-subject.ts';
import type { Identity, StoredIdentity } from '../core/identity/identity.ts';
import type { Run } from '../core/run/run.ts';
import type { Call, Counters, Session, SessionLimits, SessionRecord } from '../core/session/session.ts';
import type { EntryReason, SessionReason } from '../core/session/session-reason.ts';

/** An idempotency key in use. It belongs to its rpc and to the session, run, agent or caller that is operated on. */
export interface IdempotencyKey {
  readonly rpc: string;
  /** 1 to 128 printable ASCII characters. */
  readonly key: string;
  /** 16 hex digits over everything that the request asks for. */
  readonly fingerprint: string;
}

export type Durability = 'memory' | 'aof_everysec' | 'aof_always' | 'replicated' | 'committed' | 'flushed';

export interface StoreInfo {
  readonly engine: 'embedded' | 'redis';
  /** For people; without credentials. */
  readonly description: string;
  readonly durability: Durability;
  /** What an operator should change about this store, a sentence each. */
  readonly warnings: readonly StoreWarning[];
  /** It answers, and has no room: what adds to it fails. */
  readonly isFull: boolean;
  /** How often a server answered with another history than before: a failover, a restart, a restored copy. */
  readonly lineageChanges: number;
  /** Acknowledged changes that the store is known to have lost since this process started. */
  readonly lostWrites: number;
  /** Of a store behind a network: how many of its connections are in each state of the circuit breaker. */
  readonly breakers?: Readonly<Record<BreakerState, number>>;
}

export interface StoreWarning {
  readonly code: StoreWarningCode;
  readonly message: string;
}

export type StoreWarningCode =
  /** It cannot be reached, or cannot be used. */
  | 'STORE_UNREACHABLE'
  /** It answers without what was in it: emptied, or another one's data. */
  | 'STORE_EMPTIED'
  /** It answers with an older state of what was in it. */
  | 'STORE_ROLLED_BACK'
  | 'STORE_FULL'
  /** Nearly. */
  | 'STORE_FILLING'
  /** It may drop what it holds. */
  | 'STORE_EVICTS'
  /** What it acknowledges does not survive its restart. */
  | 'STORE_NOT_DURABLE'
  /** Fewer replicas than must confirm a write. */
  | 'STORE_REPLICAS_MISSING'
  /** It does not say what it is. */
  | 'STORE_UNKNOWN'
  /** The files with our login or our certificates cannot be used, or the server refuses them. */
  | 'STORE_LOGIN_REFUSED';

/** Closed, everything is sent; open, nothing is; half open, one check of the server is under way. */
export type BreakerState = 'closed' | 'half_open' | 'open';

/** A decision's record as far as it is known before the store is asked. */
export interface DecisionEntry {
  readonly rpc: DecisionRpc;
  /** The run that the request names: the decision is noted with it, if it exists and lies in the same partition. */
  readonly runId: string | undefined;
  /** See src/state/codec/decision-record.ts; stored as it is. */
  readonly context: Uint8Array;
  /** So many bytes at the beginning of `context` say what was asked: denials of a session that are equal in them are one record. */
  readonly foldBytes: number;
}

/** The id says where the record lies: its partition must be that of the session or run that it is about. */
export type NewDecision = DecisionEntry & { readonly decisionId: string };
/** The record of what happens to a session, by its id. */
export type RecordOf = (sessionId: string) => NewDecision;

/** A decision that no charge, creation or close of a session records. */
export interface SettledDecision extends NewDecision {
  /** Of a denial that came before the charge; the record lies with the session if there is one. */
  readonly sessionId: string | undefined;
  readonly effect: Effect;
  readonly reason: Reason;
  readonly callIndex: number | undefined;
}

export interface DecisionPage {
  /**
   * A session's and a partition's come newest first by id; a run's newest first in the order in which they were noted. A
   * session's are also the denials that named it when it was not there, not yet or no more.
   */
  readonly of:
    | { readonly sessionId: string }
    | { readonly runId: string }
    /** With a subject, of the partition what is about it: in its sessions, and what belongs to no session. */
    | { readonly partition: number; readonly about?: DecisionSubject | undefined };
  /** Only what was decided from here on, and before there. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Starts strictly behind this decision. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/**
 * The records of decisions. They are kept for a time, and so many at the most, or less than a sixteenth more: of each session
 * its charges, openings and closes, apart from its denials; of each partition what belongs to no session. A denial never
 * takes the place of an effect.
 */
export interface DecisionRecords {
  /**
   * Records a decision; an equal denial of the same session is counted with the record of the first.
   *
   * @returns the id of the record
   */
  recordDecision(decision: SettledDecision): Promise<{ decisionId: string; now: number }>;
  /** A record that is older than the retention is not found. */
  readDecision(decisionId: string): Promise<DecisionRecord | undefined>;
  pageDecisions(page: DecisionPage): Promise<DecisionRecord[]>;
  /** Notes that subjects have had a part in a session: its decisions are then found by them. A repeat notes it anew. */
  noteSubjects(sessionId: string, subjects: readonly DecisionSubject[]): Promise<void>;
  /** What is noted with a run, oldest first, from a place in its list on, 0 being the first. */
  readNotedDecisions(runId: string, page: { from: number; limit: number }): Promise<RunDecision[]>;
}

export interface ChargeStep {
  readonly sessionId: string;
  readonly agentId: string;
  /** Undefined without an identity. */
  readonly principals: readonly string[] | undefined;
  readonly calls: readonly Call[];
  readonly decisionId: string;
  readonly idempotencyKey: IdempotencyKey | undefined;
  /**
   * The identity record that the decision so far rests on. The charge happens only if the store still holds these
   * very bytes for the trace; that makes a cached record safe to decide on.
   */
  readonly identity: { readonly traceId: string; readonly bytes: Uint8Array } | undefined;
  /** Is recorded in the same step: what is charged, and a denial. Only with a session id that is one of ours. */
  readonly record?: DecisionEntry | undefined;
}

/** The session as far as usage shows it; absent where the caller may learn nothing about it. */
export interface ChargedSession {
  readonly limits: SessionLimits;
  readonly counters: Counters;
}

export type ChargeAnswer = { readonly now: number } & (
  | ({ readonly kind: 'charged' | 'nothing_to_charge' } & ChargedSession)
  /** `counters` are the first answer's, so far as they are remembered. */
  | ({ readonly kind: 'replayed'; readonly decisionId: string } & ChargedSession)
  | {
      readonly kind: 'denied';
      readonly reason: SessionReason;
      readonly callIndex: number | undefined;
      readonly retryAfterMs: number | undefined;
      readonly charged: ChargedSession | undefined;
      /** Of the denial's record, which may be an earlier one; undefined if none was asked for. */
      readonly decisionId?: string | undefined;
    }
  /** Nothing was charged: the trace's record is another than the one decided on. */
  | { readonly kind: 'identity_changed' }
  | { readonly kind: 'key_reused' }
  | { readonly kind: 'too_many_keys' }
);

export type NewSession = Omit<Session, 'createdAtMs'>;

export type CreateSessionAnswer =
  | { readonly kind: 'created'; readonly record: SessionRecord; readonly now: number }
  /** The key created this session before; the record is gone if the session is. */
  | { readonly kind: 'replayed'; readonly record: SessionRecord | undefined; readonly now: number }
  | { readonly kind: 'too_many_sessions' | 'agent_deactivated' | 'key_reused' };

export type CloseSessionAnswer =
  | { readonly kind: 'closed' | 'replayed'; readonly record: SessionRecord; readonly now: number }
  | { readonly kind: 'unknown' | 'already_closed' | 'key_reused' };

export interface AgentRecord {
  readonly deactivatedAtMs: number | undefined;
  readonly liveSessions: number;
}

/** A place in a list that is ordered by time, then id. */
export interface Position {
  readonly atMs: number;
  readonly id: string;
}

export interface StoredRun {
  readonly run: Run;
  /** Changes with every commit. */
  readonly revision: number;
}

export interface RememberedAppend {
  readonly fingerprint: string;
  /** What the operation answered, as its own operation wrote it. */
  readonly answer: string;
  /** Of a StartRun: the run of this id is not stored yet. Whoever repeats the key stores it, under this id. */
  readonly pending?: boolean;
}

export interface RunCommit {
  /** The run as it shall be. */
  readonly run: Run;
  /** The revision that `run` was made from; 0 for a run that does not exist yet. */
  readonly expectedRevision: number;
  /** Records to add to the log, numbered from `run.lastSequence - records.length + 1`; stored as they are. */
  readonly records: readonly Uint8Array[];
  /** Kept with the run; the commit is `moved` if the log does not end with the leaf that the checkpoint signs last. */
  readonly checkpoint?: NewCheckpoint | undefined;
  /** The `lostChanges` that `run` was made from, for which this commit accounts; the commit is `moved` if there are others. */
  readonly lostChanges?: number | undefined;
  /**
   * The session that a new run begins in, which lies in the run's partition, and who begins it. The run is stored only if the
   * session lets them in, as it stands in that same step.
   */
  readonly session?: { readonly sessionId: string; readonly principals: readonly string[] } | undefined;
  /** Remembered with the run, or for a new run with its caller; its answer is then the run's id. */
  readonly idempotencyKey: (IdempotencyKey & { readonly answer: string }) | undefined;
}

export interface NewCheckpoint {
  readonly number: number;
  /** Stored as they are. */
  readonly bytes: Uint8Array;
  /** Numbers of checkpoints that are no longer kept. */
  readonly drops: readonly number[];
  /** What the last record in the log begins with; empty for an empty log. */
  readonly lastLeaf: Uint8Array;
}

export type RunIndex = 'started' | 'finished' | 'touched';

/** What never changes of a run, and what runs are looked for by. */
export interface RunSubject {
  readonly field: 'caller' | 'agent' | 'session' | 'skill';
  readonly value: string;
}

export interface RunPage {
  readonly partition: number;
  /** `started` holds every run, `finished` those with a final status, `touched` those that are tended, by their last sign of life. */
  readonly index: RunIndex;
  /** Only the runs of this subject, from an index of theirs; of `started` alone. */
  readonly by?: RunSubject | undefined;
  readonly descending: boolean;
  /** Starts strictly behind this place. */
  readonly after?: Position;
  readonly limit: number;
}

export interface State extends DecisionRecords {
  /** The same state for one caller, who no longer waits after `deadline`, in ms of `performance.now()`. */
  within(deadline: number): State;
  /** The same for one that would rather wait for a slow store than fail soon. Nobody else is held up by its waiting. */
  withTimeout(deadline: number): State;
  /** Checked at start and from time to time; cheap to read. */
  readonly info: StoreInfo;
  /** The store's clock, ms since the epoch. Also the health probe: fails when the store does not answer. */
  now(): Promise<number>;
  close(): Promise<void>;

  readIdentity(traceId: string): Promise<{ stored: StoredIdentity | undefined; expiresAtMs: number | undefined }>;
  /** Writes only if absent; the same content again extends the lifetime, never shortens it. */
  bindIdentity(
    traceId: string,
    identity: Identity,
    ttlMs: number,
  ): Promise<{ kind: 'bound' | 'already_bound'; expiresAtMs: number } | { kind: 'conflict' }>;
  /** @returns whether there was a record */
  releaseIdentity(traceId: string): Promise<boolean>;

  /** @param recordOf  the record of the creation, by the id that the session has got; stored in the step that opens it */
  createSession(
    session: NewSession,
    maxLive: number,
    operation: IdempotencyKey | undefined,
    recordOf?: RecordOf,
  ): Promise<CreateSessionAnswer>;
  /** A session that ended longer ago than the retention is not found. */
  readSession(sessionId: string): Promise<{ record: SessionRecord | undefined; now: number }>;
  /** Charges as `charge` in core/session says, or changes nothing. */
  charge(step: ChargeStep): Promise<ChargeAnswer>;
  /** @param recordOf  the record of the close; stored in the step that closes it */
  closeSession(
    sessionId: string,
    operation: IdempotencyKey | undefined,
    recordOf?: RecordOf,
  ): Promise<CloseSessionAnswer>;
  /** Sessions of one partition by creation time, newest first. */
  pageSessions(page: {
    partition: number;
    after?: Position;
    limit: number;
  }): Promise<{ records: SessionRecord[]; now: number }>;
  /**
   * Removes closed and expired sessions that ended at least `endedForMs` ago; with it whatever else has outlived its
   * use in this partition. Bounded by `limit` per call.
   *
   * @returns how many sessions were removed; fewer than `limit` means that none are left
   */
  removeEndedSessions(sweep: { partition: number; endedForMs: number; limit: number }): Promise<number>;

  /**
   * Refuses new sessions until reactivation, and closes all live ones, as one step.
   *
   * @param recordOf  the record of each close; stored in the step that closes the session
   */
  deactivateAgent(agentId: string, recordOf?: RecordOf): Promise<{ agent: AgentRecord; sessionsClosed: number }>;
  reactivateAgent(agentId: string): Promise<AgentRecord>;
  readAgent(agentId: string): Promise<AgentRecord>;

  /**
   * `lostChanges` counts the acknowledged changes of the run that the store is known to have lost, and that no commit has
   * accounted for yet. `operation` asks what is remembered of that key of the run.
   */
  readRun(
    runId: string,
    operation?: Pick<IdempotencyKey, 'rpc' | 'key'>,
  ): Promise<{
    stored: StoredRun | undefined;
    remembered: RememberedAppend | undefined;
    /** How many decisions are noted with the run. */
    notedDecisions: number;
    lostChanges: number;
    now: number;
  }>;
  /** What is remembered of a caller's StartRun key. */
  readStartedRun(callerId: string, key: string): Promise<RememberedAppend | undefined>;
  /**
   * Compare and set of one run, with its log, its indexes and its remembered operation.
   * Acknowledged means durable at the level that `info` names.
   *
   * @returns `moved` when the run is no longer at `expectedRevision`, or the operation is remembered already; the reason why
   *   the session lets nobody in
   */
  commitRun(commit: RunCommit): Promise<'committed' | 'moved' | 'too_many_keys' | EntryReason>;
  /** Stored bytes in sequence order, from `afterSequence + 1`. */
  readLog(runId: string, page: { afterSequence: number; limit: number }): Promise<Uint8Array[]>;
  /** The newest checkpoints of a run, oldest first. */
  readCheckpoints(runId: string, limit: number): Promise<Uint8Array[]>;
  /** Answers once whatever has been read of a run so far is durable at the level that `info` names. */
  confirmRun(runId: string): Promise<void>;
  pageRuns(page: RunPage): Promise<{ runs: StoredRun[]; now: number }>;
  /**
   * Leaves of some records of a finished run's log their leaves alone. A repeat changes nothing.
   *
   * @param range  at most {@link LIMITS.purgeChunk} records; those that are not there are left out
   */
  purgePayloads(runId: string, range: { first: number; last: number }): Promise<void>;
  /**
   * Keeps the document of a policy by its revision, 64 hex digits, and notes that it is in force now. The time since when is
   * that of the first. A document is kept for as long as a record may name it, up to {@link LIMITS.policiesKeptMax} of them.
   */
  keepPolicy(policy: { revision: string; document: string; inForceAtMs: number }): Promise<void>;
  readPolicy(revision: string): Promise<{ document: string; inForceAtMs: number } | undefined>;
  /** Removes a finished run with its log and checkpoints. @returns false if it is no longer at this revision */
  removeRun(runId: string, expectedRevision: number): Promise<boolean>;
}
