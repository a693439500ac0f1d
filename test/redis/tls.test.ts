// Redis over TLS: reached with the right authority, refused without it, and with a certificate of our own where one is
// asked for.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRedisState } from '../../src/state/redis/state.ts';
import { created, step } from '../contract/fixtures.ts';
import { ensureProgram } from '../support/debian.ts';
import { freePort } from '../support/free-port.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { OPTIONS } from './open.ts';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-tls-'));
const path = (name: string) => join(folder, name);
const pem = (name: string) => readFileSync(path(name), 'utf8');
let server: RedisServer;
let url: string;

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
}

function authority(name: string): void {
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
  );
}

function certificate(name: string, by: string): void {
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    `/CN=${name}`,
    '-addext',
    'subjectAltName=DNS:localhost,IP:127.0.0.1',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
  );
  openssl(
    'x509',
    '-req',
    '-in',
    `${name}.csr`,
    '-CA',
    `${by}.pem`,
    '-CAkey',
    `${by}.key`,
    '-CAcreateserial',
    '-days',
    '2',
    '-copy_extensions',
    'copy',
    '-out',
    `${name}.pem`,
  );
}

beforeAll(async () => {
  ensureProgram(['openssl', 'version'], 'openssl');
  for (const name of ['right', 'wrong']) authority(name);
  certificate('server', 'right');
  certificate('client', 'right');
  const port = await freePort();
  const tls = ['--tls-port', `${port}`, '--tls-cert-file', path('server.pem'), '--tls-key-file', path('server.key')];
  server = await startRedis({ args: [...tls, '--tls-ca-cert-file', path('right.pem'), '--tls-auth-clients', 'yes'] });
  url = `rediss://localhost:${port}/0`;
}, 120_000);
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

function open(tls: { ca?: string; cert?: string; key?: string }) {
  return openRedisState({ ...OPTIONS, url, tls });
}

test('with the right authority and a certificate of our own it is used', async () => {
  const state = await open({ ca: pem('right.pem'), cert: pem('client.pem'), key: pem('client.key') });
  expect((await state.charge(step(await created(state)))).kind).toBe('charged');
  expect(state.info.description).toContain('rediss://localhost');
  await state.close();
});

test.each([
  ['another authority', { ca: 'wrong.pem', cert: 'client.pem', key: 'client.key' }],
  ['the authorities of the system', { cert: 'client.pem', key: 'client.key' }],
  ['no certificate of our own', { ca: 'right.pem' }],
])('with %s it is unavailable, and never used in the clear', async (_, files) => {
  const tls = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, pem(file)]));
  const state = await open(tls);
  await expect(state.now()).rejects.toMatchObject({ kind: 'state_unavailable' });
  await state.close();
});
