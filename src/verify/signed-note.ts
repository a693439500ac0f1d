// Notes signed with Ed25519 as C2SP signed-note describes them (https://c2sp.org/signed-note), the keys that verify them, and
// the checkpoints (https://c2sp.org/tlog-checkpoint) that are their text.
//
// A note here has one signature and one form: with room for further lines, a line more or less would go unnoticed.
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { decodeBase64 } from './base64.ts';
import { sha256 } from './tree.ts';

const ED25519 = 1;
const KEY_HASH_BYTES = 4;
const SIGNATURE_BYTES = 64;
const NOTE_LENGTH_MAX = 4_096;
/** The last moment that a date can name. */
const TIME_MS_MAX = 8.64e15;
/** What stands before a raw key in its SubjectPublicKeyInfo, RFC 8410. */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

export interface VerifierKey {
  /** The line that names it, `<key name>+<key hash>+<key>`. */
  readonly text: string;
  readonly name: string;
  readonly hash: Buffer;
  readonly key: KeyObject;
}

/** @returns undefined for what is not a verifier key of Ed25519 */
export function parseVerifierKey(text: string): VerifierKey | undefined {
  const [, name, hashText, keyText] = /^([^\s+\p{Cc}]{1,256})\+([0-9a-f]{8})\+([A-Za-z0-9+/=]{44})$/u.exec(text) ?? [];
  if (name === undefined || hashText === undefined || keyText === undefined) return undefined;
  const raw = decodeBase64(keyText, 33);
  if (raw?.[0] !== ED25519) return undefined;
  const hash = sha256(`${name}\n`, raw).subarray(0, KEY_HASH_BYTES);
  if (hash.toString('hex') !== hashText) return undefined;
  const key = createPublicKey({ key: Buffer.concat([SPKI, raw.subarray(1)]), format: 'der', type: 'spki' });
  return { text, name, hash, key };
}

export interface Checkpoint {
  readonly runId: string;
  readonly epoch: number;
  readonly size: number;
  readonly root: Buffer;
  readonly timeMs: number;
  readonly durability: string;
  /** Of a finished run: its status and the hash of its run line. */
  readonly run: { readonly status: string; readonly hash: Buffer } | undefined;
}

export interface SignedCheckpoint extends Checkpoint {
  readonly note: string;
  readonly signed: string;
  readonly signer: { readonly name: string; readonly hash: Buffer };
  readonly signature: Buffer;
}

const NUMBER = '(0|[1-9][0-9]{0,15})';
const HASH = '([A-Za-z0-9+/]{43}=)';
const NOTE = new RegExp(
  `^(tollgate/([\\w.:-]{1,128})/${NUMBER}\\n${NUMBER}\\n${HASH}\\ntime ${NUMBER}\\ndurability ([\\w-]{1,64})\\n` +
    `(?:run (\\w{1,64}) ${HASH}\\n)?)\\n— ([^\\s+\\p{Cc}]{1,256}) ([A-Za-z0-9+/=]{92})\\n$`,
  'u',
);

/** @returns undefined for what is not the note of a checkpoint; whether the signature holds is another question */
export function parseCheckpoint(note: string): SignedCheckpoint | undefined {
  const match = note.length <= NOTE_LENGTH_MAX ? NOTE.exec(note) : null;
  if (!match) return undefined;
  const [, signed, runId, epochText, sizeText, rootText, timeText, durability, status, hashText, name, signatureText] =
    match as unknown as string[];
  const [epoch, size, timeMs] = [Number(epochText), Number(sizeText), Number(timeText)];
  if (!Number.isSafeInteger(epoch) || !Number.isSafeInteger(size) || timeMs > TIME_MS_MAX) return undefined;
  const root = decodeBase64(rootText!, 32);
  const runHash = hashText === undefined ? undefined : decodeBase64(hashText, 32);
  const signature = decodeBase64(signatureText!, KEY_HASH_BYTES + SIGNATURE_BYTES);
  if (!root || !signature || (hashText !== undefined && !runHash)) return undefined;
  return {
    note,
    signed: signed!,
    runId: runId!,
    epoch,
    size,
    root,
    timeMs,
    durability: durability!,
    run: runHash && { status: status!, hash: runHash },
    signer: { name: name!, hash: signature.subarray(0, KEY_HASH_BYTES) },
    signature: signature.subarray(KEY_HASH_BYTES),
  };
}

export type Signer = VerifierKey | 'unknown' | 'does not verify';

/** Which of the keys signed a checkpoint. */
export function signerOf({ signed, signer, signature }: SignedCheckpoint, keys: readonly VerifierKey[]): Signer {
  const named = keys.filter(({ name, hash }) => name === signer.name && hash.equals(signer.hash));
  if (named.length === 0) return 'unknown';
  return named.find(({ key }) => verify(null, Buffer.from(signed), key, signature)) ?? 'does not verify';
}
