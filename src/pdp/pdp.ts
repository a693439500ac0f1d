// The parts of the process that operations use: the policy of the moment, the state, the rules of this server, and time.
import type { DecisionRules } from '../core/decision/authorize.ts';
import type { DecisionLogLevel } from '../core/decision/decision-record.ts';
import { Failure } from '../core/failure.ts';
import { checkIdentity, type FoundIdentity, type Identity } from '../core/identity/identity.ts';
import type { Policy } from '../core/policy/policy.ts';
import type { RedactionRules } from '../core/redaction/scanner.ts';
import { type Run, runAt } from '../core/run/run.ts';
import type { State } from '../state/port/state.ts';
import type { CallContext } from './call-context.ts';
import type { IdentityCache } from './identity/identity-cache.ts';
import type { Ids } from './ids.ts';
import type { KeyedQueue } from './keyed-queue.ts';
import type { RunTrees } from './ledger/run-trees.ts';
import type { PolicyJournal } from './policy/policy-journal.ts';
import type { DecisionFeed } from './record/decision-feed.ts';
import type { RecordedNames } from './record/recorded-names.ts';
import type { SubjectNotes } from './record/subject-notes.ts';
import type { AppendReader } from './run/append-reader.ts';
import type { ServerFacts } from './server-facts.ts';

export interface LoadedPolicy {
  readonly policy: Policy;
  /** SHA-256 of the policy's canonical form, hex. */
  readonly revision: string;
  /** The policy's document as JSON, for worker threads; undefined where there are none. */
  readonly document?: string;
}

export interface LedgerRules {
  /** Without one, no checkpoint is signed. */
  readonly key: CheckpointKey | undefined;
  /** How often a running run that has grown gets another checkpoint. */
  readonly checkpointIntervalMs: number;
}

export interface CheckpointKey {
  /** The public key of what is signed now. */
  readonly verifierKey: string;
  /** The public keys of all that was ever signed, `verifierKey` among them. */
  readonly verifierKeys: readonly string[];
  /** Makes a signed note of a text that ends with a newline. */
  readonly sign: (text: string) => string;
}

export interface Pdp {
  readonly state: State;
  /** The current policy. An operation reads it once and keeps to it. */
  readonly policy: () => LoadedPolicy;
  readonly rules: DecisionRules;
  /** The redaction rules beside the built-in ones; a new object after each change. */
  readonly redaction: () => RedactionRules;
  readonly identities: IdentityCache;
  readonly sessionsMaxLive: number;
  readonly runIdleTimeoutMs: number;
  /** How long a write to a run's ledger may wait for a slow store. Decisions wait less long. */
  readonly writeTimeouts: { readonly appendMs: number; readonly finishMs: number };
  readonly ledger: LedgerRules;
  readonly decisionLog: DecisionLogLevel;
  /** The policies that this server has had in force. */
  readonly policies: PolicyJournal;
  /** Which sessions are noted with their agents and principals. */
  readonly subjects: SubjectNotes;
  /** Decisions as they are recorded. */
  readonly decisions: DecisionFeed;
  /** Makes the ids of this process. */
  readonly ids: Ids;
  /** Changes of one run follow one another. */
  readonly runQueues: KeyedQueue;
  readonly runTrees: RunTrees;
  readonly names: RecordedNames;
  readonly server: ServerFacts;
  readonly appendReader: AppendReader;
  /** This process's clock, for ids and for decisions that read no state. Never compared with stored times. */
  readonly clock: () => number;
}

/** The identity behind a trace as the store has it now; undefined if no trace was given, null if it has no record. */
export async function findIdentity(context: CallContext, traceId: string | undefined): Promise<FoundIdentity> {
  if (traceId === undefined) return undefined;
  const { stored } = await context.state.readIdentity(traceId);
  if (stored) context.pdp.identities.put(traceId, stored);
  else context.pdp.identities.delete(traceId);
  return stored ?? null;
}

/**
 * The identity behind a trace for an operation that is no decision and needs one.
 *
 * @throws Failure not_found, or wrong_state for a record that cannot be trusted
 */
export async function requireIdentity(context: CallContext, traceId: string): Promise<Identity> {
  const found = await findIdentity(context, traceId);
  const check = checkIdentity(found, true);
  if (found?.identity && check?.passed) return found.identity;
  if (found) throw new Failure('wrong_state', 'the identity record is malformed', { subject: 'identity' });
  throw new Failure('not_found', 'no identity is bound to this trace_id', { subject: 'identity' });
}

/** A run as it stands now; null if there is none. */
export async function findRun(context: CallContext, runId: string): Promise<Run | null> {
  const { stored, now } = await context.state.readRun(runId);
  return stored ? runAt(stored.run, context.pdp.runIdleTimeoutMs, now) : null;
}
