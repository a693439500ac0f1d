// AuditService: what an auditor asks about runs and their logs.

import { LIMITS, pageSizeOf } from '../../core/limits.ts';
import type { RunStatus } from '../../core/run.ts';
import { purgeOldPayloads } from '../../pdp/purge-payloads.ts';
import {
  getLastRuns,
  getRunChain,
  listChildRuns,
  listFinishedRuns,
  listRunEvents,
  listRuns,
  purgeRuns,
} from '../../pdp/run-queries.ts';
import { encodeEvent, encodeRun } from '../encode.ts';
import { RUN_STATUS_NAMES } from '../enums.ts';
import type { Fields } from '../fields.ts';
import { pageTokenOf, positionFrom } from '../page-token.ts';
import { listOf } from '../pieces.ts';
import { ID, idempotencyKeyFrom, PRINCIPAL, pageSizeFrom } from '../rules.ts';
import type { Operation, StreamingOperation } from '../unary.ts';
import { decisionQueries, decisionStreams } from './decisions.ts';
import { exportStreams } from './export.ts';
import { ledgerQueries, ledgerStreams } from './ledger.ts';

export function auditService(): Record<string, Operation> {
  return {
    ...decisionQueries(),
    ...ledgerQueries(),
    ListRuns: async (fields, pdp) => {
      const filter = {
        skillId: fields.id('skill_id'),
        callerId: fields.text('caller_id', PRINCIPAL),
        sessionId: fields.id('session_id'),
        status: fields.choice<RunStatus>('status', RUN_STATUS_NAMES),
        includeDryRun: fields.flag('include_dry_run'),
      };
      const page = { size: pageSizeFrom(fields), after: positionFrom(fields) };
      fields.check();
      const { runs, next } = await listRuns(pdp, filter, page);
      return listOf('runs', runs, encodeRun, { next_page_token: pageTokenOf(next) });
    },
    ListChildRuns: async (fields, pdp) => {
      const parentRunId = fields.requiredId('parent_run_id');
      const limit = pageSizeOf(fields.integer('limit', INT32) ?? 0);
      fields.check();
      return listOf('runs', await listChildRuns(pdp, parentRunId, limit), encodeRun);
    },
    GetRunChain: async (fields, pdp) => {
      const runId = fields.requiredId('run_id');
      fields.check();
      return listOf('runs', await getRunChain(pdp, runId), encodeRun);
    },
    ListFinishedRuns: async (fields, pdp) => {
      const before = cutoffFrom(fields);
      const given = fields.integer('limit', INT32);
      fields.check();
      // An absent limit is the default; one that asks for nothing gets nothing.
      const limit = given !== undefined && given <= 0 ? 0 : pageSizeOf(given ?? 0);
      return listOf('runs', await listFinishedRuns(pdp, before, limit), encodeRun);
    },
    GetLastRuns: async (fields, pdp) => {
      const skillIds = fields.texts('skill_ids', LIMITS.skillIdsMax, ID);
      const includeFailed = fields.flag('include_failed');
      fields.check();
      const last = await getLastRuns(pdp, skillIds, includeFailed);
      return listOf('last_runs', last, ({ skillId, run }) => ({ skill_id: skillId, run: encodeRun(run) }));
    },
    PurgeRuns: async (fields, pdp) => {
      const before = cutoffFrom(fields);
      const keepsProof = fields.flag('keep_proof');
      idempotencyKeyFrom(fields);
      fields.check();
      return { purged: await (keepsProof ? purgeOldPayloads(pdp, before) : purgeRuns(pdp, before)) };
    },
  };
}

export function auditStreams(): Record<string, StreamingOperation> {
  return {
    ...decisionStreams(),
    ...exportStreams(),
    ...ledgerStreams(),
    ListRunEvents: async function* (fields, pdp, signal) {
      const request = {
        runId: fields.requiredId('run_id'),
        afterSequence: fields.integer('after_sequence', { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? 0,
        follow: fields.flag('follow'),
      };
      fields.check();
      for await (const record of listRunEvents(pdp, request, signal)) yield { event: encodeEvent(record) };
    },
  };
}

const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };

function cutoffFrom(fields: Fields): number {
  const before = fields.timestampMs('finished_before');
  if (before === undefined) fields.refuse('finished_before', 'is required');
  return before ?? 0;
}
