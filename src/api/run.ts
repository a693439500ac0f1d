// RunService: the life of a run, as its runner reports it.
import type { FinalStatus } from '../core/run/run.ts';
import type * as wire from '../gen/tollgate.ts';
import type { Pdp } from '../pdp/pdp.ts';
import { finishRun, getRun, type StartRequest, startRun } from '../pdp/run/runs.ts';
import { RUNNERS, unary } from './operation.ts';
import { encodeRun } from './wire/encode.ts';
import { FINAL_STATUS_NAMES } from './wire/enums.ts';
import type { Fields } from './wire/fields.ts';
import { operationFrom, PRINCIPAL, refuseTwoPartitions, TEXT, TRACE_ID } from './wire/rules.ts';
import { refuseCredentials } from './wire/stored-ids.ts';
import { jsonOfStruct } from './wire/struct.ts';

const RUN = { roles: RUNNERS, listener: 'decision', size: 'request' } as const;

export const RUN_OPERATIONS = [
  unary('StartRun', {
    ...RUN,
    lifetime: 'call',
    idempotency: 'key',
    decode: startRequestFrom,
    run: startRun,
    encode: (run): wire.StartRunResponse => ({ run: encodeRun(run) }),
  }),
  unary('FinishRun', {
    ...RUN,
    // A run must be finished even if its runner has gone.
    lifetime: 'detached',
    idempotency: 'key',
    decode: finishRequestFrom,
    run: finishRun,
    encode: (run): wire.FinishRunResponse => ({ run: encodeRun(run) }),
  }),
  unary('GetRun', {
    ...RUN,
    lifetime: 'call',
    idempotency: 'none',
    decode: runIdFrom,
    run: getRun,
    encode: (run): wire.GetRunResponse => ({ run: encodeRun(run) }),
  }),
];

/** The run id of a request that has no other field to decode. */
export function runIdFrom(fields: Fields<{ readonly run_id?: string | undefined }>): string {
  const runId = fields.requiredId('run_id');
  fields.check();
  return runId;
}

function startRequestFrom(fields: Fields<wire.StartRunRequest>, pdp: Pdp): StartRequest {
  refuseCredentials(fields, pdp, ['caller_id', 'skill_id', 'channel_id']);
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

function inputsFrom(fields: Fields<wire.StartRunRequest>): string | undefined {
  const inputs = fields.raw('inputs');
  if (!inputs) return undefined;
  const json = jsonOfStruct(inputs);
  if (json === undefined) fields.refuse('inputs', 'must hold valid UTF-8 and finite numbers, nested at most 32 levels');
  return json;
}

/** A year: longer than any run, short enough to stay exact. */
const RUNTIME = { min: 0, max: 31_536_000_000 };

function finishRequestFrom(fields: Fields<wire.FinishRunRequest>) {
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
