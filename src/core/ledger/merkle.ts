// The tree of RFC 6962 §2.1 over a log's leaves: its root, the frontier from which it goes on, and the proofs of §2.1.1 and
// §2.1.2. It knows leaf hashes only, and is handed the hash of a node, for core hashes nothing itself.
//
// A tree of n leaves splits at the largest power of two below n. So its left part is whole and never changes again, and
// what a log of any length must remember to go on is one hash for each bit of its length: the frontier.

/** SHA-256: 32 bytes. */
export type Hash = Uint8Array;

const HASH_BYTES = 32;

/** RFC 6962's hash of a node; of nothing, the root of the empty tree. */
export type HashNode = (left?: Hash, right?: Hash) => Hash;

/** The whole subtrees that a tree consists of, the largest first. */
export interface Frontier {
  readonly size: number;
  readonly hashes: readonly Hash[];
}

export const EMPTY_FRONTIER: Frontier = { size: 0, hashes: [] };

/** The frontier with more leaves behind it. */
export function extended({ size, hashes }: Frontier, leafHashes: Iterable<Hash>, hashNode: HashNode): Frontier {
  const whole = [...hashes];
  let count = size;
  for (const leafHash of leafHashes) {
    let node = leafHash;
    // Each subtree of the same size to its left makes one twice as large of both; the bits of the count say how many.
    for (let rest = count; rest % 2 === 1; rest = (rest - 1) / 2) node = hashNode(whole.pop()!, node);
    whole.push(node);
    count++;
  }
  return { size: count, hashes: whole };
}

export function rootOf({ hashes }: Frontier, hashNode: HashNode): Hash {
  if (hashes.length === 0) return hashNode();
  return hashes.reduceRight((right, left) => hashNode(left, right));
}

/** A log's whole tree in memory, for proofs at any of its sizes: twice as many hashes as leaves. */
export class Tree {
  readonly #hashNode: HashNode;
  /** `levels[k].at(i)` is the whole subtree over the leaves from i·2^k on, 2^k of them. */
  readonly #levels: HashList[] = [new HashList()];

  constructor(hashNode: HashNode) {
    this.#hashNode = hashNode;
  }

  get size(): number {
    return this.#levels[0]!.length;
  }

  add(leafHash: Hash): void {
    let node = leafHash;
    for (let level = 0; ; level++) {
      if (!this.#levels[level]) this.#levels.push(new HashList());
      const nodes = this.#levels[level]!;
      nodes.add(node);
      if (nodes.length % 2 === 1) return;
      node = this.#hashNode(nodes.at(nodes.length - 2), node);
    }
  }

  /** @param index  below the tree's size */
  leaf(index: number): Hash {
    return this.#levels[0]!.at(index);
  }

  /** @param size  0 to the tree's own */
  root(size = this.size): Hash {
    return size === 0 ? this.#hashNode() : this.#hashOf(0, size);
  }

  /** The proof that the leaf at `index` is in the tree of `size`, from the leaf up. @param index  below `size` */
  inclusion(index: number, size = this.size): Hash[] {
    return this.#path(index, 0, size);
  }

  /** The proof that the tree of `from` is the beginning of the tree of `size`; nothing if either is all or nothing of it. */
  consistency(from: number, size = this.size): Hash[] {
    return from === 0 || from === size ? [] : this.#subproof(from, { start: 0, end: size, isKnown: true });
  }

  #path(index: number, start: number, end: number): Hash[] {
    if (end - start === 1) return [];
    const middle = start + splitOf(end - start);
    if (index < middle) return [...this.#path(index, start, middle), this.#hashOf(middle, end)];
    return [...this.#path(index, middle, end), this.#hashOf(start, middle)];
  }

  /** @param isKnown  whoever holds the older root has the hash of this very part */
  #subproof(from: number, { start, end, isKnown }: { start: number; end: number; isKnown: boolean }): Hash[] {
    if (from === end) return isKnown ? [] : [this.#hashOf(start, end)];
    const middle = start + splitOf(end - start);
    if (from <= middle) return [...this.#subproof(from, { start, end: middle, isKnown }), this.#hashOf(middle, end)];
    return [...this.#subproof(from, { start: middle, end, isKnown: false }), this.#hashOf(start, middle)];
  }

  /** The hash over some leaves. They begin where a subtree of their size begins. */
  #hashOf(start: number, end: number): Hash {
    const count = end - start;
    const half = splitOf(count);
    if (count === 1 || half * 2 === count) return this.#levels[Math.log2(count)]!.at(start / count);
    return this.#hashNode(this.#hashOf(start, start + half), this.#hashOf(start + half, end));
  }
}

/** Hashes one behind the other: each an object of its own would take several times the memory, of a million records, too. */
class HashList {
  #bytes = new Uint8Array(16 * HASH_BYTES);
  length = 0;

  add(hash: Hash): void {
    if (this.length * HASH_BYTES === this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#bytes.length);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(hash, this.length * HASH_BYTES);
    this.length++;
  }

  /** @param index  below the length */
  at(index: number): Hash {
    return this.#bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
  }
}

/** The largest power of two below a count. */
function splitOf(count: number): number {
  let half = 1;
  while (half * 2 < count) half *= 2;
  return half;
}
