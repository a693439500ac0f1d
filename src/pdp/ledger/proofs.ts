// Questions about one run's tree: what is signed, what is in it, what it grew from. Answers are proofs, to be checked by
// whoever asked.

import { Failure } from '../../core/failure.ts';
import { type Hash, rootOf } from '../../core/ledger/merkle.ts';
import { nodeHashOf } from '../../state/codec/audit-record.ts';
import { verifyBundle } from '../../verify/verify-bundle.ts';
import type { CallContext } from '../call-context.ts';
import { foldRun } from '../run/change-run.ts';
import { inSlices } from '../turns.ts';
import { exportRun, signedRun } from './export-run.ts';

export interface SignedTree {
  readonly note: string;
  readonly size: number;
  readonly root: Hash;
  readonly epoch: number;
  readonly atMs: number;
}

/** The newest checkpoint of a run, a new one if there is anything that it does not say. @throws as an export does */
export async function getCheckpoint(context: CallContext, runId: string): Promise<SignedTree> {
  const { checkpoints } = await signedRun(context, runId);
  const newest = checkpoints.at(-1);
  if (!newest || newest.number === 0) throw new Error('run: its newest checkpoint is none');
  const { note, epoch, atMs, frontier } = newest;
  return { note, epoch, atMs, size: frontier.size, root: rootOf(frontier, nodeHashOf) };
}

export interface Proof {
  readonly hashes: readonly Hash[];
  readonly root: Hash;
  readonly size: number;
}

/**
 * Proves that a record is in a run's tree.
 *
 * @param given  the record's sequence, and the tree's size: its present one if left out
 * @throws Failure not_found; invalid_request when there is no such record or tree
 */
export async function proveInclusion(
  context: CallContext,
  runId: string,
  given: { sequence: number; size: number | undefined },
): Promise<Proof & { leafHash: Hash }> {
  const size = await sizeOf(context, runId, given.size);
  if (given.sequence > size) throw beyond('sequence', size);
  const tree = await context.pdp.runTrees.treeOf(context.state, runId, size);
  const index = given.sequence - 1;
  const leafHash = tree.leaf(index);
  return { leafHash, hashes: tree.inclusion(index, size), root: tree.root(size), size };
}

/**
 * Proves that a run's tree has only grown.
 *
 * @throws Failure not_found; invalid_request when there are no such trees
 */
export async function proveConsistency(
  context: CallContext,
  runId: string,
  given: { from: number; size: number | undefined },
): Promise<Proof & { rootBefore: Hash }> {
  const size = await sizeOf(context, runId, given.size);
  if (given.from > size) throw beyond('from_size', size);
  const tree = await context.pdp.runTrees.treeOf(context.state, runId, size);
  const hashes = tree.consistency(given.from, size);
  return { rootBefore: tree.root(given.from), hashes, root: tree.root(size), size };
}

/**
 * Verifies a run's ledger as it lies in the store, with the code that verifies an exported one.
 *
 * @param checkpoints  of this run, kept elsewhere: the ledger must be no older, and contradict none
 * @throws Failure as an export does; wrong_state also when there are no public keys to hold it to
 */
export async function verifyRun(context: CallContext, runId: string, checkpoints: readonly string[]) {
  const keys = context.pdp.ledger.key?.verifierKeys;
  if (!keys) throw new Failure('wrong_state', 'there is no ledger key to verify the run with', { subject: 'ledger' });
  return verifyBundle(inSlices(exportRun(context, runId)), { keys, checkpoints });
}

/** @returns the size of the tree that is meant, with all that is due in it */
async function sizeOf(context: CallContext, runId: string, wanted: number | undefined): Promise<number> {
  const { lastSequence } = await foldRun(context, runId);
  const size = wanted ?? lastSequence;
  if (size > lastSequence) throw beyond('tree_size', lastSequence);
  return size;
}

function beyond(field: string, size: number): Failure {
  const description = `must be at most ${size}`;
  return new Failure('invalid_request', `${field} ${description}`, { fields: [{ field, description }] });
}
