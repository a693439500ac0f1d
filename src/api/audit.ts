// AuditService's part about runs and their logs: what an auditor asks, and what an admin removes.
import { LIMITS, pageSizeOf } from '../core/limits.ts';
import type { RunStatus } from '../core/run/run.ts';
import type * as wire from '../gen/tollgate.ts';
import { purgeOldPayloads } from '../pdp/ledger/purge-payloads.ts';
import { recordedPurge } from '../pdp/record/recorded-purge.ts';
import {
  getLastRuns,
  getRunChain,
  listChildRuns,
  listFinishedRuns,
  listRunEvents,
  listRuns,
  purgeRuns,
} from '../pdp/run/run-queries.ts';
import { ADMINS, AUDITORS, stream, unary } from './operation.ts';
import { runIdFrom } from './run.ts';
import { encodeEvent, encodeRun } from './wire/encode.ts';
import { RUN_STATUS_NAMES } from './wire/enums.ts';
import type { Fields } from './wire/fields.ts';
import { pageTokenOf, positionFrom } from './wire/page-token.ts';
import { listOf } from './wire/pieces.ts';
import { ID, idempotencyKeyFrom, PRINCIPAL, pageSizeFrom, TIME_MS_MAX } from './wire/rules.ts';

const QUERY = {
  roles: AUDITORS,
  listener: 'management',
  size: 'request',
  lifetime: 'call',
  idempotency: 'none',
} as const;

export const RUN_QUERY_OPERATIONS = [
  unary('ListRuns', {
    ...QUERY,
    decode: (fields) => {
      const filter = {
        skillId: fields.id('skill_id'),
        callerId: fields.text('caller_id', PRINCIPAL),
        sessionId: fields.id('session_id'),
        agentId: fields.id('agent_id'),
        startedFromMs: fields.timestampMs('started_from') ?? 0,
        startedBeforeMs: fields.timestampMs('started_before') ?? TIME_MS_MAX,
        status: fields.choice<RunStatus>('status', RUN_STATUS_NAMES),
        includeDryRun: fields.flag('include_dry_run'),
      };
      const page = { size: pageSizeFrom(fields), after: positionFrom(fields) };
      fields.check();
      return { filter, page };
    },
    run: (context, { filter, page }) => listRuns(context, filter, page),
    encode: ({ runs, next }) =>
      listOf<wire.ListRunsResponse>()('runs', runs, encodeRun, { next_page_token: pageTokenOf(next) }),
  }),
  unary('ListChildRuns', {
    ...QUERY,
    decode: (fields) => {
      const parentRunId = fields.requiredId('parent_run_id');
      const limit = pageSizeOf(fields.integer('limit', INT32) ?? 0);
      fields.check();
      return { parentRunId, limit };
    },
    run: (context, { parentRunId, limit }) => listChildRuns(context, parentRunId, limit),
    encode: (runs) => listOf<wire.ListChildRunsResponse>()('runs', runs, encodeRun),
  }),
  unary('GetRunChain', {
    ...QUERY,
    decode: runIdFrom,
    run: getRunChain,
    encode: (runs) => listOf<wire.GetRunChainResponse>()('runs', runs, encodeRun),
  }),
  unary('ListFinishedRuns', {
    ...QUERY,
    decode: (fields) => {
      const before = cutoffFrom(fields);
      const given = fields.integer('limit', INT32);
      fields.check();
      // An absent limit is the default; a limit of 0 gets nothing.
      return { before, limit: given !== undefined && given <= 0 ? 0 : pageSizeOf(given ?? 0) };
    },
    run: (context, { before, limit }) => listFinishedRuns(context, before, limit),
    encode: (runs) => listOf<wire.ListFinishedRunsResponse>()('runs', runs, encodeRun),
  }),
  unary('GetLastRuns', {
    ...QUERY,
    decode: (fields) => {
      const skillIds = fields.texts('skill_ids', LIMITS.skillIdsMax, ID);
      const includeFailed = fields.flag('include_failed');
      fields.check();
      return { skillIds, includeFailed };
    },
    run: (context, { skillIds, includeFailed }) => getLastRuns(context, skillIds, includeFailed),
    encode: (last) =>
      listOf<wire.GetLastRunsResponse>()('last_runs', last, ({ skillId, run }) => ({
        skill_id: skillId,
        run: encodeRun(run),
      })),
  }),
  unary('PurgeRuns', {
    ...QUERY,
    roles: ADMINS,
    idempotency: 'natural',
    decode: (fields) => {
      const before = cutoffFrom(fields);
      const keepsProof = fields.flag('keep_proof');
      idempotencyKeyFrom(fields);
      fields.check();
      return { before, keepsProof };
    },
    run: (context, { before, keepsProof }) => {
      const purge = keepsProof ? purgeOldPayloads : purgeRuns;
      const asked = { rpc: 'PurgeRuns', endedBeforeMs: before, keepsProof } as const;
      return recordedPurge(context, asked, (onRemoved) => purge(context, before, onRemoved));
    },
    encode: (purged): wire.PurgeRunsResponse => ({ purged }),
  }),
  stream('ListRunEvents', {
    ...QUERY,
    decode: (fields) => {
      const request = {
        runId: fields.requiredId('run_id'),
        afterSequence: fields.integer('after_sequence', { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? 0,
        follow: fields.flag('follow'),
      };
      fields.check();
      return request;
    },
    run: listRunEvents,
    encode: (record): wire.ListRunEventsResponse => ({ event: encodeEvent(record) }),
  }),
];

const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };

function cutoffFrom(fields: Fields<wire.ListFinishedRunsRequest> | Fields<wire.PurgeRunsRequest>): number {
  const before = fields.timestampMs('finished_before');
  if (before === undefined) fields.refuse('finished_before', 'is required');
  return before ?? 0;
}
