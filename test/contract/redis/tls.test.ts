// Redis over TLS: reached with the right authority, refused without it, and with a certificate of our own where one is
// asked for.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRedisState } from '../../../src/state/redis/state.ts';
import { Certificates } from '../../support/certificates.ts';
import { freePort } from '../../support/free-port.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { created, step } from '../fixtures.ts';
import { OPTIONS } from './open.ts';

const certificates = new Certificates();
const pem = (name: string) => certificates.read(name).toString();
let server: RedisServer;
let url: string;

beforeAll(async () => {
  for (const name of ['right', 'wrong']) certificates.authority(name);
  for (const name of ['server', 'client']) {
    certificates.certificate(name, { by: 'right', names: 'DNS:localhost,IP:127.0.0.1' });
  }
  const path = (name: string) => certificates.path(name);
  const port = await freePort();
  const tls = ['--tls-port', `${port}`, '--tls-cert-file', path('server.pem'), '--tls-key-file', path('server.key')];
  server = await startRedis({ args: [...tls, '--tls-ca-cert-file', path('right.pem'), '--tls-auth-clients', 'yes'] });
  url = `rediss://localhost:${port}/0`;
});
afterAll(async () => {
  await server.stop();
  certificates.remove();
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
