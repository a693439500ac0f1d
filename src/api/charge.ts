// PolicyDecisionService: the decisions that charge a session.
import type { RequestedCall } from '../core/decision/checks.ts';
import { principalOf } from '../core/identity/identity.ts';
import { LIMITS } from '../core/limits.ts';
import type * as wire from '../gen/tollgate.ts';
import { decideAndCharge } from '../pdp/decision/decide-and-charge.ts';
import type { ChargeDecision, ChargeRequest } from '../pdp/decision/request.ts';
import type { Pdp } from '../pdp/pdp.ts';
import { type LoggedDecision, RUNNERS, unary } from './operation.ts';
import { encodeDecision, encodeIdentity, encodeUsage } from './wire/encode.ts';
import { SENSITIVITY_NAMES } from './wire/enums.ts';
import type { Fields } from './wire/fields.ts';
import {
  CHAT_TYPE,
  COMMAND,
  operationFrom,
  refuseTwoPartitions,
  SCOPE,
  sensitivityLevel,
  TRACE_ID,
} from './wire/rules.ts';

const CHARGE = { roles: RUNNERS, listener: 'decision', size: 'request', lifetime: 'call', idempotency: 'key' } as const;

export const CHARGE_OPERATIONS = [
  unary('Authorize', {
    ...CHARGE,
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
    ...CHARGE,
    decode: consumeRequestFrom,
    run: decideAndCharge,
    encode: ({ decision, usage }): wire.ConsumeBudgetResponse => ({
      decision: encodeDecision(decision),
      usage: usage && encodeUsage(usage),
    }),
    logged: loggedCharge,
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

function callFrom(fields: Fields<wire.Call> | Fields<wire.AuthorizeRequest>): RequestedCall {
  return {
    tool: fields.requiredId('tool'),
    sensitivity: sensitivityLevel(fields.choice('sensitivity', SENSITIVITY_NAMES)),
  };
}

function slashWhereFrom(fields: Fields<wire.SlashContext>) {
  return { platform: fields.id('platform'), chatType: fields.text('chat_type', CHAT_TYPE) };
}
