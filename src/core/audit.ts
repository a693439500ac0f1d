// What an event becomes when it is stored: numbered, timed, redacted, cut. The result depends on the run's header
// alone, so an engine may store it only as long as that header has not moved.
//
// INVARIANT: what is secret is left out before anything is cut or measured for a mark, so no cut can leave its head
// standing.
import { LIMITS } from './limits.ts';
import type { Policy } from './policy.ts';
import type { Run, Tokens } from './run.ts';
import { cutUtf8, isBlank, trimBlank, utf8Length } from './text.ts';
import { isSecretTool } from './tools.ts';

export interface StepResponse {
  readonly text: string;
  readonly model?: string | undefined;
  readonly finishReason?: string | undefined;
  /** Names of the tools that the step fired. */
  readonly toolCalls: readonly string[];
  readonly tokens: Tokens;
}

export interface StepEvent {
  readonly kind: 'step';
  readonly iter: number;
  /** Undefined when the step ended without an answer. */
  readonly response?: StepResponse | undefined;
}

export interface ToolUseEvent {
  readonly kind: 'tool_use';
  readonly name: string;
  readonly id: string;
  readonly args: string;
  readonly result: string;
}

export interface ErrorEvent {
  readonly kind: 'error';
  readonly message: string;
}

export interface CustomEvent {
  readonly kind: 'custom';
  /** Not a reserved one. */
  readonly type: string;
  /** JSON text of an object. */
  readonly payload: string;
}

export type AuditEvent = {
  /** When it happened, by the runner's clock; without it, now. */
  readonly occurredAtMs?: number | undefined;
} & (StepEvent | ToolUseEvent | ErrorEvent | CustomEvent);

export interface ShapedRecord {
  readonly sequence: number;
  readonly type: string;
  readonly occurredAtMs: number;
  /** JSON text of an object. */
  readonly data: string;
}

/**
 * Shapes events into the records to store and the run as it stands behind them.
 *
 * @param run  a running one
 * @param now  the store's clock; no record is later, none earlier than the run's last event
 * @see BEHAVIOUR.md, run audit
 */
export function shapeEvents(
  run: Run,
  events: readonly AuditEvent[],
  policy: Policy,
  now: number,
): { readonly run: Run; readonly records: ShapedRecord[] } {
  const records: ShapedRecord[] = [];
  let shaped = run;
  for (const event of events) {
    const { shaping } = shaped;
    const occurredAtMs = Math.max(shaping.lastEventAtMs, Math.min(event.occurredAtMs ?? now, now));
    const timed = { ...shaped, shaping: { ...shaping, lastEventAtMs: occurredAtMs } };
    const { run: next, drafts } = shapeEvent(timed, event, policy);
    for (const [index, { type, data }] of drafts.entries()) {
      records.push({ sequence: shaped.lastSequence + 1 + index, type, occurredAtMs, data });
    }
    shaped = { ...next, lastSequence: shaped.lastSequence + drafts.length };
  }
  return { run: { ...shaped, touchedAtMs: Math.max(run.touchedAtMs, now) }, records };
}

/** The types that Tollgate writes. A name that is one of them, or may become one, is not for custom events. */
const OWN_TYPES: ReadonlySet<string> = new Set(['step', 'resolved_model', 'tool_call', 'tool_result', 'error']);
const OWN_PREFIX = 'tollgate.';

/** Whether a type is one of Tollgate's own, which a custom event must not have. */
export function isReservedType(type: string): boolean {
  return OWN_TYPES.has(type) || type.startsWith(OWN_PREFIX);
}

/** The JSON text of an object if it is short enough to store, else of one that holds its beginning as text. */
export function cutJson(jsonText: string): string {
  const { text, cut } = cutUtf8(jsonText, LIMITS.eventBodyBytesMax);
  return cut ? JSON.stringify({ truncated: true, text }) : jsonText;
}

interface Draft {
  readonly type: string;
  readonly data: string;
}

interface Shaped {
  readonly run: Run;
  readonly drafts: readonly Draft[];
}

/** @param run  with the event's time as its last one */
function shapeEvent(run: Run, event: AuditEvent, policy: Policy): Shaped {
  switch (event.kind) {
    case 'step':
      return shapeStep(run, event, policy);
    case 'tool_use':
      return shapeToolUse(run, event, isSecretTool(policy, event.name));
    case 'error':
      return { run, drafts: [draft('error', { message: cutUtf8(event.message, LIMITS.eventBodyBytesMax).text })] };
    case 'custom':
      return { run, drafts: [{ type: event.type, data: cutJson(event.payload) }] };
  }
}

function shapeStep(run: Run, { iter, response }: StepEvent, policy: Policy): Shaped {
  const { shaping } = run;
  const stepped = { ...shaping, lastStepAtMs: shaping.lastEventAtMs };
  const timing = { iter, step_ms: shaping.lastEventAtMs - shaping.lastStepAtMs };
  // A step without an answer has repeated nothing, so the next answer is still the one right after a secret's result.
  if (!response) return { run: { ...run, shaping: stepped }, drafts: [draft('step', { ...timing, text_len: 0 })] };

  const { text, tokens } = response;
  const isSecret = shaping.secretPending || response.toolCalls.some((name) => isSecretTool(policy, name));
  // An empty name names nothing; JSON leaves out what is undefined.
  const model = response.model || undefined;
  const drafts = [
    draft('step', {
      ...timing,
      text_len: utf8Length(text),
      model,
      finish_reason: response.finishReason || undefined,
      in_tokens: tokens.input,
      out_tokens: tokens.output,
      thinking_tokens: tokens.thinking > 0 ? tokens.thinking : undefined,
      cache_read_tokens: tokens.cacheRead > 0 ? tokens.cacheRead : undefined,
      ...storedText(text, isSecret),
    }),
  ];
  const namesModel = model !== undefined && !shaping.modelRecorded;
  if (namesModel) drafts.push(draft('resolved_model', { model }));
  const modelRecorded = shaping.modelRecorded || namesModel;
  return {
    run: { ...run, tokens: sum(run.tokens, tokens), shaping: { ...stepped, modelRecorded, secretPending: false } },
    drafts,
  };
}

function storedText(text: string, isSecret: boolean): { text?: string; text_redacted?: true } {
  if (isBlank(text)) return {};
  return isSecret ? { text_redacted: true } : { text: cutUtf8(trimBlank(text), LIMITS.stepTextBytesMax).text };
}

function shapeToolUse(run: Run, { name, id, args, result }: ToolUseEvent, isSecret: boolean): Shaped {
  const shaping = { ...run.shaping, secretPending: run.shaping.secretPending || isSecret };
  const counted = { ...run, toolCallsCount: run.toolCallsCount + 1, shaping };
  if (isSecret) {
    const call = draft('tool_call', { name, id, args_redacted: true, args_len: utf8Length(args) });
    const answer = draft('tool_result', { name, id, result_redacted: true, result_len: utf8Length(result) });
    return { run: counted, drafts: [call, answer] };
  }
  const given = cutUtf8(args, LIMITS.toolBodyBytesMax);
  const answered = cutUtf8(result, LIMITS.toolBodyBytesMax);
  const call = draft('tool_call', { name, id, args: given.text, truncated: given.cut ? true : undefined });
  const answer = draft('tool_result', { name, id, result: answered.text, truncated: answered.cut });
  return { run: counted, drafts: [call, answer] };
}

function draft(type: string, data: Readonly<Record<string, unknown>>): Draft {
  return { type, data: JSON.stringify(data) };
}

function sum(a: Tokens, b: Tokens): Tokens {
  return {
    input: add(a.input, b.input),
    output: add(a.output, b.output),
    thinking: add(a.thinking, b.thinking),
    cacheRead: add(a.cacheRead, b.cacheRead),
  };
}

/** A total stops at the largest number that is exact, instead of silently becoming another one. */
function add(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
}
