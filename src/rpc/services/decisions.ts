// The part of AuditService that is about decisions.
import type { Effect, Reason } from '../../core/decision.ts';
import { type DecisionFilter, fits } from '../../core/decision-filter.ts';
import { DECISION_RPCS, type DecisionRecord, type DecisionRpc } from '../../core/decision-record.ts';
import { type DecisionsOf, getDecision, listDecisions } from '../../pdp/decision-queries.ts';
import { traceHashOf } from '../../pdp/trace-hash.ts';
import { type Watched, watchDecisions } from '../../pdp/watch-decisions.ts';
import { encodeDecisionNow, encodeDecisionRecord } from '../encode-decision-record.ts';
import { EFFECT_NAMES, REASON_NAMES } from '../enums.ts';
import type { Fields } from '../fields.ts';
import { pageTokenOf, positionFrom } from '../page-token.ts';
import { listOf } from '../pieces.ts';
import { ID, pageSizeFrom, TRACE_ID } from '../rules.ts';
import type { Operation, StreamingOperation } from '../unary.ts';

/** Behind every time that a request can name. */
const TIME_MS_MAX = 253_402_300_800_000;

export function decisionQueries(): Record<string, Operation> {
  return {
    GetDecision: async (fields, pdp) => {
      const decisionId = fields.requiredId('decision_id');
      const traceId = fields.id('trace_id', TRACE_ID);
      fields.check();
      const { record, remedy, now } = await getDecision(pdp, decisionId, traceId);
      return { record: encodeDecisionRecord(record), remedy: remedy ?? '', now: now && encodeDecisionNow(now) };
    },
    ListDecisions: async (fields, pdp) => {
      const query = {
        of: ofFrom(fields),
        fromMs: fields.timestampMs('decided_from') ?? 0,
        toMs: fields.timestampMs('decided_before') ?? TIME_MS_MAX,
        filter: filterFrom(fields),
      };
      const page = { size: pageSizeFrom(fields), after: positionFrom(fields) };
      fields.check();
      const { decisions, next } = await listDecisions(pdp, query, page);
      return listOf('decisions', decisions, encodeDecisionRecord, { next_page_token: pageTokenOf(next) });
    },
  };
}

export function decisionStreams(): Record<string, StreamingOperation> {
  return {
    WatchDecisions: (fields, pdp, signal) => {
      const sessionId = fields.id('session_id');
      const runId = fields.id('run_id');
      const filter = filterFrom(fields);
      fields.check();
      const keep = (record: DecisionRecord) =>
        (sessionId === undefined || record.sessionId === sessionId) &&
        (runId === undefined || record.runId === runId) &&
        fits(record, filter);
      return encoded(watchDecisions(pdp.decisions, keep, signal));
    },
  };
}

async function* encoded(watched: AsyncIterable<Watched>): AsyncGenerator<object> {
  for await (const item of watched) {
    yield 'record' in item ? { record: encodeDecisionRecord(item.record) } : { gap: item };
  }
}

function ofFrom(fields: Fields): DecisionsOf {
  const sessionId = fields.id('session_id');
  const runId = fields.id('run_id');
  fields.oneOf('of', ['session_id', 'run_id']);
  if (sessionId !== undefined) return { sessionId };
  return runId === undefined ? 'everybody' : { runId };
}

function filterFrom(fields: Fields): DecisionFilter {
  const filter = fields.message('filter');
  const rpc = filter?.text('rpc', ID);
  if (rpc !== undefined && !isDecisionRpc(rpc)) filter?.refuse('rpc', `must be one of ${DECISION_RPCS.join(', ')}`);
  const traceId = filter?.id('trace_id', TRACE_ID);
  return {
    agentId: filter?.id('agent_id'),
    traceHash: traceId === undefined ? undefined : traceHashOf(traceId),
    effect: filter?.choice<Effect>('effect', EFFECT_NAMES),
    reason: filter?.choice<Reason>('reason', REASON_NAMES),
    rpc: rpc as DecisionRpc | undefined,
    tool: filter?.id('tool'),
  };
}

function isDecisionRpc(name: string): name is DecisionRpc {
  return (DECISION_RPCS as readonly string[]).includes(name);
}
