// The tree against the known answers of RFC 6962's first implementation, and against a recursion straight from §2.1.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  EMPTY_FRONTIER,
  extended,
  type Frontier,
  type Hash,
  rootOf,
  Tree,
} from '../../../../src/core/ledger/merkle.ts';
import { leafHashOf, nodeHashOf } from '../../../../src/state/codec/audit-record.ts';

/** The leaves of the test vectors that came with Certificate Transparency's first implementation. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const EMPTY_ROOT = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const ROOT_OF_ONE = '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d';
const ROOT_OF_EIGHT = '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328';

const SIZE_MAX = 64;
const leafHashes = Array.from({ length: SIZE_MAX }, (_, index) => leafHashOf(Buffer.from(`leaf ${index}`)));

function treeOf(hashes: readonly Hash[]): Tree {
  const tree = new Tree(nodeHashOf);
  for (const hash of hashes) tree.add(hash);
  return tree;
}

function frontierOf(hashes: readonly Hash[]): Frontier {
  return extended(EMPTY_FRONTIER, hashes, nodeHashOf);
}

function hex(hash: Hash): string {
  return Buffer.from(hash).toString('hex');
}

/** MTH of §2.1, read off the page; the code under test builds from below instead. */
function rootByTheBook(hashes: readonly Hash[]): Hash {
  if (hashes.length === 0) return createHash('sha256').digest();
  if (hashes.length === 1) return hashes[0]!;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  const [left, right] = [rootByTheBook(hashes.slice(0, split)), rootByTheBook(hashes.slice(split))];
  return createHash('sha256')
    .update(Buffer.from([1]))
    .update(left)
    .update(right)
    .digest();
}

test('the roots are the known ones', () => {
  const hashes = LEAVES.map((leaf) => leafHashOf(Buffer.from(leaf, 'hex')));
  const expected = [
    [0, EMPTY_ROOT],
    [1, ROOT_OF_ONE],
    [8, ROOT_OF_EIGHT],
  ] as const;
  for (const [size, root] of expected) {
    expect(hex(treeOf(hashes).root(size))).toBe(root);
    expect(hex(rootOf(frontierOf(hashes.slice(0, size)), nodeHashOf))).toBe(root);
  }
});

describe(`at every size up to ${SIZE_MAX}`, () => {
  const tree = treeOf(leafHashes);
  const sizes = Array.from({ length: SIZE_MAX + 1 }, (_, size) => size);

  test('tree and frontier have the root of the book', () => {
    for (const size of sizes) {
      const root = hex(rootByTheBook(leafHashes.slice(0, size)));
      expect(hex(tree.root(size))).toBe(root);
      expect(hex(rootOf(frontierOf(leafHashes.slice(0, size)), nodeHashOf))).toBe(root);
    }
  });

  test('a frontier that goes on is the frontier of the whole', () => {
    for (const size of sizes) {
      const continued = extended(frontierOf(leafHashes.slice(0, size)), leafHashes.slice(size), nodeHashOf);
      expect(continued).toEqual(frontierOf(leafHashes));
      expect(continued.hashes).toHaveLength(1);
    }
  });

  test('every inclusion proof leads from its leaf to the root', () => {
    for (const size of sizes) {
      for (let index = 0; index < size; index++) {
        const reached = climbed({ index, size, leaf: leafHashes[index]! }, tree.inclusion(index, size));
        expect(hex(reached)).toBe(hex(tree.root(size)));
      }
    }
  });

  test('every consistency proof leads to both roots', () => {
    for (const size of sizes) {
      for (let from = 1; from < size; from++) {
        const roots = climbedTwice({ from, size, root: tree.root(from) }, tree.consistency(from, size));
        expect(roots.map(hex)).toEqual([hex(tree.root(from)), hex(tree.root(size))]);
      }
      expect([tree.consistency(0, size), tree.consistency(size, size)]).toEqual([[], []]);
    }
  });
});

/** RFC 9162 §2.1.3.2, as a verifier does it. */
function climbed({ index, size, leaf }: { index: number; size: number; leaf: Hash }, proof: readonly Hash[]): Hash {
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (node % 2 === 1 || node === last) {
      hash = nodeHashOf(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHashOf(hash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  expect(last).toBe(0);
  return hash;
}

/** RFC 9162 §2.1.4.2. */
function climbedTwice(
  { from, size, root }: { from: number; size: number; root: Hash },
  proof: readonly Hash[],
): [Hash, Hash] {
  const isWhole = Number.isInteger(Math.log2(from));
  const [first, ...rest] = isWhole ? [root, ...proof] : proof;
  let [node, last] = [from - 1, size - 1];
  while (node % 2 === 1) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  let [older, newer] = [first!, first!];
  for (const sibling of rest) {
    if (node % 2 === 1 || node === last) {
      [older, newer] = [nodeHashOf(sibling, older), nodeHashOf(sibling, newer)];
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      newer = nodeHashOf(newer, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return [older, newer];
}
