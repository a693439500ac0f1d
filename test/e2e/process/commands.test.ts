// The other commands: each says what it is asked, and its exit code can be relied on in scripts.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Certificates } from '../../support/certificates.ts';
import { linesOf, tollgate } from '../../support/command.ts';
import { eventually } from '../../support/times.ts';
import { folderOf, redisOf, serverOf } from './servers.ts';

test('tollgate version prints the version of the package', async (t) => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(await tollgate(['version'], { cwd: folderOf(t) })).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test('tollgate with a command or a flag that is none exits with 1', async (t) => {
  for (const args of [['serv'], ['serve', '--listn', 'x'], ['config'], ['policy', 'chek']]) {
    const { code, stderr } = await tollgate(args, { cwd: folderOf(t) });
    expect(code, args.join(' ')).toBe(1);
    expect(stderr).not.toContain('    at ');
  }
});

describe.concurrent('tollgate health', () => {
  test('exits with 0 where both listeners serve, and says so', async (t) => {
    const server = await serverOf(t);
    const { code, stdout } = await tollgate(
      ['health', '--listen', server.decision, '--management', server.management],
      { cwd: folderOf(t) },
    );
    expect(linesOf(stdout)).toEqual([`${server.decision}: SERVING`, `${server.management}: SERVING`]);
    expect(code).toBe(0);
  });

  test('exits with 1 where nobody listens, and where one of two does not', async (t) => {
    const server = await serverOf(t);
    const cwd = folderOf(t);
    const nobody = await tollgate(['health', '--listen', '127.0.0.1:1'], { cwd });
    expect(nobody.code).toBe(1);
    expect(nobody.stdout).toContain('unreachable');
    const half = await tollgate(['health', '--listen', server.decision], { cwd });
    expect(half.code).toBe(1);
    expect(linesOf(half.stdout)[0]).toBe(`${server.decision}: SERVING`);
  });

  test('asks a listener with TLS, and says what to do where that wants a certificate', async (t) => {
    const certificates = new Certificates();
    t.onTestFinished(() => certificates.remove());
    certificates.authority('ours');
    certificates.certificate('server', { by: 'ours', names: 'DNS:tollgate.example.org' });
    const path = (file: string) => certificates.path(file);
    const tls = [
      '--set',
      `tls.decision.cert_file=${path('server.pem')}`,
      '--set',
      `tls.decision.key_file=${path('server.key')}`,
    ];
    const server = await serverOf(t, { args: tls });
    const listeners = ['--listen', server.decision, '--management', server.management];
    const { code, stdout } = await tollgate(['health', ...listeners, ...tls], { cwd: folderOf(t) });
    expect([code, linesOf(stdout)[0]]).toEqual([0, `${server.decision}: SERVING`]);
    const mutual = [...tls, '--set', `tls.decision.client_ca_file=${path('ours.pem')}`];
    const refused = await tollgate(['health', ...listeners, ...mutual], { cwd: folderOf(t) });
    expect([refused.code, linesOf(refused.stdout)[0]]).toEqual([
      1,
      expect.stringContaining('set observability.listen'),
    ]);
  });

  test('exits with 1 where the store is away, and with 0 when it is back', async (t) => {
    const redis = await redisOf(t);
    const server = await serverOf(t, { store: redis.url });
    const ask = () =>
      tollgate(['health', '--listen', server.decision, '--management', server.management], { cwd: folderOf(t) });
    process.kill(redis.pid, 'SIGSTOP');
    await eventually(() => server.log.some((line) => line.includes('cannot be reached')));
    const away = await ask();
    process.kill(redis.pid, 'SIGCONT');
    expect(away.code).toBe(1);
    expect(away.stdout).toContain('NOT_SERVING');
    await eventually(async () => (await ask()).code === 0, { everyMs: 200 });
  });
});

describe.concurrent('tollgate config', () => {
  test('print shows every key with its value and where it came from, passwords masked', async (t) => {
    const cwd = folderOf(t);
    writeFileSync(join(cwd, 'tollgate.yaml'), 'sweep:\n  interval_ms: 700\n');
    const { code, stdout } = await tollgate(['config', 'print', '--set', 'limits.request_bytes=2048'], {
      cwd,
      env: { TOLLGATE_STORE_URL: 'redis://user:sesame@localhost:7000/3' },
    });
    expect(code).toBe(0);
    const rows = linesOf(stdout).map((line) => line.split(/ {2,}/));
    const find = (key: string) => rows.find(([name]) => name === key);
    expect(find('sweep.interval_ms')).toEqual(['sweep.interval_ms', '700', 'file tollgate.yaml:2']);
    expect(find('limits.request_bytes')?.slice(1)).toEqual(['2048', expect.stringMatching(/^flag/)]);
    expect(find('store.url')).toEqual(['store.url', 'redis://user:***@localhost:7000/3', 'env TOLLGATE_STORE_URL']);
    expect(find('log.level')).toEqual(['log.level', 'info', 'default']);
    expect(stdout).not.toContain('sesame');
  });

  test('check says yes with 0, and no with 1 and a line for each mistake', async (t) => {
    const cwd = folderOf(t);
    const good = await tollgate(['config', 'check', '--log-level', 'warn'], { cwd });
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(good.stdout).toMatch(/^configuration is valid: 1 of \d+ keys set\n$/);
    const bad = await tollgate(['config', 'check', '--log-level', 'loud', '--set', 'x=1'], { cwd });
    expect(bad.code).toBe(1);
    expect(bad.stdout).toBe('');
    expect(linesOf(bad.stderr)).toHaveLength(2);
  });

  test('print and check fail alike on a variable that nothing reads', async (t) => {
    for (const command of ['print', 'check']) {
      const { code, stderr } = await tollgate(['config', command], {
        cwd: folderOf(t),
        env: { TOLLGATE_STROE_URL: 'embedded' },
      });
      expect(code).toBe(1);
      expect(stderr).toMatch(/TOLLGATE_STROE_URL.*did you mean.*TOLLGATE_STORE_URL/);
    }
  });
});

describe.concurrent('tollgate policy check', () => {
  test('names the revision that a server will show for the same policy, and warns', async (t) => {
    const cwd = folderOf(t);
    const policy = '# a comment\nplatforms: { telegram: {} }\nadmins: ["discord:1"]\n';
    const server = await serverOf(t, { policy: 'admins: ["discord:1"]\nplatforms:\n  telegram: {}\n' });
    writeFileSync(join(cwd, 'p.yaml'), policy);
    const { code, stdout } = await tollgate(['policy', 'check', '--policy', 'p.yaml'], { cwd });
    expect(code).toBe(0);
    const lines = linesOf(stdout);
    expect(lines[0]).toMatch(/^warning: p\.yaml:2: .*everyone may run every command on telegram/);
    const { revision } = (await server.clients.server('GetServerInfo')).policy;
    expect(lines.at(-1)).toBe(`policy is valid: ${join(cwd, 'p.yaml')}, revision ${revision}`);
    expect((await server.clients.server('GetServerInfo')).warnings.join()).toContain('telegram');
  });

  test('says no with 1 and a line for each mistake, in the order of the file', async (t) => {
    const cwd = folderOf(t);
    writeFileSync(
      join(cwd, 'p.yaml'),
      'tools:\n  x: { secret: 1 }\nplatforms:\n  discord: { allow_admin_from: [] }\nadmin: []\n',
    );
    const { code, stdout, stderr } = await tollgate(['policy', 'check', '--policy', 'p.yaml'], { cwd });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(linesOf(stderr)).toEqual([
      expect.stringMatching(/^tollgate: p\.yaml:2: .*secret/),
      expect.stringMatching(/^tollgate: p\.yaml:4: .*allow_admin_from/),
      expect.stringMatching(/^tollgate: p\.yaml:5: .*did you mean `admins`/),
    ]);
  });

  test('takes the example that is shipped', async (t) => {
    expect((await tollgate(['policy', 'check'], { cwd: folderOf(t) })).code).toBe(0);
  });
});
