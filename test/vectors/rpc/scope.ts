// scope.json through ValidateScope, the facts asserted in an invocation.
import { expect } from 'vitest';
import { expectNothingElse } from '../cases.ts';
import type { Clients } from '../../support/clients.ts';
import { refusalOf } from '../../support/refusals.ts';
import type { ScopeCase } from '../../support/vector-cases.ts';

export const SCOPE_POLICY = 'admins: ["discord:admin"]';
const ADMIN_TRACE = 'trace-of-the-admin';
/** Ids do not hold them on the wire, so what the cases say about them ends at the edge. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

export async function bindAdmin({ identities }: Clients): Promise<void> {
  await identities('BindIdentity', { trace_id: ADMIN_TRACE, identity: { platform: 'discord', user_id: 'admin' } });
}

export async function playScopeCase({ decisions }: Clients, { input, expect: expected }: ScopeCase): Promise<void> {
  const { invocation, scope, is_admin } = input;
  const { continuation, ...facts } = invocation;
  const request = {
    scope,
    invocation: { ...facts, ...(continuation && { continuation_parent_run_id: continuation.parent_run_id }) },
    ...(is_admin && { trace_id: ADMIN_TRACE }),
    explain: true,
  };
  if (CONTROL.test(scope)) {
    expect(await refusalOf(decisions('ValidateScope', request))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      fields: ['scope'],
    });
    return;
  }
  const { decision } = await decisions('ValidateScope', request);
  // Message texts are not part of the contract.
  const { allow, reason, message: _, message_starts_with: __, ...rest } = expected;
  expectNothingElse(rest);
  const answer = { effect: decision.effect, reason: decision.reason };
  expect(answer).toEqual(
    allow
      ? { effect: 'EFFECT_ALLOW', reason: 'REASON_ALLOWED' }
      : { effect: 'EFFECT_DENY', reason: `REASON_SCOPE_${reason}` },
  );
  expect(decision.checks.at(-1)).toEqual({ name: 'scope', passed: allow, reason: decision.reason, asserted: true });
}
