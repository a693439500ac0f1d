// Each part of the process, made to fail while it is opened: the process ends in one line, with exit code 1, and says so
// also where its log and its errors cannot be written.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Certificates } from '../../support/certificates.ts';
import { linesOf, tollgate } from '../../support/command.ts';
import { folderOf, serverOf, type Test } from './servers.ts';

type Failing = (t: Test, cwd: string) => Promise<readonly string[]> | readonly string[];
const set = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).flatMap(([key, value]) => ['--set', `${key}=${value}`]);

const PARTS: Readonly<Record<string, readonly [says: RegExp, failing: Failing]>> = {
  'the policy': [
    /policy\.yaml: is not valid UTF-8/,
    (_t, cwd) => {
      writeFileSync(join(cwd, 'policy.yaml'), Buffer.from([0xff, 0xfe, 0]));
      return ['--policy', 'policy.yaml'];
    },
  ],
  'the callers': [
    /callers: is a folder/,
    (_t, cwd) => {
      mkdirSync(join(cwd, 'callers'));
      return set({ 'callers.file': 'callers' });
    },
  ],
  'the data directory': [
    /data directory .* cannot be used \(ENOTDIR\)/,
    (_t, cwd) => {
      writeFileSync(join(cwd, 'file'), '');
      return ['--data-dir', 'file/data'];
    },
  ],
  'the store': [
    /holds no usable store/,
    (_t, cwd) => {
      mkdirSync(join(cwd, 'data'), { mode: 0o700 });
      writeFileSync(join(cwd, 'data', 'data.mdb'), Buffer.alloc(65_536, 7));
      return [];
    },
  ],
  'a store in Redis': [
    /the store URL|cannot read .*none\.pem/,
    () => [...['--store', 'rediss://127.0.0.1:1'], ...set({ 'store.tls.ca_file': 'none.pem' })],
  ],
  'the login of the store': [
    /password must hold one line/,
    (_t, cwd) => {
      writeFileSync(join(cwd, 'password'), 'two\nlines\n');
      return ['--store', 'redis://127.0.0.1:1', ...set({ 'store.password_file': 'password' })];
    },
  ],
  'the ledger key': [
    /ledger\.key cannot be used: others may read/,
    (_t, cwd) => {
      writeFileSync(join(cwd, 'ledger.key'), 'x');
      chmodSync(join(cwd, 'ledger.key'), 0o644);
      return set({ 'ledger.key_file': 'ledger.key' });
    },
  ],
  'the file of public keys': [
    /public keys of the ledger, .* cannot be used/,
    (_t, cwd) => {
      writeFileSync(join(cwd, 'keys'), 'none\n');
      return set({ 'ledger.public_keys_file': 'keys' });
    },
  ],
  'a certificate': [
    /decision\.pem holds no certificate/,
    (_t, cwd) => {
      for (const name of ['decision.pem', 'decision.key']) writeFileSync(join(cwd, name), 'none');
      return set({ 'tls.decision.cert_file': 'decision.pem', 'tls.decision.key_file': 'decision.key' });
    },
  ],
  'the monitoring listener': [
    /cannot listen on|in use/,
    async (t) => {
      const other = await serverOf(t, {});
      return set({ 'observability.listen': other.decision });
    },
  ],
  'the decision listener': [
    /cannot listen on/,
    async (t) => {
      const other = await serverOf(t, {});
      return ['--listen', other.decision];
    },
  ],
  'the management listener': [
    /exists and is not a socket/,
    (_t, cwd) => {
      writeFileSync(join(cwd, 'm.sock'), '');
      return ['--management', `unix:${join(cwd, 'm.sock')}`];
    },
  ],
};

test.for(Object.entries(PARTS))('%s', async ([_name, [says, failing]], t) => {
  const cwd = folderOf(t);
  const { code, stderr } = await tollgate(['serve', '--listen', '127.0.0.1:0', ...(await failing(t, cwd))], { cwd });
  expect(linesOf(stderr)).toEqual([expect.stringMatching(says)]);
  expect(code).toBe(1);
});

test('a start that fails ends also where nobody reads what it says', async (t) => {
  const cwd = folderOf(t);
  const fifo = join(cwd, 'fifo');
  spawnSync('mkfifo', [fifo]);
  const [reader, writer] = [openSync(fifo, 'r+'), openSync(fifo, 'w')];
  // A pipe that is full already.
  spawnSync('sh', ['-c', `timeout 2 dd if=/dev/zero of=${fifo} bs=1024 count=1024 2>/dev/null`]);
  const child = spawn(process.execPath, ['dist/main.js', 'serve', '--policy', 'none.yaml'], {
    stdio: ['ignore', writer, writer],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  for (const fd of [reader, writer]) closeSync(fd);
  expect(code).toBe(1);
});

test('authorities that are none keep a listener from starting', async (t) => {
  const certificates = new Certificates();
  t.onTestFinished(() => certificates.remove());
  certificates.authority('ours');
  certificates.certificate('server', { by: 'ours', names: 'DNS:localhost' });
  const args = set({
    'tls.decision.cert_file': certificates.path('server.pem'),
    'tls.decision.key_file': certificates.path('server.key'),
    'tls.decision.client_ca_file': certificates.path('server.pem'),
  });
  const { code, stderr } = await tollgate(['serve', '--listen', '127.0.0.1:0', ...args], { cwd: folderOf(t) });
  expect(linesOf(stderr)).toEqual([expect.stringContaining('holds a certificate that is not a certificate authority')]);
  expect(code).toBe(1);
});
