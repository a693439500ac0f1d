// The verifier's tree held to the vectors of Certificate Transparency and to a second tree that only follows the RFC's text.
import { describe, expect, test } from 'vitest';
import { HashTree, isExtended, isIncluded, leafHash } from '../../../src/verify/tree.ts';
import { auditPath, consistencyProof, treeHash } from './reference-tree.ts';

/** The inputs that RFC 6962's own implementation is tested with. */
const INPUTS = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const leaves = INPUTS.map((hex) => Buffer.from(hex, 'hex'));
const SIZES = Array.from({ length: 65 }, (_, size) => size);
const many = SIZES.slice(1).map((n) => Buffer.from(`leaf ${n}`));

function treeOf(all: readonly Uint8Array[]): HashTree {
  const tree = new HashTree();
  for (const leaf of all) tree.append(leafHash(leaf));
  return tree;
}

describe('known roots', () => {
  test.each([
    [0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
  ])('of the first %i inputs', (size, root) => {
    expect(treeOf(leaves.slice(0, size)).root().toString('hex')).toBe(root);
    expect(treeOf(leaves).root(size).toString('hex')).toBe(root);
    expect(treeHash(leaves.slice(0, size)).toString('hex')).toBe(root);
  });
});

describe('two trees of each size up to 64', () => {
  const tree = treeOf(many);

  test('have the same root', () => {
    for (const size of SIZES) expect(tree.root(size), `${size}`).toEqual(treeHash(many.slice(0, size)));
  });

  test('have the same proofs of inclusion, which hold for their own leaf and tree only', { timeout: 60_000 }, () => {
    for (const size of SIZES.slice(1)) {
      const root = tree.root(size);
      for (let index = 0; index < size; index++) {
        const proof = tree.inclusion(index, size);
        expect(proof).toEqual(auditPath(index, many.slice(0, size)));
        const hash = leafHash(many[index]!);
        expect(isIncluded({ hash, index, size, root, proof })).toBe(true);
        expect(isIncluded({ hash, index: index + 1, size, root, proof })).toBe(false);
        expect(isIncluded({ hash: leafHash(Buffer.from('other')), index, size, root, proof })).toBe(false);
        expect(isIncluded({ hash, index, size, root, proof: [...proof, root] })).toBe(false);
        if (size > 1) expect(isIncluded({ hash, index, size, root, proof: proof.slice(1) })).toBe(false);
        expect(isIncluded({ hash, index, size, root: tree.root(size - 1), proof })).toBe(false);
      }
    }
  });

  test('have the same proofs of consistency, which hold between these two trees only', { timeout: 60_000 }, () => {
    for (const to of SIZES) {
      for (const from of SIZES.slice(0, to + 1)) {
        const proof = tree.consistency(from, to);
        expect(proof).toEqual(consistencyProof(from, many.slice(0, to)));
        const [older, newer] = [from, to].map((size) => ({ size, root: tree.root(size) })) as [Head, Head];
        expect(isExtended(older, newer, proof)).toBe(true);
        expect(isExtended(older, newer, [...proof, older.root])).toBe(false);
        if (proof.length > 0) expect(isExtended(older, newer, proof.slice(0, -1))).toBe(false);
        if (from < to) expect(isExtended(newer, older, proof)).toBe(false);
        expect(isExtended({ size: from, root: leafHash(older.root) }, newer, proof)).toBe(false);
        if (from > 0) expect(isExtended(older, { size: to, root: leafHash(newer.root) }, proof)).toBe(false);
      }
    }
  });
});

interface Head {
  readonly size: number;
  readonly root: Buffer;
}
