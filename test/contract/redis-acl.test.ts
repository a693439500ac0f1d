// The contract under the least that a Redis user needs, as docs/redis.md gives it; and less than that is too little.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { openRedis } from './redis/open.ts';
import { contractSuite } from './suite.ts';

const PAGE = readFileSync('docs/redis.md', 'utf8');
const RULES = /<!-- acl[^>]*-->\n```text\nuser tollgate ([^`]+)```/
  .exec(PAGE)![1]!
  .trim()
  .replace('PASSWORD', 's3cret')
  .split(/\s+/);

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis({ appendonly: 'everysec', args: ['--user', 'tollgate', ...RULES] });
});
afterAll(() => server.stop());

const url = () => server.url.replace('//', '//tollgate:s3cret@');

contractSuite('redis, least privilege', () => openRedis(server, { url: url() }));

test('nothing is allowed that the engine does without', async () => {
  const opened = await openRedis(server, { url: url() });
  const used = new Set<string>();
  for (const line of (await opened.redis.info('commandstats')).split('\r\n')) {
    const [, name] = /^cmdstat_([^:]+):/.exec(line) ?? [];
    if (name) used.add(name);
  }
  // Of other set-ups than this one.
  const elsewhere = ['wait', 'cluster|slots', 'asking', 'auth', 'select', 'quit'];
  const allowed = RULES.filter((rule) => rule.startsWith('+')).map((rule) => rule.slice(1));
  expect(allowed.filter((name) => !used.has(name) && !elsewhere.includes(name))).toEqual([]);
  await opened.close();
});

test('a user that may not write is unavailable, and charges nothing', async () => {
  const own = await startRedis({ args: ['--user', 'tollgate', ...RULES, '-hset'] });
  const opened = await openRedis(own, { url: own.url.replace('//', '//tollgate:s3cret@') });
  const session = {
    sessionId: '01a1fd81-0149-7e41-9f01-c963b5f96707',
    agentId: 'a',
    owner: undefined,
    delegationChain: [],
  };
  const limits = { timeLimitMs: 60_000, callBudget: 1, rateLimit: undefined, rateWindowMs: 60_000 };
  const creation = { ...session, ...limits, declaredIntent: '', grant: 'all', sensitivityCeiling: 1 } as const;
  await expect(opened.state.createSession(creation, 1, undefined)).rejects.toMatchObject({ kind: 'state_unavailable' });
  expect(await opened.redis.keys('tollgate:{07}*')).toEqual([]);
  await opened.close();
  await own.stop();
});
