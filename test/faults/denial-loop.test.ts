// An agent that is denied again and again, with other tools, other sessions and none at all: what is kept of it is bounded,
// and no charge's record makes room for it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import type { SessionRecord } from '../../src/core/session/session.ts';
import { openEmbeddedState } from '../../src/state/embedded/state.ts';
import type { State } from '../../src/state/port/state.ts';
import { EVER, recordedStep } from '../contract/decisions.ts';
import { calls, created, idIn, type step } from '../contract/fixtures.ts';
import { openRedis } from '../contract/redis/open.ts';
import { RETENTION_MS } from '../contract/suite.ts';
import { extent } from '../support/figures.ts';
import { startRedis } from '../support/redis-server.ts';

const DENIALS = extent({ cut: 10_000, whole: 100_000 });
const SESSIONS = 20;
const CHARGES = 5;
const AT_ONCE = 200;

interface Loop {
  readonly state: State;
  readonly clock: { now(): number };
  /** How much the store holds, in whatever it counts. */
  size(): Promise<number>;
}

async function denyForever({ state, clock, size }: Loop): Promise<void> {
  const sessions: SessionRecord[] = [];
  const kept: string[] = [];
  for (let count = 0; count < SESSIONS; count++) {
    const session = await created(state, { sessionId: idIn(count % 2), agentId: `agent-${count}`, grant: ['search'] });
    sessions.push(session);
    for (let made = 0; made < CHARGES; made++) {
      const decisionId = idNear(clock, session.session.sessionId);
      await state.charge(recordedStep(clock, session, { decisionId }));
      kept.push(decisionId);
    }
  }
  const deny = (count: number) => {
    const nobody = { session: { sessionId: idIn(count % 2), agentId: 'agent' } } as Parameters<typeof step>[0];
    const target = count % 4 === 0 ? nobody : sessions[count % SESSIONS]!;
    const tool = `tool-${count}`;
    const context = { calls: [{ tool, sensitivity: 0, count: 1 }] } as const;
    const decisionId = idNear(clock, target.session.sessionId);
    return state.charge(recordedStep(clock, target, { decisionId, calls: calls(1, tool), context }));
  };
  const loop = async (from: number, to: number) => {
    for (let next = from; next < to; next += AT_ONCE) {
      const answers = await Promise.all(
        Array.from({ length: Math.min(AT_ONCE, to - next) }, (_, index) => deny(next + index)),
      );
      expect(answers.every(({ kind }) => kind === 'denied')).toBe(true);
    }
  };
  await loop(0, DENIALS / 5);
  const early = await size();
  await loop(DENIALS / 5, DENIALS);
  const late = await size();
  expect(late).toBeLessThan(early * 1.2);

  const listed = await Promise.all(
    [0, 1].map((partition) => state.pageDecisions({ of: { partition }, ...EVER, limit: 100_000 })),
  );
  const sessionlessMax = LIMITS.sessionlessDenialsMax * (1 + 1 / LIMITS.decisionSlackShare);
  const bound = SESSIONS * (LIMITS.sessionDenialsMax + CHARGES) + 2 * sessionlessMax;
  expect(listed.flat().length).toBeLessThanOrEqual(bound);
  for (const id of kept) expect(await state.readDecision(id)).toMatchObject({ effect: 'ALLOW' });
}

let last = 0;
function idNear(clock: { now(): number }, sessionId: string): string {
  const time = clock.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${(++last).toString(16).padStart(10, '0')}${sessionId.slice(-2)}`;
}

test('a denial loop cannot fill the store, in Redis', async () => {
  const server = await startRedis();
  const { state, clock, redis, close } = await openRedis(server);
  const size = async () => {
    const counts = await Promise.all(
      (await redis.keys('tollgate:*')).map(async (key) => {
        switch (await redis.type(key)) {
          case 'hash':
            return redis.hlen(key);
          case 'list':
            return redis.llen(key);
          default:
            return 1;
        }
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  };
  await denyForever({ state, clock, size });
  await close();
  await server.stop();
}, 300_000);

test('a denial loop cannot fill the store, on the embedded engine', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-denials-'));
  const clock = { now: () => 1_800_000_000_000 };
  const state = await openEmbeddedState({
    directory,
    retentionMs: RETENTION_MS,
    mapSizeBytes: 2 ** 28,
    now: clock.now,
  });
  const size = async () => {
    const { length } = (
      await Promise.all([0, 1].map((partition) => state.pageDecisions({ of: { partition }, ...EVER, limit: 100_000 })))
    ).flat();
    return length;
  };
  await denyForever({ state, clock, size });
  await state.close();
  await rm(directory, { recursive: true });
}, 300_000);
