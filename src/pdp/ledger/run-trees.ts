// The tree of a run's whole log, for proofs. Those asked for last are kept: who wants a proof of each record of a run would
// otherwise have its log read and hashed as often as it has records.

import { Tree } from '../../core/ledger/merkle.ts';
import { leafHashOf, leafOf, nodeHashOf } from '../../state/codec/audit-record.ts';
import type { CallContext } from '../call-context.ts';
import { logPages } from '../run/log-pages.ts';

const TREES_MAX = 8;
/** At 64 bytes each, so that all trees together take at most 32 MiB. */
const LEAVES_MAX = 2 ** 16;

/** By run, the one used last at the end. */
const kept = new Map<string, Tree>();

/** @returns the tree over the first `size` records or more. @throws when there are fewer, or one that is none */
export async function treeOf(context: CallContext, runId: string, size: number): Promise<Tree> {
  const tree = (await taken(context, runId)) ?? new Tree(nodeHashOf);
  for await (const page of logPages(context.state, runId, { afterSequence: tree.size, upTo: size })) {
    for (const bytes of page) tree.add(leafHashOf(leafOf(bytes)));
  }
  if (tree.size < size) throw new Error('run log: not as long as its run says');
  keep(runId, tree);
  return tree;
}

/** Nobody else has it while it grows. */
async function taken({ state }: CallContext, runId: string): Promise<Tree | undefined> {
  const tree = kept.get(runId);
  kept.delete(runId);
  if (!tree || tree.size === 0) return undefined;
  // A leaf commits to a salt of its own, so the same last one stands behind the same log; not after the store has lost some of it.
  const [last] = await state.readLog(runId, { afterSequence: tree.size - 1, limit: 1 });
  return last && Buffer.compare(leafHashOf(leafOf(last)), tree.leaf(tree.size - 1)) === 0 ? tree : undefined;
}

function keep(runId: string, tree: Tree): void {
  if (tree.size > LEAVES_MAX) return;
  kept.delete(runId);
  kept.set(runId, tree);
  const [oldest] = kept.keys();
  if (kept.size > TREES_MAX && oldest !== undefined) kept.delete(oldest);
}
