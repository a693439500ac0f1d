// What goes wrong before or beside a server is one line that says what to do, with an exit code that scripts can rely on.
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Certificates } from '../../support/certificates.ts';
import { linesOf, type Ran, tollgate } from '../../support/command.ts';
import { eventually } from '../../support/times.ts';
import { folderOf, serverOf } from './servers.ts';

function expectLine({ stderr, stdout, code }: Ran, says: RegExp, exit = 1): void {
  expect(linesOf(stderr)).toEqual([expect.stringMatching(says)]);
  expect(stdout).toBe('');
  expect(code).toBe(exit);
}

describe.concurrent('one line', () => {
  test('for a command that is none, with what it may have meant', async (t) => {
    expectLine(await tollgate(['helth'], { cwd: folderOf(t) }), /unknown command "helth"; did you mean health\?/);
  });

  test('for --version', async (t) => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(await tollgate(['--version'], { cwd: folderOf(t) })).toEqual({
      code: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
  });

  test('for a data directory in which nothing can be made', async (t) => {
    const ran = await tollgate(['serve', '--listen', '127.0.0.1:0', '--data-dir', '/proc/x/y'], { cwd: folderOf(t) });
    expectLine(ran, /data directory \/proc\/x\/y cannot be used \(ENOENT\)/);
  });

  test('for a Node that is too old', (t) => {
    const old = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } })";
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(old)}`, resolve('dist/main.js'), 'serve'],
      { cwd: folderOf(t), encoding: 'utf8' },
    );
    expectLine({ code: status, stdout, stderr }, /Node 18\.20\.4 is too old: use 20 or newer/);
  });

  test('for a story without a server', async (t) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['examples/story.mjs', '--decision', '127.0.0.1:1', '--management', `unix:${join(folderOf(t), 'none.sock')}`],
      { encoding: 'utf8' },
    );
    expectLine({ code: status, stdout, stderr }, /no server answers at 127\.0\.0\.1:1: start one with npm start/);
  });

  test('for a file that is no exported ledger', async (t) => {
    const cwd = folderOf(t, { 'notes.txt': 'one\ntwo\nthree\n', 'empty.jsonl': '' });
    const key = readFileSync('test/e2e/ledger/golden.json', 'utf8');
    const [, verifier] = /"([^"\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+)"/.exec(key) ?? [];
    writeFileSync(join(cwd, 'keys'), `${verifier}\n`);
    for (const file of ['notes.txt', 'empty.jsonl']) {
      const ran = await tollgate(['audit', 'verify', file, '--key', 'keys'], { cwd });
      expectLine(ran, new RegExp(`${file} is no exported ledger`), 2);
    }
  });

  test('for a question to a server whose port nobody knows', async (t) => {
    const ran = await tollgate(['why', 'x', '--management', '127.0.0.1:0'], { cwd: folderOf(t) });
    expectLine(ran, /the configured port is 0/, 2);
  });
});

describe.concurrent('config check', () => {
  test('refuses each file that serve refuses, in the same words', async (t) => {
    const certificates = new Certificates();
    t.onTestFinished(() => certificates.remove());
    certificates.authority('ours');
    for (const name of ['one', 'two']) certificates.certificate(name, { by: 'ours', names: 'DNS:localhost' });
    const cwd = folderOf(t, {
      'callers.yaml': 'callers:\n  - {name: a, role: king, tokens: []}\n',
      'policy.yaml': 'admins: 5\n',
      'ledger.key': 'none\n',
      password: '\n',
    });
    chmodSync(join(cwd, 'ledger.key'), 0o600);
    const cases: [says: RegExp, args: string[]][] = [
      [/callers\.yaml:2: .*role/, ['--set', 'callers.file=callers.yaml']],
      [/policy\.yaml:1: .*admins/, ['--policy', 'policy.yaml']],
      [/must hold an Ed25519 key/, ['--set', 'ledger.key_file=ledger.key']],
      [
        /is not the private key of the certificate/,
        [
          ...['--set', `tls.decision.cert_file=${certificates.path('one.pem')}`],
          ...['--set', `tls.decision.key_file=${certificates.path('two.key')}`],
        ],
      ],
      [/password must hold one line/, ['--store', 'redis://localhost:1', '--set', 'store.password_file=password']],
      [/cannot read .*none\.pem/, ['--store', 'rediss://localhost:1', '--set', 'store.tls.ca_file=none.pem']],
    ];
    for (const [says, args] of cases) {
      const listen = ['--listen', '127.0.0.1:0', ...args];
      const [checked, served] = [
        await tollgate(['config', 'check', ...listen], { cwd }),
        await tollgate(['serve', ...listen], { cwd }),
      ];
      expect(checked.stderr, checked.stdout).toMatch(says);
      expect(checked.code).toBe(1);
      expect(served.stderr).toBe(checked.stderr);
      expect(served.code).toBe(1);
    }
  });
});

describe.concurrent('health', () => {
  test('warns of a policy that was refused', async (t) => {
    const server = await serverOf(t, { policy: 'admins: ["discord:1"]\n' });
    writeFileSync(server.policyFile, 'admins: 5\n');
    const args = ['health', '--listen', server.decision, '--management', server.management];
    const { stdout, code } = await eventually(
      async () => {
        const ran = await tollgate(args, { cwd: folderOf(t) });
        return ran.stdout.includes('POLICY_REFUSED') ? ran : undefined;
      },
      { everyMs: 500 },
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^warning: POLICY_REFUSED: .*policy\.yaml:1/m);
    const { active_warnings: warnings } = await server.clients.server('GetServerInfo');
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'POLICY_REFUSED' }));
  });

  test('asks a listener with TLS on an address without a word on standard error, and one on every address by loopback', async (t) => {
    const certificates = new Certificates();
    t.onTestFinished(() => certificates.remove());
    certificates.authority('ours');
    certificates.certificate('server', { by: 'ours', names: 'DNS:tollgate.example.org' });
    const callers = join(
      folderOf(t, { c: `callers:\n  - {name: a, role: admin, tokens: ["sha256:${'0'.repeat(64)}"]}\n` }),
      'c',
    );
    const settings = Object.entries({
      'tls.decision.cert_file': certificates.path('server.pem'),
      'tls.decision.key_file': certificates.path('server.key'),
      'tls.management.cert_file': certificates.path('server.pem'),
      'tls.management.key_file': certificates.path('server.key'),
      'callers.file': callers,
    }).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    const server = await serverOf(t, { args: [...settings, '--listen', '0.0.0.0:0', '--management', '127.0.0.1:0'] });
    const listeners = ['--listen', server.decision, '--management', server.management];
    expect(server.decision).toMatch(/^0\.0\.0\.0:/);
    const { stdout, stderr, code } = await tollgate(['health', ...listeners, ...settings], { cwd: folderOf(t) });
    expect(linesOf(stdout)).toEqual([`${server.decision}: SERVING`, `${server.management}: SERVING`]);
    expect([code, stderr]).toEqual([0, '']);
    const banner = await eventually(() => (server.stderr().includes('boundary') ? server.stderr() : undefined));
    expect(banner).toMatch(
      /boundary +known callers: only those in the callers file may use the management listener, over TLS/,
    );
  });
});
