// The trees of whole run logs, for proofs. The trees used last are kept: a caller that asks for a proof of each record of a
// run would otherwise make the server read and hash the run's log once for each record.

import { Tree } from '../../core/ledger/merkle.ts';
import { leafHashOf, leafOf, nodeHashOf } from '../../state/codec/audit-record.ts';
import type { State } from '../../state/port/state.ts';
import { logPages } from '../run/log-pages.ts';

const TREES_MAX = 8;
/** At 64 bytes each, so that all trees together take at most 32 MiB. */
const LEAVES_MAX = 2 ** 16;

export class RunTrees {
  /** By run; the tree used last is at the end. */
  readonly #kept = new Map<string, Tree>();

  /** @returns the tree over the first `size` records or more. @throws when the log is shorter, or a record is damaged */
  async treeOf(state: State, runId: string, size: number): Promise<Tree> {
    const tree = (await this.#take(state, runId)) ?? new Tree(nodeHashOf);
    for await (const page of logPages(state, runId, { afterSequence: tree.size, upTo: size })) {
      for (const bytes of page) tree.add(leafHashOf(leafOf(bytes)));
    }
    if (tree.size < size) throw new Error('run log: not as long as its run says');
    this.#keep(runId, tree);
    return tree;
  }

  /** Takes a tree out of the map, so that no other call uses it while it grows. */
  async #take(state: State, runId: string): Promise<Tree | undefined> {
    const tree = this.#kept.get(runId);
    this.#kept.delete(runId);
    if (!tree || tree.size === 0) return undefined;
    // Each leaf has its own salt, so an equal last leaf means an equal log. It differs after the store has lost records.
    const [last] = await state.readLog(runId, { afterSequence: tree.size - 1, limit: 1 });
    return last && Buffer.compare(leafHashOf(leafOf(last)), tree.leaf(tree.size - 1)) === 0 ? tree : undefined;
  }

  #keep(runId: string, tree: Tree): void {
    if (tree.size > LEAVES_MAX) return;
    this.#kept.delete(runId);
    this.#kept.set(runId, tree);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > TREES_MAX && oldest !== undefined) this.#kept.delete(oldest);
  }
}
