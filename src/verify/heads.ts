// The checkpoints of a bundle held to its records and to each other: who signed them, whether they only ever grew, and
// whether the records are those that they sign.
import { decodeBase64 } from './base64.ts';
import { type Epoch, Epochs } from './epochs.ts';
import type { InclusionLine } from './lines.ts';
import { type Faults, rangeOf, shown } from './report.ts';
import type { SignedCheckpoint, Signer } from './signed-note.ts';
import { type HashTree, isExtended } from './tree.ts';

export interface HeldCheckpoint extends SignedCheckpoint {
  readonly where: string;
  readonly consistency: readonly string[];
  readonly signedBy: Signer;
}

/** The records of a bundle, as far as they are there and sound in themselves. */
export interface Ledger {
  /** As the header has it; undefined without one. */
  readonly runId: string | undefined;
  readonly tree: HashTree;
  readonly areRecordsSound: boolean;
  readonly epochs: readonly Epoch[];
  readonly inclusion: InclusionLine | undefined;
}

/** What the checkpoints of a bundle show of its ledger. */
export interface Heads {
  /** The newest checkpoint that is signed and that the records fit. */
  readonly newest: HeldCheckpoint | undefined;
  readonly epochs: Epochs;
}

/** Reports a signature that does not count; a checkpoint of somebody else's run counts no more than one without. */
export function isBelieved(
  checkpoint: { where: string; signedBy: Signer } & SignedCheckpoint,
  { runId }: Ledger,
  faults: Faults,
): boolean {
  const { where, signedBy, signer } = checkpoint;
  if (signedBy === 'unknown')
    // With the hash: after a rotation both keys have one name.
    faults.add('signature', 'unknown signer', where, `"${nameOf(signer)}" is none of the given keys`);
  else if (signedBy === 'does not verify')
    faults.add('signature', 'altered', where, `the signature of "${shown(signer.name)}" is not over this note`);
  else if (runId !== undefined && checkpoint.runId !== runId)
    faults.add('signature', 'altered', where, `it is of run ${shown(checkpoint.runId)}, the bundle of ${shown(runId)}`);
  else return true;
  return false;
}

function nameOf({ name, hash }: SignedCheckpoint['signer']): string {
  return `${shown(name)}+${hash.toString('hex')}`;
}

export function checkHeads(all: readonly HeldCheckpoint[], ledger: Ledger, faults: Faults, notes: string[]): Heads {
  if (all.length === 0) faults.add('head', 'truncated', 'checkpoints', 'no checkpoint is there that signs the records');
  const held = all.filter((checkpoint) => isBelieved(checkpoint, ledger, faults));
  checkGrowth(held, faults);
  if (!ledger.areRecordsSound) {
    notes.push('the records were not held to the checkpoints, since they are not sound in themselves');
    return { newest: undefined, epochs: new Epochs(ledger.epochs, []) };
  }
  const fits = ({ size, root }: HeldCheckpoint) => size <= ledger.tree.size && ledger.tree.root(size).equals(root);
  const fitting = new Set(held.filter(fits));
  const epochs = new Epochs(ledger.epochs, [...fitting]);
  checkRecords({ held, fitting, epochs, tree: ledger.tree }, faults, notes);
  if (held.length === all.length) checkProofs({ held, fitting, epochs, tree: ledger.tree }, ledger.inclusion, faults);
  return { newest: held.findLast((checkpoint) => fitting.has(checkpoint)), epochs };
}

interface Held {
  /** Signed checkpoints of this run. */
  readonly held: readonly HeldCheckpoint[];
  /** Those of them that sign the first records of the tree. */
  readonly fitting: ReadonlySet<HeldCheckpoint>;
  readonly epochs: Epochs;
  readonly tree: HashTree;
}

/** Within an epoch a ledger only grows, a finished run stays finished, and epochs only go up. */
function checkGrowth(held: readonly HeldCheckpoint[], faults: Faults): void {
  for (const [index, checkpoint] of held.entries()) {
    const before = held[index - 1];
    if (!before) continue;
    const { where } = checkpoint;
    const rolledBack = (detail: string) => faults.add('head', 'rolled back', where, detail);
    if (checkpoint.epoch < before.epoch) rolledBack(`epoch ${checkpoint.epoch} after epoch ${before.epoch}`);
    if (checkpoint.epoch !== before.epoch) continue;
    if (before.run && !checkpoint.run) rolledBack('the run goes on after it had finished');
    if (checkpoint.size < before.size) rolledBack(`it signs ${checkpoint.size} records, the one before ${before.size}`);
    if (checkpoint.size !== before.size) continue;
    if (!checkpoint.root.equals(before.root))
      faults.add('head', 'forked', where, `it and the one before sign different records as the first ${before.size}`);
    else if (!checkpoint.run === !before.run && checkpoint.timeMs < before.timeMs)
      faults.add('head', 'reordered', where, 'it signs the same as the one before, and earlier');
  }
}

function checkRecords({ held, fitting, epochs, tree }: Held, faults: Faults, notes: string[]): void {
  const last = held.at(-1);
  if (!last) return;
  const lost = new Set(held.filter((checkpoint) => epochs.kept(checkpoint) < checkpoint.size));
  for (const one of lost) notes.push(rolledBackNote(one, epochs));
  const misfit = held.find((checkpoint) => !fitting.has(checkpoint) && !lost.has(checkpoint));
  if (misfit && misfit.size <= tree.size) {
    reportMisfit(misfit, { held, fitting, epochs, tree }, faults);
    return;
  }
  if (misfit) {
    faults.add('head', 'truncated', 'records', `${misfit.where} signs ${misfit.size}, only ${tree.size} are there`);
    return;
  }
  if (last.size < tree.size)
    faults.add('head', 'rolled back', last.where, `the last one signs ${last.size} records, ${tree.size} are there`);
  if (lost.has(last))
    faults.add('head', 'rolled back', last.where, `the last one is of epoch ${last.epoch}, not ${epochs.newest}`);
  for (const { where, epoch, size } of held.filter((checkpoint) => !lost.has(checkpoint)))
    if (epoch !== epochs.at(size)) faults.add('head', 'altered', where, `no record begins its epoch ${epoch}`);
}

export function rolledBackNote(
  checkpoint: HeldCheckpoint | (SignedCheckpoint & { where: string }),
  epochs: Epochs,
): string {
  const { where, size } = checkpoint;
  return `rolled back at record ${epochs.kept(checkpoint) + 1}, which says so: ${where} signs ${size} records`;
}

/** A signed checkpoint is there whose records are not these. */
function reportMisfit(misfit: HeldCheckpoint, { held, fitting, tree }: Held, faults: Faults): void {
  const other = held.find((one) => fitting.has(one) && one.size >= misfit.size);
  if (other) {
    faults.add('tree', 'forked', misfit.where, `${other.where} signs other records as the first ${misfit.size}`);
    return;
  }
  const before = held.findLast((one) => fitting.has(one) && one.size < misfit.size);
  const signed = held.at(-1)!.size;
  const kind = signed < tree.size ? 'inserted' : signed > tree.size ? 'missing' : 'altered';
  const range = rangeOf({ first: (before?.size ?? 0) + 1, last: misfit.size });
  const sound = before ? `those up to ${before.where} are` : 'no earlier one tells more';
  faults.add('tree', kind, range, `among them are others than ${misfit.where} signs (${sound})`);
}

function checkProofs(
  { held, fitting, epochs, tree }: Held,
  inclusion: InclusionLine | undefined,
  faults: Faults,
): void {
  for (const [index, checkpoint] of held.entries()) {
    const before = held[index - 1];
    const { where, consistency, size } = checkpoint;
    const proof = proofOf(consistency);
    // Of what the store has lost, nobody can show any more what it grew from.
    const isUnproven = before?.epoch !== checkpoint.epoch || epochs.kept(checkpoint) < size;
    const holds = isUnproven ? consistency.length === 0 : proof && isExtended(before, checkpoint, proof);
    // A root that does not fit was reported already.
    if (holds || faults.has('tree', 'head')) continue;
    faults.add('proof', 'altered', where, `the proof that it extends the one before to ${size} records does not hold`);
  }
  const last = held.at(-1);
  if (!last || !fitting.has(last) || last.size !== tree.size) return;
  const where = 'proof of inclusion';
  if (tree.size === 0) {
    if (inclusion) faults.add('proof', 'inserted', where, 'there is no record');
    return;
  }
  if (!inclusion) {
    faults.add('proof', 'truncated', where, 'it is not there');
    return;
  }
  const proof = tree.inclusion(tree.size - 1, tree.size).map((hash) => hash.toString('base64'));
  if (inclusion.sequence !== tree.size || JSON.stringify(inclusion.proof) !== JSON.stringify(proof))
    faults.add('proof', 'altered', where, `it is not that of record ${tree.size}`);
}

function proofOf(texts: readonly string[]): Buffer[] | undefined {
  const hashes = texts.map((text) => decodeBase64(text, 32)).filter((hash) => hash !== undefined);
  return hashes.length === texts.length ? hashes : undefined;
}
