// The stored forms, byte by byte: what was written once must be read for ever, so a change of these bytes needs another
// version, never another golden file.
import { createHash, createPrivateKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { NEW_LEDGER, runLineOf, textsOf } from '../../../src/core/ledger/ledger.ts';
import { EMPTY_FRONTIER, extended, rootOf, Tree } from '../../../src/core/ledger/merkle.ts';

import { isVerifierKey, signNote, verifierKeyOf } from '../../../src/signing/signed-note.ts';
import {
  decodeAuditRecord,
  encodeAuditRecord,
  leafHashOf,
  leafOf,
  nodeHashOf,
  partsOf,
} from '../../../src/state/codec/audit-record.ts';
import { checkpointText, decodeCheckpoint, encodeCheckpoint } from '../../../src/state/codec/checkpoint.ts';
import { readLines } from '../../../src/verify/read-lines.ts';
import { verifyBundle } from '../../../src/verify/verify-bundle.ts';
import { newRun } from '../../contract/fixtures.ts';

interface Golden {
  readonly records: readonly string[];
  readonly roots: readonly string[];
  readonly verifier_key: string;
  readonly note: string;
  readonly stored_checkpoint: string;
}

const golden: Golden = JSON.parse(readFileSync(new URL('./golden.json', import.meta.url), 'utf8'));

const SALT = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const RECORDS = [
  {
    sequence: 1,
    storedAtMs: 1_767_225_600_123,
    occurredAtMs: 1_767_225_600_000,
    type: 'step',
    data: '{"iter":1,"step_ms":5,"text_len":2,"text":"hi"}',
    redactions: [],
  },
  {
    sequence: 2,
    storedAtMs: 1_767_225_600_124,
    occurredAtMs: 1_767_225_600_001,
    type: 'zusammenfassung.für.dich',
    data: '{"text":"[redacted: jwt] …"}',
    redactions: [{ pointer: '/text', rule: 'jwt', bytes: 120 }],
  },
  { sequence: 3, storedAtMs: 2 ** 53 - 1, occurredAtMs: 0, type: 't', data: '{}', redactions: [] },
];

// RFC 8410, §7: a private key is this header and the key's 32 bytes.
const PRIVATE_KEY = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)]),
  format: 'der',
  type: 'pkcs8',
});
const KEY = { name: 'tollgate', privateKey: PRIVATE_KEY };

const stored = RECORDS.map((record) => encodeAuditRecord(record, SALT));
const leafHashes = stored.map((record) => leafHashOf(leafOf(record)));
const frontier = extended(EMPTY_FRONTIER, leafHashes, nodeHashOf);
const text = checkpointText({
  runId: '019b76da-a800-7000-8000-000000000009',
  epoch: 1,
  size: 3,
  root: rootOf(frontier, nodeHashOf),
  atMs: 1_767_225_601_000,
  durability: 'flushed',
  end: { status: 'ok', lineHash: createHash('sha256').update('the run line').digest() },
});
const note = signNote(text, KEY);
const checkpoint = { number: 2, epoch: 1, atMs: 1_767_225_601_000, frontier, note };

describe('a record', () => {
  test('has the bytes of the golden file', () => {
    expect(stored.map((record) => record.toString('hex'))).toEqual(golden.records);
  });

  test('is read back whole, with its leaf’s hash', () => {
    for (const [index, record] of RECORDS.entries()) {
      expect(decodeAuditRecord(stored[index]!)).toEqual({ ...record, leafHash: leafHashes[index] });
    }
  });

  test('commits to its salt and payload', () => {
    for (const record of stored) {
      const { leaf, salt, payload } = partsOf(record);
      expect(createHash('sha256').update(salt!).update(payload!).digest().equals(leaf.subarray(-32))).toBe(true);
    }
  });

  test('keeps its leaf, and so its place in the tree, when the rest is purged', () => {
    for (const [index, record] of stored.entries()) {
      const purged = decodeAuditRecord(leafOf(record));
      expect(purged).toEqual({ ...RECORDS[index], data: undefined, redactions: [], leafHash: leafHashes[index] });
      expect(partsOf(leafOf(record))).toEqual({ leaf: leafOf(record) });
    }
  });

  test('of another version or cut short is refused', () => {
    const [record] = stored as [Buffer];
    const { leaf } = partsOf(record);
    const other = Buffer.from(record);
    other[0] = 1;
    const broken = [other, Buffer.alloc(0), record.subarray(0, 25), leaf.subarray(1), leaf.subarray(0, -1)];
    for (const bytes of [...broken, record.subarray(0, leaf.length + 16)]) {
      expect(() => decodeAuditRecord(bytes)).toThrow('not version 2');
    }
  });
});

test('the roots are those of the golden file', () => {
  const tree = new Tree(nodeHashOf);
  const roots = [Buffer.from(tree.root()).toString('hex')];
  for (const hash of leafHashes) {
    tree.add(hash);
    roots.push(Buffer.from(tree.root()).toString('hex'));
  }
  expect(roots).toEqual(golden.roots);
});

describe('a checkpoint', () => {
  test('is the note of the golden file, and is stored with the tree’s frontier', () => {
    expect(note).toBe(golden.note);
    expect(encodeCheckpoint(checkpoint).toString('hex')).toBe(golden.stored_checkpoint);
    expect(decodeCheckpoint(encodeCheckpoint(checkpoint))).toEqual(checkpoint);
    expect(() => decodeCheckpoint(Buffer.from([2]))).toThrow('not version 1');
  });

  test('is verified by hand with the key that its verifier key holds', () => {
    const verifierKey = verifierKeyOf(KEY);
    expect(verifierKey).toBe(golden.verifier_key);
    const [name, hash, base64] = verifierKey.split('+') as [string, string, string];
    const typed = Buffer.from(base64, 'base64');
    expect([name, typed.length, typed[0]]).toEqual(['tollgate', 33, 1]);
    const expectedHash = createHash('sha256').update('tollgate\n').update(typed).digest().subarray(0, 4);
    expect(expectedHash.toString('hex')).toBe(hash);

    const [signed, line] = note.split('\n\n') as [string, string];
    const signature = Buffer.from(/^\u2014 tollgate (\S+)\n$/.exec(line)![1]!, 'base64');
    expect(signature.subarray(0, 4)).toEqual(expectedHash);
    const publicKey = {
      key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), typed.subarray(1)]),
      format: 'der',
      type: 'spki',
    } as const;
    expect(verify(null, Buffer.from(`${signed}\n`), publicKey, signature.subarray(4))).toBe(true);
  });

  test('a verifier key that is not whole is none', () => {
    const verifierKey = verifierKeyOf(KEY);
    expect(isVerifierKey(verifierKey)).toBe(true);
    const broken = ['', 'x', verifierKey.slice(0, -4), verifierKey.replace('tollgate', 'other'), ` ${verifierKey}`];
    expect(broken.filter(isVerifierKey)).toEqual([]);
  });
});

/** One run, exported before and after its contents were purged; signed with the key of the other golden forms. */
describe.each([
  ['golden.jsonl', { treeSize: 3, checkpoints: 2, purged: [] }],
  ['golden-purged.jsonl', { treeSize: 4, checkpoints: 3, purged: [{ first: 1, last: 3 }] }],
])('the bundle %s', (name, proven) => {
  const bytes = readFileSync(new URL(`./${name}`, import.meta.url));
  const header = JSON.parse(bytes.toString().split('\n', 1)[0]!);

  test('verifies for ever', async () => {
    const report = await verifyBundle(readLines([bytes]), { keys: [golden.verifier_key] });
    expect(report).toMatchObject({ ok: true, faults: [], notes: [], status: 'ok', ...proven });
  });

  test('has its run line and texts from the run', () => {
    const line = JSON.parse(header.run_line);
    const opened = newRun(line.started_at, { runId: header.run_id, inputs: '{"question":"why"}' });
    const ledger = { ...NEW_LEDGER, texts: { salt: undefined, hash: line.texts_sha256 } };
    const run = { ...opened, status: 'ok' as const, finishedAtMs: line.finished_at, output: 'done', ledger };
    expect(runLineOf(run)).toBe(header.run_line);
    if (header.texts) expect(textsOf(run)).toBe(header.texts.json);
  });
});
