// A line that breaks while the two sides still greet each other, at each chunk of it: the store is found again.
import { expect, test } from 'vitest';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { startRedis } from '../../support/redis-server.ts';
import { eventually } from '../../support/times.ts';
import { openReady } from './open.ts';

test('a line that breaks at any place of the greeting is made anew', async () => {
  const server = await startRedis();
  let [chunk, lost] = [0, Number.POSITIVE_INFINITY];
  const proxy = await startFaultProxy(server.port, { random: () => (++chunk === lost ? 0 : 1) });
  const state = await openReady({ url: `redis://127.0.0.1:${proxy.port}/3` });
  const cut = () => proxy.counts.droppedBefore + proxy.counts.droppedAfter;
  for (let place = 1, before = -1; cut() > before; place++) {
    before = cut();
    proxy.set({ dropBeforeShare: 0.5, dropAfterShare: 0.5 });
    proxy.killAll();
    await eventually(() => proxy.connections === 0, { everyMs: 1 });
    [chunk, lost] = [0, place];
    await eventually(() => state.now());
    lost = Number.POSITIVE_INFINITY;
    // With the end of the greeting there is nothing left to lose.
    if (place > 40) throw new Error('the greeting never ends');
  }
  expect(cut()).toBeGreaterThan(4);
  await state.close();
  await proxy.stop();
  await server.stop();
});

test('a server that hangs up on everybody for a while is found as soon as it stays', async () => {
  const server = await startRedis();
  const proxy = await startFaultProxy(server.port);
  const state = await openReady({ url: `redis://127.0.0.1:${proxy.port}` });
  proxy.set({ refuse: true });
  await eventually(() => proxy.totalConnections > 5);
  proxy.set({});
  await eventually(() => state.now(), { withinMs: 2_000 });
  await state.close();
  await proxy.stop();
  await server.stop();
});
