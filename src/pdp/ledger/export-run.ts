// A run's ledger as one text that proves itself: the bundle of docs/ledger.md, line by line. It says what the store holds,
// damaged or not; whether that is sound is for whoever verifies it to say.

import { isUtf8 } from 'node:buffer';
import { Failure } from '../../core/failure.ts';
import { runLineOf, textsOf } from '../../core/ledger/ledger.ts';
import { EMPTY_FRONTIER, type Frontier, type Hash, rootOf, Tree } from '../../core/ledger/merkle.ts';
import { LIMITS } from '../../core/limits.ts';
import type { Run } from '../../core/run/run.ts';
import { leafHashOf, nodeHashOf, partsOf, sequenceOf, typeOf } from '../../state/codec/audit-record.ts';
import { decodeCheckpoint, isOfItsNote, type StoredCheckpoint } from '../../state/codec/checkpoint.ts';
import type { CallContext } from '../call-context.ts';
import { sealRun } from '../run/change-run.ts';
import { logPages } from '../run/log-pages.ts';
import { getRun } from '../run/runs.ts';

/**
 * The lines of a run's bundle, without their ends. A running run is exported as of its newest checkpoint, which is made first.
 *
 * @throws Failure not_found; wrong_state when nothing signs the run; state_unavailable
 */
export async function* exportRun(context: CallContext, runId: string): AsyncGenerator<string> {
  const { run, checkpoints, size: signed } = await signedRun(context, runId);
  yield headerOf(context, run, checkpoints);

  // The verifier says what a damaged log lacks; here it is only taken as it is.
  const tree = new Tree(nodeHashOf);
  const size = (await hasStrayRecords(context, run)) ? Number.POSITIVE_INFINITY : signed;
  for await (const page of logPages(context.state, runId, { afterSequence: 0, upTo: size })) {
    const lines = page.map((bytes, index) => readRecord(bytes, tree.size + 1 + index));
    if (lines.some(({ isPurged }) => isPurged)) await assertPurgedBefore(context, run);
    for (const { line, leafHash } of lines) {
      tree.add(leafHash);
      yield line;
    }
  }
  // Shorter than it should be because it is damaged, which shows, or because the run is gone, which is no fault of it.
  if (tree.size < size) await getRun(context, runId);

  for (const [index, checkpoint] of checkpoints.entries()) {
    const consistency = consistencyOf(tree, { before: checkpoints[index - 1], checkpoint });
    yield JSON.stringify({ checkpoint: checkpoint.note, consistency: consistency.map(base64) });
  }
  if (tree.size > 0) {
    const proof = tree.inclusion(tree.size - 1).map(base64);
    yield JSON.stringify({ inclusion: { sequence: tree.size, proof } });
  }
  yield JSON.stringify({ end: { records: tree.size, checkpoints: checkpoints.length } });
}

export interface SignedRun {
  readonly run: Run;
  /** The last one is the one that the run names. */
  readonly checkpoints: readonly StoredCheckpoint[];
  /** So many records belong to it: those that the last checkpoint signs, or more where what is there could not be signed. */
  readonly size: number;
}

/**
 * A run with its ledger up to date.
 *
 * @throws Failure not_found; wrong_state when nothing signs the run; state_unavailable
 */
export async function signedRun(context: CallContext, runId: string): Promise<SignedRun> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const { lastSequence } = await getRun(context, runId);
    await sealRun(context, runId);
    const run = await getRun(context, runId);
    const stored = await context.state.readCheckpoints(runId, LIMITS.checkpointsMax);
    const checkpoints = stored.map((bytes) => readCheckpoint(bytes, runId));
    const known = run.ledger.checkpoint;
    if (!known)
      throw new Failure('wrong_state', 'the run is not signed, and there is no ledger key', { subject: 'ledger' });
    // Another checkpoint may have been signed meanwhile. The verifier reports a missing checkpoint.
    const { ledger } = await getRun(context, runId);
    if (ledger.checkpoint?.number !== known.number) continue;
    // What is told of must not be lost afterwards: another server may have stored it a moment ago, unconfirmed as yet.
    await context.state.confirmRun(runId);
    const { epoch, frontier } = checkpoints.at(-1) ?? NO_CHECKPOINT;
    const isNewest = epoch === known.epoch && frontier.size === known.size;
    const isWhole = isNewest && known.size >= lastSequence && (run.status === 'running' || known.isFinal);
    return { run, checkpoints, size: isWhole ? known.size : run.lastSequence };
  }
  throw new Failure('state_unavailable', 'the run is being changed by too many callers');
}

const ATTEMPTS_MAX = 10;
const NO_CHECKPOINT: StoredCheckpoint = { number: 0, epoch: -1, atMs: 0, frontier: EMPTY_FRONTIER, note: '' };

/** Bytes that are no checkpoint are exported as its note, which a verification finds. */
function readCheckpoint(bytes: Uint8Array, runId: string): StoredCheckpoint {
  try {
    const checkpoint = decodeCheckpoint(bytes);
    if (isOfItsNote(checkpoint, runId, rootOf(checkpoint.frontier, nodeHashOf))) return checkpoint;
  } catch {
    // As below.
  }
  return { ...NO_CHECKPOINT, note: Buffer.from(bytes).toString('latin1') };
}

/** Whether the log goes on behind what its run says, though both are always changed in one step. */
async function hasStrayRecords(context: CallContext, { runId, lastSequence }: Run): Promise<boolean> {
  const behind = await context.state.readLog(runId, { afterSequence: lastSequence, limit: 1 });
  return behind.length > 0 && (await getRun(context, runId)).lastSequence === lastSequence;
}

/** Contents that go while a run is exported would look like missing ones: the record that says so is not in the export. */
async function assertPurgedBefore(context: CallContext, { runId, ledger }: Run): Promise<void> {
  if (ledger.purge) return;
  const { ledger: now } = await getRun(context, runId);
  if (now.purge) throw new Failure('state_unavailable', 'the contents of the run are being purged: try again');
}

function headerOf(context: CallContext, run: Run, checkpoints: readonly StoredCheckpoint[]): string {
  const hasEnded = run.status !== 'running';
  const salt = run.ledger.texts?.salt;
  return JSON.stringify({
    tollgate_bundle: 1,
    run_id: run.runId,
    status: run.status,
    run_line: hasEnded ? runLineOf(run) : null,
    texts: hasEnded && salt !== undefined ? { salt, json: textsOf(run) } : null,
    keys: signersOf(context, checkpoints),
  });
}

/** The verifier keys of those who signed, in the order in which they first did; one that is not known any more is left out. */
function signersOf({ pdp: { ledger } }: CallContext, checkpoints: readonly StoredCheckpoint[]): string[] {
  const known = new Map((ledger.key?.verifierKeys ?? []).map((key) => [key.split('+', 2).join('+'), key]));
  const signers = checkpoints.map(({ note }) => {
    const [, name = '', signature = ''] = /\n\u2014 (\S+) (\S+)\n$/.exec(note) ?? [];
    return known.get(`${name}+${Buffer.from(signature, 'base64').toString('hex', 0, 4)}`);
  });
  return [...new Set(signers.filter((key) => key !== undefined))];
}

interface ReadRecord {
  readonly line: string;
  readonly leafHash: Hash;
  readonly isPurged: boolean;
}

/** @param place  in the log, from 1: what bytes go by that do not say which record they are */
function readRecord(bytes: Uint8Array, place: number): ReadRecord {
  const { leaf, salt, payload, type, sequence = place } = readParts(bytes);
  const leafHash = leafHashOf(leaf);
  const line = JSON.stringify({
    sequence,
    type,
    leaf: base64(leaf),
    hash: base64(leafHash),
    salt: salt ? base64(salt) : null,
    // What is no UTF-8 must not be mended to what it may have been: its hash would fit again.
    payload: payload ? payload.toString(isUtf8(payload) ? 'utf8' : 'latin1') : null,
  });
  return { line, leafHash, isPurged: payload === undefined };
}

/** Bytes that are no record are all leaf: nobody has signed them, which a verification finds. */
function readParts(bytes: Uint8Array): {
  leaf: Buffer;
  salt?: Buffer;
  payload?: Buffer;
  type: string;
  sequence?: number;
} {
  try {
    const parts = partsOf(bytes);
    return { ...parts, type: typeOf(parts.leaf), sequence: sequenceOf(parts.leaf) };
  } catch {
    return { leaf: Buffer.from(bytes), type: '' };
  }
}

/** Nothing is proven across epochs, nor of what the store has lost or holds otherwise than it was signed. */
function consistencyOf(
  tree: Tree,
  { before, checkpoint }: { before: StoredCheckpoint | undefined; checkpoint: StoredCheckpoint },
): Hash[] {
  if (before?.epoch !== checkpoint.epoch || before.frontier.size > checkpoint.frontier.size) return [];
  if (![before, checkpoint].every(({ frontier }) => isFitting(tree, frontier))) return [];
  return tree.consistency(before.frontier.size, checkpoint.frontier.size);
}

function isFitting(tree: Tree, frontier: Frontier): boolean {
  if (frontier.size > tree.size) return false;
  return base64(tree.root(frontier.size)) === base64(rootOf(frontier, nodeHashOf));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
