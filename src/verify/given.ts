// Checkpoints that whoever verifies has kept from elsewhere. They show what a bundle by itself cannot: that it is an older
// state of its run, or one of two.
import { type HeldCheckpoint, isBelieved, type Ledger, sizeKept } from './heads.ts';
import type { Faults } from './report.ts';
import type { SignedCheckpoint, Signer } from './signed-note.ts';

export interface GivenCheckpoint {
  readonly where: string;
  /** Undefined for what is none. */
  readonly checkpoint: (SignedCheckpoint & { readonly signedBy: Signer }) | undefined;
}

export function checkGiven(
  given: readonly GivenCheckpoint[],
  bundle: {
    readonly ledger: Ledger;
    /** The bundle's newest checkpoint that holds. */
    readonly newest: HeldCheckpoint | undefined;
    readonly runHash: Buffer | undefined;
  },
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
  { ledger, newest, runHash }: Parameters<typeof checkGiven>[1],
  faults: Faults,
  notes: string[],
): void {
  const { where, epoch, size, root, run } = given;
  const { tree, epochsAt } = ledger;
  if (!newest) {
    notes.push(`${where} was not compared, since no checkpoint of the bundle holds`);
    return;
  }
  const rolledBack = (detail: string) => faults.add('given', 'rolled back', where, detail);
  if (epoch > epochsAt.length) {
    rolledBack(`it is of epoch ${epoch}, the bundle of ${epochsAt.length}`);
    return;
  }
  const kept = sizeKept(given, ledger);
  if (kept < size) notes.push(`rolled back at record ${kept + 1}, which says so: ${where} signs ${size} records`);
  else if (size > newest.size) {
    rolledBack(`it signs ${size} records, the bundle ${newest.size}`);
    return;
  } else if (!tree.root(size).equals(root)) {
    faults.add('given', 'forked', where, `it signs other records as the first ${size} than the bundle`);
    return;
  }
  if (run && !runHash) {
    rolledBack('it says that the run has finished, the bundle that it goes on');
    return;
  }
  if (run && runHash && !run.hash.equals(runHash))
    faults.add('given', 'forked', where, 'it says otherwise than the bundle how the run finished');
}
