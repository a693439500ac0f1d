import { readFileSync } from 'node:fs';
import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeIdentity, encodeIdentity } from '../../../src/state/codec/identity-record.ts';

interface Case {
  id: string;
  op: string;
  title: string;
  input: { stored_hex?: string; identity?: { user_id: string } };
  expect: { identity?: Record<string, string> | null; value_hex?: string };
}
const cases: Case[] = JSON.parse(readFileSync(new URL('../../vectors/identity.json', import.meta.url), 'utf8')).cases;

describe('identity records as other services write them', () => {
  test.each(cases.filter((c) => c.op === 'read' && c.input.stored_hex))('$id $title', ({ input, expect: expected }) => {
    const identity = decodeIdentity(Buffer.from(input.stored_hex!, 'hex'));
    if (expected.identity === null) return expect(identity).toBeUndefined();
    expect(identity).toEqual({
      userId: expected.identity?.user_id,
      guildId: expected.identity?.guild_id,
      channelId: expected.identity?.channel_id,
      platform: expected.identity?.platform,
      userAliases: [],
    });
  });

  test.each(cases.filter((c) => c.op === 'write'))('$id $title', ({ input, expect: expected }) => {
    const bytes = encodeIdentity({
      userId: input.identity!.user_id,
      guildId: undefined,
      channelId: undefined,
      platform: undefined,
      userAliases: [],
    });
    expect(Buffer.from(bytes).toString('hex')).toBe(expected.value_hex);
  });

  test.each([
    ['a binary user id', '81a7757365725f6964c40161'],
    ['invalid UTF-8 in the user id', '81a7757365725f6964a1c3'],
    ['invalid UTF-8 in an unknown field', '82a7757365725f6964a161a178a1ff'],
    ['a timestamp extension in an unknown field', '82a7757365725f6964a161a178d6ff00000000'],
    ['an unknown extension', '82a7757365725f6964a161a178d40500'],
    ['the key __proto__', '82a7757365725f6964a161a95f5f70726f746f5f5f80'],
    ['a bare id that reads like a principal', '81a7757365725f6964a9646973636f72643a31'],
    ['a boolean user id', '81a7757365725f6964c3'],
    ['a float user id', '81a7757365725f6964cb3ff8000000000000'],
    ['a float user id of a whole value', '81a7757365725f6964cb405ec00000000000'],
    ['a short float user id of a whole value', '81a7757365725f6964ca42f60000'],
    ['minus nought as a float', '81a7757365725f6964cb8000000000000000'],
    ['a float guild id', '82a7757365725f6964a161a86775696c645f6964cb405ec00000000000'],
    ['a user id of 257 bytes', `81a7757365725f6964da0101${'61'.repeat(257)}`],
    ['a line break in the user id', '81a7757365725f6964a3610a62'],
    ['a C1 control in the user id', '81a7757365725f6964a361c285'],
    ['a control character in an alias', '82a7757365725f6964a161ac757365725f616c696173657391a4613a620a'],
    ['a record that is cut off', '82a7757365725f6964a161'],
    ['a length that lies', 'dfffffffffa7757365725f6964a161'],
    ['bytes behind it', '81a7757365725f6964a161c0'],
    ['nested too deep', `82a7757365725f6964a161a178${'91'.repeat(20)}c0`],
  ])('%s cannot be trusted', (_title, hex) => {
    expect(decodeIdentity(Buffer.from(hex, 'hex'))).toBeUndefined();
  });

  test.each([
    ['the longest user id', `81a7757365725f6964da0100${'61'.repeat(256)}`, 'a'.repeat(256)],
    ['the highest integer', '81a7757365725f6964cfffffffffffffffff', '18446744073709551615'],
    ['the lowest integer', '81a7757365725f6964d38000000000000000', '-9223372036854775808'],
    ['a short negative integer', '81a7757365725f6964ff', '-1'],
    ['a 16-bit negative integer', '81a7757365725f6964d1ff00', '-256'],
    ['roles', '82a7757365725f6964a161aa757365725f726f6c657391a8643a67313a6d6f64', 'a'],
    ['roles that are no list', '82a7757365725f6964a161aa757365725f726f6c6573cb3ff8000000000000', 'a'],
  ])('%s is read', (_title, hex, userId) => {
    expect(decodeIdentity(Buffer.from(hex, 'hex'))).toMatchObject({ userId });
  });

  test('whatever msgpack another service writes, the user id is read as that service means it, or not at all', () => {
    const other = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.string()),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'guild', 'user_roles'), other), other, (rest, user_id) => {
        const identity = decodeIdentity(encode({ ...rest, user_id }));
        // The encoder writes a whole number as an integer, -0 too, as long as 64 bits hold it.
        const id =
          typeof user_id === 'string' ? user_id : Number.isInteger(user_id) ? String(BigInt(user_id as number)) : '';
        if (identity) expect(identity.userId).toBe(id);
      }),
    );
  });

  test('no bytes make the reader fail', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        decodeIdentity(bytes);
        decodeIdentity(Buffer.concat([Buffer.from('82a7757365725f6964a161a178', 'hex'), bytes]));
      }),
      { numRuns: 2_000 },
    );
  });

  test('of a duplicate key the last one wins', () => {
    expect(decodeIdentity(Buffer.from('82a7757365725f6964a161a7757365725f6964a162', 'hex'))?.userId).toBe('b');
  });

  test('nil and empty fields say that nothing is given', () => {
    const record = Buffer.from('83a7757365725f6964a161a86775696c645f6964c0a8706c6174666f726da0', 'hex');
    expect(decodeIdentity(record)).toMatchObject({ userId: 'a', guildId: undefined, platform: undefined });
  });
});
