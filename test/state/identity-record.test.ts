import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeIdentity, encodeIdentity } from '../../src/state/codec/identity-record.ts';

interface Case {
  id: string;
  op: string;
  title: string;
  input: { stored_hex?: string; identity?: { user_id: string } };
  expect: { identity?: Record<string, string> | null; value_hex?: string };
}
const cases: Case[] = JSON.parse(readFileSync(new URL('../vectors/identity.json', import.meta.url), 'utf8')).cases;

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
  ])('%s cannot be trusted', (_title, hex) => {
    expect(decodeIdentity(Buffer.from(hex, 'hex'))).toBeUndefined();
  });

  test('of a duplicate key the last one wins', () => {
    expect(decodeIdentity(Buffer.from('82a7757365725f6964a161a7757365725f6964a162', 'hex'))?.userId).toBe('b');
  });

  test('nil and empty fields say that nothing is given', () => {
    const record = Buffer.from('83a7757365725f6964a161a86775696c645f6964c0a8706c6174666f726da0', 'hex');
    expect(decodeIdentity(record)).toMatchObject({ userId: 'a', guildId: undefined, platform: undefined });
  });
});
