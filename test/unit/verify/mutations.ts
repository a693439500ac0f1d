// Single mutations of a bundle: what a disk, a careless hand, or somebody without the signing key can do to it. Each says what
// the verifier should call it, where that follows from the bundle alone.
import { createHash } from 'node:crypto';
import type { FaultKind } from '../../../src/verify/report.ts';
import type { Random } from '../../support/random.ts';
import { ledgerOf, STRANGER } from './ledgers.ts';
import {
  bundleOf,
  bytesOf,
  leavesOf,
  makeRecord,
  noteOf,
  notesOf,
  type RefLedger,
  type RefRecord,
  recordLine,
} from './reference-bundle.ts';

export interface Mutated {
  readonly bytes: Buffer;
  /** What the first fault may be called; anything when undefined. */
  readonly named?: readonly FaultKind[];
  readonly checkpoints?: readonly string[];
}

/** A bundle with what it was written from; a real export comes with its lines only. */
export interface Subject {
  readonly lines: readonly string[];
  readonly records: number;
  readonly checkpoints: number;
}

export type Mutation<S> = (subject: S, random: Random) => Mutated | undefined;

export function subjectOf(lines: readonly string[]): Subject {
  const { records, checkpoints } = JSON.parse(lines.at(-1)!).end;
  return { lines, records, checkpoints };
}

export const bytesOfLines = (lines: readonly string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(''));

function mutated(lines: readonly string[], ...named: readonly FaultKind[]): Mutated {
  return named.length > 0 ? { bytes: bytesOfLines(lines), named } : { bytes: bytesOfLines(lines) };
}

type Json = Record<string, unknown>;

/** The line with its JSON changed in place; undefined when that changes nothing. */
function edited(lines: readonly string[], index: number, edit: (json: never) => void): string[] | undefined {
  const json = JSON.parse(lines[index]!);
  edit(json as never);
  const line = JSON.stringify(json);
  return line === lines[index] ? undefined : lines.with(index, line);
}

const pick = <T>(random: Random, all: readonly T[]): T => all[random(all.length)]!;
const hashText = (random: Random) => bytesOf(random, 32).toString('base64');
const finalsOf = ({ lines, records, checkpoints }: Subject) => ({
  checkpointAt: (index: number) => 1 + records + index,
  inclusionAt: records > 0 ? 1 + records + checkpoints : undefined,
  endAt: lines.length - 1,
});

/** Those that need nothing but the bundle. */
export const LINE_MUTATIONS: Readonly<Record<string, Mutation<Subject>>> = {
  'flip a bit': ({ lines }, random) => {
    const bytes = bytesOfLines(lines);
    const at = random(bytes.length);
    bytes[at]! ^= 1 << random(8);
    return { bytes };
  },
  'delete a byte': ({ lines }, random) => {
    const bytes = bytesOfLines(lines);
    const at = random(bytes.length);
    return { bytes: Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]) };
  },
  'insert a byte': ({ lines }, random) => {
    const bytes = bytesOfLines(lines);
    const at = random(bytes.length + 1);
    const byte = random(2) === 0 ? Buffer.from(pick(random, [' ', '\n', '\r', '0', ',', '\t'])) : bytesOf(random, 1);
    return { bytes: Buffer.concat([bytes.subarray(0, at), byte, bytes.subarray(at)]) };
  },
  'cut the tail at a byte': ({ lines }, random) => {
    const bytes = bytesOfLines(lines);
    return { bytes: bytes.subarray(0, random(bytes.length)) };
  },
  'cut the tail at a line': ({ lines }, random) => mutated(lines.slice(0, 1 + random(lines.length - 1)), 'truncated'),
  'delete a record': ({ lines, records }, random) => {
    if (records === 0) return undefined;
    const at = 1 + random(records);
    return mutated(lines.toSpliced(at, 1), at === records ? 'truncated' : 'missing');
  },
  'delete any line': ({ lines }, random) => mutated(lines.toSpliced(random(lines.length), 1), 'missing', 'truncated'),
  'duplicate a line': ({ lines }, random) => {
    const line = pick(random, lines);
    return mutated(lines.toSpliced(random(lines.length + 1), 0, line), 'inserted');
  },
  'insert a line': ({ lines }, random) => {
    const line = pick(random, ['', '{}', 'null', '{"sequence":1}', `{"end":{"records":1,"checkpoints":1}} `, 'x']);
    return mutated(lines.toSpliced(random(lines.length + 1), 0, line), 'inserted', 'altered');
  },
  'reorder records': ({ lines, records }, random) => {
    if (records < 2) return undefined;
    const [from, to] = [1 + random(records), 1 + random(records)];
    if (from === to) return undefined;
    return mutated(lines.toSpliced(from, 1).toSpliced(to, 0, lines[from]!), 'reordered');
  },
  'swap two lines': ({ lines }, random) => {
    const [one, other] = [random(lines.length), random(lines.length)];
    if (one === other) return undefined;
    return mutated(lines.with(one, lines[other]!).with(other, lines[one]!), 'reordered', 'rolled back');
  },
  'change a copy beside a leaf': ({ lines, records }, random) => {
    if (records === 0) return undefined;
    const changed = edited(lines, 1 + random(records), (json: Json) => {
      const field = pick(random, ['sequence', 'type', 'hash', 'salt', 'payload']);
      const value = json[field];
      if (field === 'sequence') json[field] = random(100);
      else if (value !== null) json[field] = field === 'salt' ? bytesOf(random, 16).toString('base64') : `${value}x`;
    });
    return changed && mutated(changed, 'altered');
  },
  'take a payload away': ({ lines, records }, random) => {
    const isPurged = lines.some((line) => line.includes('"tollgate.purge"'));
    if (records === 0 || isPurged) return undefined;
    const at = 1 + random(records);
    return mutated(edited(lines, at, (json: Json) => Object.assign(json, { salt: null, payload: null }))!, 'missing');
  },
  'another form of the same JSON': ({ lines }, random) => {
    const at = random(lines.length);
    const line = lines[at]!;
    const forms = [
      ` ${line}`,
      `${line} `,
      `${line}\r`,
      line.replace(':', ': '),
      line.replace('{', '{"more":1,'),
      line.replace(/}$/, ',"more":1}'),
      line.replace(/^\{("\w+"):([^,]+)/, '{$1:0,$1:$2'),
      line.replace(/"(\w)/, (_, letter) => `"\\u00${letter.charCodeAt(0).toString(16)}`),
      line.replace(/:(\d+)/, ':$1.0'),
      line.replace(/"([A-Za-z0-9+/]+)=/, '"$1\\u003d'),
      line.replace(/"([A-Za-z0-9+/]{40,})=+"/, '"$1"'),
    ];
    const form = pick(random, forms);
    return form === line ? undefined : mutated(lines.with(at, form));
  },
  'change the header': ({ lines }, random) => {
    const isPurged = lines.some((line) => line.includes('"tollgate.purge"'));
    const changed = edited(lines, 0, (json: Json & { texts: Json | null; keys: string[]; run_line: string | null }) => {
      const { texts, keys, run_line: runLine } = json;
      pick(random, [
        () => Object.assign(json, { status: pick(random, ['ok', 'error', 'running', 'timeout']) }),
        () => Object.assign(json, { run_id: `${json.run_id}0` }),
        () =>
          Object.assign(json, {
            run_line: runLine === null ? '{}' : runLine.replace('"tool_calls_count":3', '"tool_calls_count":2'),
          }),
        () => Object.assign(json, { run_line: null }),
        () => texts && Object.assign(texts, { json: `${texts.json} ` }),
        () => texts && Object.assign(texts, { salt: bytesOf(random, 16).toString('base64') }),
        () =>
          !isPurged &&
          Object.assign(json, { texts: texts ? null : { salt: bytesOf(random, 16).toString('base64'), json: '{}' } }),
        () => Object.assign(json, { keys: [...keys, STRANGER.vkey] }),
        () => Object.assign(json, { keys: keys.slice(1) }),
        () => Object.assign(json, { keys: [STRANGER.vkey] }),
      ])();
    });
    return changed && mutated(changed, 'altered', 'missing', 'truncated');
  },
  'change a proof': (subject, random) => {
    const { checkpointAt, inclusionAt } = finalsOf(subject);
    const at = random(2) === 0 && inclusionAt ? inclusionAt : checkpointAt(random(subject.checkpoints));
    const changed = edited(
      subject.lines,
      at,
      (json: { consistency?: string[]; inclusion?: { proof: string[]; sequence: number } }) => {
        const proof = json.consistency ?? json.inclusion!.proof;
        const place = random(proof.length + 1);
        pick(random, [
          () => proof.splice(place, 0, hashText(random)),
          () => proof.splice(place, 1),
          () => place < proof.length && proof.splice(place, 1, hashText(random)),
          () => proof.reverse(),
          () => json.inclusion && Object.assign(json.inclusion, { sequence: json.inclusion.sequence - 1 }),
        ])();
      },
    );
    return changed && mutated(changed, 'altered');
  },
  'change the counts': (subject, random) => {
    const { endAt } = finalsOf(subject);
    const changed = edited(subject.lines, endAt, (json: { end: Json }) => {
      json.end[pick(random, ['records', 'checkpoints'])] = random(50);
    });
    return changed && mutated(changed, 'truncated');
  },
  'change what a checkpoint says': (subject, random) => {
    const at = finalsOf(subject).checkpointAt(random(subject.checkpoints));
    const changed = edited(subject.lines, at, (json: Json) => {
      const note = String(json.checkpoint);
      const [from, to] = pick(random, [
        [/\/(\d+)\n/, `/${random(9)}\n`],
        [/\n\d+\n/, `\n${random(99)}\n`],
        [/\n[\w+/]{43}=\n/, `\n${hashText(random)}\n`],
        [/time \d+/, `time ${random(10 ** 9)}`],
        [/durability \w+/, `durability ${pick(random, ['none', 'replicated'])}`],
        [/(\n\n)/, '\nrun ok AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n'],
        [/\nrun \w+ \S+/, ''],
      ] as const);
      json.checkpoint = note.replace(from, to);
    });
    return changed && mutated(changed, 'altered');
  },
  'add a signature, or change its name': (subject, random) => {
    const at = finalsOf(subject).checkpointAt(random(subject.checkpoints));
    const changed = edited(subject.lines, at, (json: Json) => {
      const note = String(json.checkpoint);
      const line = note.slice(note.indexOf('— '));
      json.checkpoint = pick(random, [
        `${note}${line}`,
        note.replace('— ', '— x'),
        note.replace(/— [^\n]+/, `— a ${hashText(random)}`),
      ]);
    });
    return changed && mutated(changed, 'altered', 'unknown signer');
  },
  'drop a checkpoint': (subject, random) => {
    const at = finalsOf(subject).checkpointAt(random(subject.checkpoints));
    return mutated(subject.lines.toSpliced(at, 1), 'truncated');
  },
  'replace the newest checkpoint by an older one': (subject, random) => {
    if (subject.checkpoints < 2) return undefined;
    const { checkpointAt } = finalsOf(subject);
    const older = checkpointAt(random(subject.checkpoints - 1));
    return mutated(subject.lines.with(checkpointAt(subject.checkpoints - 1), subject.lines[older]!), 'rolled back');
  },
};

/** Those that need the writer: a forger who does all but sign, and a signer who contradicts itself. */
export const FORGERIES: Readonly<Record<string, Mutation<RefLedger>>> = {
  'a record of another run': (ledger, random) => {
    const other = ledgerOf(random(2 ** 30), { records: ledger.records.length, hasEpochs: false, isPurged: false });
    const at = random(ledger.records.length);
    const record = other.records[at]!;
    return isPlain(ledger.records[at]!) ? forged(ledger, ledger.records.with(at, record), 'altered') : undefined;
  },
  'the records of two runs exchanged': (ledger, random) => {
    const other = ledgerOf(random(2 ** 30), { records: ledger.records.length, hasEpochs: false, isPurged: false });
    return ledger.records.every(isPlain) ? forged(ledger, other.records, 'altered') : undefined;
  },
  'only the effect of a decision': (ledger, random) => {
    const decisions = ledger.records.filter(({ type, payload }) => type === 'tollgate.decision' && payload);
    if (decisions.length === 0) return undefined;
    const { sequence, payload, salt, leaf } = pick(random, decisions);
    const turned = payload!.replace(
      /"effect":"(\w+)"/,
      (_, effect) => `"effect":"${effect === 'DENY' ? 'ALLOW' : 'DENY'}"`,
    );
    const hash = createHash('sha256').update(salt!).update(turned).digest();
    const record: RefRecord = {
      sequence,
      type: 'tollgate.decision',
      salt,
      payload: turned,
      leaf: Buffer.concat([leaf.subarray(0, -32), hash]),
    };
    return forged(ledger, ledger.records.with(sequence - 1, record), 'altered');
  },
  'only the time of a record': (ledger, random) => {
    const at = random(ledger.records.length);
    const leaf = Buffer.from(ledger.records[at]!.leaf);
    leaf[9 + random(16)]! ^= 1 << random(8);
    return forged(ledger, ledger.records.with(at, { ...ledger.records[at]!, leaf }), 'altered');
  },
  'a record left out, those behind it renumbered': (ledger, random) => {
    const at = random(ledger.records.length);
    return forged(ledger, renumbered(ledger.records.toSpliced(at, 1)));
  },
  'a record put in, those behind it renumbered': (ledger, random) => {
    const at = random(ledger.records.length + 1);
    const record = makeRecord({ sequence: at + 1, type: 'STEP', data: { text: 'never said' } }, random);
    return forged(ledger, renumbered(ledger.records.toSpliced(at, 0, record)));
  },
  'two records exchanged and renumbered': (ledger, random) => {
    const [one, other] = [random(ledger.records.length), random(ledger.records.length)];
    if (one === other) return undefined;
    const { records } = ledger;
    return forged(ledger, renumbered(records.with(one, records[other]!).with(other, records[one]!)));
  },
  'the newest checkpoint dropped and all proofs redone': (ledger) => {
    const checkpoints = ledger.checkpoints.slice(0, -1);
    if (checkpoints.length === 0 || checkpoints.at(-1)!.size >= ledger.records.length) return undefined;
    const lines = withNotes(bundleOf({ ...ledger, checkpoints }), notesOf(ledger));
    return mutated(lines, 'rolled back');
  },
  'the tail dropped with its checkpoints and all proofs redone': (ledger) => {
    const before = ledger.checkpoints.findLastIndex(({ size, epoch }) => size < ledger.records.length && epoch === 0);
    if (before < 0 || ledger.checkpoints.some(({ epoch }) => epoch > 0)) return undefined;
    const older = {
      ...ledger,
      records: ledger.records.slice(0, ledger.checkpoints[before]!.size),
      checkpoints: ledger.checkpoints.slice(0, before + 1),
    };
    const notes = notesOf(ledger);
    const { bytes } = mutated(withNotes(bundleOf(older), notes));
    // Of a running run this is what was exported earlier, and sound; only a checkpoint from elsewhere tells.
    return ledger.status === 'running'
      ? { bytes, checkpoints: [notes.at(-1)!], named: ['rolled back'] }
      : { bytes, named: [ledger.records.some(({ payload }) => !payload) ? 'missing' : 'truncated'] };
  },
  'everything signed again by a stranger': (ledger) => {
    const checkpoints = ledger.checkpoints.map((checkpoint) => ({ ...checkpoint, key: STRANGER }));
    return mutated(bundleOf({ ...ledger, checkpoints }), 'unknown signer');
  },
  'a fork within: one checkpoint of another tree': (ledger, random) => {
    const at = random(ledger.checkpoints.length);
    const { epoch, size, leaves } = ledger.checkpoints[at]!;
    if (size === 0 || leaves || at === ledger.checkpoints.length - 1) return undefined;
    const other = forkOf(ledger, size, random);
    const fork = { ...ledger, checkpoints: ledger.checkpoints.with(at, { epoch, size, leaves: other }) };
    return mutated(bundleOf(fork), 'forked');
  },
  'a fork beside: a checkpoint of another tree was kept elsewhere': (ledger, random) => {
    const { epoch } = ledger.checkpoints.at(-1)!;
    const size = ledger.records.length;
    const note = noteOf(ledger, { epoch, size, leaves: forkOf(ledger, size, random) }, false);
    return { ...mutated(bundleOf(ledger), 'forked'), checkpoints: [note] };
  },
  'other texts with their hash redone': (ledger) => {
    if (ledger.status === 'running') return undefined;
    const lines = bundleOf({ ...ledger, textsSalt: Buffer.from(ledger.textsSalt).reverse() });
    return mutated(withNotes(lines, notesOf(ledger)), 'altered');
  },
  'another status with its run line redone': (ledger) => {
    if (ledger.status === 'running') return undefined;
    return mutated(withNotes(bundleOf({ ...ledger, status: 'cancelled' }), notesOf(ledger)), 'altered');
  },
  'a finished run shown as it ran, its last checkpoint with it': (ledger) => {
    if (ledger.status === 'running' || ledger.hasTexts === false) return undefined;
    return mutated(withNotes(bundleOf({ ...ledger, status: 'running' }), notesOf(ledger)), 'altered');
  },
};

function isPlain({ type, payload }: RefRecord): boolean {
  return payload !== null && type !== 'tollgate.epoch' && type !== 'tollgate.purge';
}

/** The ledger with other records and all that needs no key redone; its checkpoints stay as they were signed. */
function forged(ledger: RefLedger, records: readonly RefRecord[], ...named: readonly FaultKind[]): Mutated {
  const lines = bundleOf(ledger);
  const [header] = lines;
  const checkpoints = lines.slice(1 + ledger.records.length, 1 + ledger.records.length + ledger.checkpoints.length);
  return mutated([header!, ...records.map(recordLine), ...checkpoints, ...redone(ledger, records)], ...named);
}

function redone(ledger: RefLedger, records: readonly RefRecord[]): string[] {
  const checkpoints = ledger.checkpoints.map(() => ({ epoch: 0, size: 0 }));
  return bundleOf({ ...ledger, records, checkpoints }).slice(1 + records.length + checkpoints.length);
}

function withNotes(lines: readonly string[], notes: readonly string[]): string[] {
  let next = 0;
  return lines.map((line) =>
    line.startsWith('{"checkpoint"')
      ? JSON.stringify({ checkpoint: notes[next++], consistency: JSON.parse(line).consistency })
      : line,
  );
}

function renumbered(records: readonly RefRecord[]): RefRecord[] {
  return records.map((record, index) => {
    const leaf = Buffer.from(record.leaf);
    leaf.writeBigUInt64BE(BigInt(index + 1), 1);
    return { ...record, sequence: index + 1, leaf };
  });
}

function forkOf(ledger: RefLedger, size: number, random: Random): Buffer[] {
  const at = random(size);
  return leavesOf(ledger).with(at, makeRecord({ sequence: at + 1, type: 'STEP', data: {} }, random).leaf);
}
