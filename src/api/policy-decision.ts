// PolicyDecisionService: the five decisions, as a runner asks for them.
import { LIMITS } from '../core/limits.ts';
import type { ScopeFacts } from '../core/scope/scope.ts';
import type * as wire from '../gen/tollgate.ts';
import { validateScope } from '../pdp/decision/validate-scope.ts';
import { appendAudit } from '../pdp/run/append-audit.ts';
import { CHARGE_OPERATIONS } from './charge.ts';
import { RUNNERS, unary } from './operation.ts';
import { SLASH_OPERATIONS } from './slash.ts';
import { appendRequestFrom } from './wire/append-request.ts';
import { encodeDecision, encodeTokens } from './wire/encode.ts';
import { DURABILITY, upper } from './wire/enums.ts';
import type { Fields } from './wire/fields.ts';
import { SCOPE, TRACE_ID } from './wire/rules.ts';

const DECISION = { roles: RUNNERS, listener: 'decision', size: 'request', lifetime: 'call' } as const;

export const POLICY_DECISION_OPERATIONS = [
  ...CHARGE_OPERATIONS,
  ...SLASH_OPERATIONS,
  unary('ValidateScope', {
    ...DECISION,
    idempotency: 'none',
    decode: scopeRequestFrom,
    run: validateScope,
    encode: (decision): wire.ValidateScopeResponse => ({ decision: encodeDecision(decision) }),
    logged: ({ context }, decision) => ({
      decision,
      about: () => ('runId' in context ? { run_id: context.runId } : {}),
    }),
  }),
  unary('AppendAudit', {
    ...DECISION,
    size: 'append',
    idempotency: 'key',
    decode: appendRequestFrom,
    large: {
      bytesMin: ({ appendReader }) => appendReader.bytesMin,
      decode: (bytes, { pdp, caller, deadline }) =>
        pdp.appendReader.read(bytes, {
          caller: caller.name,
          deadline: Math.min(deadline, performance.now() + pdp.writeTimeouts.appendMs),
        }),
    },
    run: appendAudit,
    encode: (appended): wire.AppendAuditResponse => ({
      first_sequence: appended.firstSequence,
      last_sequence: appended.lastSequence,
      token_totals: encodeTokens(appended.tokens),
      replayed: appended.replayed,
      durability: DURABILITY[upper(appended.durability)],
    }),
  }),
];

function scopeRequestFrom(fields: Fields<wire.ValidateScopeRequest>) {
  const scope = fields.requiredText('scope', SCOPE);
  const traceId = fields.id('trace_id', TRACE_ID);
  const runId = fields.id('run_id');
  const invocation = fields.message('invocation');
  const given = fields.oneOf('context', ['run_id', 'invocation']);
  if (given === undefined) fields.refuse('context', 'one of run_id, invocation is required');
  const context = invocation ? { invocation: factsFrom(invocation) } : { runId: runId ?? '' };
  fields.check();
  return { scope, context, traceId, explain: fields.flag('explain') };
}

/** In an invocation, an empty string means the same as an absent field. */
function factsFrom(fields: Fields<wire.Invocation>): ScopeFacts {
  const fact = (name: keyof wire.Invocation, bytesMax: number = LIMITS.idBytesMax) =>
    fields.text(name, { bytesMax, kind: 'id', emptyAllowed: true }) ?? '';
  return {
    callerId: fact('caller_id', LIMITS.principalBytesMax),
    runId: fact('run_id'),
    rootRunId: fact('root_run_id'),
    parentRunId: fact('parent_run_id'),
    continuationParentRunId: fact('continuation_parent_run_id'),
  };
}
