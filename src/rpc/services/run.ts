// RunService: the life of a run, as its runner reports it.
import type { FinalStatus } from '../../core/run.ts';
import { finishRun, getRun, type StartRequest, startRun } from '../../pdp/runs.ts';
import { encodeRun } from '../encode.ts';
import { FINAL_STATUS_NAMES } from '../enums.ts';
import type { Fields } from '../fields.ts';
import { operationFrom, PRINCIPAL, TEXT, TRACE_ID } from '../rules.ts';
import { refuseCredentials } from '../stored-ids.ts';
import { jsonOfStruct } from '../struct.ts';
import type { Operation } from '../unary.ts';
import { refuseTwoPartitions } from './policy-decision.ts';

export function runService(): Record<string, Operation> {
  return {
    StartRun: async (fields, pdp) => {
      refuseCredentials(fields, pdp, ['caller_id', 'skill_id', 'channel_id']);
      return { run: encodeRun(await startRun(pdp, startRequestFrom(fields))) };
    },
    FinishRun: async (fields, pdp) => ({ run: encodeRun(await finishRun(pdp, finishRequestFrom(fields))) }),
    GetRun: async (fields, pdp) => {
      const runId = fields.requiredId('run_id');
      fields.check();
      return { run: encodeRun(await getRun(pdp, runId)) };
    },
  };
}

function startRequestFrom(fields: Fields): StartRequest {
  const traceId = fields.id('trace_id', TRACE_ID);
  const callerId = fields.text('caller_id', PRINCIPAL);
  const given = fields.oneOf('subject', ['trace_id', 'caller_id']);
  if (given === undefined) fields.refuse('subject', 'one of trace_id, caller_id is required');
  const request = {
    sessionId: fields.id('session_id'),
    skillId: fields.requiredId('skill_id'),
    channelId: fields.id('channel_id'),
    parentRunId: fields.id('parent_run_id'),
    continuationParentRunId: fields.id('continuation_parent_run_id'),
  };
  refuseTwoPartitions(fields, 'session_id', request.sessionId, request.parentRunId, request.continuationParentRunId);
  const inputs = inputsFrom(fields);
  const operation = operationFrom(
    fields,
    'StartRun',
    traceId,
    callerId,
    request.sessionId,
    request.skillId,
    request.channelId,
    request.parentRunId,
    request.continuationParentRunId,
    inputs,
  );
  fields.check();
  const subject = traceId === undefined ? { callerId: callerId ?? '' } : { traceId };
  return { ...request, subject, inputs, operation };
}

function inputsFrom(fields: Fields): string | undefined {
  const inputs = fields.raw('inputs');
  if (!inputs) return undefined;
  const json = jsonOfStruct(inputs);
  if (json === undefined) fields.refuse('inputs', 'must be valid UTF-8, finite numbers, and not nested too deep');
  return json;
}

/** A year: longer than any run, short enough to stay exact. */
const RUNTIME = { min: 0, max: 31_536_000_000 };

function finishRequestFrom(fields: Fields) {
  const runId = fields.requiredId('run_id');
  const status = fields.choice<FinalStatus>('status', FINAL_STATUS_NAMES);
  if (!fields.has('status')) fields.refuse('status', 'is required');
  const output = fields.text('output', TEXT);
  const error = fields.text('error', TEXT);
  const runtimeMs = fields.durationMs('runtime', RUNTIME);
  const operation = operationFrom(fields, 'FinishRun', runId, status, output, error, runtimeMs);
  fields.check();
  return { runId, status: status ?? 'error', output, error, runtimeMs, operation };
}
