// What an event becomes when it is stored: numbered, timed, redacted, cut. The result depends on the run's header
// alone, so an engine may store it only as long as that header has not moved.
//
// INVARIANT: what is secret is left out before anything is cut or measured for a mark, so no cut can leave its head
// standing.
import { LIMITS } from './limits.ts';
import type { Policy } from './policy.ts';
import { type Redaction, redactName } from './redaction/redact.ts';
import { type Storable, storable } from './redaction/storable.ts';
import { type StoredBody, storedBody } from './redaction/stored-body.ts';
import type { Run, Tokens } from './run.ts';
import { isBlank, trimBlank, utf8Length } from './text.ts';
import { isSecretTool, storeRuleOf } from './tools.ts';

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
  /** What was taken out of the data, in order; at most {@link LIMITS.redactionsMax} are listed. */
  readonly redactions: readonly Redaction[];
}

/**
 * Shapes events into the records to store and the run as it stands behind them.
 *
 * @param run  a running one
 * @param now  the store's clock; no record is later, none earlier than the run's last event
 * @see docs/behaviour.md#runs-and-their-audit-log
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
    for (const [index, { redactions, ...draft }] of drafts.entries()) {
      const sequence = shaped.lastSequence + 1 + index;
      records.push({ ...draft, sequence, occurredAtMs, redactions: redactions.slice(0, LIMITS.redactionsMax) });
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

/** The JSON text of an object, redacted, if it is short enough to store, else of one that holds its beginning as text. */
export function storableJson(jsonText: string): { readonly text: string; readonly redactions: readonly Redaction[] } {
  const { text, cut, redactions } = storable(jsonText, LIMITS.eventBodyBytesMax);
  return { text: cut ? JSON.stringify({ truncated: true, text }) : text, redactions };
}

interface Draft {
  readonly type: string;
  readonly data: string;
  readonly redactions: readonly Redaction[];
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
      return shapeToolUse(run, event, policy);
    case 'error': {
      const fields = new StoredFields();
      const message = fields.text('message', event.message, LIMITS.eventBodyBytesMax).text;
      return { run, drafts: [fields.draft('error', { message })] };
    }
    case 'custom': {
      const { text, redactions } = storableJson(event.payload);
      // Cut, too: a mark may be longer than what it stands for, and the stored form has no room for a long type.
      const type = storable(event.type, LIMITS.customTypeBytesMax, redactName);
      return { run, drafts: [{ type: type.text, data: text, redactions: [...type.redactions, ...redactions] }] };
    }
  }
}

function shapeStep(run: Run, { iter, response }: StepEvent, policy: Policy): Shaped {
  const { shaping } = run;
  const stepped = { ...shaping, lastStepAtMs: shaping.lastEventAtMs };
  const timing = { iter, step_ms: shaping.lastEventAtMs - shaping.lastStepAtMs };
  const fields = new StoredFields();
  // A step without an answer has repeated nothing, so the next answer is still the one right after a secret's result.
  if (!response) {
    return { run: { ...run, shaping: stepped }, drafts: [fields.draft('step', { ...timing, text_len: 0 })] };
  }

  const { text, tokens } = response;
  const isSecret = shaping.secretPending || response.toolCalls.some((name) => isSecretTool(policy, name));
  // An empty name names nothing; JSON leaves out what is undefined.
  const model = fields.name('model', response.model ?? '') || undefined;
  const drafts = [
    fields.draft('step', {
      ...timing,
      text_len: utf8Length(text),
      model,
      finish_reason: fields.name('finish_reason', response.finishReason ?? '') || undefined,
      in_tokens: tokens.input,
      out_tokens: tokens.output,
      thinking_tokens: tokens.thinking > 0 ? tokens.thinking : undefined,
      cache_read_tokens: tokens.cacheRead > 0 ? tokens.cacheRead : undefined,
      ...storedText(fields, text, isSecret),
    }),
  ];
  const namesModel = model !== undefined && !shaping.modelRecorded;
  if (namesModel) drafts.push(new StoredFields().draft('resolved_model', { model }));
  const modelRecorded = shaping.modelRecorded || namesModel;
  return {
    run: { ...run, tokens: sum(run.tokens, tokens), shaping: { ...stepped, modelRecorded, secretPending: false } },
    drafts,
  };
}

function storedText(fields: StoredFields, text: string, isSecret: boolean): { text?: string; text_redacted?: true } {
  if (isBlank(text)) return {};
  if (isSecret) return { text_redacted: true };
  return { text: fields.text('text', trimBlank(text), LIMITS.stepTextBytesMax).text };
}

function shapeToolUse(run: Run, { name, id, args, result }: ToolUseEvent, policy: Policy): Shaped {
  const shaping = { ...run.shaping, secretPending: run.shaping.secretPending || isSecretTool(policy, name) };
  const counted = { ...run, toolCallsCount: run.toolCallsCount + 1, shaping };
  const rule = storeRuleOf(policy, name);
  const recordOf = (type: string, body: StoredBody) => {
    const fields = new StoredFields(body.redactions);
    return fields.draft(type, { name: fields.name('name', name), id: fields.name('id', id), ...body.fields });
  };
  return {
    run: counted,
    drafts: [
      recordOf('tool_call', storedBody('args', args, rule)),
      recordOf('tool_result', storedBody('result', result, rule)),
    ],
  };
}

/** The fields of one record, with a note of what was taken out of each. */
class StoredFields {
  readonly #redactions: Redaction[];

  constructor(redactions: readonly Redaction[] = []) {
    this.#redactions = [...redactions];
  }

  /** @param field  its name in the record's data */
  text(field: string, text: string, bytesMax: number): Storable {
    return this.#noted(field, storable(text, bytesMax));
  }

  #noted(field: string, stored: Storable): Storable {
    for (const one of stored.redactions) this.#redactions.push({ ...one, pointer: `/${field}${one.pointer}` });
    return stored;
  }

  /** A short text that the edge has bounded. */
  name(field: string, text: string): string {
    return this.#noted(field, storable(text, Number.POSITIVE_INFINITY, redactName)).text;
  }

  draft(type: string, data: Readonly<Record<string, unknown>>): Draft {
    return { type, data: JSON.stringify(data), redactions: this.#redactions };
  }
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
