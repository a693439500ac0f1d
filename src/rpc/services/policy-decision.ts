// PolicyDecisionService: the five decisions, as a runner asks for them.
import type { RequestedCall } from '../../core/authorize.ts';
import { LIMITS } from '../../core/limits.ts';
import { isOwnId, partitionOf } from '../../core/partition.ts';
import type { ScopeFacts } from '../../core/scope.ts';
import { SENSITIVITIES, type SensitivityLevel } from '../../core/session.ts';
import { type AppendAnswer, type AppendRequest, appendAudit } from '../../pdp/append-audit.ts';
import { type ChargeDecision, type ChargeRequest, decideAndCharge } from '../../pdp/charge.ts';
import { checkSlash, describeSlashAccess, type SlashDecision } from '../../pdp/check-slash.ts';
import type { Pdp } from '../../pdp/pdp.ts';
import { validateScope } from '../../pdp/validate-scope.ts';
import { appendRequestFrom } from '../append-request.ts';
import type { DecisionLog } from '../decision-log.ts';
import { encodeDecision, encodeIdentity, encodeTokens, encodeUsage } from '../encode.ts';
import { DURABILITY, SENSITIVITY_NAMES, SLASH_SCOPE, SLASH_TIER, upper } from '../enums.ts';
import type { Fields } from '../fields.ts';
import { CHAT_TYPE, COMMAND, operationFrom, SCOPE, TRACE_ID } from '../rules.ts';
import type { LargeOperation, Operation } from '../unary.ts';

export function policyDecisionService(log: DecisionLog): Record<string, Operation> {
  return {
    Authorize: async (fields, pdp, caller) => {
      const request = authorizeRequestFrom(fields, pdp);
      const answer = await decideAndCharge(pdp, request);
      log.charge({ rpc: 'Authorize', caller }, request, answer);
      return {
        decision: encodeDecision(answer.decision),
        usage: answer.usage && encodeUsage(answer.usage),
        identity: answer.identity && encodeIdentity(answer.identity),
      };
    },
    ConsumeBudget: async (fields, pdp, caller) => {
      const request = consumeRequestFrom(fields);
      const answer = await decideAndCharge(pdp, request);
      log.charge({ rpc: 'ConsumeBudget', caller }, request, answer);
      return encodeCharge(answer);
    },
    ValidateScope: (fields, pdp, caller) => {
      const request = scopeRequestFrom(fields);
      return mapped(validateScope(pdp, request), (decision) => {
        log.decision(
          { rpc: 'ValidateScope', caller },
          decision,
          'runId' in request.context ? { run_id: request.context.runId } : {},
        );
        return { decision: encodeDecision(decision) };
      });
    },
    CheckSlash: (fields, pdp, caller) => {
      const request = slashRequestFrom(fields);
      return mapped(checkSlash(pdp, request), (answer) => {
        log.decision({ rpc: 'CheckSlash', caller }, answer.decision, { command: answer.known });
        return encodeSlash(answer);
      });
    },
    DescribeSlashAccess: async (fields, pdp) => {
      const { explain: _, command: __, ...request } = slashRequestFrom(fields);
      const { platform, scope, tier, gated, userId, runnableCommands } = await describeSlashAccess(pdp, request);
      return {
        platform,
        gated,
        user_id: userId,
        runnable_commands: runnableCommands,
        ...(scope && { scope: SLASH_SCOPE[upper(scope)] }),
        ...(tier && { tier: SLASH_TIER[upper(tier)] }),
      };
    },
    AppendAudit: async (fields, pdp) => encodeAppended(await appendAudit(pdp, appendRequestFrom(fields))),
  };
}

/** Reads and shapes what would keep the event loop, somewhere else. */
export interface Offload {
  readonly bytesMin: number;
  /** @throws Failure as reading the request here does, overloaded, deadline */
  append(bytes: Uint8Array, asked: { caller: string; deadline: number }): Promise<AppendRequest>;
}

export function largeDecisions({ bytesMin, append }: Offload): Record<string, LargeOperation> {
  return {
    AppendAudit: {
      bytesMin,
      run: async (bytes, pdp, caller) => {
        const deadline = Math.min(pdp.deadline, performance.now() + pdp.patience.appendMs);
        return encodeAppended(await appendAudit(pdp, await append(bytes, { caller, deadline })));
      },
    },
  };
}

function encodeAppended(appended: AppendAnswer): object {
  return {
    first_sequence: appended.firstSequence,
    last_sequence: appended.lastSequence,
    token_totals: encodeTokens(appended.tokens),
    replayed: appended.replayed,
    durability: DURABILITY[upper(appended.durability)],
  };
}

/** Applies at once where there is no promise: a decision that reads nothing is answered without a turn of the loop. */
function mapped<T>(value: T | Promise<T>, map: (value: T) => object): object | Promise<object> {
  return value instanceof Promise ? value.then(map) : map(value);
}

function encodeCharge({ decision, usage }: ChargeDecision): object {
  return { decision: encodeDecision(decision), usage: usage && encodeUsage(usage) };
}

function encodeSlash({ decision, canonical, scope, tier, gated }: SlashDecision): object {
  return {
    decision: encodeDecision(decision),
    canonical_command: canonical,
    gated: gated ?? false,
    scope: scope && SLASH_SCOPE[upper(scope)],
    tier: tier && SLASH_TIER[upper(tier)],
  };
}

function authorizeRequestFrom(fields: Fields, pdp: Pdp): ChargeRequest {
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
    operation,
    session: sessionOf(common.sessionId, agentId),
    requireIdentity: pdp.rules.requireIdentity,
    requireSession: pdp.rules.requireSession,
  };
}

function consumeRequestFrom(fields: Fields): ChargeRequest {
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
    operation,
    session: sessionOf(common.sessionId, agentId),
    requireIdentity: false,
    requireSession: true,
  };
}

function sessionOf(sessionId: string | undefined, agentId: string | undefined): ChargeRequest['session'] {
  return sessionId !== undefined && agentId !== undefined ? { sessionId, agentId } : undefined;
}

function commonFrom(fields: Fields) {
  const traceId = fields.id('trace_id', TRACE_ID);
  const sessionId = fields.id('session_id');
  const runId = fields.id('run_id');
  const dryRun = fields.flag('dry_run');
  if (runId !== undefined) refuseTwoPartitions(fields, 'run_id', sessionId, runId);
  if (dryRun && fields.has('idempotency_key')) fields.refuse('idempotency_key', 'cannot be combined with dry_run');
  return { traceId, sessionId, runId, dryRun, explain: fields.flag('explain') };
}

/** A tree lies in one partition, so ids of two partitions cannot belong together. */
export function refuseTwoPartitions(fields: Fields, name: string, ...ids: readonly (string | undefined)[]): void {
  const own = ids.filter((id): id is string => id !== undefined && isOwnId(id));
  if (new Set(own.map(partitionOf)).size > 1) fields.refuse(name, 'lies in another partition than the other ids');
}

function callFrom(fields: Fields): RequestedCall {
  return { tool: fields.requiredId('tool'), sensitivity: sensitivityFrom(fields, 'sensitivity') };
}

export function sensitivityFrom(fields: Fields, name: string): SensitivityLevel | undefined {
  const sensitivity = fields.choice(name, SENSITIVITY_NAMES);
  return sensitivity && (SENSITIVITIES.indexOf(sensitivity) as SensitivityLevel);
}

function slashWhereFrom(fields: Fields) {
  return { platform: fields.id('platform'), chatType: fields.text('chat_type', CHAT_TYPE) };
}

function slashRequestFrom(fields: Fields) {
  const request = {
    platform: fields.id('platform'),
    chatType: fields.text('chat_type', CHAT_TYPE),
    command: fields.requiredText('command', COMMAND),
    traceId: fields.id('trace_id', TRACE_ID),
    userId: fields.id('user_id', LIMITS.userIdBytesMax),
    explain: fields.flag('explain'),
  };
  fields.oneOf('subject', ['trace_id', 'user_id']);
  if (request.traceId === undefined && request.platform === undefined) {
    fields.refuse('platform', 'is required without a trace_id');
  }
  fields.check();
  return request;
}

function scopeRequestFrom(fields: Fields) {
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

/** In an invocation the empty string says that a fact is not set, as an absent field does. */
function factsFrom(fields: Fields): ScopeFacts {
  const fact = (name: string, bytesMax: number = LIMITS.idBytesMax) =>
    fields.text(name, { bytesMax, kind: 'id', emptyAllowed: true }) ?? '';
  return {
    callerId: fact('caller_id', LIMITS.principalBytesMax),
    runId: fact('run_id'),
    rootRunId: fact('root_run_id'),
    parentRunId: fact('parent_run_id'),
    continuationParentRunId: fact('continuation_parent_run_id'),
  };
}
