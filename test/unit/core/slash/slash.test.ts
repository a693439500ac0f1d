import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../../../src/core/policy/policy.ts';
import { readCommands } from '../../../../src/core/slash/command-registry.ts';
import {
  canRun,
  checkSlash,
  describeAccess,
  parseCommand,
  resolveScope,
  tierOf,
} from '../../../../src/core/slash/slash.ts';
import { compilePlatform } from '../../../../src/core/slash/slash-policy.ts';
import { policyOf } from '../policies.ts';

const NO_COMMANDS = readCommands(undefined);
const policy = policyOf({
  platforms: {
    discord: {
      allow_admin_from: ['111', 'dual'],
      user_allowed_commands: ['status', 'shared'],
      group_allow_admin_from: ['222', 'dual'],
      group_user_allowed_commands: ['model', 'shared'],
    },
    dm_only: { allow_admin_from: ['111'] },
    group_only: { group_allow_admin_from: ['222'], user_allowed_commands: ['status'] },
    open: { user_allowed_commands: ['status'] },
  },
  commands: [{ name: 'new', aliases: ['reset'] }, { name: 'status' }, { name: 'shared' }, { name: 'model' }],
});

function ask(command: string, more: Partial<Parameters<typeof checkSlash>[1]> = {}, by: Policy = policy) {
  const where = { platform: 'discord', chatType: 'dm', userIds: ['999'], inGuild: false, asserted: false };
  return checkSlash(by, { ...where, ...more, command });
}

describe('a command', () => {
  test.each([
    ['/status', 'status'],
    ['status', 'status'],
    ['  \u0085/status', 'status'],
    ['/status now please', 'status'],
    ['/status\u3000now', 'status'],
    ['/status with/slash', 'status'],
    ['/STATUS@MyBot', 'status'],
    ['Status@bot', 'status'],
    ['/Reset', 'new'],
    ['reset', 'new'],
    ['/xyzzy', 'xyzzy'],
    ['/toString', 'tostring'],
    ['/__proto__', '__proto__'],
    ['/\ufeffx', '\ufeffx'],
  ])('%j is %s', (text, canonical) => {
    expect(parseCommand(text, policy.commands)).toBe(canonical);
  });

  test.each(['', ' ', '/', '/ status', '//status', '/a/b', 'a/b', 'status now', 'status ', '/@bot', '@bot', '/a@b/c'])(
    '%j is none',
    (text) => {
      expect(parseCommand(text, policy.commands)).toBeUndefined();
    },
  );

  test('holds no blank, no slash and no @, and names itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'B', '/', ' ', '@', '\u0085', 'é') }), (text) => {
        const command = parseCommand(text, NO_COMMANDS);
        if (command === undefined) return;
        expect(command).toMatch(/^[^\p{White_Space}/@]+$/u);
        expect(parseCommand(command, NO_COMMANDS)).toBe(command);
        expect(parseCommand(`/${command} ${text}`, NO_COMMANDS)).toBe(command);
      }),
    );
  });
});

describe('the scope', () => {
  const scopeOf = (platform: string, chatType: string | undefined, inGuild = false) => {
    const { scope, gated } = resolveScope(policy.platforms.get(platform)!, chatType, inGuild);
    return gated ? scope : `${scope}, open`;
  };

  test('is dm for three words in any case, and group for every other', () => {
    for (const type of ['dm', 'direct', 'private', ' DM\u0085', 'Private']) expect(scopeOf('discord', type)).toBe('dm');
    for (const type of ['group', 'channel', 'dms', 'd m', '\ufeffdm']) expect(scopeOf('discord', type)).toBe('group');
  });

  test('without a chat type is the gated one', () => {
    for (const blank of [undefined, '', '  ', '\u0085']) {
      expect(scopeOf('discord', blank)).toBe('ambiguous');
      expect(scopeOf('dm_only', blank)).toBe('dm');
      expect(scopeOf('group_only', blank)).toBe('group');
      expect(scopeOf('open', blank)).toBe('group, open');
    }
  });

  test('is never dm inside a guild', () => {
    for (const type of [undefined, 'dm', 'direct', 'group']) expect(scopeOf('discord', type, true)).toBe('group');
    expect(scopeOf('dm_only', undefined, true)).toBe('group, open');
  });

  test('a missing chat type never permits what one of the two scopes would gate away', () => {
    const lists = fc.subarray(['111', '222', 'dual']).map((ids) => new Set(ids));
    const commands = fc.option(
      fc.subarray(['status', 'model']).map((names) => new Set(names)),
      { nil: undefined },
    );
    fc.assert(
      fc.property(lists, commands, lists, commands, fc.constantFrom('111', '222', 'dual', '9'), (a, b, c, d, user) => {
        const platform = compilePlatform({ dmAdmins: a, dmCommands: b, groupAdmins: c, groupCommands: d });
        const { dm, group } = platform;
        const found = resolveScope(platform, undefined, false);
        for (const command of ['help', 'status', 'model', 'stop']) {
          const gated = [dm, group].filter((access) => access.gated);
          const allowed = gated.every((access) => canRun(access, [user], command));
          if (canRun(found, [user], command)) expect(allowed).toBe(true);
        }
      }),
    );
  });
});

describe('a check', () => {
  test('goes through platform, command, gate, then the lists', () => {
    expect(ask('nonsense words', { platform: 'nowhere' }).check).toMatchObject({
      passed: false,
      reason: 'PLATFORM_UNKNOWN',
    });
    expect(ask('two words', { platform: 'open' }).check).toMatchObject({ passed: false, reason: 'NOT_A_COMMAND' });
    expect(ask('/stop', { platform: 'open' }).check).toMatchObject({ passed: true, reason: 'GATING_DISABLED' });
    expect(ask('/stop').check).toMatchObject({ passed: false, reason: 'COMMAND_NOT_ALLOWED' });
    expect(ask('/status').check).toEqual({ name: 'slash', passed: true, reason: 'ALLOWED' });
  });

  test('shows what it found only as far as it came', () => {
    expect(Object.keys(ask('/stop', { platform: 'nowhere' }))).toEqual(['check']);
    expect(Object.keys(ask('//'))).toEqual(['check']);
    expect(ask('/reset')).toMatchObject({ canonical: 'new', scope: 'dm', tier: 'user', gated: true });
    expect(ask('/reset', { platform: 'open' })).toMatchObject({ tier: 'unrestricted', gated: false });
  });

  test('says when it rests on an assertion, whichever way it goes', () => {
    for (const command of ['/stop', '/status', 'no command']) {
      expect(ask(command, { asserted: true }).check.asserted).toBe(true);
      expect(ask(command).check.asserted).toBeUndefined();
    }
    expect(ask('/stop', { asserted: true, platform: 'nowhere' }).check.asserted).toBe(true);
    expect(ask('/stop', { asserted: true, platform: 'open' }).check.asserted).toBe(true);
  });

  test('an unknown platform is denied unless the policy lets it through', () => {
    const open = policyOf({ unknown_platform: 'allow', platforms: { discord: { allow_admin_from: '1' } } });
    for (const platform of ['nowhere', '', 'constructor', '__proto__', 'discord2']) {
      expect(ask('/help', { platform }).check.reason).toBe('PLATFORM_UNKNOWN');
      expect(ask('/stop', { platform }, open).check).toMatchObject({ passed: true, reason: 'GATING_DISABLED' });
    }
  });

  test('a platform that looks like a known one is not let through past its gate', () => {
    const open = policyOf({ unknown_platform: 'allow', platforms: { discord: { allow_admin_from: '1' } } });
    for (const platform of ['Discord', 'discord ', 'dis\u200bcord', 'ｄiscord']) {
      expect(ask('/stop', { platform }, open).check.reason, platform).toBe('PLATFORM_UNKNOWN');
    }
  });

  test('without a user only the floor is open behind a gate', () => {
    for (const userIds of [[], ['']]) {
      expect(ask('/help', { userIds }).check.passed).toBe(true);
      expect(ask('/whoami', { userIds }).check.passed).toBe(true);
      expect(ask('/status', { userIds }).check.passed).toBe(false);
      expect(ask('/stop', { userIds, platform: 'open' }).check.passed).toBe(true);
    }
  });

  test('an admin of one scope is nobody in the other', () => {
    expect(ask('/stop', { userIds: ['111'] }).check.passed).toBe(true);
    expect(ask('/stop', { userIds: ['111'], chatType: 'group' }).check.passed).toBe(false);
    expect(ask('/stop', { userIds: ['9', '222'], chatType: 'group' }).check.passed).toBe(true);
    expect(ask('/stop', { userIds: ['111'], chatType: undefined }).tier).toBe('user');
    expect(ask('/stop', { userIds: ['dual'], chatType: undefined }).tier).toBe('admin');
  });
});

test('direct chats take the group’s commands only where they have no list of their own', () => {
  const admins = { allow_admin_from: ['1'], group_allow_admin_from: ['1'] };
  const listed = (lists: object) => {
    const { dm, group } = policyOf({ platforms: { irc: { ...admins, ...lists } } }).platforms.get('irc')!;
    return [[...dm.commands], [...group.commands]];
  };
  expect(listed({ group_user_allowed_commands: ['status'] })).toEqual([['status'], ['status']]);
  expect(listed({ user_allowed_commands: ['status'] })).toEqual([['status'], []]);
  for (const empty of [[], '', ' , ', ['/']]) {
    expect(listed({ user_allowed_commands: empty, group_user_allowed_commands: ['status'] })).toEqual([[], ['status']]);
  }
});

describe('a description', () => {
  const describeFor = (platform: string, chatType: string | undefined, userIds: string[]) =>
    describeAccess(policy, { platform, chatType, userIds, inGuild: false });

  test('lists the floor first, then what is listed, sorted', () => {
    expect(describeFor('discord', 'dm', ['999'])).toEqual({
      scope: 'dm',
      tier: 'user',
      gated: true,
      runnableCommands: ['help', 'whoami', 'shared', 'status'],
    });
    expect(describeFor('discord', undefined, ['999']).runnableCommands).toEqual(['help', 'whoami', 'shared']);
    expect(describeFor('discord', 'dm', []).runnableCommands).toEqual(['help', 'whoami']);
  });

  test('lists nothing where everything may be run', () => {
    expect(describeFor('discord', 'dm', ['111'])).toMatchObject({ tier: 'admin', gated: true, runnableCommands: [] });
    expect(describeFor('open', 'dm', [])).toMatchObject({ tier: 'unrestricted', gated: false, runnableCommands: [] });
  });

  test('of an unknown platform is that of a user who may run nothing', () => {
    expect(describeFor('nowhere', 'dm', ['111'])).toEqual({
      scope: 'dm',
      tier: 'user',
      gated: true,
      runnableCommands: [],
    });
  });

  test('says exactly what a check decides', () => {
    const place = fc.record({
      platform: fc.constantFrom('discord', 'dm_only', 'group_only', 'open', 'nowhere'),
      chatType: fc.constantFrom(undefined, 'dm', 'group'),
      userIds: fc.subarray(['111', '222', 'dual', '999']),
      inGuild: fc.boolean(),
    });
    const command = fc.constantFrom('help', 'whoami', 'status', 'shared', 'model', 'stop');
    fc.assert(
      fc.property(place, command, (where, name) => {
        const { tier, runnableCommands } = describeAccess(policy, where);
        const { check } = checkSlash(policy, { ...where, command: `/${name}`, asserted: false });
        expect(check.passed).toBe(tier !== 'user' || runnableCommands.includes(name));
      }),
    );
  });
});

test('one admin more in a gated scope never denies anyone anything', () => {
  const ids = fc.subarray(['1', '2', '3'], { minLength: 1 });
  const names = fc.option(fc.subarray(['status', 'model']), { nil: undefined });
  const chatType = fc.constantFrom(undefined, 'dm', 'group');
  const user = fc.constantFrom('1', '2', '3', '4');
  fc.assert(
    fc.property(ids, names, ids, names, user, user, chatType, (dm, dmNames, group, groupNames, added, asking, type) => {
      const lists = { dmCommands: dmNames && new Set(dmNames), groupCommands: groupNames && new Set(groupNames) };
      const before = compilePlatform({ ...lists, dmAdmins: new Set(dm), groupAdmins: new Set(group) });
      const after = compilePlatform({
        ...lists,
        dmAdmins: new Set([...dm, added]),
        groupAdmins: new Set([...group, added]),
      });
      for (const command of ['help', 'status', 'model', 'stop']) {
        const could = canRun(resolveScope(before, type, false), [asking], command);
        if (could) expect(canRun(resolveScope(after, type, false), [asking], command)).toBe(true);
      }
      expect(tierOf(resolveScope(after, type, false), [added])).toBe('admin');
    }),
  );
});
