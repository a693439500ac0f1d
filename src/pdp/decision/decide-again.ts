// Whether a recorded request would pass now: the same checks on the current policy, identity, run and session. Reads only.
// Where a record does not hold the whole request, there is no answer.

import type { RequestedCall } from '../../core/decision/checks.ts';
import type { Check, Effect, Reason } from '../../core/decision/decision.ts';
import { verdictOf } from '../../core/decision/decision.ts';
import type { DecisionRecord } from '../../core/decision/decision-record.ts';
import { type FoundIdentity, identityOf } from '../../core/identity/identity.ts';
import type { CallContext } from '../call-context.ts';
import { findIdentity, findRun } from '../pdp.ts';
import { slashChecks } from './check-slash.ts';
import { rehearseOn } from './commit.ts';
import { judge } from './judge.ts';
import type { ChargeRequest } from './request.ts';
import { scopeChecks } from './validate-scope.ts';

export interface DecisionNow {
  readonly effect: Effect;
  readonly reason: Reason;
  readonly checks: readonly Check[];
  readonly policyRevision: string;
  /** The identity is the trace's own, or there is none. Otherwise the recorded principal stood in for it. */
  readonly fromTrace: boolean;
}

/** @param traceId  the record's own, or undefined */
export async function decideAgain(
  context: CallContext,
  record: DecisionRecord,
  traceId: string | undefined,
): Promise<DecisionNow | undefined> {
  const subject = await subjectOf(context, record, traceId);
  if (!subject || !isWhole(record)) return undefined;
  switch (record.rpc) {
    case 'Authorize':
    case 'ConsumeBudget':
      return chargeAgain(context, record, subject);
    case 'ValidateScope':
      return scopeAgain(context, record, subject);
    case 'CheckSlash':
      return slashAgain(context, record, subject);
    default:
      // A management operation is not a question that can be asked again.
      return undefined;
  }
}

/** Whether no name was redacted: a redacted name cannot be asked about again. */
function isWhole({ agentId, sessionId, runId, principal, scope, platform, chatType, calls }: DecisionRecord): boolean {
  const names = [agentId, sessionId, runId, principal, scope, platform, chatType, ...calls.map(({ tool }) => tool)];
  return !names.some((name) => name?.includes('[redacted: '));
}

interface Subject {
  readonly identity: FoundIdentity;
  readonly fromTrace: boolean;
}

async function subjectOf(
  context: CallContext,
  record: DecisionRecord,
  traceId: string | undefined,
): Promise<Subject | undefined> {
  if (traceId !== undefined) return { identity: await findIdentity(context, traceId), fromTrace: true };
  if (record.traceHash === undefined) return { identity: undefined, fromTrace: true };
  if (record.principal === undefined) return undefined;
  return { identity: { bytes: new Uint8Array(), identity: identityOf(record.principal) }, fromTrace: false };
}

async function chargeAgain(
  context: CallContext,
  record: DecisionRecord,
  subject: Subject,
): Promise<DecisionNow | undefined> {
  const calls = callsOf(record);
  const slash = slashOf(record);
  if (calls.length !== record.callsTotal || (slash && !canAskSlash(record, subject))) return undefined;
  const isAuthorize = record.rpc === 'Authorize';
  const { sessionId, agentId } = record;
  const request: ChargeRequest = {
    rpc: isAuthorize ? 'Authorize' : 'ConsumeBudget',
    traceId: undefined,
    runId: record.runId,
    session: sessionId !== undefined && agentId !== undefined ? { sessionId, agentId } : undefined,
    calls,
    slash,
    scope: record.scope,
    idempotencyKey: undefined,
    requireIdentity: isAuthorize && context.pdp.rules.requireIdentity,
    requireSession: !isAuthorize || context.pdp.rules.requireSession,
    dryRun: true,
    explain: true,
  };
  const run = record.runId === undefined ? undefined : await findRun(context, record.runId);
  const facts = { identity: subject.identity, run, sessionId: request.session?.sessionId, isCached: false };
  const policy = context.pdp.policy();
  const verdict = await rehearseOn(context, request, judge(context.pdp, policy, request, facts));
  const { effect, reason, checks } = verdict;
  return { effect, reason, checks, policyRevision: policy.revision, fromTrace: subject.fromTrace };
}

/** The counted calls, one by one. Their order does not matter for whether they pass. */
function callsOf({ calls }: DecisionRecord): RequestedCall[] {
  return calls.flatMap(({ tool, stated, count }) =>
    Array.from({ length: count }, () => ({ tool, sensitivity: stated })),
  );
}

function slashOf({ platform, chatType, command }: DecisionRecord) {
  return command === undefined ? undefined : { platform, chatType, command };
}

/** A record does not hold an unknown command. Without the trace it does not tell on which server the user wrote, either. */
function canAskSlash({ command }: DecisionRecord, { fromTrace }: Subject): boolean {
  return command !== undefined && command !== '' && fromTrace;
}

async function scopeAgain(
  context: CallContext,
  record: DecisionRecord,
  subject: Subject,
): Promise<DecisionNow | undefined> {
  const { runId, scope } = record;
  if (runId === undefined || scope === undefined) return undefined;
  const run = await findRun(context, runId);
  const request = { scope, context: { runId }, traceId: undefined, explain: true };
  return answer(context, scopeChecks(context, context.pdp.policy(), request, subject.identity, run), subject);
}

function slashAgain(context: CallContext, record: DecisionRecord, subject: Subject): DecisionNow | undefined {
  const { platform, chatType, command } = record;
  if (command === undefined || !canAskSlash(record, subject)) return undefined;
  const request = { platform, chatType, command, traceId: undefined, userId: assertedUserOf(record), explain: true };
  return answer(context, slashChecks(context, context.pdp.policy(), request, subject.identity).checks, subject);
}

/** Without a trace, the principal is the platform and the user that the request asserted. */
function assertedUserOf({ traceHash, principal, platform = '' }: DecisionRecord): string | undefined {
  return traceHash === undefined ? principal?.slice(platform.length + 1) : undefined;
}

function answer(context: CallContext, checks: readonly Check[], { fromTrace }: Subject): DecisionNow {
  const { effect, reason } = verdictOf(checks);
  return { effect, reason, checks, policyRevision: context.pdp.policy().revision, fromTrace };
}
