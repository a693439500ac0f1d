// The Merkle tree of RFC 6962, section 2.1, grown leaf by leaf, and proofs against it. It keeps 64 bytes for each leaf, so
// that the payloads behind them need not be kept.
import { createHash } from 'node:crypto';

const HASH_BYTES = 32;
const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

export function sha256(...parts: readonly (Uint8Array | string)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export function leafHash(leaf: Uint8Array): Buffer {
  return sha256(LEAF, leaf);
}

function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256(NODE, left, right);
}

export class HashTree {
  /** Of each height, the hashes of the subtrees that are full, from the left. */
  readonly #levels: Hashes[] = [];

  get size(): number {
    return this.#levels[0]?.count ?? 0;
  }

  append(hash: Uint8Array): void {
    let carried = hash;
    for (let height = 0; ; height++) {
      this.#levels[height] ??= new Hashes();
      const level = this.#levels[height]!;
      level.push(carried);
      if (level.count % 2 === 1) return;
      carried = nodeHash(level.at(level.count - 2), level.at(level.count - 1));
    }
  }

  /** @param size  of the tree that is meant, at most this one's */
  root(size: number = this.size): Buffer {
    return size === 0 ? sha256() : this.#range(0, size);
  }

  /** The audit path of the leaf at an index, from the leaf upwards. */
  inclusion(index: number, size: number): Buffer[] {
    return this.#path(index, 0, size);
  }

  /** INVARIANT: `start` is a multiple of the largest power of two that is not above `size`. */
  #range(start: number, size: number): Buffer {
    const left = powerBelow(size);
    if (left * 2 === size || size === 1) return this.#levels[Math.log2(size)]!.at(start / size);
    return nodeHash(this.#range(start, left), this.#range(start + left, size - left));
  }

  #path(index: number, start: number, size: number): Buffer[] {
    if (size <= 1) return [];
    const left = powerBelow(size);
    return index < left
      ? [...this.#path(index, start, left), this.#range(start + left, size - left)]
      : [...this.#path(index - left, start + left, size - left), this.#range(start, left)];
  }
}

export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Whether a proof shows that one tree begins with the whole of another; RFC 9162, section 2.1.4.2. Total over any input. */
export function isExtended(older: TreeHead, newer: TreeHead, proof: readonly Uint8Array[]): boolean {
  if (older.size > newer.size) return false;
  if (older.size === newer.size) return proof.length === 0 && equal(older.root, newer.root);
  if (older.size === 0) return proof.length === 0 && equal(older.root, sha256());
  let [node, last] = [older.size - 1, newer.size - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  // A tree that is full stands in the newer one as it is, so its root is where the proof begins.
  const [first, ...rest] = node === 0 ? [older.root, ...proof] : proof;
  if (first === undefined) return false;
  let olderRoot = first;
  let newerRoot = first;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      olderRoot = nodeHash(sibling, olderRoot);
      newerRoot = nodeHash(sibling, newerRoot);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else newerRoot = nodeHash(newerRoot, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equal(olderRoot, older.root) && equal(newerRoot, newer.root);
}

// WHY NOT shifts: they would cut a forged size to 32 bits.
function half(count: number): number {
  return Math.floor(count / 2);
}

/** The largest power of two below a size above 1. */
function powerBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** Hashes one behind the other: an array of a million buffers would take several times the memory. */
class Hashes {
  #bytes = Buffer.alloc(16 * HASH_BYTES);
  count = 0;

  push(hash: Uint8Array): void {
    if (this.count * HASH_BYTES === this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
    this.#bytes.set(hash, this.count * HASH_BYTES);
    this.count += 1;
  }

  at(index: number): Buffer {
    return this.#bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
  }
}
