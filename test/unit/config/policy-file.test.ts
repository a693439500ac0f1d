import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadPolicy, type PolicyParser } from '../../../src/config/files/policy-file.ts';
import { printPolicyCheck } from '../../../src/config/print.ts';
import { parsePolicy } from '../../../src/core/policy/policy.ts';
import { StartupError } from '../../../src/host/startup-error.ts';
import { testFolder } from './folder.ts';

const accept: PolicyParser<unknown> = (document) => ({ policy: document, warnings: [] });

function revisionOf(text: string): string {
  return loadPolicy(join(testFolder({ 'policy.yaml': text }), 'policy.yaml'), accept).revision;
}

test('comments, layout and order do not change a revision', () => {
  const revision = revisionOf('a: 1\nb: {c: [x, y], d: "z"}\n');
  expect(revision).toMatch(/^[0-9a-f]{64}$/);
  expect(revisionOf('# rules\nb:\n  d: z\n  c:\n    - x # first\n    - y\n\na: 1\n')).toBe(revision);
});

test.each([
  'a: 1',
  'a: "1"',
  'a: 01',
  'a: [1]',
  'a: null',
  'a: true',
  'a: "true"',
  'b: 1',
  '__proto__: 1',
  'a: [x, y]',
  'a: [y, x]',
  'a: {}',
  '{}',
])('the content of %j has a revision of its own', (text) => {
  const others = [
    'a: 1',
    'a: "1"',
    'a: 01',
    'a: [1]',
    'a: null',
    'a: true',
    'a: "true"',
    'b: 1',
    '__proto__: 1',
    'a: [x, y]',
    'a: [y, x]',
    'a: {}',
    '{}',
  ];
  const same = others.filter((other) => revisionOf(other) === revisionOf(text));
  expect(same).toEqual([text]);
});

test('the revision of a map is that of any of its orders', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { minKeys: 1, maxKeys: 6 }), (map) => {
      const lines = Object.entries(map).map(([key, value]) => `? ${JSON.stringify(key)}\n: ${JSON.stringify(value)}`);
      expect(revisionOf(lines.toReversed().join('\n'))).toBe(revisionOf(lines.join('\n')));
    }),
    { numRuns: 30 },
  );
});

test('what the parser has to say carries file and line', () => {
  const path = join(
    testFolder({ 'policy.yaml': 'admins: []\nplatforms:\n  discord:\n    allow_admin_from: []\n' }),
    'policy.yaml',
  );
  const at = ['platforms', 'discord', 'allow_admin_from'];
  const warned = loadPolicy(path, () => ({
    policy: {},
    warnings: [
      { path: at, message: 'nobody is admin' },
      { path: ['admins'], message: 'is empty' },
    ],
  }));
  expect(warned.warnings).toEqual([
    `${path}:1: admins: is empty`,
    `${path}:4: platforms.discord.allow_admin_from: nobody is admin`,
  ]);
  expect(printPolicyCheck('p.yaml', warned)).toBe(
    `warning: ${warned.warnings[0]}\nwarning: ${warned.warnings[1]}\npolicy is valid: p.yaml, revision ${warned.revision}`,
  );

  const refuse = () => loadPolicy(path, () => ({ problems: [{ path: at, message: 'must not be empty' }] }));
  expect(refuse).toThrow(new StartupError([`${path}:4: platforms.discord.allow_admin_from: must not be empty`]));
});

test('a file below the working directory goes by its short name', () => {
  const problems = { problems: [{ path: ['name'], message: 'is odd' }] };
  expect(() => loadPolicy(join(process.cwd(), 'biome.json'), () => problems)).toThrow(
    /^biome\.json:\d+: name: is odd$/,
  );
});

test('a file that is missing or no YAML is refused as well', () => {
  const folder = testFolder({ 'bad.yaml': 'a: [1\nb: 2' });
  expect(() => loadPolicy(join(folder, 'none.yaml'), accept)).toThrow(
    new StartupError([`${folder}/none.yaml: does not exist`]),
  );
  try {
    loadPolicy(join(folder, 'bad.yaml'), accept);
    expect.unreachable();
  } catch (error) {
    expect((error as StartupError).problems).toContainEqual(expect.stringMatching(/\/bad\.yaml:\d: /));
  }
});

test('the parser sees ids with all their digits and no inherited keys', () => {
  const path = join(
    testFolder({ 'policy.yaml': 'admins: [123456789012345678901]\n__proto__: {x: 1}\n' }),
    'policy.yaml',
  );
  const { policy } = loadPolicy(path, (document) => ({ policy: document as Record<string, unknown>, warnings: [] }));
  expect(policy.admins).toEqual([123456789012345678901n]);
  expect(Object.keys(policy)).toEqual(['admins', '__proto__']);
  expect(policy.x).toBeUndefined();
});

describe('a value of the policy is checked in the type that it has in the file', () => {
  const problemsOf = (text: string) => {
    const path = join(testFolder({ 'policy.yaml': text }), 'policy.yaml');
    try {
      loadPolicy(path, parsePolicy);
      return [];
    } catch (error) {
      return (error as StartupError).problems.map((problem) => problem.replace(path, ''));
    }
  };
  const ODD = ['-5e17', '111.0', '1e400', '.inf', '-.inf', '.nan', '010', '0x1F', '0o17', '1e3', '+5', '-0', '1.5'];
  const LISTS = ['allow_admin_from', 'user_allowed_commands', 'group_allow_admin_from', 'group_user_allowed_commands'];

  test.each([...ODD, '111', '-7', '123456789012345678', 'true', '~', '{}'])('%s alone is no list', (value) => {
    for (const list of LISTS) {
      expect(problemsOf(`platforms:\n  irc:\n    ${list}: ${value}\n`), list).toEqual([
        expect.stringMatching(`^:3: platforms.irc.${list}: must be a list, or text with commas, not `),
      ]);
    }
  });

  test.each(ODD)('%s in a list is nobody', (value) => {
    for (const list of LISTS) {
      expect(problemsOf(`platforms:\n  irc:\n    ${list}:\n      - 1\n      - ${value}\n`), list).toEqual([
        expect.stringMatching(`^:5: platforms.irc.${list}\\[1\\]: must be text or an integer, not a number`),
      ]);
    }
    expect(problemsOf(`admins: [${value}]`)).toEqual([
      expect.stringMatching('^:1: admins\\[0\\]: must be text, not a number'),
    ]);
    expect(problemsOf(`privileges: {X: [${value}]}`)).toHaveLength(1);
    expect(problemsOf(`tools: {a: {requires: [${value}]}}`)).toHaveLength(1);
    expect(problemsOf(`redaction: {secret_tools: [${value}]}`)).toHaveLength(1);
    expect(problemsOf(`commands: [{name: ${value}}]`)).toHaveLength(1);
    for (const section of ['tools', 'privileges', 'platforms', 'redaction', 'audit']) {
      expect(problemsOf(`${section}: ${value}`).slice(0, 1), section).toEqual([
        expect.stringContaining('must be a map, not a number'),
      ]);
    }
  });

  test('a whole number in plain digits in a list keeps them all', () => {
    const text =
      'admins: [7, 123456789012345678901]\nplatforms: {irc: {allow_admin_from: [-100123456789012345678, 0]}}';
    const path = join(testFolder({ 'policy.yaml': text }), 'policy.yaml');
    const { policy } = loadPolicy(path, parsePolicy);
    expect([...policy.admins]).toEqual(['7', '123456789012345678901']);
    expect([...policy.platforms.get('irc')!.dm.admins]).toEqual(['-100123456789012345678', '0']);
  });
});
