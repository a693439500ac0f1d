// What an auditor asks about decisions: one with the whole of its story, many by whose they are.
import { type DecisionFilter, fits } from '../../core/decision/decision-filter.ts';
import type { DecisionRecord } from '../../core/decision/decision-record.ts';
import type { DecisionSubject } from '../../core/decision/decision-subject.ts';
import { remedyOf } from '../../core/decision/remedies.ts';
import { Failure } from '../../core/failure.ts';
import { isOwnId, partitionOf } from '../../core/partition.ts';
import type { DecisionPage } from '../../state/port/decision.ts';
import type { Position } from '../../state/port/position.ts';
import type { CallContext } from '../call-context.ts';
import { type DecisionNow, decideAgain } from '../decision/decide-again.ts';
import { pageOf, type Walk } from '../merge-pages.ts';
import { traceHashOf } from './trace-hash.ts';

/**
 * One decision, what would have made it pass, and how the same request would be decided now.
 *
 * @throws Failure not_found; invalid_request for a trace that is not the decision's
 */
export async function getDecision(
  context: CallContext,
  decisionId: string,
  traceId: string | undefined,
): Promise<{ record: DecisionRecord; remedy: string | undefined; now: DecisionNow | undefined }> {
  const record = isOwnId(decisionId) ? await context.state.readDecision(decisionId) : undefined;
  if (!record) throw new Failure('not_found', 'no record is kept of this decision', { subject: 'decision' });
  if (traceId !== undefined && traceHashOf(traceId) !== record.traceHash) {
    const fields = [{ field: 'trace_id', description: "is not the decision's" }];
    throw new Failure('invalid_request', 'the trace_id is not that of the decision', { fields });
  }
  return { record, remedy: remedyOf(record), now: await nowOf(context, record, traceId) };
}

/** A session or a run that cannot be read must not hide what was decided about it. */
async function nowOf(
  context: CallContext,
  record: DecisionRecord,
  traceId: string | undefined,
): Promise<DecisionNow | undefined> {
  try {
    return await decideAgain(context, record, traceId);
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** Whose decisions: a session's, a run's, or everybody's. */
export type DecisionsOf = { readonly sessionId: string } | { readonly runId: string } | 'everybody';

export interface DecisionQuery {
  readonly of: DecisionsOf;
  readonly fromMs: number;
  readonly toMs: number;
  readonly filter: DecisionFilter;
}

/** Decisions newest first. */
export async function listDecisions(
  context: CallContext,
  query: DecisionQuery,
  page: { size: number; after: Position | undefined },
): Promise<{ decisions: DecisionRecord[]; next: Position | undefined }> {
  // A denial that came again lies in every range between its first time and its last, but for an empty one.
  if (query.fromMs >= query.toMs) return { decisions: [], next: undefined };
  const partitions = partitionsOf(query.of);
  const walk = { ...decisionWalk(context, query), after: page.after, ...(partitions && { partitions }) };
  const keep = (record: DecisionRecord) => fits(record, query.filter);
  const { items, next } = await pageOf({ walk, keep, size: page.size });
  return { decisions: items, next };
}

/** Undefined means all of them. What Tollgate did not name has no decisions. */
function partitionsOf(of: DecisionsOf): readonly number[] | undefined {
  if (of === 'everybody') return undefined;
  const id = 'sessionId' in of ? of.sessionId : of.runId;
  return isOwnId(id) ? [partitionOf(id)] : [];
}

/** A principal has fewer sessions than an agent. */
function subjectOf({ agentId, principal }: DecisionFilter): DecisionSubject | undefined {
  if (principal !== undefined) return { field: 'principal', value: principal };
  return agentId === undefined ? undefined : { field: 'agent', value: agentId };
}

function decisionWalk(context: CallContext, { of, fromMs, toMs, filter }: DecisionQuery): Walk<DecisionRecord> {
  return {
    descending: true,
    weigh,
    // Records are in the order of their ids, which begin with a time.
    position: ({ decisionId }) => ({ atMs: 0, id: decisionId }),
    page: (partition, after, limit) => {
      const page: DecisionPage = {
        of: of === 'everybody' ? { partition, about: subjectOf(filter) } : of,
        fromMs,
        toMs,
        after: after?.id,
        limit,
      };
      return context.state.pageDecisions(page);
    },
  };
}

/** Calls and names are what makes a record large; a UTF-16 unit takes up to three bytes. */
function weigh({ calls, checks, agentId, runId, scope, principal, chatType, details }: DecisionRecord): number {
  const texts = [...calls.map(({ tool }) => tool), agentId, runId, scope, principal, chatType, ...termTexts(details)];
  return texts.reduce((bytes, text) => bytes + 3 * (text?.length ?? 0) + 16, 500 + 32 * checks.length);
}

function termTexts(details: DecisionRecord['details']): readonly string[] {
  if (details?.kind !== 'terms') return [];
  const { grant, delegationChain, declaredIntent } = details.terms;
  return [...(grant === 'all' ? [] : grant), ...delegationChain, declaredIntent];
}
