// identity.json over gRPC. Records that other services write are put into Redis behind the server's back.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { expect } from 'vitest';
import { expectNothingElse } from '../cases.ts';
import type { Answer } from '../../support/clients.ts';
import type { OpenServer } from '../../support/engines.ts';
import { refusalOf } from '../../support/refusals.ts';
import { wireTime } from '../../support/times.ts';
import { type IdentityCase, type IdentityVectors, readCases } from '../../support/vector-cases.ts';
import { delimited, encodeWire, methodOf, sendBytes } from '../../support/wire.ts';

export const { key_prefix, default_ttl_s, cases: identityCases } = readCases<IdentityVectors>('identity');

/** Why a case is not run over gRPC on an engine; `redis` is a second connection to look behind the server's back. */
export function identityCaseNeedsRedis({ op, input }: IdentityCase, hasRedis: boolean): string | undefined {
  const isForeign = op === 'read' && typeof input.stored_hex === 'string';
  return isForeign && !hasRedis
    ? 'a record as another service wrote it: nobody but Tollgate writes into the embedded store'
    : undefined;
}

type CaseOf<Op> = Extract<IdentityCase, { op: Op }>;

export async function playIdentityCase(open: OpenServer, redis: Redis | undefined, vector: IdentityCase) {
  // Cases share their trace id.
  if (vector.op !== 'decide' && vector.input.trace_id !== '') {
    await open.clients.identities('ReleaseIdentity', { trace_id: vector.input.trace_id });
  }
  switch (vector.op) {
    case 'write':
      return playWrite(open, redis, vector);
    case 'read':
      return playRead(open, redis, vector);
    case 'decide':
      return playDecide(open, vector);
  }
}

async function playWrite({ clients }: OpenServer, redis: Redis | undefined, vector: CaseOf<'write'>): Promise<void> {
  const { trace_id, identity } = vector.input;
  const { command, key, ex, value_hex, value_bytes, ...rest } = vector.expect;
  expectNothingElse(rest);
  expect(command).toBe('SET');
  const { expires_at } = await clients.identities('BindIdentity', { trace_id, identity });
  expect(Math.abs(expires_at.seconds - Date.now() / 1_000 - ex)).toBeLessThan(60);
  expect((await clients.identities('GetIdentity', { trace_id })).identity).toMatchObject(identity);
  if (!redis) return;
  const stored = await redis.getBuffer(key);
  expect(stored?.toString('hex')).toBe(value_hex);
  expect(stored).toHaveLength(value_bytes);
  const lifetime = await redis.ttl(key);
  expect(lifetime).toBeGreaterThan(ex - 60);
  expect(lifetime).toBeLessThanOrEqual(ex);
}

async function playRead(open: OpenServer, redis: Redis | undefined, vector: CaseOf<'read'>): Promise<void> {
  const { trace_id, stored_hex, writes = [], read_at_s, ...unread } = vector.input;
  expectNothingElse(unread);
  const { identity, redis_called, decision, ...rest } = vector.expect;
  expectNothingElse(rest);

  if (trace_id === '') {
    // Asks nothing of the store: it is refused before.
    expect(redis_called).toBe(false);
    const refusal = { code: 'INVALID_ARGUMENT', fields: ['trace_id'] };
    expect(await refusalOf(authorize(open, trace_id))).toMatchObject(refusal);
    expect(await refusalOf(open.clients.identities('GetIdentity', { trace_id }))).toMatchObject(refusal);
    return;
  }
  if (typeof stored_hex === 'string') {
    await redis!.set(`${key_prefix}${trace_id}`, Buffer.from(stored_hex, 'hex'), 'EX', default_ttl_s);
  }
  for (const write of writes) {
    // Where they must pass, one second stands for the 300 that nobody waits for; the engines' own test waits them on an
    // injected clock.
    await open.clients.identities('BindIdentity', {
      trace_id: write.trace_id,
      identity: write.identity,
      ttl: wireTime(read_at_s === undefined ? default_ttl_s * 1_000 : 1_000),
    });
  }
  if (read_at_s !== undefined) {
    expect(read_at_s).toBe(default_ttl_s + 1);
    await sleep(1_100);
  }
  const answer = await authorize(open, trace_id);
  const reading = open.clients.identities('GetIdentity', { trace_id });
  if (identity !== null) {
    expect(answer.decision.reason).toBe('REASON_ALLOWED');
    expect(answer.identity).toMatchObject(identity);
    expect((await reading).identity).toMatchObject(identity);
    return;
  }
  const isMalformed = typeof stored_hex === 'string';
  if (decision !== undefined) expect(decision).toBe('deny');
  expect(answer.decision).toMatchObject({
    effect: 'EFFECT_DENY',
    reason: isMalformed ? 'REASON_IDENTITY_MALFORMED' : 'REASON_IDENTITY_UNKNOWN',
  });
  expect(answer).not.toHaveProperty('identity');
  expect(await refusalOf(reading)).toMatchObject(
    isMalformed
      ? { code: 'FAILED_PRECONDITION', reason: 'IDENTITY_MALFORMED' }
      : { code: 'NOT_FOUND', reason: 'IDENTITY_NOT_FOUND' },
  );
}

/** Field numbers that no request of ours has. */
const STRANGE_FIELD = 1_000;

/** What a request says about who is behind it beside its trace has no field to stand in; it is sent all the same. */
async function playDecide(open: OpenServer, { input, expect: expected }: CaseOf<'decide'>): Promise<void> {
  const { trace_id, ...envelope } = input.envelope;
  const traceId = trace_id!;
  await open.clients.identities('ReleaseIdentity', { trace_id: traceId });
  await open.clients.identities('BindIdentity', { trace_id: traceId, identity: input.record });
  const method = methodOf('Authorize');
  const strange = Object.values(envelope).map((text, index) => delimited(STRANGE_FIELD + index, Buffer.from(text)));
  const bytes = Buffer.concat([encodeWire(method.request, await requestOf(open, traceId)), ...strange]);
  const [reply] = await sendBytes(open.clients.raw('PolicyDecisionService'), method, bytes);
  const answer = method.response.toObject(method.response.decode(reply!));
  expect(answer.identity).toMatchObject(expected.effective);
}

async function authorize(open: OpenServer, traceId: string): Promise<Answer> {
  return open.clients.decisions('Authorize', await requestOf(open, traceId));
}

/** A session of its own each time, so that nothing but the identity can be in the way. */
async function requestOf({ clients }: OpenServer, traceId: string) {
  const { session } = await clients.sessions('CreateSession', { agent_id: `reader ${randomUUID()}`, all: {} });
  return { trace_id: traceId, session_id: session.session_id, agent_id: session.agent_id, tool: 'read_file' };
}
