// Checkpoints that whoever verifies has kept from elsewhere. They show what a bundle by itself cannot: that it is an older
// state of its run, or one of two.
import { type Heads, isBelieved, type Ledger, rolledBackNote } from './heads.ts';
import type { Faults } from './report.ts';
import type { SignedCheckpoint, Signer } from './signed-note.ts';

export interface GivenCheckpoint {
  readonly where: string;
  /** Undefined for what is none. */
  readonly checkpoint: (SignedCheckpoint & { readonly signedBy: Signer }) | undefined;
}

export function checkGiven(
  given: readonly GivenCheckpoint[],
  bundle: { readonly ledger: Ledger; readonly heads: Heads },
  faults: Faults,
  notes: string[],
): void {
  for (const { where, checkpoint } of given) {
    if (!checkpoint) faults.add('given', 'altered', where, 'it is no checkpoint');
    else if (isBelieved({ ...checkpoint, where }, bundle.ledger, faults))
      checkOne({ ...checkpoint, where }, bundle, faults, notes);
  }
}

function checkOne(
  given: SignedCheckpoint & { readonly where: string },
  { ledger: { tree }, heads: { newest, epochs } }: Parameters<typeof checkGiven>[1],
  faults: Faults,
  notes: string[],
): void {
  const { where, epoch, size, root, run } = given;
  const rolledBack = (detail: string) => faults.add('given', 'rolled back', where, detail);
  if (!newest) notes.push(`${where} was not compared, since no checkpoint of the bundle holds`);
  else if (epoch > epochs.newest) rolledBack(`it is of epoch ${epoch}, the bundle of ${epochs.newest}`);
  else if (epochs.kept(given) < size) notes.push(rolledBackNote(given, epochs));
  else if (size > newest.size) rolledBack(`it signs ${size} records, the bundle ${newest.size}`);
  else if (!tree.root(size).equals(root))
    faults.add('given', 'forked', where, `it signs other records as the first ${size} than the bundle`);
  else if (run && epoch === newest.epoch && !newest.run)
    rolledBack('it says that the run has finished, the bundle that it goes on');
  else if (run && epoch === newest.epoch && !isSameEnd(run, newest.run!))
    faults.add('given', 'forked', where, 'it says otherwise than the bundle how the run finished');
}

function isSameEnd(one: NonNullable<SignedCheckpoint['run']>, other: NonNullable<SignedCheckpoint['run']>): boolean {
  return one.status === other.status && one.hash.equals(other.hash);
}
