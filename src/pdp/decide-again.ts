// Whether a recorded request would pass now: the same questions, put once more to the policy, the identity, the run and
// the session as they stand. Reads only. Where a record does not tell all that was asked, nothing is said.
import type { RequestedCall } from '../core/authorize.ts';
import type { Check, Effect, Reason } from '../core/decision.ts';
import { verdictOf } from '../core/decision.ts';
import type { DecisionRecord } from '../core/decision-record.ts';
import { type FoundIdentity, identityOf } from '../core/identity.ts';
import { rehearseOn } from './charge.ts';
import { slashChecks } from './check-slash.ts';
import { findIdentity, findRun, type Pdp } from './pdp.ts';
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
  pdp: Pdp,
  record: DecisionRecord,
  traceId: string | undefined,
): Promise<DecisionNow | undefined> {
  const subject = await subjectOf(pdp, record, traceId);
  if (!subject || !isWhole(record)) return undefined;
  switch (record.rpc) {
    case 'Authorize':
    case 'ConsumeBudget':
      return chargeAgain(pdp, record, subject);
    case 'ValidateScope':
      return scopeAgain(pdp, record, subject);
    case 'CheckSlash':
      return slashAgain(pdp, record, subject);
    default:
      // What a controller did is no question that could be put again.
      return undefined;
  }
}

/** Whether nothing was taken out of a name: what stands in its place was never asked about. */
function isWhole({ agentId, sessionId, runId, principal, scope, platform, chatType, calls }: DecisionRecord): boolean {
  const names = [agentId, sessionId, runId, principal, scope, platform, chatType, ...calls.map(({ tool }) => tool)];
  return !names.some((name) => name?.includes('[redacted: '));
}

interface Subject {
  readonly identity: FoundIdentity;
  readonly fromTrace: boolean;
}

async function subjectOf(pdp: Pdp, record: DecisionRecord, traceId: string | undefined): Promise<Subject | undefined> {
  if (traceId !== undefined) return { identity: await findIdentity(pdp, traceId), fromTrace: true };
  if (record.traceHash === undefined) return { identity: undefined, fromTrace: true };
  if (record.principal === undefined) return undefined;
  return { identity: { bytes: new Uint8Array(), identity: identityOf(record.principal) }, fromTrace: false };
}

async function chargeAgain(pdp: Pdp, record: DecisionRecord, subject: Subject): Promise<DecisionNow | undefined> {
  const calls = callsOf(record);
  const slash = slashOf(record);
  if (calls.length !== record.callsTotal || (slash && !canAskSlash(record, subject))) return undefined;
  const isAuthorize = record.rpc === 'Authorize';
  const { sessionId, agentId } = record;
  const decision = await rehearseOn(
    pdp,
    {
      rpc: isAuthorize ? 'Authorize' : 'ConsumeBudget',
      traceId: undefined,
      runId: record.runId,
      session: sessionId !== undefined && agentId !== undefined ? { sessionId, agentId } : undefined,
      calls,
      slash,
      scope: record.scope,
      operation: undefined,
      requireIdentity: isAuthorize && pdp.rules.requireIdentity,
      requireSession: !isAuthorize || pdp.rules.requireSession,
      dryRun: true,
      explain: true,
    },
    subject.identity,
  );
  const { wouldBe: effect, reason, checks, policyRevision } = decision;
  return { effect, reason, checks, policyRevision, fromTrace: subject.fromTrace };
}

/** One by one again; their order does not matter for whether they pass. */
function callsOf({ calls }: DecisionRecord): RequestedCall[] {
  return calls.flatMap(({ tool, stated, count }) =>
    Array.from({ length: count }, () => ({ tool, sensitivity: stated })),
  );
}

function slashOf({ platform, chatType, command }: DecisionRecord) {
  return command === undefined ? undefined : { platform, chatType, command };
}

/** A text that no policy names is not told, and where a user spoke decides, too, which a principal does not tell. */
function canAskSlash({ command }: DecisionRecord, { fromTrace }: Subject): boolean {
  return command !== undefined && command !== '' && fromTrace;
}

async function scopeAgain(pdp: Pdp, record: DecisionRecord, subject: Subject): Promise<DecisionNow | undefined> {
  const { runId, scope } = record;
  if (runId === undefined || scope === undefined) return undefined;
  const run = await findRun(pdp, runId);
  const request = { scope, context: { runId }, traceId: undefined, explain: true };
  return answer(pdp, scopeChecks(pdp, pdp.policy(), request, subject.identity, run), subject);
}

function slashAgain(pdp: Pdp, record: DecisionRecord, subject: Subject): DecisionNow | undefined {
  const { platform, chatType, command } = record;
  if (command === undefined || !canAskSlash(record, subject)) return undefined;
  const request = { platform, chatType, command, traceId: undefined, userId: assertedUserOf(record), explain: true };
  return answer(pdp, slashChecks(pdp, pdp.policy(), request, subject.identity).checks, subject);
}

/** Without a trace, the principal is the platform and the user that the request asserted. */
function assertedUserOf({ traceHash, principal, platform = '' }: DecisionRecord): string | undefined {
  return traceHash === undefined ? principal?.slice(platform.length + 1) : undefined;
}

function answer(pdp: Pdp, checks: readonly Check[], { fromTrace }: Subject): DecisionNow {
  const { effect, reason } = verdictOf(checks);
  return { effect, reason, checks, policyRevision: pdp.policy().revision, fromTrace };
}
