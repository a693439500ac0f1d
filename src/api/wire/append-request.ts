// The events of an AppendAudit request, from the wire to what core shapes.

import { LIMITS } from '../../core/limits.ts';
import { isOwnId } from '../../core/partition.ts';
import { type AuditEvent, isReservedType } from '../../core/run/audit.ts';
import type { Tokens } from '../../core/run/run.ts';
import type * as wire from '../../gen/tollgate.ts';
import type { AppendRequest } from '../../pdp/run/append-audit.ts';
import type { Fields } from './fields.ts';
import { ID, idempotencyKeyFrom, operationFrom, TEXT } from './rules.ts';
import { jsonOfStruct } from './struct.ts';

/** @throws Failure invalid_request */
export function appendRequestFrom(
  fields: Fields<wire.AppendAuditRequest>,
): Extract<AppendRequest, { events: unknown }> {
  const runId = fields.requiredId('run_id');
  const events = fields.messages('events', { min: 1, max: LIMITS.eventsMax }).map(eventFrom);
  idempotencyKeyFrom(fields);
  fields.check();
  return { runId, events, idempotencyKey: operationFrom(fields, 'AppendAudit', runId, JSON.stringify(events)) };
}

function eventFrom(fields: Fields<wire.AuditEvent>): AuditEvent {
  const occurredAtMs = fields.timestampMs('occurred_at');
  const at = occurredAtMs === undefined ? {} : { occurredAtMs };
  const given = fields.oneOf('event', ['step', 'tool_use', 'error', 'custom']);
  switch (given) {
    case 'step':
      return { ...at, ...stepFrom(fields.requiredMessage(given)) };
    case 'tool_use':
      return { ...at, ...toolUseFrom(fields.requiredMessage(given)) };
    case 'error':
      return { ...at, kind: 'error', message: fields.requiredMessage(given).requiredText('message', TEXT) };
    case 'custom':
      return { ...at, ...customFrom(fields.requiredMessage(given)) };
    case undefined:
      fields.refuse('event', 'one of step, tool_use, error, custom is required');
      return { kind: 'error', message: '' };
  }
}

function toolUseFrom(fields: Fields<wire.ToolUseEvent>): AuditEvent & { kind: 'tool_use' } {
  const decisionId = fields.id('decision_id');
  if (decisionId !== undefined && !isOwnId(decisionId)) fields.refuse('decision_id', 'is not a decision id');
  return {
    kind: 'tool_use',
    name: fields.requiredId('name'),
    id: fields.text('id', { ...ID, emptyAllowed: true }) ?? '',
    ...(decisionId !== undefined && { decisionId }),
    args: fields.text('args', TEXT) ?? '',
    result: fields.text('result', TEXT) ?? '',
  };
}

function stepFrom(fields: Fields<wire.StepEvent>): AuditEvent & { kind: 'step' } {
  const iter = fields.integer('iter', { min: 0, max: 2 ** 31 - 1 }) ?? 0;
  const response = fields.message('response');
  if (!response) return { kind: 'step', iter };
  const model = response.id('model');
  const finishReason = response.id('finish_reason');
  const usage = response.message('usage');
  return {
    kind: 'step',
    iter,
    response: {
      text: response.text('text', TEXT) ?? '',
      ...(model !== undefined && { model }),
      ...(finishReason !== undefined && { finishReason }),
      toolCalls: response.texts('tool_calls', LIMITS.toolCallsPerStepMax, { ...ID, emptyAllowed: true }),
      tokens: usage ? tokensFrom(usage) : NO_TOKENS,
    },
  };
}

const NO_TOKENS: Tokens = { input: 0, output: 0, thinking: 0, cacheRead: 0 };

/** A trillion tokens for one step, so that a run's sums stay exact. */
const TOKENS = { min: 0, max: 1e12 };

function tokensFrom(fields: Fields<wire.TokenUsage>): Tokens {
  const count = (name: keyof wire.TokenUsage) => fields.integer(name, TOKENS) ?? 0;
  return {
    input: count('input_tokens'),
    output: count('output_tokens'),
    thinking: count('thinking_tokens'),
    cacheRead: count('cache_read_tokens'),
  };
}

function customFrom(fields: Fields<wire.CustomEvent>): AuditEvent & { kind: 'custom' } {
  const type = fields.requiredId('type', LIMITS.customTypeBytesMax);
  if (isReservedType(type)) fields.refuse('type', "is one of Tollgate's own event types");
  const payload = fields.raw('payload');
  const json = payload ? jsonOfStruct(payload) : '{}';
  if (json === undefined)
    fields.refuse('payload', 'must hold valid UTF-8 and finite numbers, nested at most 32 levels');
  return { kind: 'custom', type, payload: json ?? '{}' };
}
