// Keys and signatures of notes, held to what others have signed and to node:crypto alone.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseCheckpoint, parseVerifierKey, type SignedCheckpoint, signerOf } from '../../../src/verify/signed-note.ts';
import { KEY, KEYS, ledgerOf, NEXT_KEY, STRANGER } from './ledgers.ts';
import { notesOf } from './reference-bundle.ts';

/** The example of golang.org/x/mod/sumdb/note, which C2SP signed-note was written from. */
const EXAMPLE = {
  key: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  signed: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
  name: 'PeterNeumann',
  signature: 'x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=',
};
/** The public key of Go's checksum database. */
const SUMDB = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8';

const [note] = notesOf(ledgerOf(1, { status: 'ok', hasEpochs: false, records: 4 })).slice(-1) as [string];

describe('a verifier key', () => {
  test.each([EXAMPLE.key, SUMDB, ...KEYS])('%s is one', (text) => {
    const [name, hash, encoded] = /^(.*?)\+(.{8})\+(.*)$/.exec(text)!.slice(1) as [string, string, string];
    const byHand = createHash('sha256').update(`${name}\n`).update(Buffer.from(encoded, 'base64')).digest('hex');
    expect(hash).toBe(byHand.slice(0, 8));
    expect(parseVerifierKey(text)).toMatchObject({ text, name, hash: Buffer.from(hash, 'hex') });
  });

  test.each([
    ['another hash', SUMDB.replace('033de0ae', '033de0af')],
    ['another name', SUMDB.replace('sum', 'sun')],
    ['another algorithm', SUMDB.replace('+Ac4', '+Bc4')],
    ['a hash in capitals', SUMDB.replace('033de0ae', '033DE0AE')],
    ['a blank in the name', SUMDB.replace('sum.', 'sum ')],
    ['a line behind it', `${SUMDB}\n`],
    ['half of it', SUMDB.slice(0, -4)],
    ['nothing', ''],
  ])('is none with %s', (_, text) => {
    expect(parseVerifierKey(text)).toBeUndefined();
  });
});

describe('a signature', () => {
  test('of somebody else’s tools verifies, and not over another text', () => {
    const bytes = Buffer.from(EXAMPLE.signature, 'base64');
    const signer = { name: EXAMPLE.name, hash: bytes.subarray(0, 4) };
    const of = (signed: string) => ({ signed, signer, signature: bytes.subarray(4) }) as unknown as SignedCheckpoint;
    const keys = [parseVerifierKey(EXAMPLE.key)!];
    expect(signerOf(of(EXAMPLE.signed), keys)).toBe(keys[0]);
    expect(signerOf(of(EXAMPLE.signed.replace('answer', 'Answer')), keys)).toBe('does not verify');
    expect(signerOf(of(EXAMPLE.signed), [parseVerifierKey(SUMDB)!])).toBe('unknown');
  });

  test('of a checkpoint verifies with node:crypto alone, over the text up to the blank line', () => {
    const [text, line] = note.split('\n\n') as [string, string];
    const [, , encoded] = line.trim().split(' ') as [string, string, string];
    const vkey = [KEY, NEXT_KEY].find(({ name }) => name === line.split(' ')[1])!.vkey;
    const raw = Buffer.from(vkey.split('+').slice(2).join('+'), 'base64').subarray(1);
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' });
    expect(verify(null, Buffer.from(`${text}\n`), key, Buffer.from(encoded, 'base64').subarray(4))).toBe(true);
    expect(
      signerOf(
        parseCheckpoint(note)!,
        KEYS.map((one) => parseVerifierKey(one)!),
      ),
    ).toMatchObject({ text: vkey });
  });

  test('whose second half is written otherwise is another one', () => {
    const checkpoint = parseCheckpoint(note)!;
    // The same number modulo the group's order: a lenient verifier takes it, and a byte has changed unseen.
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const half = BigInt(`0x${Buffer.from(checkpoint.signature.subarray(32)).reverse().toString('hex')}`) + order;
    const written = Buffer.from(half.toString(16).padStart(64, '0'), 'hex').reverse();
    const signature = Buffer.concat([checkpoint.signature.subarray(0, 32), written]);
    const keys = KEYS.map((one) => parseVerifierKey(one)!);
    expect(signerOf({ ...checkpoint, signature }, keys)).toBe('does not verify');
  });

  test('of a key with the same name is that of a stranger', () => {
    expect(signerOf(parseCheckpoint(note)!, [parseVerifierKey(STRANGER.vkey)!])).toBe('unknown');
  });
});

describe('a note', () => {
  test('says what it signs', () => {
    expect(parseCheckpoint(note)).toMatchObject({ epoch: 0, size: 4, durability: 'flushed', run: { status: 'ok' } });
  });

  test.each<[string, (text: string) => string]>([
    ['a size with a leading zero', (text) => text.replace('\n4\n', '\n04\n')],
    ['a size beyond all counting', (text) => text.replace('\n4\n', '\n9007199254740993\n')],
    ['a time that no date has', (text) => text.replace(/time \d+/, 'time 8640000000000001')],
    ['stray bits in the root', (text) => text.replace(/\n([\w+/]{42})[\w+/]=\n/, '\n$1B=\n')],
    ['a line more', (text) => text.replace('\n\n', '\nmore\n\n')],
    ['the lines in another order', (text) => text.replace(/(time \d+\n)(durability \w+\n)/, '$2$1')],
    ['no signature', (text) => text.split('\n\n')[0]!],
    ['two signatures', (text) => text + text.slice(text.indexOf('— '))],
    ['a hyphen for the dash', (text) => text.replace('— ', '- ')],
    ['no end', (text) => text.trimEnd()],
    ['ends of lines from elsewhere', (text) => text.replaceAll('\n', '\r\n')],
  ])('is none with %s', (_, change) => {
    expect(change(note)).not.toBe(note);
    expect(parseCheckpoint(change(note))).toBeUndefined();
  });
});
