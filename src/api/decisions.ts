// AuditService's part about decisions.
import type { Effect, Reason } from '../core/decision/decision.ts';
import { type DecisionFilter, fits } from '../core/decision/decision-filter.ts';
import { DECISION_RPCS, type DecisionRecord, type DecisionRpc } from '../core/decision/decision-record.ts';
import type * as wire from '../gen/tollgate.ts';
import { getPolicy } from '../pdp/policy/policies.ts';
import { type DecisionsOf, getDecision, listDecisions } from '../pdp/record/decision-queries.ts';
import { traceHashOf } from '../pdp/record/trace-hash.ts';
import { watchDecisions } from '../pdp/record/watch-decisions.ts';
import { AUDITORS, stream, unary } from './operation.ts';
import { secondsAndNanos } from './wire/encode.ts';
import { encodeDecisionNow, encodeDecisionRecord } from './wire/encode-decision-record.ts';
import { EFFECT_NAMES, REASON_NAMES } from './wire/enums.ts';
import type { Fields } from './wire/fields.ts';
import { pageTokenOf, positionFrom } from './wire/page-token.ts';
import { listOf } from './wire/pieces.ts';
import { ID, PRINCIPAL, pageSizeFrom, TIME_MS_MAX, TRACE_ID } from './wire/rules.ts';

const QUERY = { roles: AUDITORS, listener: 'management', size: 'request', idempotency: 'none' } as const;

const REVISION = /^[0-9a-f]{64}$/;

export const DECISION_QUERY_OPERATIONS = [
  unary('GetDecision', {
    ...QUERY,
    lifetime: 'call',
    decode: (fields) => {
      const decisionId = fields.requiredId('decision_id');
      const traceId = fields.id('trace_id', TRACE_ID);
      fields.check();
      return { decisionId, traceId };
    },
    run: (context, { decisionId, traceId }) => getDecision(context, decisionId, traceId),
    encode: ({ record, remedy, now }): wire.GetDecisionResponse => ({
      record: encodeDecisionRecord(record),
      remedy: remedy ?? '',
      now: now && encodeDecisionNow(now),
    }),
  }),
  unary('GetPolicy', {
    ...QUERY,
    lifetime: 'call',
    decode: (fields) => {
      const revision = fields.requiredId('revision');
      if (revision !== '' && !REVISION.test(revision)) fields.refuse('revision', 'is not 64 hex digits in lower case');
      fields.check();
      return revision;
    },
    run: getPolicy,
    encode: ({ revision, document, inForceAtMs, isInForce }): wire.GetPolicyResponse => ({
      revision,
      document,
      in_force_at: secondsAndNanos(inForceAtMs),
      in_force: isInForce,
    }),
  }),
  unary('ListDecisions', {
    ...QUERY,
    lifetime: 'call',
    decode: (fields) => {
      const query = {
        of: ofFrom(fields),
        fromMs: fields.timestampMs('decided_from') ?? 0,
        toMs: fields.timestampMs('decided_before') ?? TIME_MS_MAX,
        filter: filterFrom(fields),
      };
      const page = { size: pageSizeFrom(fields), after: positionFrom(fields) };
      fields.check();
      return { query, page };
    },
    run: (context, { query, page }) => listDecisions(context, query, page),
    encode: ({ decisions, next }) =>
      listOf<wire.ListDecisionsResponse>()('decisions', decisions, encodeDecisionRecord, {
        next_page_token: pageTokenOf(next),
      }),
  }),
  stream('WatchDecisions', {
    ...QUERY,
    lifetime: 'endless',
    decode: (fields) => {
      const sessionId = fields.id('session_id');
      const runId = fields.id('run_id');
      const filter = filterFrom(fields);
      fields.check();
      return (record: DecisionRecord) =>
        (sessionId === undefined || record.sessionId === sessionId) &&
        (runId === undefined || record.runId === runId) &&
        fits(record, filter);
    },
    run: (context, keep, signal) => watchDecisions(context.pdp.decisions, keep, signal),
    encode: (item): wire.WatchDecisionsResponse =>
      'record' in item ? { record: encodeDecisionRecord(item.record) } : { gap: item },
  }),
];

function ofFrom(fields: Fields<wire.ListDecisionsRequest>): DecisionsOf {
  const sessionId = fields.id('session_id');
  const runId = fields.id('run_id');
  fields.oneOf('of', ['session_id', 'run_id']);
  if (sessionId !== undefined) return { sessionId };
  return runId === undefined ? 'everybody' : { runId };
}

function filterFrom(fields: Fields<Pick<wire.ListDecisionsRequest, 'filter'>>): DecisionFilter {
  const filter = fields.message('filter');
  const rpc = filter?.text('rpc', ID);
  if (rpc !== undefined && !isDecisionRpc(rpc)) filter?.refuse('rpc', `must be one of ${DECISION_RPCS.join(', ')}`);
  const traceId = filter?.id('trace_id', TRACE_ID);
  return {
    agentId: filter?.id('agent_id'),
    principal: filter?.text('principal', PRINCIPAL),
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
