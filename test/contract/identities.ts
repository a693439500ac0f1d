// Identity records: who is behind a trace. Their lifetimes may be counted by the store itself, so times are compared
// with a second of tolerance.
import { encode } from '@msgpack/msgpack';
import { expect } from 'vitest';
import type { Identity } from '../../src/core/identity/identity.ts';
import { encodeIdentity } from '../../src/state/codec/identity-record.ts';
import { HOSTILE_NAMES } from './fixtures.ts';
import type { AddCase, Opened } from './suite.ts';

export const ALICE: Identity = {
  userId: '123',
  guildId: '9',
  channelId: '42',
  platform: 'discord',
  userAliases: ['github:alice', 'matrix:@alice:example.org'],
};
export const BOB: Identity = {
  userId: '456',
  guildId: undefined,
  channelId: undefined,
  platform: 'discord',
  userAliases: [],
};

const TTL_MS = 300_000;
/** A store that counts lifetimes down by itself has done so since, longer on a busy machine. */
const TOLERANCE_MS = 60_000;

function expectAbout(actualMs: number | undefined, expectedMs: number): void {
  expect(actualMs).toBeGreaterThanOrEqual(expectedMs - TOLERANCE_MS);
  expect(actualMs).toBeLessThanOrEqual(expectedMs + TOLERANCE_MS);
}

export function identityCases(add: AddCase): void {
  add('a trace that was never bound has no record', async ({ state }) => {
    expect(await state.readIdentity('trace')).toEqual({ stored: undefined, expiresAtMs: undefined });
  });

  add('a bound identity is read back in the bytes that other services write', async ({ state, clock }) => {
    const bound = await state.bindIdentity('trace', ALICE, TTL_MS);
    expect(bound.kind).toBe('bound');
    const { stored, expiresAtMs } = await state.readIdentity('trace');
    expect(stored?.identity).toEqual(ALICE);
    expect(Buffer.from(stored!.bytes)).toEqual(Buffer.from(encodeIdentity(ALICE)));
    expectAbout(expiresAtMs, clock.now() + TTL_MS);
  });

  add('the same identity again is already bound and lives longer', async ({ state, clock }) => {
    await state.bindIdentity('trace', ALICE, TTL_MS);
    await clock.advance(100_000);
    const again = await state.bindIdentity('trace', ALICE, TTL_MS);
    expect(again.kind).toBe('already_bound');
    expectAbout(again.kind === 'conflict' ? 0 : again.expiresAtMs, clock.now() + TTL_MS);
    expectAbout((await state.readIdentity('trace')).expiresAtMs, clock.now() + TTL_MS);
  });

  add('binding again with a shorter lifetime does not shorten it', async ({ state, clock }) => {
    await state.bindIdentity('trace', ALICE, TTL_MS);
    const again = await state.bindIdentity('trace', ALICE, 10_000);
    expect(again.kind).toBe('already_bound');
    expectAbout(again.kind === 'conflict' ? 0 : again.expiresAtMs, clock.now() + TTL_MS);
    await clock.advance(TTL_MS - TOLERANCE_MS);
    expect((await state.readIdentity('trace')).stored?.identity).toEqual(ALICE);
  });

  add('another identity for a bound trace is a conflict and changes nothing', async ({ state }) => {
    await state.bindIdentity('trace', ALICE, TTL_MS);
    expect(await state.bindIdentity('trace', BOB, TTL_MS)).toEqual({ kind: 'conflict' });
    const reordered = { ...ALICE, userAliases: ALICE.userAliases.toReversed() };
    expect(await state.bindIdentity('trace', reordered, TTL_MS)).toEqual({ kind: 'conflict' });
    expect((await state.readIdentity('trace')).stored?.identity).toEqual(ALICE);
  });

  add('a record is gone after its lifetime, and its trace is free again', async ({ state, clock }) => {
    await state.bindIdentity('trace', ALICE, TTL_MS);
    await clock.advance(TTL_MS - TOLERANCE_MS);
    expect((await state.readIdentity('trace')).stored).toBeDefined();
    await clock.advance(TOLERANCE_MS + 1);
    expect(await state.readIdentity('trace')).toEqual({ stored: undefined, expiresAtMs: undefined });
    expect((await state.bindIdentity('trace', BOB, TTL_MS)).kind).toBe('bound');
  });

  add('a released trace has no record, and releasing it again says so', async ({ state }) => {
    await state.bindIdentity('trace', ALICE, TTL_MS);
    expect(await state.releaseIdentity('trace')).toBe(true);
    expect((await state.readIdentity('trace')).stored).toBeUndefined();
    expect(await state.releaseIdentity('trace')).toBe(false);
    expect((await state.bindIdentity('trace', BOB, TTL_MS)).kind).toBe('bound');
  });

  add('an expired record is not there to be released', async ({ state, clock }) => {
    await state.bindIdentity('trace', ALICE, 10_000);
    await clock.advance(10_001);
    expect(await state.releaseIdentity('trace')).toBe(false);
  });

  add('hostile trace ids are traces like any other and never collide', async ({ state }) => {
    const traces = [...HOSTILE_NAMES, 'é'.repeat(128), 'z'.repeat(256)];
    for (const [index, trace] of traces.entries()) {
      expect((await state.readIdentity(trace)).stored).toBeUndefined();
      expect((await state.bindIdentity(trace, { ...BOB, userId: `${index}` }, TTL_MS)).kind).toBe('bound');
    }
    for (const [index, trace] of traces.entries()) {
      expect((await state.readIdentity(trace)).stored?.identity?.userId).toBe(`${index}`);
    }
  });

  add('malformed stored bytes are handed over as they are, without an identity', async (opened) => {
    const { state } = opened;
    const malformed = [Buffer.from('not msgpack'), Buffer.alloc(0), encode(['user_id', '1']), encode({ user_id: '' })];
    for (const [index, bytes] of malformed.entries()) {
      await plant(opened, `trace-${index}`, bytes);
      const { stored } = await state.readIdentity(`trace-${index}`);
      expect(Buffer.from(stored!.bytes)).toEqual(Buffer.from(bytes));
      expect(stored!.identity).toBeUndefined();
    }
  });

  add('binding over malformed bytes is a conflict; releasing clears them', async (opened) => {
    const { state } = opened;
    await plant(opened, 'trace', Buffer.from('not msgpack'));
    expect(await state.bindIdentity('trace', ALICE, TTL_MS)).toEqual({ kind: 'conflict' });
    expect(await state.releaseIdentity('trace')).toBe(true);
    expect((await state.bindIdentity('trace', ALICE, TTL_MS)).kind).toBe('bound');
  });

  add('unknown fields of a foreign record survive a binding of the same content', async (opened) => {
    const { state } = opened;
    const foreign = encode({ shard: 3, platform: 'discord', user_id: 456 });
    await plant(opened, 'trace', foreign);
    expect((await state.bindIdentity('trace', BOB, 2 * TTL_MS)).kind).toBe('already_bound');
    const { stored } = await state.readIdentity('trace');
    expect(Buffer.from(stored!.bytes)).toEqual(Buffer.from(foreign));
  });
}

async function plant(opened: Opened, traceId: string, bytes: Uint8Array): Promise<void> {
  if (!opened.plantIdentity) throw new Error('the engine cannot plant records: put this case on its skip list');
  await opened.plantIdentity(traceId, bytes, TTL_MS);
}
