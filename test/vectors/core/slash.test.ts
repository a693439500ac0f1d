import { describe, expect, test } from 'vitest';
import { type Policy, parsePolicy } from '../../../src/core/policy/policy.ts';
import { readCommands } from '../../../src/core/slash/command-registry.ts';
import { canRun, checkSlash, describeAccess, type SlashAccess, tierOf } from '../../../src/core/slash/slash.ts';
import { policyOf } from '../../unit/core/policies.ts';
import { expectNothingElse, readVectors } from '../cases.ts';

type Scope = 'dm' | 'group';
interface CaseOf<Group extends string, Input, Expected> {
  id: string;
  group: Group;
  input: Input;
  expect: Expected;
}
type Case =
  | CaseOf<
      'policy',
      { extra: object; scope: Scope },
      { policy_refused: true } | { enabled: boolean; admin_user_ids: string[]; user_allowed_commands: string[] }
    >
  | CaseOf<
      'can_run',
      { extra: object; scope: Scope; user_id: string | null; command: string },
      { is_admin: boolean; can_run: boolean }
    >
  | CaseOf<
      'resolve',
      {
        config: { platforms: object } | null;
        source: { platform: string; chat_type: string | null; user_id: string | null };
        command: string;
      },
      { can_run: boolean; enabled?: boolean; scope?: string; is_admin?: boolean; reason?: string }
    >
  | CaseOf<
      'dispatch',
      { registry: '#/registry'; extra: object; chat_type: string | null; user_id: string | null; text: string },
      { outcome: 'allow' | 'deny' | 'not_a_command'; canonical: string | null }
    >
  | CaseOf<
      'whoami',
      { extra: object; platform: string; chat_type: string | null; user_id: string | null },
      {
        platform: string;
        scope_label: string;
        user_id: string | null;
        tier: string;
        runnable: string[] | null;
      }
    >;

interface Vectors {
  registry: { builtin: { name: string; aliases?: string[] }[]; plugin: string[]; quick: string[] };
  cases: Case[];
}

const { registry, cases } = readVectors<Vectors>('slash');
const commands = [...registry.builtin, ...[...registry.plugin, ...registry.quick].map((name) => ({ name }))];

describe('slash vectors', () => {
  for (const vector of cases) test(`${vector.id}, ${vector.group}`, () => check(vector));
});

function check(vector: Case): void {
  switch (vector.group) {
    case 'policy':
      checkPolicy(vector.input, vector.expect);
      break;
    case 'can_run':
      checkCanRun(vector.input, vector.expect);
      break;
    case 'resolve':
      checkResolve(vector.input, vector.expect);
      break;
    case 'dispatch':
      checkDispatch(vector.input, vector.expect);
      break;
    case 'whoami':
      checkWhoami(vector.input, vector.expect);
      break;
    default:
      expect.fail(`no test reads the group ${(vector as Case).group}`);
  }
}

type Input<Group> = Extract<Case, { group: Group }>['input'];
type Expected<Group> = Extract<Case, { group: Group }>['expect'];

function checkPolicy({ extra, scope }: Input<'policy'>, expected: Expected<'policy'>): void {
  const parsed = parsePolicy({ platforms: { discord: extra } });
  if ('policy_refused' in expected) {
    const { policy_refused, ...rest } = expected;
    expectNothingElse(rest);
    expect('problems' in parsed).toBe(policy_refused);
    return;
  }
  const { enabled, admin_user_ids, user_allowed_commands, ...rest } = expected;
  expectNothingElse(rest);
  expect('policy' in parsed).toBe(true);
  const { gated, admins, commands } = accessTo(extra, scope);
  expect(gated).toBe(enabled);
  expect([...admins].sort()).toEqual([...admin_user_ids].sort());
  expect([...commands].sort()).toEqual(user_allowed_commands);
}

function checkCanRun({ extra, scope, user_id, command }: Input<'can_run'>, expected: Expected<'can_run'>): void {
  const { is_admin, can_run, ...rest } = expected;
  expectNothingElse(rest);
  const access = accessTo(extra, scope);
  expect(tierOf(access, usersOf(user_id)) !== 'user').toBe(is_admin);
  expect(canRun(access, usersOf(user_id), command)).toBe(can_run);
}

function checkResolve({ config, source, command }: Input<'resolve'>, expected: Expected<'resolve'>): void {
  const { can_run, enabled, scope, is_admin, reason, ...rest } = expected;
  expectNothingElse(rest);
  const answer = checkSlash(policyOf(config), { ...placeOf(source), command, asserted: true });
  expect(answer.check.passed).toBe(can_run);
  expect(answer.gated).toBe(enabled);
  expect(answer.scope).toBe(scope);
  expect(answer.tier && answer.tier !== 'user').toBe(is_admin);
  if (reason !== undefined) expect(answer.check.reason).toBe(reason);
}

function checkDispatch({ extra, text, ...where }: Input<'dispatch'>, expected: Expected<'dispatch'>): void {
  const { outcome, canonical, ...rest } = expected;
  expectNothingElse(rest);
  const policy = policyOf({ platforms: { discord: extra }, commands });
  const answer = checkSlash(policy, { ...placeOf({ platform: 'discord', ...where }), command: text, asserted: true });
  const { passed, reason } = answer.check;
  expect(passed ? 'allow' : reason === 'NOT_A_COMMAND' ? 'not_a_command' : 'deny').toBe(outcome);
  expect(answer.canonical ?? null).toBe(canonical);
}

const SCOPE_LABELS = { dm: 'DM', group: 'group', ambiguous: 'ambiguous' };

function checkWhoami({ extra, ...where }: Input<'whoami'>, expected: Expected<'whoami'>): void {
  const { platform, scope_label, user_id, tier, runnable, ...rest } = expected;
  expectNothingElse(rest);
  const place = placeOf(where);
  const access = describeAccess(policyOf({ platforms: { [where.platform]: extra } }), place);
  expect(place.platform).toBe(platform);
  expect(place.userIds[0] ?? null).toBe(user_id);
  expect(SCOPE_LABELS[access.scope]).toBe(scope_label);
  expect(access.tier).toBe(tier);
  // An unrestricted user and an admin may run everything, which the vectors write as null.
  expect(access.tier === 'user' ? access.runnableCommands : null).toEqual(runnable);
}

function accessTo(extra: object, scope: Scope): SlashAccess {
  const policy: Policy = policyOf({ platforms: { discord: extra } });
  return policy.platforms.get('discord')![scope];
}

function placeOf(source: { platform: string; chat_type: string | null; user_id: string | null }) {
  return {
    platform: source.platform,
    chatType: source.chat_type ?? undefined,
    userIds: usersOf(source.user_id),
    inGuild: false,
  };
}

function usersOf(userId: string | null): string[] {
  return userId === null ? [] : [userId];
}

test('the registry of the vectors is one that the policy accepts', () => {
  const notes = { problems: [], warnings: [] };
  expect(readCommands({ value: commands, path: [], notes }).get('q')).toBe('queue');
  expect(notes).toEqual({ problems: [], warnings: [] });
});
