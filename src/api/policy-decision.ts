// PolicyDecisionService: the five decisions, as a runner asks for them.
import type { RequestedCall } from '../core/decision/authorize.ts';
import { principalOf } from '../core/identity/identity.ts';
import { LIMITS } from '../core/limits.ts';
import { isOwnId, partitionOf } from '../core/partition.ts';
import type { ScopeFacts } from '../core/scope/scope.ts';
import { SENSITIVITIES, type Sensitivity, type SensitivityLevel } from '../core/session/session.ts';
import type * as wire from '../gen/tollgate.ts';
import { checkSlash, describeSlashAccess, type SlashDecision } from '../pdp/decision/check-slash.ts';
import { decideAndCharge } from '../pdp/decision/decide-and-charge.ts';
import type { ChargeDecision, ChargeRequest } from '../pdp/decision/request.ts';
import { validateScope } from '../pdp/decision/validate-scope.ts';
import type { Pdp } from '../pdp/pdp.ts';
import { appendAudit } from '../pdp/run/append-audit.ts';
import { type LoggedDecision, RUNNERS, unary } from './operation.ts';
import { appendRequestFrom } from './wire/append-request.ts';
import { encodeDecision, encodeIdentity, encodeTokens, encodeUsage } from './wire/encode.ts';
import { DURABILITY, SENSITIVITY_NAMES, SLASH_SCOPE, SLASH_TIER, upper } from './wire/enums.ts';
import type { Fields } from './wire/fields.ts';
import { CHAT_TYPE, COMMAND, operationFrom, SCOPE, TRACE_ID } from './wire/rules.ts';

const DECISION = { roles: RUNNERS, listener: 'decision', size: 'request', lifetime: 'call' } as const;

export const POLICY_DECISION_OPERATIONS = [
  unary('Authorize', {
    ...DECISION,
    idempotency: 'key',
    decode: authorizeRequestFrom,
    run: decideAndCharge,
    encode: ({ decision, identity, usage }): wire.AuthorizeResponse => ({
      decision: encodeDecision(decision),
      usage: usage && encodeUsage(usage),
      identity: identity && encodeIdentity(identity),
    }),
    logged: loggedCharge,
  }),
  unary('ConsumeBudget', {
    ...DECISION,
    idempotency: 'key',
    decode: consumeRequestFrom,
    run: decideAndCharge,
    encode: ({ decision, usage }): wire.ConsumeBudgetResponse => ({
      decision: encodeDecision(decision),
      usage: usage && encodeUsage(usage),
    }),
    logged: loggedCharge,
  }),
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
  unary('CheckSlash', {
    ...DECISION,
    idempotency: 'none',
    decode: slashRequestFrom,
    run: checkSlash,
    encode: encodeSlash,
    logged: (_asked, { decision, known }) => ({ decision, about: () => ({ command: known }) }),
  }),
  unary('DescribeSlashAccess', {
    ...DECISION,
    roles: [...RUNNERS, 'auditor'],
    idempotency: 'none',
    decode: (fields: Fields<wire.DescribeSlashAccessRequest>) => {
      const request = slashWhoFrom(fields);
      fields.check();
      return request;
    },
    run: describeSlashAccess,
    encode: ({ platform, scope, tier, gated, userId, runnableCommands }): wire.DescribeSlashAccessResponse => ({
      platform,
      gated,
      user_id: userId,
      runnable_commands: runnableCommands,
      scope: scope && SLASH_SCOPE[upper(scope)],
      tier: tier && SLASH_TIER[upper(tier)],
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

function loggedCharge(request: ChargeRequest, { decision, identity, usage }: ChargeDecision): LoggedDecision {
  return {
    decision,
    about: () => ({
      session_id: request.session?.sessionId,
      agent_id: request.session?.agentId,
      run_id: request.runId,
      tool: request.calls[0]?.tool,
      calls: request.calls.length,
      principal: identity && principalOf(identity),
      calls_remaining: usage?.callsRemaining,
    }),
  };
}

function encodeSlash({ decision, canonical, scope, tier, gated }: SlashDecision): wire.CheckSlashResponse {
  return {
    decision: encodeDecision(decision),
    canonical_command: canonical,
    gated: gated ?? false,
    scope: scope && SLASH_SCOPE[upper(scope)],
    tier: tier && SLASH_TIER[upper(tier)],
  };
}

function authorizeRequestFrom(fields: Fields<wire.AuthorizeRequest>, pdp: Pdp): ChargeRequest {
  const common = commonFrom(fields);
  const call = callFrom(fields);
  const agentId = fields.id('agent_id');
  const scope = fields.text('scope', SCOPE);
  const slashFields = fields.message('slash');
  const slash = slashFields && {
    ...slashWhereFrom(slashFields),
    command: slashFields.requiredText('command', COMMAND),
  };
  if (common.sessionId !== undefined && agentId === undefined)
    fields.refuse('agent_id', 'is required with a session_id');
  if (scope !== undefined && common.runId === undefined) fields.refuse('run_id', 'is required with a scope');
  const operation = operationFrom(
    fields,
    'Authorize',
    common.traceId,
    common.sessionId,
    agentId,
    call.tool,
    call.sensitivity,
    scope,
    common.runId,
    slash && [slash.platform, slash.chatType, slash.command],
  );
  fields.check();
  return {
    rpc: 'Authorize',
    traceId: common.traceId,
    runId: common.runId,
    dryRun: common.dryRun,
    explain: common.explain,
    calls: [call],
    slash,
    scope,
    idempotencyKey: operation,
    session: sessionOf(common.sessionId, agentId),
    requireIdentity: pdp.rules.requireIdentity,
    requireSession: pdp.rules.requireSession,
  };
}

function consumeRequestFrom(fields: Fields<wire.ConsumeBudgetRequest>): ChargeRequest {
  const common = commonFrom(fields);
  const agentId = fields.requiredId('agent_id');
  const calls = fields.messages('calls', { min: 0, max: LIMITS.callsMax }).map(callFrom);
  const operation = operationFrom(
    fields,
    'ConsumeBudget',
    common.traceId,
    common.sessionId,
    agentId,
    common.runId,
    calls.map(({ tool, sensitivity }) => [tool, sensitivity]),
  );
  fields.check();
  return {
    rpc: 'ConsumeBudget',
    traceId: common.traceId,
    runId: common.runId,
    dryRun: common.dryRun,
    explain: common.explain,
    calls,
    slash: undefined,
    scope: undefined,
    idempotencyKey: operation,
    session: sessionOf(common.sessionId, agentId),
    requireIdentity: false,
    requireSession: true,
  };
}

function sessionOf(sessionId: string | undefined, agentId: string | undefined): ChargeRequest['session'] {
  return sessionId !== undefined && agentId !== undefined ? { sessionId, agentId } : undefined;
}

function commonFrom(fields: Fields<wire.AuthorizeRequest> | Fields<wire.ConsumeBudgetRequest>) {
  const traceId = fields.id('trace_id', TRACE_ID);
  const sessionId = fields.id('session_id');
  const runId = fields.id('run_id');
  const dryRun = fields.flag('dry_run');
  if (runId !== undefined) refuseTwoPartitions(fields, 'run_id', sessionId, runId);
  if (dryRun && fields.has('idempotency_key')) fields.refuse('idempotency_key', 'cannot be combined with dry_run');
  return { traceId, sessionId, runId, dryRun, explain: fields.flag('explain') };
}

/** A tree of runs is in one partition, so ids of two partitions cannot belong to one tree. */
export function refuseTwoPartitions(
  fields: Fields<object>,
  name: string,
  ...ids: readonly (string | undefined)[]
): void {
  const own = ids.filter((id): id is string => id !== undefined && isOwnId(id));
  if (new Set(own.map(partitionOf)).size > 1) fields.refuse(name, 'belongs to another partition than the other ids');
}

function callFrom(fields: Fields<wire.Call> | Fields<wire.AuthorizeRequest>): RequestedCall {
  return {
    tool: fields.requiredId('tool'),
    sensitivity: sensitivityLevel(fields.choice('sensitivity', SENSITIVITY_NAMES)),
  };
}

export function sensitivityLevel(sensitivity: Sensitivity | undefined): SensitivityLevel | undefined {
  return sensitivity && (SENSITIVITIES.indexOf(sensitivity) as SensitivityLevel);
}

function slashWhereFrom(fields: Fields<wire.SlashContext>) {
  return { platform: fields.id('platform'), chatType: fields.text('chat_type', CHAT_TYPE) };
}

function slashRequestFrom(fields: Fields<wire.CheckSlashRequest>) {
  const request = {
    ...slashWhoFrom(fields),
    command: fields.requiredText('command', COMMAND),
    explain: fields.flag('explain'),
  };
  fields.check();
  return request;
}

function slashWhoFrom(fields: Fields<wire.DescribeSlashAccessRequest>) {
  const request = {
    platform: fields.id('platform'),
    chatType: fields.text('chat_type', CHAT_TYPE),
    traceId: fields.id('trace_id', TRACE_ID),
    userId: fields.id('user_id', LIMITS.userIdBytesMax),
  };
  fields.oneOf('subject', ['trace_id', 'user_id']);
  if (request.traceId === undefined && request.platform === undefined) {
    fields.refuse('platform', 'is required without a trace_id');
  }
  return request;
}

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
