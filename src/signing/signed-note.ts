// Signed notes as C2SP defines them, with Ed25519: what a checkpoint is, so that tools which know nothing of us can verify one.
// @see https://c2sp.org/signed-note
import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';

const ED25519 = 0x01;
const PUBLIC_KEY_BYTES = 32;

interface NoteKey {
  /** Without blanks and `+`. */
  readonly name: string;
  readonly privateKey: KeyObject;
}

/** The public key as others are handed it: `<name>+<key hash, hex>+<base64>`. */
export function verifierKeyOf({ name, privateKey }: NoteKey): string {
  const typed = typedPublicKey(privateKey);
  return `${name}+${keyHashOf(name, typed).toString('hex')}+${typed.toString('base64')}`;
}

/** A text with its signature line. @param text  ends with a newline */
export function signNote(text: string, { name, privateKey }: NoteKey): string {
  const signature = sign(null, Buffer.from(text), privateKey);
  const signed = Buffer.concat([keyHashOf(name, typedPublicKey(privateKey)), signature]);
  return `${text}\n\u2014 ${name} ${signed.toString('base64')}\n`;
}

/** Whether a line is a verifier key that is whole. */
export function isVerifierKey(line: string): boolean {
  const [, name, hash, base64] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
  if (name === undefined || base64 === undefined) return false;
  const typed = Buffer.from(base64, 'base64');
  const isTyped = typed.length === 1 + PUBLIC_KEY_BYTES && typed[0] === ED25519;
  return isTyped && keyHashOf(name, typed).toString('hex') === hash;
}

function typedPublicKey(privateKey: KeyObject): Buffer {
  // RFC 8410: the key is what a SubjectPublicKeyInfo ends with.
  const info = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return Buffer.concat([Buffer.from([ED25519]), info.subarray(-PUBLIC_KEY_BYTES)]);
}

function keyHashOf(name: string, typed: Buffer): Buffer {
  return createHash('sha256').update(`${name}\n`).update(typed).digest().subarray(0, 4);
}
