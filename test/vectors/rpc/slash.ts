// slash.json over gRPC: each case's policy is written to the file and loaded, then asked about.
import { writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { expectNothingElse } from '../cases.ts';
import type { Answer } from '../../support/clients.ts';
import type { OpenServer } from '../../support/engines.ts';
import { refusalOf } from '../../support/refusals.ts';
import { readCases, type SlashCase, type SlashVectors } from '../../support/vector-cases.ts';

export const { registry, cases: slashCases } = readCases<SlashVectors>('slash');
const commands = [...registry.builtin, ...[...registry.plugin, ...registry.quick].map((name) => ({ name }))];
const FLOOR = ['help', 'whoami'];

/** Why a case is not run over gRPC. */
export function slashCaseIsCoreOnly({ group }: SlashCase): string | undefined {
  return group === 'can_run' ? 'core only: the command is canonical already' : undefined;
}

type CaseOf<Group> = Extract<SlashCase, { group: Group }>;

export async function playSlashCase(open: OpenServer, vector: SlashCase): Promise<void> {
  switch (vector.group) {
    case 'policy':
      return playPolicy(open, vector);
    case 'resolve':
      return playResolve(open, vector);
    case 'dispatch':
      return playDispatch(open, vector);
    case 'whoami':
      return playWhoami(open, vector);
    default:
      expect.fail(`no test reads the group ${vector.group}`);
  }
}

/** JSON is YAML too. No configuration at all is a policy that says nothing. */
function load({ server, clients }: OpenServer, policy: object | null): Promise<Answer> {
  writeFileSync(server.policyFile, JSON.stringify(policy ?? {}));
  return clients.server('ReloadPolicy');
}

async function playPolicy(open: OpenServer, { input, expect: expected }: CaseOf<'policy'>): Promise<void> {
  const loading = load(open, { platforms: { discord: input.extra } });
  if ('policy_refused' in expected) {
    const { policy_refused, ...rest } = expected;
    expectNothingElse(rest);
    expect(policy_refused).toBe(true);
    expect(await refusalOf(loading)).toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'POLICY_REFUSED' });
    return;
  }
  await loading;
  const { enabled, admin_user_ids, user_allowed_commands, ...rest } = expected;
  expectNothingElse(rest);
  const describe = (user_id: string) =>
    open.clients.decisions('DescribeSlashAccess', { platform: 'discord', chat_type: input.scope, user_id });
  const somebody = await describe('somebody else');
  expect(somebody.gated).toBe(enabled);
  expect(somebody.tier).toBe(enabled ? 'SLASH_TIER_USER' : 'SLASH_TIER_UNRESTRICTED');
  for (const admin of admin_user_ids) expect((await describe(admin)).tier).toBe('SLASH_TIER_ADMIN');
  if (enabled) {
    const listed = user_allowed_commands.filter((command) => !FLOOR.includes(command));
    expect(somebody.runnable_commands).toEqual([...FLOOR, ...listed]);
  }
}

async function playResolve(open: OpenServer, { input, expect: expected }: CaseOf<'resolve'>): Promise<void> {
  const { can_run, enabled, scope, is_admin, reason, ...rest } = expected;
  expectNothingElse(rest);
  await load(open, input.config);
  const answer = await open.clients.decisions('CheckSlash', { ...whereOf(input.source), command: input.command });
  expect(answer.decision.effect).toBe(can_run ? 'EFFECT_ALLOW' : 'EFFECT_DENY');
  if (reason !== undefined) expect(answer.decision.reason).toBe(`REASON_${reason}`);
  expect(answer.gated).toBe(enabled ?? false);
  expect(answer.scope).toBe(scope === undefined ? undefined : `SLASH_SCOPE_${scope.toUpperCase()}`);
  if (is_admin === undefined) expect(answer.tier).toBeUndefined();
  else expect(answer.tier !== 'SLASH_TIER_USER').toBe(is_admin);
}

async function playDispatch(open: OpenServer, { input, expect: expected }: CaseOf<'dispatch'>): Promise<void> {
  const { outcome, canonical, ...rest } = expected;
  expectNothingElse(rest);
  await load(open, { platforms: { discord: input.extra }, commands });
  const { text, ...where } = input;
  const answer = await open.clients.decisions('CheckSlash', {
    ...whereOf({ platform: 'discord', ...where }),
    command: text,
  });
  const { effect, reason } = answer.decision;
  const said = { EFFECT_ALLOW: 'allow', EFFECT_DENY: 'deny', EFFECT_UNSPECIFIED: 'not_a_command' }[effect as string];
  expect(said).toBe(outcome);
  expect(reason === 'REASON_NOT_A_COMMAND').toBe(outcome === 'not_a_command');
  expect(answer.canonical_command ?? null).toBe(canonical);
}

const SCOPE_LABELS: Readonly<Record<string, string>> = {
  SLASH_SCOPE_DM: 'DM',
  SLASH_SCOPE_GROUP: 'group',
  SLASH_SCOPE_AMBIGUOUS: 'ambiguous',
};

async function playWhoami(open: OpenServer, { input, expect: expected }: CaseOf<'whoami'>): Promise<void> {
  const { platform, scope_label, user_id, tier, runnable, ...rest } = expected;
  expectNothingElse(rest);
  await load(open, { platforms: { [input.platform]: input.extra } });
  const access = await open.clients.decisions('DescribeSlashAccess', whereOf(input));
  expect(access.platform).toBe(platform);
  expect(access.user_id ?? null).toBe(user_id);
  expect(SCOPE_LABELS[access.scope]).toBe(scope_label);
  expect(access.tier).toBe(`SLASH_TIER_${tier.toUpperCase()}`);
  // An unrestricted user and an admin may run everything, which the vectors write as null.
  expect(tier === 'user' ? access.runnable_commands : null).toEqual(runnable);
}

function whereOf({
  platform,
  chat_type,
  user_id,
}: {
  platform: string;
  chat_type: string | null;
  user_id: string | null;
}): object {
  return { platform, ...(chat_type !== null && { chat_type }), ...(user_id !== null && { user_id }) };
}
