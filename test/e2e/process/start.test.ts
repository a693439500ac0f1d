// A start as an operator sees it: what is printed, what is logged, what lies in the folder.
import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { linesOf, tollgate } from '../../support/command.ts';
import { eventually } from '../../support/times.ts';
import { folderOf, redisOf, serverOf } from './servers.ts';

describe.concurrent('a server that has started', () => {
  test('names both listeners, its engine, the policy with its revision and its folder', async (t) => {
    const folder = folderOf(t);
    const server = await serverOf(t, { folder, policy: 'admins: ["discord:1"]' });
    const info = await server.clients.server('GetServerInfo');
    const banner = await eventually(() => (server.stderr().includes('boundary') ? server.stderr() : undefined));
    const rows = Object.fromEntries(
      linesOf(banner)
        .slice(1)
        .map((line) => [line.trim().split(/\s+/)[0], line.trim().replace(/^\S+\s+/, '')]),
    );
    expect(linesOf(banner)[0]).toBe(`tollgate ${info.version}`);
    expect(rows).toEqual({
      decisions: server.decision,
      management: `unix:${join(folder, 'data', 'management.sock')}`,
      engine: info.store,
      policy: join(folder, 'policy.yaml'),
      revision: info.policy.revision,
      data: join(folder, 'data'),
      boundary: expect.stringContaining('operating-system user'),
    });
    expect(server.decision).toMatch(/^127\.0\.0\.1:\d+$/);
    const serving = server.log.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'serving');
    expect(serving).toMatchObject({
      decision: server.decision,
      management: rows.management,
      store: info.store,
      policy_revision: info.policy.revision,
      version: info.version,
    });
  });

  test('names a Redis with its version and shows no password', async (t) => {
    const redis = await redisOf(t);
    const server = await serverOf(t, { store: redis.url });
    const info = await server.clients.server('GetServerInfo');
    expect(info).toMatchObject({ engine: 'redis', durability: 'DURABILITY_MEMORY' });
    expect(info.store).toMatch(new RegExp(`^Redis \\d+\\.\\d+\\.\\d+ at .*${redis.port}`));
    await eventually(() => server.stderr().includes(info.store));
    // Without persistence the operator is told so, in the log and by the server.
    expect(info.warnings.some((warning: string) => warning.includes('append-only'))).toBe(true);
    await eventually(() =>
      server.log.some((line) => JSON.parse(line).level === 'warn' && line.includes('append-only')),
    );
  });

  test('has a management socket and a data folder for its own user alone', async (t) => {
    const folder = folderOf(t);
    await serverOf(t, { folder });
    const socket = lstatSync(join(folder, 'data', 'management.sock'));
    expect(socket.isSocket()).toBe(true);
    expect(socket.mode & 0o777).toBe(0o600);
    expect(lstatSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
  });

  test('may have both listeners on sockets, or both on ports', async (t) => {
    const folder = folderOf(t);
    const sockets = await serverOf(t, { folder, args: ['--listen', `unix:${join(folder, 'd.sock')}`] });
    expect(lstatSync(join(folder, 'd.sock')).mode & 0o777).toBe(0o600);
    const slash = { platform: 'discord', chat_type: 'dm', command: '/help' };
    expect((await sockets.clients.decisions('CheckSlash', slash)).decision.effect).toBe('EFFECT_ALLOW');
    const ports = await serverOf(t, { args: ['--management', '127.0.0.1:0'] });
    expect((await ports.clients.server('GetServerInfo')).engine).toBe('embedded');
  });

  test('leaves no socket behind when it is stopped', async (t) => {
    const folder = folderOf(t);
    const server = await serverOf(t, { folder });
    await server.clients.server('GetServerInfo');
    expect(await server.stop()).toBe(0);
    expect(existsSync(join(folder, 'data', 'management.sock'))).toBe(false);
    const messages = server.log.map((line) => JSON.parse(line).msg);
    expect(messages.slice(-2)).toEqual(['stopping', 'stopped']);
  });
});

describe.concurrent('a start that cannot be', () => {
  const bad: [title: string, args: readonly string[], says: RegExp][] = [
    [
      'an unknown key',
      ['--set', 'limts.request_bytes=1024'],
      /limts\.request_bytes.*did you mean `limits\.request_bytes`/,
    ],
    ['a number out of range', ['--set', 'limits.request_bytes=1'], /limits\.request_bytes.*between/],
    ['a listener for other hosts', ['--listen', '0.0.0.0:0'], /can be reached from other hosts/],
    ['a management listener for other hosts', ['--management', '[::]:0'], /can be reached from other hosts/],
    ['a store that is none', ['--store', 'postgres://x'], /must be embedded, redis:/],
    ['a policy that is not there', ['--policy', 'nowhere.yaml'], /nowhere\.yaml/],
    ['a configuration that is not there', ['--config', 'nowhere.yaml'], /nowhere\.yaml/],
    ['a socket path that is too long', ['--management', `unix:${'x'.repeat(120)}`], /the system allows 107/],
  ];
  test.for(bad)('for %s says so in one line and exits with 1', async ([_title, args, says], t) => {
    const cwd = folderOf(t);
    const { code, stdout, stderr } = await tollgate(['serve', '--listen', '127.0.0.1:0', ...args], { cwd });
    expect(linesOf(stderr)).toHaveLength(1);
    expect(stderr).toMatch(says);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });

  test('for a port that is taken says so in one line and exits with 1', async (t) => {
    const server = await serverOf(t);
    const { code, stderr } = await tollgate(['serve', '--listen', server.decision], { cwd: folderOf(t) });
    expect(linesOf(stderr)).toHaveLength(1);
    expect(stderr).toContain(server.decision);
    expect(code).toBe(1);
  });

  test('for every mistake of a file has a line that names its place', async (t) => {
    const cwd = folderOf(t, { 'tollgate.yaml': 'log:\n  level: loud\nsweep:\n  intervall_ms: 5\n' });
    const { code, stderr } = await tollgate(['serve'], { cwd });
    expect(linesOf(stderr)).toEqual([
      expect.stringMatching(/^tollgate: tollgate\.yaml:2: .*log\.level/),
      expect.stringMatching(/^tollgate: tollgate\.yaml:4: .*intervall_ms.*did you mean/),
    ]);
    expect(code).toBe(1);
  });

  test('for a Redis that holds data of another format says so in one line', async (t) => {
    const redis = await redisOf(t);
    const client = new Redis(redis.url);
    await client.set('tollgate:format', '999');
    client.disconnect();
    const { code, stderr } = await tollgate(['serve', '--listen', '127.0.0.1:0', '--store', redis.url], {
      cwd: folderOf(t),
    });
    expect(linesOf(stderr)).toHaveLength(1);
    expect(stderr).toContain('format 999');
    expect(code).toBe(1);
  });
});
