// The files of the ledger's key: made once for one server, refused when others could have used it, and never forgotten.
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLedgerKey } from '../../../src/signing/ledger-key.ts';
import { verifierKeyOf } from '../../../src/signing/signed-note.ts';
import { startRedis } from '../../support/redis-server.ts';
import { startServer } from '../../support/server.ts';

const PRIVATE = { format: 'pem', type: 'pkcs8' } as const;
const PUBLIC = { format: 'pem', type: 'spki' } as const;

let folder: string;
let keyFile: string;
let publicKeysFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-key-'));
  keyFile = join(folder, 'ledger.key');
  publicKeysFile = join(folder, 'ledger.pub');
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (given: { mayCreate?: boolean; name?: string } = {}) =>
  openLedgerKey({ keyFile, publicKeysFile, mayCreate: true, name: 'tollgate', ...given });

describe('the key', () => {
  test('is made once, for its owner alone, and read again after that', () => {
    const { verifierKey } = open();
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(createPrivateKey(readFileSync(keyFile)).asymmetricKeyType).toBe('ed25519');
    expect(open().verifierKey).toBe(verifierKey);
    expect(readFileSync(publicKeysFile, 'utf8')).toBe(`${verifierKey}\n`);
  });

  test('that another server makes in the same moment is used, and nothing is left of the one that came second', () => {
    // What is looked up as absent and yet cannot be made: as another server's file is that appears in between.
    const others = join(folder, 'others.key');
    symlinkSync(others, keyFile);
    expect(() => open()).toThrow(/^the ledger key \S+ cannot be used: ENOENT/);
    expect(readdirSync(folder)).toEqual(['ledger.key']);
    const key = generateKeyPairSync('ed25519').privateKey;
    writeFileSync(others, key.export(PRIVATE), { mode: 0o600 });
    expect(open().verifierKey).toBe(verifierKeyOf({ name: 'tollgate', privateKey: key }));
  });

  test('whose line two servers have added is one public key', () => {
    const { verifierKey } = open();
    writeFileSync(publicKeysFile, `${verifierKey}\n${verifierKey}\n`);
    expect(open().verifierKeys).toEqual([verifierKey]);
  });

  test('that somebody has named is never made', () => {
    expect(() => open({ mayCreate: false })).toThrow(/^the ledger key \S+ cannot be used: ENOENT/);
    expect(statSync(keyFile, { throwIfNoEntry: false })).toBeUndefined();
  });

  test.each([0o640, 0o604, 0o620, 0o601])('with mode %o is refused', (mode) => {
    open();
    chmodSync(keyFile, mode);
    expect(() => open()).toThrow(/^the ledger key \S+ cannot be used: others may read or write it.*chmod 600$/);
  });

  test('in a folder that others may write to is refused, and none is made there', () => {
    open();
    chmodSync(dirname(keyFile), 0o777);
    try {
      const refused = `the ledger key ${keyFile} cannot be used: other users may write to its folder (mode 0777): chmod go-w `;
      expect(() => open()).toThrow(refused);
      rmSync(keyFile);
      expect(() => open()).toThrow(refused);
      expect(existsSync(keyFile)).toBe(false);
    } finally {
      chmodSync(dirname(keyFile), 0o700);
    }
  });

  test('behind a link that others may replace is refused', () => {
    open();
    const shared = join(dirname(keyFile), 'shared');
    mkdirSync(shared);
    chmodSync(shared, 0o777);
    const link = join(shared, 'link.key');
    symlinkSync(keyFile, link);
    symlinkSync(shared, join(dirname(keyFile), 'way'));
    for (const path of [link, join(dirname(keyFile), 'way', 'link.key')]) {
      expect(() => openLedgerKey({ keyFile: path, publicKeysFile, mayCreate: false, name: 'x' })).toThrow(
        /cannot be used: (other users may write to its folder|it is reached through the link)/,
      );
    }
    symlinkSync(link, join(dirname(keyFile), 'on.key'));
    expect(() =>
      openLedgerKey({ keyFile: join(dirname(keyFile), 'on.key'), publicKeysFile, mayCreate: false, name: 'x' }),
    ).toThrow(`it is reached through the link ${link}, which other users may replace`);
  });

  const pair = generateKeyPairSync('ed25519');
  const ELSE = {
    'of another kind': generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(PRIVATE).toString(),
    'that is public': pair.publicKey.export(PUBLIC).toString(),
    'that is none': 'hunter2',
    'that is cut short': pair.privateKey.export(PRIVATE).toString().slice(0, 60),
  };
  test.each(Object.entries(ELSE))('%s is refused in one line that does not show it', (_, text) => {
    writeFileSync(keyFile, text, { mode: 0o600 });
    expect(() => open()).toThrow(/^the ledger key \S+ cannot be used: it must hold an Ed25519 key in PEM \(PKCS #8\)$/);
  });

  test('that is another one is added to the public keys, and the old ones stay', () => {
    const first = open();
    rmSync(keyFile);
    const second = open();
    const renamed = open({ name: 'prod/1' });
    expect(renamed.verifierKeys).toEqual([first.verifierKey, second.verifierKey, renamed.verifierKey]);
    expect(open().verifierKeys).toEqual(renamed.verifierKeys);
    expect(readFileSync(publicKeysFile, 'utf8')).toBe(`${renamed.verifierKeys.join('\n')}\n`);
  });

  test('has public keys in a file of nothing else', () => {
    writeFileSync(publicKeysFile, 'a note\n');
    expect(() => open()).toThrow(
      /^the public keys of the ledger, \S+, cannot be used: this line is not a public key: "a note"$/,
    );
  });
});

describe('a server', () => {
  test('on the embedded engine makes its key, and keeps it', async () => {
    const server = await startServer({ folder });
    await server.stop();
    const made = readFileSync(join(folder, 'data', 'ledger.pub'), 'utf8');
    expect(statSync(join(folder, 'data', 'ledger.key')).mode & 0o777).toBe(0o600);
    await (await startServer({ folder })).stop();
    expect(readFileSync(join(folder, 'data', 'ledger.pub'), 'utf8')).toBe(made);
  });

  test('does not start with a key that others can read', async () => {
    await (await startServer({ folder })).stop();
    chmodSync(join(folder, 'data', 'ledger.key'), 0o644);
    await expect(startServer({ folder })).rejects.toThrow(/exited with 1: tollgate: the ledger key .* chmod 600\n$/);
  });

  test('does not start on a data directory that others may write to, with either engine', async () => {
    const redis = await startRedis();
    mkdirSync(join(folder, 'data'));
    chmodSync(join(folder, 'data'), 0o777);
    const refused =
      /exited with 1: tollgate: data directory \S+ cannot be used: other users may write to it \(mode 0777\): chmod go-w \S+\n$/;
    try {
      for (const store of [undefined, redis.url]) {
        await expect(startServer({ folder, ...(store && { store }) })).rejects.toThrow(refused);
      }
    } finally {
      await redis.stop();
    }
  });

  test('on Redis signs with the key that it is told, and warns without one', async () => {
    const redis = await startRedis();
    const without = await startServer({ folder, store: redis.url });
    await without.stop();
    expect(without.log.join('\n')).toContain('No ledger.key_file is named');
    expect(statSync(join(folder, 'data', 'ledger.key'), { throwIfNoEntry: false })).toBeUndefined();

    const { verifierKey } = open();
    const args = ['--set', `ledger.key_file=${keyFile}`, '--set', `ledger.public_keys_file=${join(folder, 'all.pub')}`];
    const keyed = await startServer({ folder, store: redis.url, args });
    await keyed.stop();
    expect(keyed.log.join('\n')).not.toContain('ledger.key_file');
    expect(readFileSync(join(folder, 'all.pub'), 'utf8')).toBe(`${verifierKey}\n`);
    await redis.stop();
  });
});
