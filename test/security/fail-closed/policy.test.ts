// A key of the policy that is left out, left empty or given a value of another kind never allows more than the same policy
// without the key, and where leaving it out allows more than giving it, that is written down here with its reason.
// The keys are read from the parser's own source, so that a new one is thought about before it passes.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkCall } from '../../../src/core/decision/authorize.ts';
import type { RequestedCall } from '../../../src/core/decision/checks.ts';
import { isAdmin } from '../../../src/core/decision/run-check.ts';
import { type Policy, parsePolicy } from '../../../src/core/policy/policy.ts';
import type { SensitivityLevel } from '../../../src/core/session/session.ts';
import { checkSlash } from '../../../src/core/slash/slash.ts';
import { effectiveSensitivity, isSecretTool, storeRuleOf } from '../../../src/core/tool/tools.ts';
import { policyOf } from '../../unit/core/policies.ts';

/** The tool and privilege checks of one call. */
function checkCallOf(policy: Policy, principals: readonly string[] | undefined, call: RequestedCall) {
  return checkCall({ policy, principals, call });
}

/** Every key of the policy, each with a value that somebody wrote on purpose. */
const WHOLE = {
  tools: {
    shell: { requires: ['EXEC'], sensitivity: 'confidential', store: 'lengths' },
    'vault_*': { secret: true, sensitivity: 'restricted' },
    read: { sensitivity: 'internal', store: { fields: ['/args/path'] } },
  },
  unlisted_tools: 'deny',
  privileges: { EXEC: ['chat:1'] },
  admins: ['chat:1'],
  platforms: {
    chat: {
      allow_admin_from: ['1'],
      user_allowed_commands: ['status'],
      group_allow_admin_from: ['1'],
      group_user_allowed_commands: ['status', 'model'],
    },
  },
  unknown_platform: 'deny',
  commands: [{ name: 'status' }, { name: 'model' }, { name: 'new', aliases: ['reset'] }],
  redaction: { secret_tools: ['wallet_*'] },
  audit: { profile: 'minimal' },
};

type Path = readonly (string | number)[];

/** Where leaving something out allows more than WHOLE does, by the path with the author's own names as `*`. */
const OPENS_WHEN_ABSENT: Readonly<Record<string, string>> = {
  'tools.*': 'a tool that no rule lists is denied or left to the session, as unlisted_tools says',
  'tools.*.requires': 'a tool that requires nothing; the session must still grant it',
  'tools.*.requires.0': 'one requirement fewer',
  'tools.*.sensitivity': 'the request states the level, and public if it does not',
  'tools.*.secret': 'a tool is not secret unless it is said; built-in ones are',
  tools: 'as each of its entries',
  unlisted_tools: 'left to the session: `session` is the documented default',
  'platforms.*.allow_admin_from': 'without admins a scope is open to everyone: the parser warns',
  'platforms.*.group_allow_admin_from': 'as allow_admin_from',
  'platforms.*.user_allowed_commands': 'the list for groups counts in direct chats, too',
  redaction: 'only built-in tools are secret, and those marked so',
  'redaction.secret_tools': 'as redaction',
  'redaction.secret_tools.0': 'as redaction',
};

/** Where `{}` is not a slip but says something. */
const EMPTY_MAP_SAYS: Readonly<Record<string, string>> = {
  'tools.*': 'that there is such a tool, which requires nothing beyond the session',
  'platforms.*': 'that there is such a platform, without admins and so open to everyone: the parser warns',
};

const TOOLS = ['shell', 'vault_read', 'read', 'wallet_pay', 'http_get', 'unheard_of', '', 'toString', '__proto__'];
const PRINCIPALS = [undefined, [], ['chat:1'], ['chat:2'], ['']];
const COMMANDS = ['/status', '/model', '/new', '/reset', '/stop', '/help', '/'];
const USERS = [[], ['1'], ['2'], ['']];
const PLATFORMS = ['chat', 'other', '', 'constructor'];

/** Everything that a policy allows, of a fixed list of questions: a word for each yes. */
function allowedBy(policy: Policy): Set<string> {
  const yes = new Set<string>();
  const note = (isAllowed: boolean, ...words: unknown[]) => isAllowed && yes.add(JSON.stringify(words));
  for (const tool of TOOLS) {
    note(!isSecretTool(policy, tool), 'not secret', tool);
    const rule = storeRuleOf(policy, tool);
    note(rule !== 'none', 'stores lengths', tool);
    note(rule === 'all', 'stores all', tool);
    note(rule === 'all' || (typeof rule === 'object' && rule.fields.has('/args/path')), 'stores the path', tool);
    const call = { tool, sensitivity: undefined };
    for (let level = 0; level < 4; level++) {
      note(effectiveSensitivity(policy, call) <= (level as SensitivityLevel), 'below', level, tool);
    }
    for (const principals of PRINCIPALS) {
      note(
        checkCallOf(policy, principals, call).every(({ passed }) => passed),
        'tool',
        tool,
        principals,
      );
    }
  }
  for (const principals of PRINCIPALS) note(isAdmin(policy, principals), 'admin', principals);
  for (const platform of PLATFORMS) {
    for (const command of COMMANDS) {
      for (const userIds of USERS) {
        for (const chatType of ['dm', 'group', undefined]) {
          const { check } = checkSlash(policy, {
            platform,
            chatType,
            userIds,
            inGuild: false,
            asserted: false,
            command,
          });
          note(check.passed, 'slash', platform, command, userIds, chatType);
        }
      }
    }
  }
  return yes;
}

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries = Array.isArray(value) ? value.map((item, index) => [index, item] as const) : Object.entries(value);
  return [path, ...entries.flatMap(([key, below]) => pathsOf(below, [...path, key]))];
}

/** The whole policy with something else at one place; `absent` leaves it out. */
function changed(path: Path, value: unknown): unknown {
  const change = (node: unknown, [key, ...rest]: Path): unknown => {
    if (key === undefined) return value;
    const below = rest.length === 0 ? value : change((node as Record<string | number, unknown>)[key], rest);
    if (Array.isArray(node)) {
      return node.flatMap((item, index) => (index !== key ? [item] : below === ABSENT ? [] : [below]));
    }
    const { [key]: _, ...others } = node as Record<string | number, unknown>;
    return below === ABSENT ? others : { ...others, [key]: below };
  };
  return change(WHOLE, path);
}
const ABSENT = Symbol('absent');

/** What an author leaves behind who meant to write something. */
const SLIPS = [
  null,
  '',
  ' ',
  [],
  {},
  [null],
  [''],
  [' '],
  [[]],
  [{}],
  0,
  1,
  -1,
  0.5,
  true,
  false,
  'true',
  'none',
  '*',
  ',',
  'chat:1',
  Number.NaN,
];

function nameOf(path: Path): string {
  return path
    .map((key, depth) => (depth === 1 && (path[0] === 'tools' || path[0] === 'platforms') ? '*' : key))
    .join('.');
}

function beyond(more: ReadonlySet<string>, less: ReadonlySet<string>): string[] {
  return [...more].filter((word) => !less.has(word));
}

const PATHS = pathsOf(WHOLE).filter((path) => path.length > 0);
const whole = allowedBy(policyOf(WHOLE));

test('the whole policy holds every key that the parser knows', () => {
  const files = readdirSync('src/core', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const sources = files.map((file) => readFileSync(`src/core/${file}`, 'utf8'));
  const lists = sources.flatMap((text) => [
    ...text.matchAll(/^const (?:KEYS|LISTS) = \[([^\]]*)\] as const/gm),
    ...text.matchAll(/fieldsOf\([^[\]]*\[([^\]]*)\]/g),
  ]);
  const known = lists.flatMap(([, names]) => [...names!.matchAll(/'(\w+)'/g)].map(([, name]) => name!));
  expect(known.length).toBeGreaterThan(15);
  const used = new Set(PATHS.map((path) => path.at(-1)));
  expect(known.filter((name) => !used.has(name))).toEqual([]);
});

describe('leaving out', () => {
  test.for(PATHS.map((path) => ({ name: path.join('.'), path })))(
    '$name allows nothing more, or it is written down why',
    ({ path }) => {
      const parsed = parsePolicy(changed(path, ABSENT));
      if ('problems' in parsed) return;
      const more = beyond(allowedBy(parsed.policy), whole);
      const reason = OPENS_WHEN_ABSENT[nameOf(path)];
      if (reason === undefined) expect(more, path.join('.')).toEqual([]);
    },
  );

  test('what is written down does allow more: no line is there in vain', () => {
    const opening = PATHS.filter((path) => {
      const parsed = parsePolicy(changed(path, ABSENT));
      return 'policy' in parsed && beyond(allowedBy(parsed.policy), whole).length > 0;
    });
    expect([...new Set(opening.map(nameOf))].toSorted()).toEqual(Object.keys(OPENS_WHEN_ABSENT).toSorted());
  });

  test('everything leaves the documented defaults', () => {
    const policy = policyOf({});
    expect(policy).toMatchObject({ unlistedTools: 'session', unknownPlatform: 'deny' });
    expect([policy.admins.size, policy.privileges.size, policy.platforms.size]).toEqual([0, 0, 0]);
    expect(allowedBy(policyOf(undefined))).toEqual(allowedBy(policy));
  });
});

describe('a slip', () => {
  test.for(PATHS.map((path) => ({ name: path.join('.'), path })))(
    'at $name is refused, or allows no more than leaving it out',
    ({ path }) => {
      const without = parsePolicy(changed(path, ABSENT));
      const most = new Set([...whole, ...('policy' in without ? allowedBy(without.policy) : [])]);
      for (const slip of SLIPS) {
        const parsed = parsePolicy(changed(path, slip));
        if ('problems' in parsed) continue;
        if (JSON.stringify(slip) === '{}' && nameOf(path) in EMPTY_MAP_SAYS) {
          if (path[0] === 'platforms')
            expect(parsed.warnings.map(({ message }) => message)).toContain('everyone may run every command on chat');
          continue;
        }
        // A number in a list of names is no slip: it names somebody else.
        const more = beyond(allowedBy(parsed.policy), most);
        expect(more, `${path.join('.')}: ${JSON.stringify(slip)}`).toEqual([]);
      }
    },
  );

  test.for(PATHS.map((path) => ({ name: path.join('.'), path })))(
    'of the name at $name is refused, where names are ours',
    ({ path }) => {
      const last = path.at(-1)!;
      const isOurs = typeof last === 'string' && !['shell', 'vault_*', 'read', 'EXEC', 'chat'].includes(last);
      if (!isOurs) return;
      const parent = path.slice(0, -1).reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], WHOLE);
      const { [last]: value, ...others } = parent as Record<string, unknown>;
      for (const misspelt of [`${last}s`, last.toUpperCase(), ` ${last}`, last.replace('_', '-')].filter(
        (name) => name !== last,
      )) {
        const renamed = { ...others, [misspelt]: value };
        const document = path.length === 1 ? renamed : changed(path.slice(0, -1), renamed);
        expect('problems' in parsePolicy(document), misspelt).toBe(true);
      }
    },
  );

  test('of the whole document is refused', () => {
    for (const document of ['', 'none', 0, true, [], [WHOLE]]) {
      expect('problems' in parsePolicy(document), JSON.stringify(document)).toBe(true);
    }
  });
});
