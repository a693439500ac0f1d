// The private key that signs checkpoints, and the file of public keys that outlives it. The private key can forge checkpoints, so
// a key file that other users may read, write or replace is refused.
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { appendDurably, createPrivateFile } from '../host/durable-file.ts';
import { fileProblem } from '../host/private-path.ts';
import { StartupError } from '../host/startup-error.ts';
import { isVerifierKey, signNote, verifierKeyOf } from './signed-note.ts';

const FOR_OTHERS = 0o077;

export interface LedgerKey {
  /** The public key of what is signed now. */
  readonly verifierKey: string;
  /** Those of everything that was ever signed, as far as the file of public keys knows, `verifierKey` among them. */
  readonly verifierKeys: readonly string[];
  /** A text, which ends with a newline, as a signed note. */
  readonly sign: (text: string) => string;
}

interface LedgerKeyFiles {
  readonly keyFile: string;
  /** Make a key if there is none. */
  readonly mayCreate: boolean;
  readonly name: string;
  readonly publicKeysFile: string;
}

/**
 * Reads the key, or makes it once, and notes its public key in the file of public keys.
 *
 * @throws StartupError in one line, when a file cannot be used as it is
 */
export function openLedgerKey({ keyFile, mayCreate, name, publicKeysFile }: LedgerKeyFiles): LedgerKey {
  if (mayCreate) createIfAbsent(keyFile);
  const key = { name, privateKey: readPrivateKey(keyFile) };
  const verifierKey = verifierKeyOf(key);
  return {
    verifierKey,
    verifierKeys: noted(publicKeysFile, verifierKey),
    sign: (text) => signNote(text, key),
  };
}

/**
 * Looks at the files as {@link openLedgerKey} would, and makes none.
 *
 * @throws StartupError in one line, when a file cannot be used as it is
 */
export function checkLedgerKey({ keyFile, mayCreate, publicKeysFile }: Omit<LedgerKeyFiles, 'name'>): void {
  if (!mayCreate || statSync(keyFile, { throwIfNoEntry: false })) readPrivateKey(keyFile);
  notedIn(publicKeysFile);
}

function createIfAbsent(file: string): void {
  assertOurs(file);
  try {
    createPrivateFile(file, () => {
      const { privateKey } = generateKeyPairSync('ed25519');
      return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    });
  } catch (cause) {
    throw new StartupError(`the ledger key ${file} cannot be made: ${messageOf(cause)}`, { cause });
  }
}

function assertOurs(file: string): void {
  let problem: string | undefined;
  try {
    problem = fileProblem(file);
  } catch (cause) {
    throw new StartupError(`the ledger key ${file} cannot be used: ${messageOf(cause)}`, { cause });
  }
  if (problem !== undefined) throw new StartupError(`the ledger key ${file} cannot be used: ${problem}`);
}

function readPrivateKey(file: string): KeyObject {
  assertOurs(file);
  let pem: string;
  try {
    const { mode } = statSync(file);
    if ((mode & FOR_OTHERS) !== 0) throw new Error('others may read or write it, so it proves nothing: chmod 600');
    pem = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StartupError(`the ledger key ${file} cannot be used: ${messageOf(cause)}`, { cause });
  }
  // No cause from here on: messages about a key's content have no place in a log.
  const key = parsed(pem);
  if (key?.asymmetricKeyType === 'ed25519') return key;
  throw new StartupError(`the ledger key ${file} cannot be used: it must hold an Ed25519 key in PEM (PKCS #8)`);
}

function parsed(pem: string): KeyObject | undefined {
  try {
    return pem.includes('-----BEGIN PRIVATE KEY-----') ? createPrivateKey(pem) : undefined;
  } catch {
    return undefined;
  }
}

/** The keys in the file of public keys. A key that is missing there is appended. */
function noted(file: string, verifierKey: string): string[] {
  const { lines, isEnded } = notedIn(file);
  if (lines.includes(verifierKey)) return lines;
  try {
    appendDurably(file, `${isEnded ? '' : '\n'}${verifierKey}\n`);
  } catch (cause) {
    throw unusablePublicKeys(file, cause);
  }
  return [...lines, verifierKey];
}

/** @throws StartupError when the file is there and is no file of public keys */
function notedIn(file: string): { readonly lines: string[]; readonly isEnded: boolean } {
  try {
    const text = statSync(file, { throwIfNoEntry: false }) ? readFileSync(file, 'utf8') : '';
    // Each once: two servers that start at one time may both have added theirs.
    const lines = [...new Set(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')))];
    const stranger = lines.find((line) => !isVerifierKey(line));
    if (stranger !== undefined)
      throw new Error(`this line is not a public key: ${JSON.stringify(stranger.slice(0, 80))}`);
    return { lines, isEnded: text === '' || text.endsWith('\n') };
  } catch (cause) {
    throw unusablePublicKeys(file, cause);
  }
}

function unusablePublicKeys(file: string, cause: unknown): StartupError {
  return new StartupError(`the public keys of the ledger, ${file}, cannot be used: ${messageOf(cause)}`, { cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
