import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findTool, parsePolicy } from '../../../../src/core/policy/policy.ts';
import { policyOf, problemsOf, warningsOf } from '../policies.ts';

/** As the YAML reader hands maps over: every property is the author's. */
function bare(entries: Record<string, unknown>): object {
  return Object.assign(Object.create(null), entries);
}

describe('a policy', () => {
  test('may be empty: nothing is known, nobody is anybody', () => {
    for (const document of [undefined, null, {}, bare({})]) {
      const policy = policyOf(document);
      expect(policy).toMatchObject({ unlistedTools: 'session', unknownPlatform: 'deny' });
      expect(policy.admins.size + policy.privileges.size + policy.platforms.size + policy.commands.size).toBe(0);
      expect(warningsOf(document)).toEqual([]);
    }
  });

  test('is compiled for lookup', () => {
    const policy = policyOf(
      bare({
        tools: bare({ shell_exec: bare({ requires: ['EXEC'], sensitivity: 'restricted' }), 'fs_*': bare({}) }),
        unlisted_tools: 'deny',
        privileges: bare({ EXEC: ['discord:1', 42] }),
        admins: ['discord:9', 7],
        platforms: bare({ discord: bare({ allow_admin_from: ['1'], group_allow_admin_from: ['2'] }) }),
        unknown_platform: 'allow',
        commands: [bare({ name: 'New', aliases: ['reset'] })],
      }),
    );
    expect(findTool(policy, 'shell_exec')).toEqual({ requires: ['EXEC'], sensitivity: 3 });
    expect(findTool(policy, 'fs_read')).toEqual({ requires: [], sensitivity: undefined });
    expect(findTool(policy, 'Shell_Exec')).toBeUndefined();
    expect(policy.unlistedTools).toBe('deny');
    expect(policy.unknownPlatform).toBe('allow');
    expect([...policy.privileges]).toEqual([['EXEC', new Set(['discord:1', '42'])]]);
    expect(policy.admins).toEqual(new Set(['discord:9', '7']));
    expect([...policy.platforms.keys()]).toEqual(['discord']);
    expect([...policy.commands]).toEqual([
      ['new', 'new'],
      ['reset', 'new'],
    ]);
  });

  test('knows only the names that stand in it, whatever objects carry by themselves', () => {
    const empty = policyOf({ tools: {}, privileges: {}, platforms: {}, commands: [] });
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      expect(findTool(empty, name)).toBeUndefined();
      expect(empty.platforms.get(name)).toBeUndefined();
      expect(empty.privileges.get(name)).toBeUndefined();
      expect(empty.commands.get(name)).toBeUndefined();
    }
    const named = policyOf(JSON.parse('{"privileges": {"__proto__": ["a:1"]}, "tools": {"__proto__": {}}}'));
    expect(named.privileges.get('__proto__')).toEqual(new Set(['a:1']));
    expect(findTool(named, '__proto__')).toBeDefined();
  });
});

describe('what is wrong with a policy', () => {
  test.each([
    ['a list as the document', [], ': must be a map, not a list'],
    ['text as the document', 'tools', ': must be a map, not text'],
    ['a misspelt key', { privilege: {} }, 'privilege: unknown key `privilege` (did you mean `privileges`?)'],
    ['a key like none', { zzz: 1 }, 'zzz: unknown key `zzz`'],
    ['a key that objects carry', JSON.parse('{"__proto__": {}}'), '__proto__: unknown key `__proto__`'],
    ['an empty section', { tools: null }, 'tools: must be a map, not nothing'],
    ['an empty tool', { tools: { a: null } }, 'tools.a: must be a map, not nothing'],
    ['a star inside', { tools: { 'a*b': {} } }, 'tools.a*b: `*` may stand only once, at the end'],
    ['a tool without a name', { tools: { '': {} } }, 'tools.: a tool name must not be empty'],
    [
      'a rule misspelt',
      { tools: { a: { secert: true } } },
      'tools.a.secert: unknown key `secert` (did you mean `secret`?)',
    ],
    [
      'a level that is none',
      { tools: { a: { sensitivity: 'Public' } } },
      'tools.a.sensitivity: must be one of public, internal, confidential, restricted (did you mean `public`?)',
    ],
    ['a lone privilege', { tools: { a: { requires: 'X' } } }, 'tools.a.requires: must be a list, not text'],
    [
      'a privilege that is a number',
      { tools: { a: { requires: [1] } } },
      'tools.a.requires.0: must be text, not a number',
    ],
    ['text for a boolean', { tools: { a: { secret: 'yes' } } }, 'tools.a.secret: must be true or false, not text'],
    ['another default', { unlisted_tools: 'allow' }, 'unlisted_tools: must be one of session, deny'],
    ['holders that are no list', { privileges: { X: 'a:1' } }, 'privileges.X: must be a list, not text'],
    ['an empty holder', { privileges: { X: [''] } }, 'privileges.X.0: must not be empty'],
    ['a fraction as a principal', { admins: [1.5] }, 'admins.0: must be text, not a number'],
    ['a privilege without a name', { privileges: { '': [] } }, 'privileges.: a privilege must have a name'],
    [
      'a platform in capitals',
      { platforms: { Discord: { allow_admin_from: '1', group_allow_admin_from: '1' } } },
      'platforms.Discord: the platform name `Discord` must match [a-z0-9_-]+',
    ],
    [
      'a misspelt list',
      { platforms: { irc: { allow_admins_from: ['1'] } } },
      'platforms.irc.allow_admins_from: unknown key `allow_admins_from` (did you mean `allow_admin_from`?)',
    ],
    [
      'an admin list of nobody',
      { platforms: { irc: { allow_admin_from: '' } } },
      'platforms.irc.allow_admin_from: must name somebody; leave the key out if everyone is to be admin',
    ],
    [
      'a list of more than text',
      { platforms: { irc: { user_allowed_commands: ['a', null] } } },
      'platforms.irc.user_allowed_commands.1: must be text or an integer, not nothing',
    ],
    [
      'a secret that is none',
      { redaction: { secret_tools: ['*x'] } },
      'redaction.secret_tools.0: `*` may stand only once, at the end',
    ],
    ['a command without a name', { commands: [{ aliases: ['x'] }] }, 'commands.0: must have a `name`'],
    ['a command that is no map', { commands: ['new'] }, 'commands.0: must be a map, not text'],
    [
      'a slash in a command',
      { commands: [{ name: '/new' }] },
      'commands.0.name: a command holds no blank, no `/` and no `@`',
    ],
    [
      'a blank in an alias',
      { commands: [{ name: 'new', aliases: ['a b'] }] },
      'commands.0.aliases.0: a command holds no blank, no `/` and no `@`',
    ],
    [
      'a name given twice',
      { commands: [{ name: 'new' }, { name: 'NEW' }] },
      'commands.1.name: `new` is given already, for `new`',
    ],
    [
      'an alias given twice',
      {
        commands: [
          { name: 'new', aliases: ['n'] },
          { name: 'next', aliases: ['N'] },
        ],
      },
      'commands.1.aliases.0: `n` is given already, for `new`',
    ],
  ])('%s', (_, document, problem) => {
    expect(problemsOf(document)).toContain(problem);
  });

  test('is told all at once', () => {
    const problems = problemsOf({ admins: [true], tools: { a: { secret: 1 } }, unknown_platform: 'no', nonsense: 1 });
    expect(problems).toHaveLength(4);
  });

  test('is told once: a bad entry does not also make the list an empty one', () => {
    expect(problemsOf({ platforms: { irc: { allow_admin_from: [true] } } })).toHaveLength(1);
  });
});

describe('a warning', () => {
  const gated = { allow_admin_from: ['1'], group_allow_admin_from: ['1'] };

  test('names a privilege that nobody has', () => {
    const tools = { a: { requires: ['EXCE', 'NOBODY'] } };
    expect(warningsOf({ tools, privileges: { EXEC: ['a:1'], NOBODY: [] } })).toEqual([
      'privileges.NOBODY: nobody holds this privilege',
      'tools.a.requires.0: nobody has the privilege `EXCE`, so nobody may call this tool (did you mean `EXEC`?)',
      'tools.a.requires.1: nobody has the privilege `NOBODY`, so nobody may call this tool',
    ]);
  });

  test.each([
    ['mcp__gi?__x', '`mcp__gi?__x` is compared byte by byte: `?` stands for nothing but itself'],
    ['re.*', '`re.*` covers names that begin with `re.`: it is no regular expression'],
    ['[ab]x', '`[ab]x` is compared byte by byte: `[` stands for nothing but itself'],
    ['!foo', '`!foo` excludes nothing: `!` is a character like any other'],
    ['shell_exec ', '"shell_exec " has a blank at its end or beginning, and no request has'],
    ['sh\u200bell', '"sh\u200bell" holds a character that cannot be seen'],
    ['a\nb', '"a\\nb" has a control character, which no request may have'],
    ['x'.repeat(129), "no tool's name has more than 128 bytes"],
  ])('names the tool %j, which no call has', (name, message) => {
    expect(warningsOf({ tools: { [name]: {} } })).toEqual([`tools.${name}: ${message}`]);
    expect(warningsOf({ redaction: { secret_tools: [name] } })).toEqual([`redaction.secret_tools.0: ${message}`]);
  });

  test.each([
    [
      'discord111',
      '`discord111` is no principal: write platform:user_id, unless its identity records have no platform',
    ],
    ['Discord:1', '`Discord:1` is nobody: a platform is written in [a-z0-9_-]+, and `Discord` is not'],
    ['discord:', '`discord:` names no user'],
    ['*', '`*` is one user id: `*` stands for nobody else'],
    ['skill_*', '`skill_*` is one user id: `*` stands for nobody else'],
    ['@alice', "`@alice` is a name that is shown: write the user's id"],
    ['discord:@alice', "`discord:@alice` is a name that is shown: write the user's id"],
    ['<@123>', '`<@123>` is a mention: write the digits in it'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as an author leaves it behind
    ['${ADMIN_ID}', '`${ADMIN_ID}` is taken as it stands: nothing is put in its place'],
    ['discord:1 ', '"discord:1 " has a blank at its end or beginning, and no request has'],
    ['discord:1\u00ad', '"discord:1\u00ad" holds a character that cannot be seen'],
  ])('names the principal %j, whom nobody is', (principal, message) => {
    expect(warningsOf({ admins: [principal] })).toEqual([`admins.0: ${message}`]);
    expect(warningsOf({ privileges: { X: [principal] } })).toEqual([`privileges.X.0: ${message}`]);
  });

  test('names an admin of a platform whom nobody is there, and a command that stands for no other', () => {
    const platforms = {
      irc: { ...gated, allow_admin_from: ['irc:1', '@bob', '<@5>'], user_allowed_commands: ['skill_*'] },
    };
    expect(warningsOf({ platforms })).toEqual([
      "platforms.irc.allow_admin_from: `irc:1` is a principal: write the platform's own id, `1`",
      "platforms.irc.allow_admin_from: `@bob` is a name that is shown: write the user's id",
      'platforms.irc.allow_admin_from: `<@5>` is a mention: write the digits in it',
      'platforms.irc.user_allowed_commands: `skill_*` is one command: `*` stands for nothing but itself',
    ]);
  });

  test('names what an entry drops of a wider one', () => {
    const tools = {
      'gh_*': { requires: ['P', 'Q'], sensitivity: 'restricted', secret: true, store: 'none' },
      gh_read: { requires: ['Q'], sensitivity: 'internal', secret: false, store: 'lengths' },
      gh_list: { requires: [] },
      gh_same: { requires: ['Q', 'P'], sensitivity: 'restricted', secret: true, store: 'none' },
      http_get: { secret: false },
    };
    expect(warningsOf({ tools, privileges: { P: ['a:1'], Q: ['a:1'] } })).toEqual([
      'tools.gh_read.requires: does not require `P`, which `gh_*` does',
      'tools.gh_read.sensitivity: is below what `gh_*` says, restricted',
      'tools.gh_read.secret: drops what `gh_*` keeps secret',
      'tools.gh_read.store: stores more than `gh_*` does',
      'tools.gh_list.requires: does not require `P`, `Q`, which `gh_*` does',
      'tools.http_get.secret: does nothing: this tool is secret whatever its entry says',
    ]);
  });

  test('names a platform or a part of one where everyone may run everything', () => {
    const platforms = {
      irc: {},
      discord: { allow_admin_from: ['1'] },
      slack: { group_allow_admin_from: ['1'] },
      web: gated,
    };
    expect(warningsOf({ platforms })).toEqual([
      'platforms.irc: everyone may run every command on irc',
      'platforms.discord: everyone may run every command in groups on discord',
      'platforms.slack: everyone may run every command in direct chats on slack',
    ]);
  });

  test('names a configured command that the registry does not know, if there is one', () => {
    const platforms = { irc: { ...gated, user_allowed_commands: ['help', 'statsu', 'reset'] } };
    const commands = [{ name: 'status' }, { name: 'new', aliases: ['reset'] }];
    expect(warningsOf({ platforms, commands })).toEqual([
      'platforms.irc.user_allowed_commands: the command `statsu` is not in `commands` (did you mean `status`?)',
    ]);
    expect(warningsOf({ platforms })).toEqual([]);
    expect(warningsOf({ platforms, commands: [] })).toHaveLength(2);
  });

  test('names a configured command that nobody can type', () => {
    const platforms = { irc: { ...gated, user_allowed_commands: ['/ status', 'a/b'] } };
    expect(warningsOf({ platforms })).toEqual([
      'platforms.irc.user_allowed_commands: `/ status` can never be typed as a command',
      'platforms.irc.user_allowed_commands: `a/b` can never be typed as a command',
    ]);
  });

  test('names an alias that takes a command from everyone', () => {
    expect(warningsOf({ commands: [{ name: 'guide', aliases: ['help'] }] })).toEqual([
      'commands.0.aliases.0: `help` becomes `guide`, so it is no longer open to everyone',
    ]);
  });
});

test('whatever the document, there is an answer, and a refused document says where', () => {
  const key = fc.constantFrom(
    'tools',
    'platforms',
    'irc',
    'allow_admin_from',
    'commands',
    'name',
    'aliases',
    '__proto__',
    'admins',
    'privileges',
    'redaction',
    'secret_tools',
    'requires',
    'a*',
  );
  const { document } = fc.letrec((tie) => ({
    document: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<unknown>(null, true, 0, -1, 1.5, Number.NaN, '', 'deny', 'a, b', '/x', '*'),
      fc.array(tie('document'), { maxLength: 3 }),
      fc.dictionary(key, tie('document'), { maxKeys: 4, noNullPrototype: false }),
    ),
  }));
  fc.assert(
    fc.property(document, (given) => {
      const parsed = parsePolicy(given);
      if ('policy' in parsed) expect(parsed.policy.tools('a')).toHaveProperty('kind');
      else expect(parsed.problems.length).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});
