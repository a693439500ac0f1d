// RFC 6962, section 2.1, written down as it stands there: over lists of leaves, by recursion, without keeping anything. It is
// slow, and shares no code with what it is compared to.
import { createHash } from 'node:crypto';

const hash = (...parts: readonly (Uint8Array | number)[]) => {
  const sha = createHash('sha256');
  for (const part of parts) sha.update(typeof part === 'number' ? Uint8Array.of(part) : part);
  return sha.digest();
};

/** The largest power of two smaller than n. */
function split(n: number): number {
  return 2 ** Math.floor(Math.log2(n - 1));
}

/** MTH(D[n]) */
export function treeHash(leaves: readonly Uint8Array[]): Buffer {
  if (leaves.length === 0) return hash();
  if (leaves.length === 1) return hash(0, leaves[0]!);
  const k = split(leaves.length);
  return hash(1, treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)));
}

/** PATH(m, D[n]) */
export function auditPath(m: number, leaves: readonly Uint8Array[]): Buffer[] {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return m < k
    ? [...auditPath(m, leaves.slice(0, k)), treeHash(leaves.slice(k))]
    : [...auditPath(m - k, leaves.slice(k)), treeHash(leaves.slice(0, k))];
}

/** PROOF(m, D[n]); empty for m = 0, which the RFC leaves out. */
export function consistencyProof(m: number, leaves: readonly Uint8Array[]): Buffer[] {
  return m === 0 ? [] : subproof(m, leaves, true);
}

function subproof(m: number, leaves: readonly Uint8Array[], isWhole: boolean): Buffer[] {
  if (m === leaves.length) return isWhole ? [] : [treeHash(leaves)];
  const k = split(leaves.length);
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), isWhole), treeHash(leaves.slice(k))]
    : [...subproof(m - k, leaves.slice(k), false), treeHash(leaves.slice(0, k))];
}

/** Whether a proof leads from a leaf's hash to a root; RFC 9162, section 2.1.3.2. Total over any input. */
export function isIncluded({
  leaf,
  index,
  size,
  root,
  proof,
}: {
  /** The hash of the leaf. */
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}): boolean {
  if (index < 0 || index >= size) return false;
  let [node, last] = [index, size - 1];
  let reached: Uint8Array = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      reached = hash(1, sibling, reached);
      while (node % 2 === 0 && node !== 0) [node, last] = [Math.floor(0.5 * node), Math.floor(0.5 * last)];
    } else reached = hash(1, reached, sibling);
    [node, last] = [Math.floor(0.5 * node), Math.floor(0.5 * last)];
  }
  return last === 0 && Buffer.compare(reached, root) === 0;
}
