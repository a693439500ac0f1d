// Verifies a run's exported ledger with nothing but the bundle and the public keys. It shares no code with the server that wrote it,
// so that a fault there is not repeated here, and it takes any input at all: whatever is no sound bundle is reported, not thrown.
//
// INVARIANT: no byte of a sound bundle can be changed and the bundle still pass, but for what a later, honest export of the
// same run could have written, too: payloads under a purge record may be gone.
import { Allowances, type Findings } from './allowances.ts';
import type { Epoch } from './epochs.ts';
import { checkGiven, type GivenCheckpoint } from './given.ts';
import { checkHeads, type HeldCheckpoint, type Ledger } from './heads.ts';
import { type BrokenLine, type BundleLine, type HeaderLine, type InclusionLine, isCount, parseLine } from './lines.ts';
import { RECORDS_MAX, RecordOrder } from './order.ts';
import { Payloads } from './payloads.ts';
import { type CheckedRecord, checkRecord } from './record.ts';
import { Faults, type Report, shown } from './report.ts';
import { checkRun } from './run.ts';
import { parseCheckpoint, parseVerifierKey, signerOf, type VerifierKey } from './signed-note.ts';
import { HashTree } from './tree.ts';

/** Far above what is kept of a run, and what it can have: whoever makes up a bundle also chooses how many there are. */
const CHECKPOINTS_MAX = 10_000;
const EPOCHS_MAX = 10_000;
const PURGED_MAX = 100;
/** A file with more faults than this in its lines is not read on: no more than 100 are listed, and any length may follow. */
const FAULTS_READ_MAX = 10_000;
const EPOCH = 'tollgate.epoch';
const NO_FINDINGS: Findings = { list: [], total: 0, notes: [] };
const ORDER = ['header', 'record', 'checkpoint', 'inclusion', 'end'] as const;

export interface Trusted {
  /** Verifier keys, `<key name>+<key hash>+<key>`; what none of them signed is not believed. */
  readonly keys: readonly string[];
  /** Whole notes of checkpoints of this run that were kept elsewhere: the bundle must not be older, nor contradict them. */
  readonly checkpoints?: readonly string[];
}

/**
 * Verifies a bundle, its lines given without their ends. Time grows with the bundle's length, memory by 64 bytes a record.
 *
 * @throws only what reading the lines throws
 */
export async function verifyBundle(
  lines: AsyncIterable<string | BrokenLine> | Iterable<string | BrokenLine>,
  { keys, checkpoints = [] }: Trusted,
): Promise<Report> {
  const reading = new BundleReading(keys.map(parseVerifierKey).filter((key) => key !== undefined));
  for await (const line of lines) {
    reading.line(line);
    if (reading.isGivenUp) break;
  }
  return reading.report(checkpoints);
}

class BundleReading {
  readonly #faults = new Faults();
  readonly #notes: string[] = [];
  readonly #keys: readonly VerifierKey[];
  readonly #tree = new HashTree();
  readonly #order = new RecordOrder(this.#faults);
  readonly #payloads = new Payloads(this.#faults);
  readonly #allowances = new Allowances();
  readonly #epochs: Epoch[] = [];
  #epoch = 0;
  readonly #held: HeldCheckpoint[] = [];
  readonly #notesSeen = new Set<string>();
  #repeated: string | undefined;
  #lines = 0;
  #place = 0;
  #firstMisplaced = 0;
  #checkpoints = 0;
  #header: HeaderLine | undefined;
  #inclusion: InclusionLine | undefined;
  #end: { readonly records: number; readonly checkpoints: number } | undefined;
  #isUnfinished = false;
  #isGivenUp = false;

  constructor(keys: readonly VerifierKey[]) {
    this.#keys = keys;
  }

  /** Whether there is no use in reading further lines: the bundle is at fault whatever they hold. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  line(text: string | BrokenLine): void {
    this.#lines += 1;
    if (typeof text === 'object' && text?.broken === 'too long') {
      this.#isGivenUp = true;
      this.#lineFault('altered', 'this line is longer than any line of a bundle; nothing is read behind it');
      return;
    }
    if (this.#faults.count >= FAULTS_READ_MAX) {
      this.#isGivenUp = true;
      this.#notes.push(`line ${this.#lines}: ${FAULTS_READ_MAX} faults stand before it; nothing is read from here on`);
      return;
    }
    const line = typeof text === 'string' ? parseLine(text) : undefined;
    if (typeof text === 'object' && text?.broken === 'unfinished') this.#isUnfinished = true;
    else if (line) this.#take(line);
    else if (this.#isInRecords()) this.#order.unreadable(this.#lines);
    else this.#lineFault('altered', 'this is no line of a bundle');
  }

  #take(line: BundleLine): void {
    const place = ORDER.indexOf(line.kind);
    if (place < this.#place) this.#firstMisplaced ||= this.#lines;
    this.#place = place;
    switch (line.kind) {
      case 'header':
        if (this.#header) {
          this.#lineFault('inserted', 'a second header');
          return;
        }
        this.#header = line;
        return;
      case 'record':
        this.#record(line);
        return;
      case 'checkpoint':
        this.#checkpoint(line);
        return;
      case 'inclusion':
        if (this.#inclusion) {
          this.#lineFault('inserted', 'a second proof of inclusion');
          return;
        }
        this.#inclusion = line;
        return;
      case 'end':
        if (this.#end) {
          this.#lineFault('inserted', 'a second end');
          return;
        }
        this.#end = line;
    }
  }

  #record(line: BundleLine & { kind: 'record' }): void {
    const record = checkRecord(line);
    if ('altered' in record) {
      this.#faults.add('line', 'altered', `record ${this.#order.next}`, `line ${this.#lines}: ${record.altered}`);
      this.#order.record(this.#order.next, this.#lines);
      return;
    }
    this.#order.record(record.sequence, this.#lines);
    if (record.sequence !== this.#tree.size + 1 || record.sequence > RECORDS_MAX) return;
    this.#tree.append(record.hash);
    this.#payloads.record(record);
    this.#allowances.record(record);
    if (record.type === EPOCH) this.#beginEpoch(record);
  }

  #beginEpoch({ sequence, data }: CheckedRecord): void {
    const epoch = data?.epoch;
    if (this.#epochs.length === EPOCHS_MAX) this.#lineFault('inserted', `no run has more than ${EPOCHS_MAX} epochs`);
    else if (!data) this.#epochs.push({ epoch: undefined, before: sequence - 1 });
    else if (isCount(epoch) && epoch > this.#epoch) {
      this.#epochs.push({ epoch, before: sequence - 1 });
      this.#epoch = epoch;
    } else this.#lineFault('altered', `record ${sequence} does not say which epoch it begins`);
  }

  #checkpoint({ note, consistency }: BundleLine & { kind: 'checkpoint' }): void {
    this.#checkpoints += 1;
    const where = `checkpoint ${this.#checkpoints}`;
    if (this.#held.length === CHECKPOINTS_MAX) {
      this.#faults.add('line', 'inserted', where, `no bundle has more than ${CHECKPOINTS_MAX} of them`);
      return;
    }
    const checkpoint = parseCheckpoint(note);
    if (!checkpoint) {
      this.#faults.add('line', 'altered', where, `line ${this.#lines}: the note is none of a checkpoint`);
      return;
    }
    if (this.#notesSeen.has(note)) {
      this.#repeated ??= where;
      return;
    }
    this.#notesSeen.add(note);
    this.#held.push({ ...checkpoint, where, consistency, signedBy: signerOf(checkpoint, this.#keys) });
  }

  report(given: readonly string[]): Report {
    this.#checkOrder();
    const header = this.#header;
    const ledger: Ledger = {
      runId: header?.runId,
      tree: this.#tree,
      // What depends on the records is not looked at where these themselves are not sound: it would name the wrong cause.
      areRecordsSound: !this.#faults.has('line'),
      epochs: this.#epochs,
      inclusion: this.#inclusion,
    };
    const { purged, isPurged } = this.#payloads.end();
    if (purged.length > PURGED_MAX)
      this.#notes.push(`further ${purged.length - PURGED_MAX} ranges of records were purged`);
    const heads = checkHeads(this.#held, ledger, this.#faults, this.#notes);
    const { newest } = heads;
    if (header) checkRun(header, this.#held, { isPurged }, this.#faults);
    const kept = given.map((note, index): GivenCheckpoint => {
      const checkpoint = parseCheckpoint(note);
      const where = `given checkpoint ${index + 1}`;
      return { where, checkpoint: checkpoint && { ...checkpoint, signedBy: signerOf(checkpoint, this.#keys) } };
    });
    checkGiven(kept, { ledger, heads }, this.#faults, this.#notes);
    if (header?.status === 'running' && newest)
      this.#notes.push(`the run goes on: proven is what it held at ${new Date(newest.timeMs).toISOString()}`);
    // Of a ledger that is at fault nobody knows what it should say.
    const { list, total, notes } = this.#faults.count === 0 ? this.#allowances.end() : NO_FINDINGS;
    this.#notes.push(...notes);
    return {
      ok: this.#faults.count === 0,
      faults: this.#faults.list(),
      notes: this.#notes.slice(0, 100),
      runId: shown(header?.runId ?? ''),
      status: shown(header?.status ?? ''),
      treeSize: newest?.size ?? 0,
      rootHash: newest?.root.toString('base64') ?? '',
      epoch: newest?.epoch ?? 0,
      signedAtMs: newest?.timeMs ?? 0,
      durability: newest?.durability ?? '',
      signers: [
        ...new Set(this.#held.flatMap(({ signedBy }) => (typeof signedBy === 'object' ? [signedBy.name] : []))),
      ],
      records: this.#order.count,
      checkpoints: this.#checkpoints,
      purged: purged.slice(0, PURGED_MAX),
      findings: list,
      findingsTotal: total,
    };
  }

  /** Whether all lines are there, each in its place, as far as the lines themselves tell. */
  #checkOrder(): void {
    const faults = this.#faults;
    this.#order.end();
    if (!this.#header && !faults.has('line')) faults.add('line', 'missing', 'line 1', 'the bundle has no header');
    const end = this.#end;
    if (this.#repeated) {
      // One more than there should be was put in; otherwise it stands in the place of a newer one.
      if (!end || this.#checkpoints > end.checkpoints)
        faults.add('line', 'inserted', this.#repeated, 'an earlier checkpoint once more');
      else faults.add('head', 'rolled back', this.#repeated, 'an earlier checkpoint once more');
    }
    if (this.#firstMisplaced > 0 && !faults.hasKind('inserted')) {
      const kind = end && this.#checkpoints > end.checkpoints ? 'inserted' : 'reordered';
      this.#lineFault(kind, 'this line stands behind what should follow it', this.#firstMisplaced);
    }
    if (this.#isUnfinished) faults.add('end', 'truncated', `line ${this.#lines}`, 'the last line is not finished');
    else if (!end && !this.#isGivenUp)
      faults.add('end', 'truncated', 'end', `the bundle stops after line ${this.#lines}`);
    if (!end || faults.has('line')) return;
    const counts = [
      ['records', this.#order.count, end.records],
      ['checkpoints', this.#checkpoints, end.checkpoints],
    ] as const;
    for (const [what, held, counted] of counts) {
      if (held === counted) continue;
      faults.add('end', 'truncated', 'end', `the bundle has ${held} ${what}, its last line counts ${counted}`);
    }
  }

  #isInRecords(): boolean {
    return this.#header !== undefined && this.#checkpoints === 0 && !this.#end;
  }

  #lineFault(kind: 'altered' | 'inserted' | 'reordered', detail: string, line = this.#lines): void {
    this.#faults.add('line', kind, `line ${line}`, detail);
  }
}
