// Key names: whatever ids and keys callers choose, two different things never meet in one key.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as keys from '../../../src/state/redis/keys.ts';
import { HOSTILE_NAMES, idIn } from '../fixtures.ts';
import { PREFIX } from './open.ts';

const name = fc.oneof(
  fc.constantFrom(...HOSTILE_NAMES, '%7B', '%7b', '%25', '%', '}:op:', '}:sessions', '', 'a}:op:k'),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc
    .array(fc.constantFrom('{', '}', '%', ':', '7', 'B', 'o', 'p', 's'), { maxLength: 8 })
    .map((parts) => parts.join('')),
);
const idempotencyKey = fc.oneof(
  fc.constantFrom('}', '{', '%7D', ':op:', 'sessions'),
  fc.string({ minLength: 1, maxLength: 12 }),
);
const ownId = fc.integer({ min: 0, max: 255 }).map(idIn);
const partition = fc.integer({ min: 0, max: 255 });

/** Something that is stored, and every key that it is stored under. */
const thing = fc.oneof(
  fc.record({ kind: fc.constant('agent'), of: fc.tuple(name) }),
  fc.record({ kind: fc.constant('agent operation'), of: fc.tuple(name, idempotencyKey) }),
  fc.record({ kind: fc.constant('caller operation'), of: fc.tuple(name, idempotencyKey) }),
  fc.record({ kind: fc.constant('identity'), of: fc.tuple(name) }),
  fc.record({ kind: fc.constant('session'), of: fc.tuple(ownId) }),
  fc.record({ kind: fc.constant('run'), of: fc.tuple(ownId) }),
  fc.record({ kind: fc.constant('partition'), of: fc.tuple(partition) }),
);

function keysOf({ kind, of: [first, second] }: { kind: string; of: readonly (string | number)[] }): string[] {
  const id = String(first);
  switch (kind) {
    case 'agent':
      return Object.values(keys.agentKeys(id));
    case 'agent operation':
      return [keys.agentOperationKey(id, String(second))];
    case 'caller operation':
      return [keys.callerOperationKey(id, String(second))];
    case 'identity':
      return [PREFIX + id];
    case 'session': {
      const session = keys.sessionKey(id);
      return [session, keys.sessionSlotKey(session, 0), keys.sessionSlotKey(session, 1)];
    }
    case 'run':
      return [...Object.values(keys.runKeys(id)).flat(), keys.ownOperationKey(keys.runKeys(id).run, Buffer.from(id))];
    default:
      return [
        ...Object.values(keys.sessionIndexKeys(Number(first))),
        ...Object.values(keys.runIndexKeys(Number(first))),
      ];
  }
}

describe('keys', () => {
  test('two different things never share a key, nor a thing with the stored format', () => {
    const property = fc.property(thing, thing, (one, other) => {
      if (JSON.stringify(one) === JSON.stringify(other)) return;
      const taken = new Set([...keysOf(one), keys.FORMAT_KEY]);
      expect(keysOf(other).filter((key) => taken.has(key))).toEqual([]);
    });
    fc.assert(property, { numRuns: 5_000 });
  });

  test('what a caller chooses never leaves its hash tag', () => {
    const property = fc.property(name, (id) => {
      for (const key of [...Object.values(keys.agentKeys(id)), keys.callerOperationKey(id, 'k')]) {
        const tag = key.slice(key.indexOf('{') + 1, key.indexOf('}'));
        expect(key.slice(0, key.indexOf('{'))).toBe('tollgate:');
        expect(key.slice(key.indexOf('}') + 1)).toMatch(/^:(deactivated|sessions|sessions:reserved|op:[\w-]{27})$/);
        expect(tag.length).toBeGreaterThan(0);
      }
    });
    fc.assert(property);
  });

  test('foreign ids have no record of their own, so all of them lead to the one that nobody has', () => {
    for (const id of [...HOSTILE_NAMES, '', idIn(3).toUpperCase(), `${idIn(3)} `]) {
      expect(keys.sessionKey(id)).toBe(keys.sessionKey(''));
      expect(keys.runKeys(id)).toEqual(keys.runKeys(''));
    }
  });

  test('what scripts spell themselves is what this file names', () => {
    const lua =
      readFileSync('src/state/redis/lua/parts/decisions.lua', 'utf8') +
      readFileSync('src/state/redis/lua/charge.lua', 'utf8');
    const id = '0196f0a1-2b3c-7d4e-8f50-1122334455a7';
    const session = keys.sessionKey(id);
    const slot = session.slice(0, 13);
    expect(slot).toBe('tollgate:{a7}');
    const spelt = (suffix: string) => expect(lua).toContain(`.. '${suffix}'`);
    expect(keys.sessionDecisionKeys(session)).toEqual({
      listed: `${session}:decisions`,
      denials: `${session}:denials`,
    });
    const { buckets, sessionless } = keys.decisionKeys('a7');
    expect([buckets, sessionless]).toEqual([`${slot}:decisions`, `${slot}:decisions:sessionless`]);
    expect(keys.absentKey(session)).toBe(`${slot}:absent`);
    const { run, noted } = keys.runKeys(id);
    expect([run, noted]).toEqual([`${slot}:run:${id}`, `${run}:decisions`]);
    for (const suffix of [':decisions', ':denials', ':sessionless', ':run:']) spelt(suffix);
    expect(([0, 1] as const).map((slot) => keys.sessionSlotKey(session, slot))).toEqual([
      `${session}:ops:0`,
      `${session}:ops:1`,
    ]);
    for (const suffix of [':ops:0', ':ops:1', ':own:']) spelt(suffix);
    const atMs = 0x0196f0a12b3c;
    expect(keys.decisionBucketKey(id)).toBe(`${buckets}:${Math.floor(atMs / keys.DECISION_BUCKET_MS)}`);
  });

  test('a prefix under which a trace id could spell one of our keys is refused', () => {
    for (const prefix of ['', 't', 'tollgate:', 'tollgate:{00}:session:', 'tollgate']) {
      expect(keys.isUnsafeIdentityPrefix(prefix)).toBe(true);
    }
    for (const prefix of [PREFIX, 'tollgate-ids:', 'x']) expect(keys.isUnsafeIdentityPrefix(prefix)).toBe(false);
  });
});
