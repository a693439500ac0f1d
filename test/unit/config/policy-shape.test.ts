// The schema of a policy and core's parser agree: what one accepts, the other does, for good policies and for damaged ones.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkedPolicy, policyShapeProblems } from '../../../src/config/files/policy-shape.ts';
import { readYaml } from '../../../src/config/files/yaml-source.ts';
import { parsePolicy } from '../../../src/core/policy/policy.ts';

const EXAMPLE = readYaml({ path: 'policy.example.yaml', name: 'policy.example.yaml' }).root;

const name = fc.constantFrom('read_file', 'http_*', 'shell_exec');
const principals = fc.array(fc.constantFrom('discord:1', 'slack:U1'), { maxLength: 2 });
const list = fc.oneof(
  fc.constant('1, 2'),
  fc.array(fc.oneof(fc.constant('1'), fc.nat()), { minLength: 1, maxLength: 2 }),
);
const good = fc.record(
  {
    tools: fc.dictionary(
      name,
      fc.record(
        {
          requires: fc.array(fc.constant('P'), { maxLength: 1 }),
          sensitivity: fc.constantFrom('public', 'restricted'),
          secret: fc.boolean(),
          store: fc.oneof(fc.constantFrom('none', 'lengths', 'all'), fc.constant({ fields: ['/args/a'] })),
        },
        { requiredKeys: [] },
      ),
    ),
    unlisted_tools: fc.constantFrom('session', 'deny'),
    privileges: fc.dictionary(fc.constantFrom('P', 'Q'), principals),
    admins: principals,
    platforms: fc.dictionary(
      fc.constantFrom('discord', 'slack'),
      fc.record({ allow_admin_from: list, group_user_allowed_commands: list }, { requiredKeys: [] }),
    ),
    unknown_platform: fc.constantFrom('deny', 'allow'),
    commands: fc.constant([{ name: 'new', aliases: ['reset'] }]),
    redaction: fc.record({ secret_tools: fc.array(name, { maxLength: 2 }) }, { requiredKeys: [] }),
    audit: fc.record({ profile: fc.constantFrom('compatible', 'minimal') }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);
/** A value that stands where another is expected, or a key that nothing reads. */
const bad = fc.constantFrom<unknown>(7, true, null, 'other', [[]], [{}], { unknown_key: 1 });

describe('the schema of a policy', () => {
  test('accepts the example, and every policy of the generator that core accepts', () => {
    expect(policyShapeProblems(EXAMPLE)).toEqual([]);
    fc.assert(
      fc.property(good, (policy) => 'policy' in parsePolicy(policy) === (policyShapeProblems(policy).length === 0)),
    );
  });

  test('refuses nothing that core accepts, and core nothing of the wrong shape that the schema accepts', () => {
    const keys = Object.keys(EXAMPLE);
    fc.assert(
      fc.property(good, fc.constantFrom(...keys, 'extra'), bad, (policy, key, value) => {
        const damaged = { ...policy, [key]: value };
        const refused = 'problems' in parsePolicy(damaged);
        // Core knows more than a schema can say, never less.
        if (policyShapeProblems(damaged).length > 0) expect(refused, JSON.stringify(damaged)).toBe(true);
        else if (refused) expect(JSON.stringify(value), JSON.stringify(damaged)).toMatch(/other|null/);
      }),
    );
  });

  test('is asked behind core, which names the place', () => {
    expect(checkedPolicy({ tools: { a: { secret: 'yes' } } })).toMatchObject({
      problems: [{ path: ['tools', 'a', 'secret'] }],
    });
    expect(policyShapeProblems({ tools: { a: { secret: 'yes' } } })).toMatchObject([
      { path: ['tools', 'a', 'secret'] },
    ]);
  });

  test('is named in the example, so that editors use it', () => {
    expect(readFileSync('policy.example.yaml', 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=src\/config\/files\/policy\.schema\.json/,
    );
  });
});
