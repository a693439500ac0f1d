// deploy/systemd/tollgate.service: systemd reads it without a complaint and rates it, and what it forbids is nothing that
// the server does.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clientsOf } from '../support/clients.ts';
import { tollgate } from '../support/command.ts';
import { whyMissing } from '../support/debian.ts';
import { startRedis } from '../support/redis-server.ts';
import { callOf } from '../support/scene.ts';
import { PATIENCE } from '../support/server.ts';
import { allowedCalls, readTrace } from '../support/syscalls.ts';

const run = promisify(execFile);

const FILE = 'deploy/systemd/tollgate.service';
const text = readFileSync(FILE, 'utf8');
/** As `systemd-analyze security` counts, from 0 for what can do nothing to 10. Measured with systemd 252: 1.3. */
const EXPOSURE_MAX = 1.5;
const PROGRAM = '/opt/tollgate/dist/main.js';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-unit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('systemd', () => {
  let missing: string | undefined;
  beforeAll(() => {
    missing = whyMissing(['systemd-analyze', '--version'], 'systemd');
    if (missing) console.warn(`skipped: ${missing}`);
  });
  beforeEach((context) => context.skip(missing !== undefined, missing));

  /** The unit with a Node that this machine has: systemd looks whether the program is there. */
  const unit = (name: string, change: (text: string) => string = (same) => same): string => {
    const path = join(folder, name);
    writeFileSync(path, change(text.replace('/usr/bin/node', process.execPath)));
    return path;
  };

  test('finds nothing wrong with the unit, and a mistake in another', async () => {
    expect((await verify(unit('tollgate.service'))).stderr).toBe('');
    const slip = await verify(unit('slip.service', (right) => right.replace('ProtectSystem=', 'ProtectSytem=')));
    expect(slip.stderr).toContain('ProtectSytem');
  });

  test('rates it as little exposed, and a unit without the hardening as more', async () => {
    const exposure = await exposureOf(unit('tollgate.service'));
    console.log(`exposure of the unit: ${exposure}, at most ${EXPOSURE_MAX} is accepted`);
    expect(exposure).toBeLessThanOrEqual(EXPOSURE_MAX);
    const bare = unit('bare.service', (hard) => hard.replace(/\nDynamicUser[\s\S]*?(?=\n\[Install)/, '\n'));
    expect(await exposureOf(bare)).toBeGreaterThan(9);
  });

  describe('the filter of system calls', () => {
    let untraceable: string | undefined;
    beforeAll(async () => {
      untraceable = whyMissing(['strace', '-V'], 'strace');
      untraceable ??= await run('strace', ['-o', '/dev/null', 'true']).then(
        () => undefined,
        () => 'this machine lets nobody trace a process',
      );
      if (untraceable) console.warn(`skipped: ${untraceable}`);
    });
    beforeEach((context) => context.skip(untraceable !== undefined, untraceable));

    test.each(['embedded', 'Redis'])('lets through all that a server on %s asks of the kernel', async (engine) => {
      const { calls, families } = await traceServer(engine === 'Redis');
      expect(calls.size).toBeGreaterThan(40);
      const allowed = allowedCalls(valuesOf('SystemCallFilter'));
      expect([...calls].filter((call) => !allowed.has(call))).toEqual([]);
      const allowedFamilies = valuesOf('RestrictAddressFamilies')[0]!.split(' ');
      expect([...families].filter((family) => !allowedFamilies.includes(family))).toEqual([]);
    });

    test('would stop what no server has to do', () => {
      const allowed = allowedCalls(valuesOf('SystemCallFilter'));
      for (const call of ['mount', 'ptrace', 'reboot', 'init_module', 'setuid', 'chroot', 'bpf', 'kexec_load']) {
        expect(allowed.has(call), call).toBe(false);
      }
    });
  });
});

test('its command line is one that the program takes', async () => {
  const config = join(folder, 'tollgate.yaml');
  writeFileSync(config, 'log: { level: warn }\n');
  const [node, semiSpace, program, command, ...flags] = valuesOf('ExecStart')[0]!
    .replace('%E/tollgate/tollgate.yaml', config)
    .replace('%S', folder)
    .replace('%t', folder)
    .split(/\s+/);
  expect([node, semiSpace, program, command]).toEqual(['/usr/bin/node', '--max-semi-space-size=32', PROGRAM, 'serve']);
  const { stdout, stderr, code } = await tollgate(['config', 'print', ...flags], { cwd: folder });
  expect([stderr, code]).toEqual(['', 0]);
  expect(stdout).toMatch(/log\.level +.*warn/);
  expect(stdout).toContain(join(folder, 'tollgate/management.sock'));
});

test('it waits longer for the server to stop than the server does for its calls', () => {
  const schema = JSON.parse(readFileSync('src/config/tollgate.schema.json', 'utf8'));
  const graceMs = schema.properties.shutdown.properties.grace_ms.default;
  expect(graceMs).toBeGreaterThan(0);
  expect(Number(valuesOf('TimeoutStopSec')[0]) * 1000).toBeGreaterThan(graceMs);
});

/** Each value that the unit gives a setting. */
function valuesOf(setting: string): string[] {
  const values = [...text.replace(/\\\n\s*/g, '').matchAll(/^(\w+)=(.*)$/gm)]
    .filter(([, name]) => name === setting)
    .map(([, , value]) => value!);
  if (values.length === 0) throw new Error(`the unit has no ${setting}`);
  return values;
}

function verify(path: string): Promise<{ stderr: string }> {
  return run('systemd-analyze', ['verify', '--man=no', path]).catch((error) => error as { stderr: string });
}

async function exposureOf(path: string): Promise<number> {
  const { stdout } = await run('systemd-analyze', ['security', '--offline=true', '--no-pager', path]);
  return Number(/Overall exposure level for .*: ([\d.]+)/.exec(stdout)?.[1]);
}

/** Starts a server under strace, has it answer its health check and decide, and stops it. */
async function traceServer(onRedis: boolean): Promise<ReturnType<typeof readTrace>> {
  const redis = onRedis ? await startRedis() : undefined;
  const trace = join(folder, 'trace');
  const data = mkdtempSync(join(folder, 'data-'));
  const store = redis ? ['--store', redis.url] : [];
  const program = ['dist/main.js', 'serve', '--data-dir', data, '--listen', '127.0.0.1:0', ...store];
  const child = spawn('strace', ['-f', '-qq', '-o', trace, process.execPath, '--max-semi-space-size=32', ...program], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...PATIENCE, TOLLGATE_FAULTS: undefined },
  });
  const ended = new Promise((settle) => child.once('exit', settle));
  try {
    const addresses = await new Promise<{ decision: string; management: string; pid: number }>((settle, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const entry = JSON.parse(line);
        if (entry.msg === 'serving') settle(entry);
      });
      ended.then((code) => reject(new Error(`the traced server ended with ${code}`)));
    });
    const clients = clientsOf(addresses);
    const { decision } = await clients.decisions('Authorize', await callOf(clients, { idempotency_key: 'k' }));
    expect(decision.effect).toBe('EFFECT_ALLOW');
    clients.close();
    process.kill(Number(/^\d+/.exec(readFileSync(trace, 'utf8'))![0]), 'SIGTERM');
    await ended;
  } finally {
    child.kill('SIGKILL');
    await redis?.stop();
  }
  return readTrace(readFileSync(trace, 'utf8'));
}
