// What a bundle's header says of its run, held to the checkpoints of a finished one, which sign it.
import { decodeBase64 } from './base64.ts';
import type { HeldCheckpoint } from './heads.ts';
import { type HeaderLine, parseObject } from './lines.ts';
import { type Faults, shown } from './report.ts';
import { sha256 } from './tree.ts';

export function checkRun(
  header: HeaderLine,
  all: readonly HeldCheckpoint[],
  { isPurged }: { readonly isPurged: boolean },
  faults: Faults,
): void {
  checkKeys(header, all, faults);
  checkSigned(header, all, faults);
  if (header.runLine === null) {
    if (header.status !== 'running')
      altered('run line', `the status is ${shown(header.status)}, and the line is not there`);
    if (header.texts !== null) altered('texts', 'a run that goes on has none');
    return;
  }
  const run = parseObject(header.runLine);
  if (run?.run_id !== header.runId) altered('run line', 'it is of another run than the header');
  if (run?.status !== header.status) altered('run line', `its status is not ${shown(header.status)}`);
  if (header.texts === null) {
    if (!isPurged) faults.add('run', 'missing', 'texts', 'the texts are gone, and no purge record says so');
    return;
  }
  const salt = decodeBase64(header.texts.salt, 16);
  const hash = salt && sha256(salt, header.texts.json).toString('base64');
  if (!header.texts.json.isWellFormed() || hash !== run?.texts_sha256)
    altered('texts', 'they are not those of the run line');

  function altered(where: string, detail: string): void {
    faults.add('run', 'altered', where, detail);
  }
}

/** The header lists the keys that signed a checkpoint, in the order in which they first did. */
function checkKeys({ keys }: HeaderLine, all: readonly HeldCheckpoint[], faults: Faults): void {
  const signers = all.map(({ signedBy }) => (typeof signedBy === 'object' ? signedBy.text : undefined));
  if (signers.includes(undefined)) return;
  if (JSON.stringify([...new Set(signers)]) === JSON.stringify(keys)) return;
  faults.add('run', 'altered', 'keys', 'the header lists others than signed the checkpoints');
}

function checkSigned({ runLine, status }: HeaderLine, all: readonly HeldCheckpoint[], faults: Faults): void {
  const held = all.filter(({ signedBy }) => typeof signedBy === 'object');
  const hash = runLine === null ? undefined : sha256(runLine);
  // What an earlier epoch says of the run's end may be what was lost.
  const epoch = held.at(-1)?.epoch;
  const saying = held.filter((checkpoint) => checkpoint.run !== undefined && checkpoint.epoch === epoch);
  const last = saying.at(-1);
  if (runLine !== null && all.length > 0 && !all.at(-1)?.run)
    faults.add('run', 'truncated', 'checkpoints', 'the run has finished, and the last checkpoint does not sign how');
  const other = saying.find(({ run }) => !run!.hash.equals(last!.run!.hash) || run!.status !== last!.run!.status);
  if (other) faults.add('run', 'forked', other.where, `${last!.where} says otherwise how the run finished`);
  if (!last?.run) return;
  if (hash === undefined) faults.add('run', 'altered', 'run line', `${last.where} says that the run has finished`);
  else if (!last.run.hash.equals(hash) || last.run.status !== status || !runLine!.isWellFormed())
    faults.add('run', 'altered', 'run line', `it is not the one that ${last.where} signs`);
}
