// A server whose log nobody reads, or has no room: it starts, decides, answers its probes and stops all the same.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { clientsOf } from '../../support/clients.ts';
import { eventually } from '../../support/times.ts';
import { folderOf, type Test } from './servers.ts';

interface Output {
  readonly stdout: number;
  readonly stderr: number;
}

/** A server whose two outputs are these descriptors; its listeners are sockets, for no log says where they are. */
function serverWith(t: Test, { stdout, stderr }: Output) {
  const folder = folderOf(t);
  const [decision, management, http] = ['d.sock', 'm.sock', 'h.sock'].map((name) => `unix:${join(folder, name)}`);
  const child = spawn(
    process.execPath,
    [
      'dist/main.js',
      'serve',
      ...['--data-dir', join(folder, 'data'), '--listen', decision!, '--management', management!],
      ...['--set', `observability.listen=${http}`, '--log-level', 'debug'],
    ],
    { stdio: ['ignore', stdout, stderr], env: { ...process.env, TOLLGATE_FAULTS: undefined } },
  );
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const clients = clientsOf({ decision: decision!, management: management! });
  t.onTestFinished(async () => {
    clients.close();
    child.kill('SIGKILL');
    await exited;
  });
  const stop = () => {
    child.kill('SIGTERM');
    return exited;
  };
  const metrics = () =>
    spawnSync('curl', ['-s', '--unix-socket', join(folder, 'h.sock'), 'http://x/metrics'], { encoding: 'utf8' }).stdout;
  return { clients, stop, metrics };
}

/** Decisions, each of which has a line at this level. */
async function decide({ decisions }: ReturnType<typeof clientsOf>, count: number): Promise<void> {
  const request = { platform: 'discord', chat_type: 'dm', user_id: '222', command: '/help' };
  for (let made = 0; made < count; made += 50) {
    await Promise.all(Array.from({ length: 50 }, () => decisions('CheckSlash', request)));
  }
}

const isServing = (clients: ReturnType<typeof clientsOf>) =>
  eventually(async () => (await clients.server('GetServerInfo')).version);

test('a reader that stands still stops no decision, and is told what it missed', async (t) => {
  const folder = folderOf(t);
  const path = join(folder, 'fifo');
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, 'w');
  t.onTestFinished(() => closeSync(reader));
  const { clients, stop, metrics } = serverWith(t, { stdout: writer, stderr: writer });
  closeSync(writer);
  await isServing(clients);
  // Some hundred bytes each: more than a pipe and the queue hold.
  await decide(clients, 6_000);
  const dropped = Number(/^tollgate_log_dropped_total (\d+)/m.exec(metrics())?.[1]);
  expect(dropped).toBeGreaterThan(0);
  const { active_warnings: warnings } = await clients.server('GetServerInfo');
  expect(warnings.map(({ code }: { code: string }) => code)).toContain('LOG_DROPPED');
  expect(await Promise.race([stop(), sleep(30_000, 'hangs')])).toBe(0);
  const buffer = Buffer.alloc(2 ** 20);
  expect(buffer.subarray(0, readSync(reader, buffer)).toString()).toContain('"msg":"decided"');
});

test.each(['/dev/full', 'a reader that has gone'])('with %s for its log it serves, and obeys SIGTERM', async (kind) => {
  const ends: (() => unknown)[] = [];
  const t: Test = { onTestFinished: (end) => ends.push(end as () => unknown) };
  try {
    const child = kind === '/dev/full' ? undefined : spawn('true', [], { stdio: ['pipe', 'ignore', 'ignore'] });
    const stdout = child ? brokenPipe() : openSync('/dev/full', 'w');
    const { clients, stop } = serverWith(t, { stdout, stderr: stdout });
    closeSync(stdout);
    await isServing(clients);
    await decide(clients, 100);
    expect(await Promise.race([stop(), sleep(30_000, 'hangs')])).toBe(0);
  } finally {
    for (const end of ends.reverse()) await end();
  }

  /** A pipe whose other end is closed. */
  function brokenPipe(): number {
    const path = join(folderOf(t), 'gone');
    spawnSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, 'w');
    closeSync(reader);
    return writer;
  }
});
