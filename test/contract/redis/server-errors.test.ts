// Errors of the server inside a script: only WRONGTYPE says something about a record. Every other error fails the request.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { settled } from '../decisions.ts';
import { calls, created, HOUR, MINUTE, step } from '../fixtures.ts';
import { type OpenedRedis, openRedis, PREFIX } from './open.ts';

const TRACE = 'trace-1';
const BYTES = Buffer.from('{"platform":"discord","user_id":"1"}');
const IDENTITY = { traceId: TRACE, bytes: BYTES };
const UNAVAILABLE = { kind: 'state_unavailable' };

let server: RedisServer;
let opened: OpenedRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  opened = await openRedis(server);
});
afterEach(async () => {
  await opened.redis.call('ACL', 'SETUSER', 'default', '+@all');
  await opened.close();
});

const forbid = (command: string) => opened.redis.call('ACL', 'SETUSER', 'default', `-${command}`);

test('a charge whose identity record may not be read is unavailable, and says nothing of the identity', async () => {
  const { state } = opened;
  const record = await created(state);
  await opened.plantIdentity?.(TRACE, BYTES, HOUR);
  await forbid('get');
  const charge = state.charge(step(record, { identity: IDENTITY, calls: calls(1) }));
  await expect(charge).rejects.toMatchObject(UNAVAILABLE);
});

test('an identity record that may not be read is unavailable, neither invalid nor a conflict', async () => {
  const { state } = opened;
  await opened.plantIdentity?.(TRACE, BYTES, HOUR);
  await forbid('get');
  await expect(state.readIdentity(TRACE)).rejects.toMatchObject(UNAVAILABLE);
  const identity = { platform: 'discord', userId: '1', guildId: undefined, channelId: undefined, userAliases: [] };
  const bind = state.bindIdentity(TRACE, identity, MINUTE);
  await expect(bind).rejects.toMatchObject(UNAVAILABLE);
});

test('an identity key of another type is another identity', async () => {
  const { state, redis } = opened;
  const record = await created(state);
  await redis.rpush(PREFIX + TRACE, 'x');
  expect(await state.charge(step(record, { identity: IDENTITY }))).toMatchObject({ kind: 'identity_changed' });
  expect((await state.readIdentity(TRACE)).stored?.identity).toBeUndefined();
});

test('a denial of a session that may not be read is unavailable, and is not recorded without the session', async () => {
  const { state, clock } = opened;
  const { session } = await created(state);
  await forbid('hmget');
  const denial = settled(clock, 'TOOL_UNKNOWN', { context: { sessionId: session.sessionId } });
  await expect(state.recordDecision(denial)).rejects.toMatchObject(UNAVAILABLE);
});

test('the sweep fails where it may not read a session, and takes it for no unreadable record', async () => {
  const { state, clock } = opened;
  await created(state, { timeLimitMs: MINUTE });
  await clock.advance(HOUR);
  await forbid('hmget');
  const sweep = { partition: 7, endedForMs: 0, limit: 10 };
  await expect(state.removeEndedSessions(sweep)).rejects.toMatchObject(UNAVAILABLE);
});
