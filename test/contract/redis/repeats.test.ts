// Every operation that writes, with one chunk of its traffic lost: whichever it is, the operation answers and leaves what
// its twin does, to which nothing happened, in another database of the same server.
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Identity } from '../../../src/core/identity/identity.ts';
import { encodeAuditRecord } from '../../../src/state/codec/audit-record.ts';
import type { State } from '../../../src/state/port/state.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { entryOf } from '../decisions.ts';
import { calls, commitOf, finished, HOUR, idIn, newRun, newSession, operation, step } from '../fixtures.ts';
import { openReady } from './open.ts';

/** What both twins call theirs; new in each round, because an engine remembers what it has seen. */
interface Names {
  readonly sessions: readonly string[];
  readonly runId: string;
  readonly decisionId: string;
  readonly otherId: string;
  readonly traceId: string;
}

interface Case {
  readonly prepare?: (state: State, names: Names) => Promise<unknown>;
  readonly act: (state: State, names: Names) => Promise<unknown>;
  /** How the operation's answer after its repeat may differ from the first, and why that is no harm. */
  readonly alike?: (answer: unknown) => unknown;
}

const NOW = 1_800_000_000_000;
const IDENTITY: Identity = {
  userId: '5',
  guildId: undefined,
  channelId: undefined,
  platform: 'discord',
  userAliases: [],
};

const sessionOf = ({ sessions }: Names, place = 0) => newSession({ sessionId: sessions[place]! });
const create = async (state: State, names: Names, place = 0) => {
  await state.createSession(sessionOf(names, place), 10, undefined);
};
const chargeOf = (names: Names) =>
  step({ session: { ...sessionOf(names), createdAtMs: NOW } } as never, {
    calls: calls(3),
    decisionId: names.decisionId,
  });
const recorded = (names: Names, context: object = {}) => ({ ...chargeOf(names), record: entryOf(context) });
const decisionOf = ({ decisionId }: Names) => ({ decisionId, ...entryOf() });
const settled = (names: Names) => ({
  ...decisionOf(names),
  sessionId: names.sessions[0],
  effect: 'DENY' as const,
  reason: 'TOOL_UNKNOWN' as const,
  callIndex: 0,
});
const runOf = ({ runId }: Names) => newRun(NOW, { runId });
const records = (count: number) => Array.from({ length: count }, (_, place) => Buffer.from(`record ${place}`));
const answered = (key: string, { runId }: Names) => ({ ...operation(key), answer: runId });
const startRun = (state: State, names: Names) =>
  state.commitRun(commitOf({ ...runOf(names), lastSequence: 1 }, { records: records(1) }));
const appended = (names: Names) =>
  commitOf({ ...runOf(names), lastSequence: 3 }, { expectedRevision: 1, records: records(2) });

const CASES: Readonly<Record<string, Case>> = {
  'a charge with a key': {
    prepare: create,
    act: (state, names) => state.charge({ ...chargeOf(names), idempotencyKey: operation('key') }),
  },
  'a charge without a key': {
    prepare: create,
    act: (state, names) => state.charge(chargeOf(names)),
  },
  'a charge that is recorded, also with its run': {
    prepare: async (state, names) => {
      await create(state, names);
      await state.commitRun(commitOf(newRun(NOW, { runId: names.runId })));
    },
    act: (state, names) => state.charge(recorded(names, { runId: names.runId })),
  },
  'a denial that is recorded': {
    prepare: create,
    act: (state, names) => state.charge({ ...recorded(names), agentId: 'other' }),
  },
  'a denial that is counted with an equal one': {
    prepare: async (state, names) => {
      await create(state, names);
      await state.charge({ ...recorded(names), agentId: 'other', decisionId: names.otherId });
    },
    act: (state, names) => state.charge({ ...recorded(names), agentId: 'other' }),
  },
  'a denial without a session': {
    act: (state, names) => state.charge(recorded(names)),
  },
  'a repeated key that is counted': {
    prepare: async (state, names) => {
      await create(state, names);
      await state.charge({ ...recorded(names), idempotencyKey: operation('key'), decisionId: names.otherId });
    },
    act: (state, names) => state.charge({ ...recorded(names), idempotencyKey: operation('key') }),
  },
  'a decision of its own': {
    act: (state, names) => state.recordDecision(settled(names)),
  },
  'a decision of its own that is counted with an equal one': {
    prepare: async (state, names) => {
      await create(state, names);
      await state.recordDecision({ ...settled(names), decisionId: names.otherId });
    },
    act: (state, names) => state.recordDecision(settled(names)),
  },
  'a creation that is recorded': {
    act: (state, names) => state.createSession(sessionOf(names), 10, operation('key'), () => decisionOf(names)),
  },
  'a close that is recorded': {
    prepare: create,
    act: (state, names) => state.closeSession(names.sessions[0]!, undefined, () => decisionOf(names)),
  },
  'a creation with a key': {
    act: (state, names) => state.createSession(sessionOf(names), 10, operation('key')),
  },
  'a creation without a key': {
    act: (state, names) => state.createSession(sessionOf(names), 10, undefined),
  },
  'a creation that takes the last place': {
    prepare: create,
    act: (state, names) => state.createSession(sessionOf(names, 1), 2, operation('key')),
  },
  'a close with a key': {
    prepare: create,
    act: (state, names) => state.closeSession(names.sessions[0]!, operation('key')),
    // With a key our own repeat is taken for the caller's, who is told the same of both.
    alike: (answer) => ({
      ...(answer as object),
      kind: (answer as { kind: string }).kind.replace('replayed', 'closed'),
    }),
  },
  'a close without a key': {
    prepare: create,
    act: (state, names) => state.closeSession(names.sessions[0]!, undefined),
  },
  'a deactivation': {
    prepare: async (state, names) => {
      for (const place of [0, 1]) await create(state, names, place);
    },
    act: (state) => state.deactivateAgent('agent-1'),
  },
  'a reactivation': {
    prepare: (state) => state.deactivateAgent('agent-1'),
    act: (state) => state.reactivateAgent('agent-1'),
  },
  'a binding': {
    act: (state, { traceId }) => state.bindIdentity(traceId, IDENTITY, HOUR),
    // Nothing tells our own repeat from another's; see bindIdentity.
    alike: (answer) => ({ ...(answer as object), kind: (answer as { kind: string }).kind.replace('already_', '') }),
  },
  'a new run with a key': {
    act: (state, names) => state.commitRun(commitOf(runOf(names), { idempotencyKey: answered('key', names) })),
  },
  'a new run without a key': {
    act: startRun,
  },
  'an append with a key': {
    prepare: startRun,
    act: (state, names) => state.commitRun({ ...appended(names), idempotencyKey: answered('key', names) }),
  },
  'an append without a key': {
    prepare: startRun,
    act: (state, names) => state.commitRun(appended(names)),
  },
  'the end of a run': {
    prepare: startRun,
    act: (state, names) =>
      state.commitRun(commitOf({ ...finished(runOf(names), NOW), lastSequence: 1 }, { expectedRevision: 1 })),
  },
  'a checkpoint': {
    prepare: startRun,
    act: (state, names) =>
      state.commitRun({
        ...commitOf({ ...runOf(names), lastSequence: 1 }, { expectedRevision: 1 }),
        checkpoint: { number: 1, bytes: Buffer.from('signed'), drops: [7], lastLeaf: Buffer.from('record 0') },
      }),
  },
  'a purge': {
    prepare: async (state, names) => {
      const record = { sequence: 1, storedAtMs: NOW, occurredAtMs: NOW, type: 't', data: '{}', redactions: [] };
      const stored = [encodeAuditRecord(record, Buffer.alloc(16))];
      await state.commitRun(commitOf({ ...runOf(names), lastSequence: 1 }, { records: stored }));
    },
    act: (state, { runId }) => state.purgePayloads(runId, { first: 1, last: 1 }),
  },
  'the removal of a run': {
    prepare: startRun,
    act: (state, { runId }) => state.removeRun(runId, 1),
    // The answer only counts: the repeat finds the run gone.
    alike: () => 'removed',
  },
  'the removal of ended sessions': {
    prepare: async (state, names) => {
      for (const place of [0, 1]) await create(state, names, place);
      await state.closeSession(names.sessions[0]!, undefined);
    },
    act: (state) => state.removeEndedSessions({ partition: 7, endedForMs: 0, limit: 10 }),
    // The answer only counts: the repeat finds them gone, and the next sweep what is left.
    alike: () => 'removed',
  },
};

let server: RedisServer;
let raw: Redis;
let proxy: FaultProxy;
/** Chunks that came by since the latest start of an operation, and the one that is lost. */
let passed = 0;
let lost = Number.POSITIVE_INFINITY;
let disturbed: State;
let twin: State;

beforeAll(async () => {
  server = await startRedis();
  raw = new Redis(server.url);
  proxy = await startFaultProxy(server.port, { random: () => (++passed === lost ? 0 : 1) });
  const now = () => NOW;
  disturbed = await openReady({ now, url: `redis://127.0.0.1:${proxy.port}/0` });
  twin = await openReady({ now, url: server.url.replace('/0', '/1') });
});

afterAll(async () => {
  await Promise.all([disturbed.close(), twin.close()]);
  raw.disconnect();
  await proxy.stop();
  await server.stop();
});

beforeEach(() => {
  lost = Number.POSITIVE_INFINITY;
  proxy.set({ dropBeforeShare: 0.5, dropAfterShare: 0.5 });
});

describe('whichever chunk is lost, one effect and one answer', () => {
  test.each(Object.entries(CASES))('of %s', async (_name, { prepare, act, alike = (answer) => answer }) => {
    let rounds = 0;
    let isOver = false;
    while (!isOver) {
      rounds++;
      await raw.flushall();
      const names = newNames();
      const both = [disturbed, twin] as const;
      for (const state of both) await prepare?.(state, names);
      const before = proxy.counts.droppedBefore + proxy.counts.droppedAfter;
      [passed, lost] = [0, rounds];
      const answer = await act(disturbed, names).catch((error) => error);
      lost = Number.POSITIVE_INFINITY;
      isOver = proxy.counts.droppedBefore + proxy.counts.droppedAfter === before;
      expect(alike(answer), `chunk ${rounds} lost`).toEqual(alike(await act(twin, names)));
      expect(await contents(0), `chunk ${rounds} lost`).toEqual(await contents(1));
    }
    // A request and its reply at least, and the round in which nothing was lost.
    expect(rounds).toBeGreaterThanOrEqual(3);
  });
});

function newNames(): Names {
  return {
    sessions: [idIn(7), idIn(7)],
    runId: idIn(7),
    decisionId: idIn(7),
    otherId: idIn(7),
    traceId: `trace-${randomUUID()}`,
  };
}

/** All that a database holds, by key; names that an engine makes up for its own requests are left out. */
async function contents(database: number): Promise<Record<string, unknown>> {
  await raw.select(database);
  const found: Record<string, unknown> = {};
  for (const key of (await raw.keys('*')).sort()) {
    if (key === 'tollgate:format') continue;
    const lifetime = await raw.pttl(key);
    const isMadeUp = /:run:.*:own:/.test(key);
    // A lifetime is counted by the server's own clock.
    found[isMadeUp ? key.replace(/:own:.*/, ':own') : key] = [await valueAt(key), Math.ceil(lifetime / 60_000)];
  }
  return found;
}

async function valueAt(key: string): Promise<unknown> {
  switch (await raw.type(key)) {
    case 'string':
      return raw.getBuffer(key);
    case 'list':
      return raw.lrangeBuffer(key, 0, -1);
    case 'zset':
      return raw.zrange(key, 0, -1, 'WITHSCORES');
    default: {
      const { c, ...fields } = await raw.hgetallBuffer(key);
      return { ...fields, c: c?.length };
    }
  }
}
