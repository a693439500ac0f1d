// What identifies us to Redis changes while calls go on: another password, another user, another certificate. No call fails,
// and what a server refuses, or a file that is broken, leaves the old in force.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, expect, test } from 'vitest';
import { StoreLogin } from '../../../src/compose/store-login.ts';
import { type Config, loadConfig } from '../../../src/config/config.ts';
import type { State } from '../../../src/state/port/state.ts';
import { createLogger } from '../../../src/telemetry/log.ts';
import { Warnings } from '../../../src/telemetry/warnings.ts';
import { Certificates } from '../../support/certificates.ts';
import { freePort } from '../../support/free-port.ts';
import { startRedis } from '../../support/redis-server.ts';
import { eventually } from '../../support/times.ts';
import { testFolder } from '../../unit/config/folder.ts';
import { created, step } from '../fixtures.ts';
import { openReady } from './open.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const log = createLogger({ level: 'silent', destination: { write: () => {} } });
const ALL = ['~*', '&*', '+@all'];

function loginOf(config: Config): { login: StoreLogin; warnings: Warnings } {
  const warnings = new Warnings(log);
  const login = new StoreLogin(config, { log, warnings });
  ends.push(() => login.close());
  return { login, warnings };
}

const codesOf = (warnings: Warnings) => warnings.list().map(({ code }) => code);

/** Charges without a pause until it is ended. @returns how many were charged, once none failed */
async function load(state: State): Promise<() => Promise<number>> {
  const record = await created(state, { callBudget: 100_000, rateLimit: undefined });
  let isOver = false;
  let charged = 0;
  const going = (async () => {
    while (!isOver) {
      const { kind } = await state.charge(step(record));
      if (kind !== 'charged') throw new Error(kind);
      charged++;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();
  going.catch(() => {});
  return async () => {
    isOver = true;
    await going;
    return charged;
  };
}

test('a password and a user are rotated under load without a failed call', async () => {
  const server = await startRedis();
  ends.push(() => server.stop());
  await server.ask('ACL', 'SETUSER', 'one', 'on', '>first', ...ALL);
  const folder = testFolder({ user: 'one\n', password: 'first\n' });
  const [user, password] = [join(folder, 'user'), join(folder, 'password')];
  const { config } = loadConfig({
    flags: { set: [`store.username_file=${user}`, `store.password_file=${password}`], store: server.url },
    env: {},
    cwd: folder,
  });
  const { login, warnings } = loginOf(config);
  const state = await openReady({ url: server.url, login, writeTimeoutMs: 60_000 });
  ends.push(() => state.close());
  const admin = new Redis(server.url);
  ends.push(() => admin.disconnect());
  const usersNow = async () => {
    const lines = String(await admin.client('LIST')).split('\n');
    return lines.filter((line) => line.includes('name=tollgate')).map((line) => / user=(\S+)/.exec(line)?.[1]);
  };
  expect(await usersNow()).toEqual(['one', 'one']);
  const end = await load(state);

  // Another password, which the server does not know yet: the old one stays, and somebody is told.
  writeFileSync(password, 'second\n');
  await eventually(() => codesOf(warnings).includes('STORE_LOGIN_REFUSED'));
  await server.ask('ACL', 'SETUSER', 'one', '>second');
  // Lost connections are made anew with whichever is accepted.
  await eventually(() => codesOf(warnings).length === 0);
  await server.ask('ACL', 'SETUSER', 'one', '<first');

  // Half a file, then another user; the old one is deleted, which closes its connections.
  await server.ask('ACL', 'SETUSER', 'two', 'on', '>third', ...ALL);
  writeFileSync(password, '');
  await eventually(() => codesOf(warnings).includes('STORE_LOGIN_REFUSED'));
  writeFileSync(user, 'two\n');
  writeFileSync(password, 'third\n');
  await eventually(async () => (await usersNow()).every((name) => name === 'two'));
  await server.ask('ACL', 'DELUSER', 'one');
  expect(codesOf(warnings)).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await end()).toBeGreaterThan(100);
});

test('a connection that is made after a rotation takes the new login, and the old one where the new is refused', async () => {
  const server = await startRedis({ appendonly: 'always', args: ['--user', 'one', 'on', '>first', ...ALL] });
  ends.push(() => server.stop());
  const folder = testFolder({ user: 'one\n', password: 'first\n' });
  const set = ['user', 'password'].map(
    (name) => `store.${name.replace('user', 'username')}_file=${join(folder, name)}`,
  );
  const { config } = loadConfig({ flags: { set, store: server.url }, env: {}, cwd: folder });
  const { login, warnings } = loginOf(config);
  const state = await openReady({ url: server.url, login });
  ends.push(() => state.close());
  writeFileSync(join(folder, 'password'), 'wrong\n');
  await server.restart();
  await eventually(() => codesOf(warnings).includes('STORE_LOGIN_REFUSED'));
  await eventually(() => state.now());
  writeFileSync(join(folder, 'password'), 'first\n');
  await eventually(() => codesOf(warnings).length === 0);
});

test('a certificate and its authority are rotated: the next connection shows the new one', async () => {
  const certificates = new Certificates();
  ends.push(() => certificates.remove());
  for (const name of ['right', 'next']) certificates.authority(name);
  certificates.certificate('server', { by: 'right', names: 'DNS:localhost' });
  certificates.certificate('old', { by: 'next', names: 'DNS:old' });
  certificates.certificate('new', { by: 'right', names: 'DNS:new' });
  const port = await freePort();
  const path = (name: string) => certificates.path(name);
  const server = await startRedis({
    args: [
      ...['--tls-port', `${port}`, '--tls-cert-file', path('server.pem'), '--tls-key-file', path('server.key')],
      ...['--tls-ca-cert-file', path('right.pem'), '--tls-auth-clients', 'yes'],
    ],
  });
  ends.push(() => server.stop());
  const files = { ca: 'right.pem', cert: 'new.pem', key: 'new.key' };
  const texts = Object.fromEntries(
    Object.entries(files).map(([name, file]) => [name, certificates.read(file).toString()]),
  );
  const folder = testFolder(texts);
  const url = `rediss://localhost:${port}/0`;
  const set = Object.keys(files).map((name) => `store.tls.${name}_file=${join(folder, name)}`);
  const { config } = loadConfig({ flags: { set, store: url }, env: {}, cwd: folder });
  const { login, warnings } = loginOf(config);
  const state = await openReady({ url, login });
  ends.push(() => state.close());
  expect(login.expiries.map(({ file }) => file)).toEqual(['cert', 'ca']);

  // A key that does not fit: what was read before stays, also for a new connection.
  writeFileSync(join(folder, 'key'), certificates.read('old.key'));
  await server.ask('CLIENT', 'KILL', 'TYPE', 'normal');
  await eventually(() => codesOf(warnings).includes('STORE_LOGIN_REFUSED'));
  await eventually(() => state.now());
  // A pair that fits, and that this server does not trust: it is used, and so refused; then the right one again.
  writeFileSync(join(folder, 'cert'), certificates.read('old.pem'));
  await eventually(() => codesOf(warnings).length === 0);
  await server.ask('CLIENT', 'KILL', 'TYPE', 'normal');
  await eventually(() =>
    state.now().then(
      () => false,
      () => true,
    ),
  );
  for (const name of ['cert', 'key']) writeFileSync(join(folder, name), texts[name]!);
  await eventually(() => state.now());
});
