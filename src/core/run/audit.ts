// What an event becomes when it is stored: numbered, timed, redacted, cut. The result depends on the run's header
// alone, so an engine may store it only as long as that header has not moved.
//
// INVARIANT: what is secret is left out before anything is cut or measured for a mark, so no cut can leave its head
// standing.
import { LIMITS } from '../limits.ts';
import type { Policy } from '../policy/policy.ts';
import { remember } from '../redaction/memory/secret-memory.ts';
import type { Redaction } from '../redaction/redact.ts';
import { scanBudget } from '../redaction/scan-budget.ts';
import { BUILT_IN, type RedactionRules, type Scanner, scannerFor, scannerOf } from '../redaction/scanner.ts';
import { type Storable, storable } from '../redaction/storable.ts';
import { type StoredBody, storedBody } from '../redaction/stored-body.ts';
import { isBlank, trimBlank, utf8Length } from '../text.ts';
import { isSecretTool, storeRuleOf } from '../tool/tools.ts';
import type { Run, Tokens } from './run.ts';

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
  /** The decision that allowed the call, as its runner says. */
  readonly decisionId?: string | undefined;
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
 * @param rules  what this server looks for beside the built-in rules
 * @see docs/behaviour.md#runs-and-their-audit-log
 */
export function shapeEvents(
  run: Run,
  events: readonly AuditEvent[],
  policy: Policy,
  now: number,
  rules: RedactionRules = BUILT_IN,
): { readonly run: Run; readonly records: ShapedRecord[] } {
  const records: ShapedRecord[] = [];
  let shaped = run;
  const budget = scanBudget();
  let context: Context = { policy, rules, scanner: scannerFor(run, rules, budget) };
  for (const event of events) {
    const { shaping } = shaped;
    const occurredAtMs = Math.max(shaping.lastEventAtMs, Math.min(event.occurredAtMs ?? now, now));
    const timed = { ...shaped, shaping: { ...shaping, lastEventAtMs: occurredAtMs } };
    const { run: next, drafts } = shapeEvent(timed, event, context);
    for (const [index, { redactions, ...draft }] of drafts.entries()) {
      const sequence = shaped.lastSequence + 1 + index;
      records.push({ ...draft, sequence, occurredAtMs, redactions: redactions.slice(0, LIMITS.redactionsMax) });
    }
    if (next.shaping.secrets !== shaping.secrets) context = { ...context, scanner: scannerFor(next, rules, budget) };
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
export function storableJson(
  jsonText: string,
  { text: scan, keepsTexts }: Scanner = scannerOf(BUILT_IN),
): { readonly text: string; readonly redactions: readonly Redaction[] } {
  const { text, cut, redactions } = storable(jsonText, LIMITS.eventBodyBytesMax, scan);
  return { text: cut || !keepsTexts ? JSON.stringify({ truncated: true, text }) : text, redactions };
}

interface Context {
  readonly policy: Policy;
  readonly rules: RedactionRules;
  readonly scanner: Scanner;
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
function shapeEvent(run: Run, event: AuditEvent, context: Context): Shaped {
  const { scanner } = context;
  switch (event.kind) {
    case 'step':
      return shapeStep(run, event, context);
    case 'tool_use':
      return shapeToolUse(run, event, context);
    case 'error': {
      const fields = new StoredFields(scanner);
      const message = fields.text('message', event.message, LIMITS.eventBodyBytesMax).text;
      return { run, drafts: [fields.draft('error', { message })] };
    }
    case 'custom': {
      const { text, redactions } = storableJson(event.payload, scanner);
      // Cut, too: a mark may be longer than what it stands for, and the stored form has no room for a long type.
      const type = storable(event.type, LIMITS.customTypeBytesMax, scanner.name);
      return { run, drafts: [{ type: type.text, data: text, redactions: [...type.redactions, ...redactions] }] };
    }
  }
}

function shapeStep(run: Run, { iter, response }: StepEvent, { policy, scanner }: Context): Shaped {
  const { shaping } = run;
  const stepped = { ...shaping, lastStepAtMs: shaping.lastEventAtMs };
  const timing = { iter, step_ms: shaping.lastEventAtMs - shaping.lastStepAtMs };
  const fields = new StoredFields(scanner);
  // A step without an answer has repeated nothing, so the next answer is still the one right after a secret's result.
  if (!response) {
    return { run: { ...run, shaping: stepped }, drafts: [fields.draft('step', { ...timing, text_len: 0 })] };
  }

  const { text, tokens } = response;
  const isSecret =
    shaping.secretPending || !scanner.keepsTexts || response.toolCalls.some((name) => isSecretTool(policy, name));
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
  if (namesModel) drafts.push(new StoredFields(scanner).draft('resolved_model', { model }));
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

function shapeToolUse(
  run: Run,
  { name, id, decisionId, args, result }: ToolUseEvent,
  { policy, rules, scanner }: Context,
): Shaped {
  const isSecret = isSecretTool(policy, name);
  const { shaping } = run;
  // What the tool was told is as secret as what it returned: an error after it repeats either.
  const secrets = isSecret
    ? remember(shaping.secrets, [args, result], { key: rules.memoryKey, runId: run.runId })
    : shaping.secrets;
  const after = { ...shaping, secretPending: shaping.secretPending || isSecret, secrets };
  const stated = storeRuleOf(policy, name);
  const rule = stated === 'none' || scanner.keepsTexts ? stated : 'lengths';
  const recordOf = (type: string, body: StoredBody, link: { decision_id?: string | undefined } = {}) => {
    const fields = new StoredFields(scanner, body.redactions);
    return fields.draft(type, { name: fields.name('name', name), id: fields.name('id', id), ...link, ...body.fields });
  };
  return {
    run: { ...run, toolCallsCount: run.toolCallsCount + 1, shaping: after },
    drafts: [
      // Not redacted: it has the form of an own id, which leaves no room for a secret.
      recordOf('tool_call', storedBody('args', args, rule, scanner.text), { decision_id: decisionId }),
      recordOf('tool_result', storedBody('result', result, rule, scanner.text)),
    ],
  };
}

/** The fields of one record, with a note of what was taken out of each. */
class StoredFields {
  readonly #scanner: Scanner;
  readonly #redactions: Redaction[];

  constructor(scanner: Scanner, redactions: readonly Redaction[] = []) {
    this.#scanner = scanner;
    this.#redactions = [...redactions];
  }

  /** @param field  its name in the record's data */
  text(field: string, text: string, bytesMax: number): Storable {
    return this.#noted(field, storable(text, bytesMax, this.#scanner.text));
  }

  #noted(field: string, stored: Storable): Storable {
    for (const one of stored.redactions) this.#redactions.push({ ...one, pointer: `/${field}${one.pointer}` });
    return stored;
  }

  /** A short text that the edge has bounded. */
  name(field: string, text: string): string {
    return this.#noted(field, storable(text, Number.POSITIVE_INFINITY, this.#scanner.name)).text;
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
