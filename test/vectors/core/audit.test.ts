import { describe, expect, test } from 'vitest';
import { pageSizeOf } from '../../../src/core/limits.ts';
import { type AuditEvent, shapeEvents } from '../../../src/core/run/audit.ts';
import { countsAsLast, matchesStatus, type Run, type RunStatus } from '../../../src/core/run/run.ts';
import { policyOf } from '../../unit/core/policies.ts';
import { aRun, STARTED_AT } from '../../unit/core/runs.ts';
import { expectNothingElse, readVectors } from '../cases.ts';

type Text = string | { repeat: string; times: number } | { parts: Text[] } | Text[];
interface Usage {
  input?: number;
  output?: number;
  reasoning?: number;
  cache_read?: number;
}
type Event = { at_ms?: number } & (
  | {
      event: 'step';
      iter: number;
      response: {
        text?: Text;
        model?: string;
        finish_reason?: string;
        tool_calls?: string[];
        usage?: Usage;
      } | null;
    }
  | { event: 'tool'; name: string; id: string; args: Text; result: Text }
  | { event: 'log_error'; message: Text }
  | { event: 'log_event'; type: string; payload: object }
);
interface Log {
  sequence: number;
  type: string;
  payload: unknown;
}
interface EventCase {
  input: Event[];
  expect: {
    logs: Log[];
    tool_calls_count?: number;
    token_stats?: { input: number; output: number; thinking: number; cache_read?: number };
  };
}
interface ListedRun {
  id: string;
  parent: string;
  status: RunStatus;
  started: number;
  finished: number | null;
  skill: string;
}
interface QueryCase {
  input:
    | { call: 'ListRunsFiltered'; limits: number[] }
    | { call: 'ListRunsFiltered'; runs: ListedRun[]; status: RunStatus; include_dry_run: boolean }
    | { call: 'LastRunBySkills'; runs: ListedRun[]; skills: string[]; include_failed: boolean }
    | { call: 'ListChildrenByParent'; runs: ListedRun[]; parent: string };
  expect: { effective?: number[]; ids?: string[]; last?: Record<string, string> };
}
type Case = { id: string; title: string } & (EventCase | QueryCase);

const { cases } = readVectors<{ cases: Case[] }>('audit');
const policy = policyOf({});

describe('audit vectors', () => {
  for (const vector of cases) {
    const name = `${vector.id}: ${vector.title}`;
    if (isEventCase(vector)) test(name, () => checkEvents(vector));
    else if (vector.input.call === 'ListChildrenByParent') {
      test.skip(`${name} (children are a walk over a store's index, which core knows nothing of)`, () => {});
    } else test(name, () => checkQuery(vector));
  }
});

function isEventCase(vector: Case): vector is Case & EventCase {
  return Array.isArray(vector.input);
}

function checkEvents({ input, expect: expected }: EventCase): void {
  const { logs, tool_calls_count, token_stats, ...rest } = expected;
  expectNothingElse(rest);
  const { run, records } = shapeEvents(aRun(), input.map(eventOf), policy, STARTED_AT + 3_600_000);
  const stored = records.map(({ sequence, type, data }) => ({ sequence, type, payload: JSON.parse(data) }));
  expect(stored).toEqual(logs.map((log) => ({ ...log, payload: spelledOut(log.payload) })));
  expect(run.lastSequence).toBe(logs.length);
  if (tool_calls_count !== undefined) expect(run.toolCallsCount).toBe(tool_calls_count);
  if (token_stats !== undefined) {
    const { input, output, thinking, cacheRead } = run.tokens;
    const stats = {
      input,
      output,
      thinking,
      ...(token_stats.cache_read === undefined ? {} : { cache_read: cacheRead }),
    };
    expect(stats).toEqual(token_stats);
  }
}

function eventOf(event: Event): AuditEvent {
  const at = event.at_ms === undefined ? {} : { occurredAtMs: STARTED_AT + event.at_ms };
  switch (event.event) {
    case 'step': {
      const { iter, response } = event;
      if (response === null) return { ...at, kind: 'step', iter };
      const { text, model, finish_reason, tool_calls, usage, ...rest } = response;
      expectNothingElse(rest);
      const tokens = {
        input: usage?.input ?? 0,
        output: usage?.output ?? 0,
        thinking: usage?.reasoning ?? 0,
        cacheRead: usage?.cache_read ?? 0,
      };
      const toolCalls = tool_calls ?? [];
      const shown = { text: textOf(text ?? ''), model, finishReason: finish_reason, toolCalls, tokens };
      return { ...at, kind: 'step', iter, response: shown };
    }
    case 'tool': {
      const { name, id, args, result } = event;
      return { ...at, kind: 'tool_use', name, id, args: textOf(args), result: textOf(result) };
    }
    case 'log_error':
      return { ...at, kind: 'error', message: textOf(event.message) };
    case 'log_event':
      return { ...at, kind: 'custom', type: event.type, payload: JSON.stringify(spelledOut(event.payload)) };
    default:
      return expect.fail(`no test reads the event ${(event as { event: string }).event}`);
  }
}

function textOf(text: Text): string {
  if (typeof text === 'string') return text;
  if (Array.isArray(text)) return text.map(textOf).join('');
  return 'parts' in text ? textOf(text.parts) : text.repeat.repeat(text.times);
}

/** A payload with its long texts written out. */
function spelledOut(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null) return payload;
  if ('parts' in payload || 'repeat' in payload) return textOf(payload as Text);
  if (Array.isArray(payload)) return payload.map(spelledOut);
  return Object.fromEntries(Object.entries(payload).map(([key, value]) => [key, spelledOut(value)]));
}

function checkQuery({ input, expect: expected }: QueryCase): void {
  const { effective, ids, last, ...rest } = expected;
  expectNothingElse(rest);
  expect([effective, ids, last].filter((part) => part !== undefined)).toHaveLength(1);
  if ('limits' in input) expect(input.limits.map(pageSizeOf)).toEqual(effective);
  else if (input.call === 'ListRunsFiltered') {
    const matching = newestFirst(input.runs).filter((run) => matchesStatus(run, input.status, input.include_dry_run));
    expect(matching.map(({ runId }) => runId)).toEqual(ids);
  } else if (input.call === 'LastRunBySkills') {
    const counting = newestFirst(input.runs).filter((run) => countsAsLast(run, input.include_failed));
    const found = input.skills.map((skill) => [skill, counting.find(({ skillId }) => skillId === skill)?.runId]);
    expect(Object.fromEntries(found)).toEqual(last);
  } else expect.fail(`no test reads the call ${input.call}`);
}

function newestFirst(runs: ListedRun[]): Run[] {
  const listed = runs.map((run) =>
    aRun({
      runId: run.id,
      parentRunId: run.parent || undefined,
      status: run.status,
      startedAtMs: run.started,
      finishedAtMs: run.finished ?? undefined,
      skillId: run.skill,
    }),
  );
  return listed.sort((a, b) => b.startedAtMs - a.startedAtMs);
}
