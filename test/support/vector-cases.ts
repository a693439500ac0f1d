// The shared cases of test/vectors as types, and the words in which they are read. Driven through both engines and
// through gRPC; a case that one of them cannot run carries its reason in the test's name.
import { readFileSync } from 'node:fs';
import { test } from 'vitest';

export function readCases<T>(name: 'audit' | 'identity' | 'scope' | 'session' | 'slash'): T {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));
}

/** How a case is called in the report. */
export function titleOf({ id, title, group, note }: { id: string; title?: string; group?: string; note?: string }) {
  return [id, title ?? group, note].filter((part) => part !== undefined).join(': ');
}

/** Adds one case, or says why it is not run here. */
export function addCase(title: string, reason: string | undefined, run: () => Promise<void>): void {
  test.skipIf(reason !== undefined)(reason === undefined ? title : `${title} (not run here: ${reason})`, run);
}

export interface ScopeCase {
  readonly id: string;
  readonly note?: string;
  readonly input: {
    readonly invocation: {
      readonly caller_id: string;
      readonly run_id: string;
      readonly root_run_id: string;
      readonly parent_run_id: string;
      readonly continuation: { readonly parent_run_id: string } | null;
    };
    readonly scope: string;
    readonly is_admin: boolean;
  };
  readonly expect: {
    readonly allow: boolean;
    readonly reason?: string;
    readonly message?: string;
    readonly message_starts_with?: string;
  };
}

export interface SessionRequest {
  readonly agent: string;
  readonly tools: readonly string[];
  readonly time_limit_ms: number;
  readonly call_budget: number;
  readonly rate_limit_per_minute: number | null;
  readonly rate_limit_window_secs: number;
  readonly data_sensitivity_ceiling: 'public' | 'internal' | 'confidential' | 'restricted';
}
export interface SessionAnswer {
  readonly ok: boolean;
  readonly error?: string | undefined;
  readonly [key: string]: unknown;
}
export type SessionStep = { readonly at_ms: number; readonly expect: SessionAnswer } & (
  | { readonly op: 'create'; readonly ref: string; readonly request: SessionRequest }
  | { readonly op: 'use'; readonly ref: string; readonly tool: string; readonly requesting_agent?: string }
  | {
      readonly op: 'batch';
      readonly ref: string;
      readonly tools: readonly string[];
      readonly requesting_agent?: string;
    }
  | { readonly op: 'use_concurrent'; readonly ref: string; readonly tool: string; readonly n: number }
  | { readonly op: 'create_capped'; readonly n: number; readonly agent: string; readonly max_sessions: number }
  | { readonly op: 'close' | 'get'; readonly ref: string }
  | { readonly op: 'count_active' | 'close_agent'; readonly agent: string }
  | { readonly op: 'list' | 'cleanup' }
);
export interface SessionCase {
  readonly id: string;
  readonly title: string;
  readonly note?: string;
  readonly steps: readonly SessionStep[];
}

interface SlashCaseOf<Group extends string, Input, Expected> {
  readonly id: string;
  readonly group: Group;
  readonly note?: string;
  readonly input: Input;
  readonly expect: Expected;
}
type ChatScope = 'dm' | 'group';
export type SlashCase =
  | SlashCaseOf<
      'policy',
      { extra: object; scope: ChatScope },
      { policy_refused: true } | { enabled: boolean; admin_user_ids: string[]; user_allowed_commands: string[] }
    >
  | SlashCaseOf<
      'can_run',
      { extra: object; scope: ChatScope; user_id: string | null; command: string },
      { is_admin: boolean; can_run: boolean }
    >
  | SlashCaseOf<
      'resolve',
      {
        config: { platforms: object } | null;
        source: { platform: string; chat_type: string | null; user_id: string | null };
        command: string;
      },
      { can_run: boolean; enabled?: boolean; scope?: string; is_admin?: boolean; reason?: string }
    >
  | SlashCaseOf<
      'dispatch',
      { registry: '#/registry'; extra: object; chat_type: string | null; user_id: string | null; text: string },
      { outcome: 'allow' | 'deny' | 'not_a_command'; canonical: string | null }
    >
  | SlashCaseOf<
      'whoami',
      { extra: object; platform: string; chat_type: string | null; user_id: string | null },
      { platform: string; scope_label: string; user_id: string | null; tier: string; runnable: string[] | null }
    >;
export interface SlashVectors {
  readonly registry: { builtin: { name: string; aliases?: string[] }[]; plugin: string[]; quick: string[] };
  readonly cases: readonly SlashCase[];
}

export type Text = string | { repeat: string; times: number } | { parts: Text[] } | Text[];
interface Usage {
  readonly input?: number;
  readonly output?: number;
  readonly reasoning?: number;
  readonly cache_read?: number;
}
export type VectorEvent = { readonly at_ms?: number } & (
  | {
      readonly event: 'step';
      readonly iter: number;
      readonly response: {
        readonly text?: Text;
        readonly model?: string;
        readonly finish_reason?: string;
        readonly tool_calls?: string[];
        readonly usage?: Usage;
      } | null;
    }
  | { readonly event: 'tool'; readonly name: string; readonly id: string; readonly args: Text; readonly result: Text }
  | { readonly event: 'log_error'; readonly message: Text }
  | { readonly event: 'log_event'; readonly type: string; readonly payload: object }
);
export interface EventCase {
  readonly input: readonly VectorEvent[];
  readonly expect: {
    readonly logs: readonly { sequence: number; type: string; payload: unknown }[];
    readonly tool_calls_count?: number;
    readonly token_stats?: { input: number; output: number; thinking: number; cache_read?: number };
  };
}
export type RunStatusName = 'running' | 'ok' | 'error' | 'timeout' | 'budget_exceeded' | 'cancelled' | 'dry_run';
export interface ListedRun {
  readonly id: string;
  readonly parent: string;
  readonly status: RunStatusName;
  readonly started: number;
  readonly finished: number | null;
  readonly skill: string;
}
export interface QueryCase {
  readonly input:
    | { call: 'ListRunsFiltered'; limits: number[] }
    | { call: 'ListRunsFiltered'; runs: ListedRun[]; status: RunStatusName; include_dry_run: boolean }
    | { call: 'LastRunBySkills'; runs: ListedRun[]; skills: string[]; include_failed: boolean }
    | { call: 'ListChildrenByParent'; runs: ListedRun[]; parent: string };
  readonly expect: { effective?: number[]; ids?: string[]; last?: Record<string, string> };
}
export type AuditCase = { readonly id: string; readonly title: string; readonly note?: string } & (
  | EventCase
  | QueryCase
);

export function textOf(text: Text): string {
  if (typeof text === 'string') return text;
  if (Array.isArray(text)) return text.map(textOf).join('');
  return 'parts' in text ? textOf(text.parts) : text.repeat.repeat(text.times);
}

/** A payload with its long texts written out. */
export function spelledOut(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null) return payload;
  if ('parts' in payload || 'repeat' in payload) return textOf(payload as Text);
  if (Array.isArray(payload)) return payload.map(spelledOut);
  return Object.fromEntries(Object.entries(payload).map(([key, value]) => [key, spelledOut(value)]));
}

export type IdentityFields = Readonly<Record<'user_id' | 'guild_id' | 'channel_id' | 'platform', string>>;
export type IdentityCase = { readonly id: string; readonly title: string; readonly note?: string } & (
  | {
      readonly op: 'write';
      readonly input: { trace_id: string; identity: Partial<IdentityFields> };
      readonly expect: { command: 'SET'; key: string; ex: number; value_hex: string; value_bytes: number };
    }
  | {
      readonly op: 'read';
      readonly input: {
        trace_id: string;
        stored_hex?: string | null;
        writes?: { at_s: number; trace_id: string; identity: Partial<IdentityFields> }[];
        read_at_s?: number;
      };
      readonly expect: { identity: Partial<IdentityFields> | null; redis_called?: boolean; decision?: 'deny' };
    }
  | {
      readonly op: 'decide';
      readonly input: { record: Partial<IdentityFields>; envelope: Record<string, string> };
      readonly expect: { effective: Partial<IdentityFields> };
    }
);
export interface IdentityVectors {
  readonly key_prefix: string;
  readonly default_ttl_s: number;
  readonly cases: readonly IdentityCase[];
}
