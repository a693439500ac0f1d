// An agent's places, its sessions and its deactivation lie in different slots, so their operations take several steps.
// Whatever order these steps come in, and wherever somebody stops half way, the cap holds and a deactivation leaves
// nothing alive.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statusOf } from '../../../src/core/session/session.ts';
import { deactivateAgent, readAgent } from '../../../src/state/redis/agents.ts';
import { closeSession, createSession, pageSessions, readSession } from '../../../src/state/redis/sessions.ts';
import { openStore } from '../../../src/state/redis/state.ts';
import type { Store } from '../../../src/state/redis/store.ts';
import { extent } from '../../support/figures.ts';
import { startCluster } from '../../support/redis-cluster.ts';
import { startRedis } from '../../support/redis-server.ts';
import { eventually } from '../../support/times.ts';
import { idIn, newSession, operation } from '../fixtures.ts';
import { OPTIONS } from './open.ts';
import { everySchedule, type Operation } from './schedules.ts';

const PARTITION = 7;
/** Longer than a reservation is left alone. */
const RESERVATION_MS = 5_000;

const SETUPS = {
  'one server': async () => {
    const server = await startRedis();
    return { url: server.url, stop: () => server.stop() };
  },
  'a cluster': async () => {
    const cluster = await startCluster({ masters: 3, replicas: 0 });
    return { url: cluster.url, stop: () => cluster.stop() };
  },
};

describe.each(Object.entries(SETUPS))('on %s', (setUp, start) => {
  let store: Store;
  let nowMs = Date.now();
  let stop: () => Promise<void>;
  let agents = 0;

  beforeAll(async () => {
    const servers = await start();
    store = await openStore({ ...OPTIONS, url: servers.url, now: () => nowMs });
    stop = servers.stop;
    const links = () => store.commands.servers.all();
    await eventually(() => links().length > 0 && links().every(({ main }) => main.isReady));
  });
  afterAll(async () => {
    await store.commands.servers.close();
    await stop();
  });

  const newAgent = () => `agent-${setUp}-${++agents}`;
  const create =
    (agentId: string, maxLive: number, key?: string): Operation<unknown> =>
    (view) =>
      createSession(
        view,
        newSession({ agentId, sessionId: idIn(PARTITION) }),
        maxLive,
        key ? operation(key) : undefined,
      );

  /** The agent's sessions that are alive, whether or not it has places for them. */
  async function alive(agentId: string): Promise<string[]> {
    const { records, now } = await pageSessions(store, { partition: PARTITION, limit: 100_000 });
    const own = records.filter((record) => record.session.agentId === agentId && statusOf(record, now) === 'active');
    return own.map(({ session }) => session.sessionId);
  }

  async function played(
    title: string,
    scene: (agentId: string) => Promise<readonly Operation<unknown>[]>,
    check: (answers: readonly unknown[], agentId: string) => Promise<void>,
  ): Promise<void> {
    const count = await everySchedule(
      store,
      async () => {
        // Nothing of another order is left to be listed.
        for (const { main } of store.commands.servers.all()) await main.send((redis) => redis.flushall());
        const given = newAgent();
        return { operations: await scene(given), given };
      },
      async (answers, agentId, order) => {
        await check(answers, agentId).catch((error) => {
          throw new Error(`in the order ${order.join(' ')}`, { cause: error });
        });
      },
    );
    console.log(`${title}, on ${setUp}: ${count} orders`);
    expect(count).toBeGreaterThan(5);
  }

  const kinds = (answers: readonly unknown[]) => answers.map((answer) => (answer as { kind: string }).kind).sort();

  test('of two creations under a cap of one, one goes through', () =>
    played(
      'two creations, cap 1',
      async (agentId) => [create(agentId, 1), create(agentId, 1)],
      async (answers, agentId) => {
        expect(kinds(answers)).toEqual(['created', 'too_many_sessions']);
        expect(await alive(agentId)).toHaveLength(1);
        expect((await readAgent(store, agentId)).liveSessions).toBe(1);
      },
    ));

  test('one key at the same time is one session', () =>
    played(
      'two creations, one key',
      async (agentId) => [create(agentId, 5, 'k'), create(agentId, 5, 'k')],
      async (answers, agentId) => {
        const ids = answers.map(
          (answer) => (answer as { record: { session: { sessionId: string } } }).record.session.sessionId,
        );
        expect(new Set(ids).size).toBe(1);
        expect(kinds(answers).toSorted()).toEqual(['created', 'replayed']);
        expect(await alive(agentId)).toEqual([ids[0]]);
        expect((await readAgent(store, agentId)).liveSessions).toBe(1);
      },
    ));

  test('a deactivation leaves none of two sessions alive that are created meanwhile', { timeout: 300_000 }, () =>
    played(
      'two creations and a deactivation',
      async (agentId) => [create(agentId, 5), create(agentId, 5), (view) => deactivateAgent(view, agentId)],
      async ([one, other], agentId) => {
        expect(await alive(agentId)).toEqual([]);
        expect(await readAgent(store, agentId)).toMatchObject({ liveSessions: 0, deactivatedAtMs: nowMs });
        for (const kind of kinds([one, other])) expect(['created', 'agent_deactivated']).toContain(kind);
      },
    ),
  );

  test('its twin: where a deactivation does not make void what is not open yet, some order leaves it alive', async () => {
    const source = store.scripts['close-session'].source.replace('make_tombstone(session)', '');
    const digest = createHash('sha1').update(source).digest('hex');
    const slipped: Store = { ...store, scripts: { ...store.scripts, 'close-session': { source, digest } } };
    let left = 0;
    await everySchedule(
      slipped,
      async () => {
        const given = newAgent();
        return { operations: [create(given, 5), (view: Store) => deactivateAgent(view, given)], given };
      },
      async (_answers, agentId) => {
        left += (await alive(agentId)).length;
      },
    );
    expect(left).toBeGreaterThan(0);
  });

  const once = extent({ cut: setUp === 'one server', whole: true });
  test.runIf(once)('a place that a close frees is had by one of those who want it', () =>
    played(
      'a close and two creations, cap 1',
      async (agentId) => {
        const first = (await create(agentId, 1)(store)) as { record: { session: { sessionId: string } } };
        return [
          (view) => closeSession(view, first.record.session.sessionId, undefined),
          create(agentId, 1),
          create(agentId, 1),
        ];
      },
      async (_answers, agentId) => {
        expect((await alive(agentId)).length).toBeLessThanOrEqual(1);
        expect((await readAgent(store, agentId)).liveSessions).toBe((await alive(agentId)).length);
      },
    ),
  );

  test('a creation that stops half way costs its place for seconds, and never comes back to exceed the cap', async () => {
    // Its commands are: reserve, open, confirm. It stops before each of them, and goes on after another took its place.
    for (let commands = 1; commands <= 3; commands++) {
      const agentId = newAgent();
      const { view, held, goOn } = stopping(store, commands);
      const late = create(agentId, 1)(view);
      await held;
      if (commands > 1) expect(await create(agentId, 1)(store)).toMatchObject({ kind: 'too_many_sessions' });
      nowMs += RESERVATION_MS;
      const isOpen = (await alive(agentId)).length === 1;
      expect(await create(agentId, 1)(store)).toMatchObject({ kind: isOpen ? 'too_many_sessions' : 'created' });
      goOn();
      expect(await late).toMatchObject({ kind: isOpen ? 'created' : 'too_many_sessions' });
      expect(await alive(agentId)).toHaveLength(1);
      expect((await readAgent(store, agentId)).liveSessions).toBe(1);
    }
  });

  test('a deactivation that stops half way is completed by its repeat, and what it closed stays closed', async () => {
    for (let commands = 1; commands <= 4; commands++) {
      const agentId = newAgent();
      for (let session = 0; session < 2; session++) await create(agentId, 5)(store);
      const { view, held } = stopping(store, commands);
      await Promise.race([held, deactivateAgent(view, agentId).catch(() => {})]);
      if (commands > 1) expect(await create(agentId, 5)(store)).toMatchObject({ kind: 'agent_deactivated' });
      await deactivateAgent(store, agentId);
      expect(await alive(agentId)).toEqual([]);
      expect((await readAgent(store, agentId)).liveSessions).toBe(0);
    }
  });

  test('a close that stops before its place is free costs it only until somebody wants it', async () => {
    const agentId = newAgent();
    const first = (await create(agentId, 1)(store)) as { record: { session: { sessionId: string } } };
    const { sessionId } = first.record.session;
    const { view, held } = stopping(store, 2);
    await Promise.race([held, closeSession(view, sessionId, undefined).catch(() => {})]);
    expect((await readSession(store, sessionId)).record?.counters.closedAtMs).toBeDefined();
    expect(await create(agentId, 1)(store)).toMatchObject({ kind: 'created' });
  });

  test('a deactivation outlives every lifetime', async () => {
    const agentId = newAgent();
    await create(agentId, 5)(store);
    await deactivateAgent(store, agentId);
    nowMs += 400 * 86_400_000;
    expect(await create(agentId, 5)(store)).toMatchObject({ kind: 'agent_deactivated' });
  });
});

/** A view in which the command of this number, from 1, and all behind it are held until they may go on. */
function stopping(store: Store, number: number): { view: Store; held: Promise<void>; goOn: () => void } {
  let [hold, goOn] = [() => {}, () => {}];
  const held = new Promise<void>((resolve) => {
    hold = resolve;
  });
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let sent = 0;
  const turn = async () => {
    if (++sent < number) return;
    hold();
    await gate;
  };
  const { commands } = store;
  const view: Store = {
    ...store,
    commands: {
      servers: commands.servers,
      probe: (link) => commands.probe(link),
      ask: async (key, deadline, ask) => {
        await turn();
        return commands.ask(key, deadline, ask);
      },
      confirm: async (key, deadline, ask) => {
        await turn();
        return commands.confirm(key, deadline, ask);
      },
    },
  };
  return { view, held, goOn };
}
