// The monitoring listener: what it answers, to whom, and when it says that the server is not ready.
import { statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { tollgate } from '../../support/command.ts';
import { callOf } from '../../support/scene.ts';
import { PATIENCE, startServer } from '../../support/server.ts';
import { eventually } from '../../support/times.ts';
import { folderOf, redisOf, serverOf, type Test } from '../process/servers.ts';
import { ask, MONITORED, monitoringOf, scrape } from './scrape.ts';

async function monitored(t: Test, options: Parameters<typeof serverOf>[1] = {}) {
  const server = await serverOf(t, { ...options, env: { ...MONITORED, ...options.env } });
  return { server, address: monitoringOf(server) };
}

describe.concurrent('a server that serves', () => {
  test('is alive and ready, and has metrics; nothing else is there', async (t) => {
    const { address } = await monitored(t);
    expect(await ask(address, '/livez')).toMatchObject({ status: 200, text: 'alive\n' });
    expect(await ask(address, '/readyz?verbose')).toMatchObject({ status: 200, text: '{"ready":true}\n' });
    const metrics = await ask(address, '/metrics');
    expect(metrics.status).toBe(200);
    expect(metrics.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(metrics.text).toContain('\ntollgate_store_up 1\n');

    expect(await ask(address, '/metrics', 'HEAD')).toMatchObject({ status: 200, text: '' });
    for (const path of ['/', '/metrics/', '/readyz/store', '/debug', '//metrics', '/METRICS']) {
      expect([path, (await ask(address, path)).status]).toEqual([path, 404]);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']) {
      const { status, headers } = await ask(address, '/metrics', method);
      expect([method, status, headers.allow]).toEqual([method, 405, 'GET, HEAD']);
    }
  });

  test('names its address in the log and in the banner, and closes it when it goes', async (t) => {
    const { server, address } = await monitored(t);
    await eventually(() => server.stderr().includes(`monitoring  ${address}`));
    server.clients.close();
    expect(await server.stop()).toBe(0);
    await expect(ask(address, '/livez')).rejects.toThrow('ECONNREFUSED');
  });

  test('can be asked over a socket that only its user may open', async (t) => {
    const path = `${folderOf(t)}/monitoring.sock`;
    const { address } = await monitored(t, { env: { TOLLGATE_OBSERVABILITY_LISTEN: `unix:${path}` } });
    expect(address).toBe(`unix:${path}`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await ask(address, '/readyz')).status).toBe(200);
  });

  test('has no monitoring listener unless it is asked for', async (t) => {
    const server = await serverOf(t);
    expect(monitoringOf(server)).toBeUndefined();
    expect(server.stderr()).not.toContain('monitoring');
  });
});

describe.concurrent('whoever is no monitoring system', () => {
  test('is let go when it does not finish its request', async (t) => {
    const { address } = await monitored(t);
    const sockets = ['GET /metrics HTTP/1.1\r\nhost: x\r\n', ''].map((text) => opened(t, address, text));
    const times = await Promise.all(sockets.map(({ closed }) => closed));
    console.log(`half a request was let go after ${times.map((ms) => `${Math.round(ms)} ms`).join(' and ')}`);
    expect((await ask(address, '/livez')).status).toBe(200);
  });

  test('cannot take more than its share of connections, and keeps nobody out', async (t) => {
    const { address } = await monitored(t);
    // Each is asked on once and then kept, as a client with keep-alive does.
    const sockets = Array.from({ length: 40 }, () => opened(t, address, 'GET /livez HTTP/1.1\r\nhost: x\r\n\r\n'));
    const open = () => sockets.filter(({ socket }) => !socket.closed);
    await eventually(() => open().length <= 16);
    expect((await ask(address, '/livez')).status).toBe(200);
    expect(open().length).toBeGreaterThanOrEqual(15);
  });
});

function opened(t: Test, address: string, text: string): { socket: Socket; closed: Promise<number> } {
  const from = performance.now();
  const socket = connect(Number(address.split(':')[1]), '127.0.0.1', () => socket.write(text));
  t.onTestFinished(() => void socket.destroy());
  socket.on('error', () => {}).resume();
  return { socket, closed: new Promise((resolve) => socket.once('close', () => resolve(performance.now() - from))) };
}

describe.concurrent('a server that cannot decide', () => {
  test('lives on while its store is away, and is not ready until it is back', async (t) => {
    const redis = await redisOf(t);
    const { server, address } = await monitored(t, { store: redis.url });
    expect((await ask(address, '/readyz')).status).toBe(200);
    const from = performance.now();
    await redis.kill();
    await eventually(async () => (await ask(address, '/readyz')).status === 503);
    console.log(`/readyz noticed a killed store after ${Math.round(performance.now() - from)} ms`);
    expect(JSON.parse((await ask(address, '/readyz')).text)).toEqual({
      ready: false,
      not_ready: ['the store does not answer'],
      warnings: expect.arrayContaining(['STORE_UNREACHABLE']),
    });
    expect((await ask(address, '/livez')).status).toBe(200);
    const down = await tollgate(['health'], { cwd: server.folder, env: { TOLLGATE_OBSERVABILITY_LISTEN: address } });
    expect(down.code).toBe(1);
    expect(down.stdout).toMatch(/^[^{]+: {"ready":false,"not_ready":\["the store does not answer"\],"warnings":\[/);
    await redis.restart();
    await eventually(async () => (await ask(address, '/readyz')).status === 200);
  });

  test('says so while it finishes what is in flight', async (t) => {
    const redis = await redisOf(t);
    const { server, address } = await monitored(t, {
      store: redis.url,
      env: { ...PATIENCE, TOLLGATE_SHUTDOWN_GRACE_MS: '20000' },
    });
    const call = await callOf(server.clients);
    redis.pause();
    const answer = server.clients.decisions('Authorize', call);
    await eventually(async () => (await scrape(address)).value('tollgate_calls_in_flight') === 1);
    const exit = server.stop();
    const during = await eventually(async () => {
      const readiness = await ask(address, '/readyz');
      return readiness.text.includes('stopping') ? readiness : undefined;
    });
    expect(during.status).toBe(503);
    expect(JSON.parse(during.text).not_ready).toContain('stopping');
    expect((await ask(address, '/livez')).status).toBe(200);
    redis.resume();
    expect((await answer).decision.effect).toBe('EFFECT_ALLOW');
    expect(await exit).toBe(0);
  });
});

describe.concurrent('`tollgate health`', () => {
  test('asks /readyz where there is one', async (t) => {
    const { server, address } = await monitored(t);
    const env = { TOLLGATE_OBSERVABILITY_LISTEN: address };
    const up = await tollgate(['health'], { cwd: server.folder, env });
    expect(up).toMatchObject({ code: 0, stdout: `${address}: {"ready":true}\n` });
    await server.kill();
    const down = await tollgate(['health'], { cwd: server.folder, env });
    expect(down.code).toBe(1);
    expect(down.stdout).toContain('unreachable');
  });
});

describe.concurrent('an address that other hosts can reach', () => {
  test('is refused in one line', async (t) => {
    const started = startServer({
      folder: folderOf(t),
      env: { TOLLGATE_OBSERVABILITY_LISTEN: '0.0.0.0:0' },
    });
    await expect(started).rejects.toThrow(
      'tollgate: env TOLLGATE_OBSERVABILITY_LISTEN: observability.listen: 0.0.0.0:0 can be reached from other hosts, which could read the metrics; use 127.0.0.1, [::1], localhost or unix:/path, or set observability.allow_remote\n',
    );
  });

  test('is taken when it is allowed', async (t) => {
    const { address } = await monitored(t, {
      env: { TOLLGATE_OBSERVABILITY_LISTEN: '0.0.0.0:0', TOLLGATE_OBSERVABILITY_ALLOW_REMOTE: 'true' },
    });
    expect(address).toMatch(/^0\.0\.0\.0:[1-9]\d*$/);
    expect((await ask(address, '/readyz')).status).toBe(200);
  });

  test('allowing it means nothing without a listener', async (t) => {
    const started = startServer({ folder: folderOf(t), env: { TOLLGATE_OBSERVABILITY_ALLOW_REMOTE: 'true' } });
    await expect(started).rejects.toThrow('observability.allow_remote: needs observability.listen');
  });
});

test('an address that is taken is one line, and the server does not start', async (t) => {
  const { address } = await monitored(t);
  const second = startServer({ folder: folderOf(t), env: { TOLLGATE_OBSERVABILITY_LISTEN: address } });
  await expect(second).rejects.toThrow(`tollgate: cannot listen on ${address}: listen EADDRINUSE`);
});
