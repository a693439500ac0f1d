// A run's ledger as it is folded: what Tollgate itself has to say first, the tree over the stored bytes of all records, and
// the checkpoint that signs it. Any replica folds any run, from the newest checkpoint's frontier on.
//
// INVARIANT: only what is stored is signed, and only once the store has confirmed it. A checkpoint over what the store may
// lose would make our own loss look like a forgery.
import { createHash, randomBytes } from 'node:crypto';
import type { DecisionRecord, RunDecision } from '../../core/decision/decision-record.ts';
import { Failure } from '../../core/failure.ts';
import {
  checkpointToDrop,
  decisionRecord,
  epochRecord,
  type FoldedDecision,
  isSigned,
  type OwnRecord,
  runLineOf,
  textsOf,
  withOwnRecords,
} from '../../core/ledger/ledger.ts';
import { EMPTY_FRONTIER, extended, type Frontier, rootOf } from '../../core/ledger/merkle.ts';
import { LIMITS } from '../../core/limits.ts';
import type { ShapedRecord } from '../../core/run/audit.ts';
import type { Run } from '../../core/run/run.ts';
import { encodeAuditRecord, leafHashOf, leafOf, nodeHashOf, sequenceOf } from '../../state/codec/audit-record.ts';
import {
  checkpointText,
  decodeCheckpoint,
  encodeCheckpoint,
  isOfItsNote,
  type StoredCheckpoint,
} from '../../state/codec/checkpoint.ts';
import type { NewCheckpoint } from '../../state/port/ledger.ts';
import type { State } from '../../state/port/state.ts';
import type { CallContext } from '../call-context.ts';
import { logPages } from '../run/log-pages.ts';

/** Encodes records for the store. */
export function encodeRecords(records: readonly ShapedRecord[], now: number): Uint8Array[] {
  // One call for the salts of all records: a call for each costs more.
  const salts = randomBytes(SALT_BYTES * records.length);
  return records.map((record, index) =>
    encodeAuditRecord(
      { ...record, storedAtMs: now },
      Uint8Array.from(salts.subarray(SALT_BYTES * index, SALT_BYTES * (index + 1))),
    ),
  );
}

const SALT_BYTES = 16;

/** What the store is known to have lost of a run. */
export interface Loss {
  readonly changes: number;
  /** The latest known epoch; the new epoch follows it. */
  readonly epoch: number;
}

/** The decisions that named a run and are not among its records yet, at most as many as one change may add. */
export async function unfoldedDecisions(
  { state }: CallContext,
  { runId, ledger: { decisions } }: Run,
  runDecisions: number,
): Promise<readonly FoldedDecision[]> {
  const count = Math.min(runDecisions - decisions, LIMITS.decisionsFoldedMax);
  const noted = count > 0 ? await state.readRunDecisions(runId, { from: decisions, limit: count }) : [];
  const folded: FoldedDecision[] = [];
  for (let from = 0; from < noted.length; from += READ_AT_ONCE) {
    const some = noted.slice(from, from + READ_AT_ONCE);
    folded.push(...(await Promise.all(some.map(async (one) => ({ ...one, record: await recordOf(state, one) })))));
  }
  return folded;
}

/** Records of decisions that are asked for at one time. */
const READ_AT_ONCE = 50;

/** A lost or damaged decision record must not block its run. Only an unreachable store is a failure. */
async function recordOf(state: State, { decisionId }: RunDecision): Promise<DecisionRecord | undefined> {
  try {
    return await state.readDecision(decisionId);
  } catch (error) {
    if (error instanceof Failure && error.kind === 'state_unavailable') throw error;
    return undefined;
  }
}

/** A run with the records of Tollgate's own that are due: they come before whatever a change adds. */
export function withDueRecords(
  run: Run,
  { now, loss, decisions }: { now: number; loss: Loss | undefined; decisions: readonly FoldedDecision[] },
): { readonly run: Run; readonly records: readonly Uint8Array[] } {
  const due: OwnRecord[] = [];
  let { ledger } = run;
  if (loss) {
    ledger = { ...ledger, epoch: Math.max(ledger.epoch, loss.epoch) + 1 };
    due.push(epochRecord(ledger.epoch, loss.changes, now));
  }
  due.push(...decisions.map(decisionRecord));
  ledger = { ...ledger, decisions: ledger.decisions + decisions.length };
  if (due.length === 0) return { run, records: [] };
  const { run: next, records } = withOwnRecords({ ...run, ledger }, due);
  return { run: next, records: encodeRecords(records, now) };
}

/** A run that has just finished, with its texts hashed for its final checkpoint. */
export function withSealedTexts(run: Run): Run {
  const salt = randomBytes(SALT_BYTES);
  const hash = createHash('sha256').update(salt).update(textsOf(run)).digest('base64');
  return { ...run, ledger: { ...run.ledger, texts: { salt: salt.toString('base64'), hash } } };
}

export type Signing =
  | { readonly kind: 'signed'; readonly run: Run; readonly checkpoint: NewCheckpoint }
  /** It is signed already, there is no key, or the log is damaged: that shows in a verification, and nobody signs it. */
  | { readonly kind: 'nothing' }
  /** The newest checkpoint tells of more than the store holds. */
  | { readonly kind: 'lost'; readonly loss: Loss };

/**
 * Signs a run as it stands in the store, or as it shall stand without another record.
 *
 * @throws Failure state_unavailable, also when what is stored could not be confirmed: nothing is signed then
 */
export async function sign(context: CallContext, run: Run, now: number): Promise<Signing> {
  const { key } = context.pdp.ledger;
  if (!key || isSigned(run)) return { kind: 'nothing' };
  const kept = await keptCheckpoints(context, run);
  const newest = kept.at(-1);
  const loss = newest && lossOf(run, newest);
  if (loss) return { kind: 'lost', loss };

  const { runId, ledger, lastSequence: size } = run;
  const { epoch } = ledger;
  const folded = await fold(context, run, newest?.epoch === epoch ? frontierOf(newest, runId) : EMPTY_FRONTIER);
  if (!folded) return { kind: 'nothing' };
  await context.state.confirmRun(runId);

  const { frontier, lastLeaf } = folded;
  const number = 1 + Math.max(newest?.number ?? 0, ledger.checkpoint?.number ?? 0);
  const isFinal = run.status !== 'running';
  const root = rootOf(frontier, nodeHashOf);
  const end = isFinal ? { status: run.status, lineHash: runLineHashOf(run) } : undefined;
  const { durability } = context.state.info;
  const note = key.sign(checkpointText({ runId, epoch, size, root, atMs: now, durability, end }));
  const drops = dropsOf(kept, { number, epoch, size });
  const bytes = encodeCheckpoint({ number, epoch, atMs: now, frontier, note });
  return {
    kind: 'signed',
    run: {
      ...run,
      ledger: {
        ...ledger,
        checkpoint: { number, epoch, size, atMs: now, isFinal },
        checkpoints: ledger.checkpoints + 1 - drops.length,
      },
    },
    checkpoint: { number, bytes, drops, lastLeaf },
  };
}

/** Where the tree goes on; from its beginning where what is stored beside the newest note is not what that signs. */
function frontierOf(newest: StoredCheckpoint, runId: string): Frontier {
  return isOfItsNote(newest, runId, rootOf(newest.frontier, nodeHashOf)) ? newest.frontier : EMPTY_FRONTIER;
}

function runLineHashOf(run: Run): Buffer {
  return createHash('sha256').update(runLineOf(run)).digest();
}

/** The newest alone, unless one must go to make room. What is none is left out: it must not keep its run from finishing. */
async function keptCheckpoints(context: CallContext, { runId, ledger }: Run): Promise<StoredCheckpoint[]> {
  const limit = ledger.checkpoints < LIMITS.checkpointsMax ? 1 : LIMITS.checkpointsMax;
  const stored = await context.state.readCheckpoints(runId, limit);
  return stored.flatMap((bytes) => {
    try {
      return [decodeCheckpoint(bytes)];
    } catch {
      return [];
    }
  });
}

/**
 * A checkpoint is stored in one step with its run, so one that the run does not know of is newer than the run.
 *
 * @returns undefined where run and checkpoint tell of one state
 */
function lossOf({ ledger, lastSequence }: Run, newest: StoredCheckpoint): Loss | undefined {
  const isAccountedFor = newest.epoch < ledger.epoch;
  if (isAccountedFor || newest.number <= (ledger.checkpoint?.number ?? 0)) return undefined;
  return { changes: Math.max(1, newest.frontier.size - lastSequence), epoch: newest.epoch };
}

function dropsOf(
  kept: readonly StoredCheckpoint[],
  next: { number: number; epoch: number; size: number },
): readonly number[] {
  if (kept.length < LIMITS.checkpointsMax) return [];
  const known = kept.map(({ number, epoch, frontier }) => ({ number, epoch, size: frontier.size }));
  return [checkpointToDrop([...known, next])];
}

/** @returns undefined where the log is not what its run says: then there is no tree that anyone should sign */
async function fold(
  context: CallContext,
  { runId, lastSequence }: Run,
  from: Frontier,
): Promise<{ frontier: Frontier; lastLeaf: Uint8Array } | undefined> {
  let frontier = from;
  let lastLeaf: Uint8Array = Buffer.alloc(0);
  // The last record of all is read in any case: the commit names it.
  let at = Math.min(from.size, Math.max(0, lastSequence - 1));
  for await (const page of logPages(context.state, runId, { afterSequence: at, upTo: lastSequence })) {
    const leaves = leavesOf(page, at);
    if (!leaves) return undefined;
    frontier = extended(frontier, leaves.slice(frontier.size - at).map(leafHashOf), nodeHashOf);
    at += leaves.length;
    lastLeaf = leaves.at(-1)!;
  }
  return at < lastSequence ? undefined : { frontier, lastLeaf };
}

function leavesOf(records: readonly Uint8Array[], afterSequence: number): Uint8Array[] | undefined {
  try {
    const leaves = records.map(leafOf);
    return leaves.every((leaf, index) => sequenceOf(leaf) === afterSequence + 1 + index) ? leaves : undefined;
  } catch {
    return undefined;
  }
}
