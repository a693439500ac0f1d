// audit.json over gRPC: StartRun, AppendAudit with the runner's times, FinishRun, and the auditor's queries.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { AuditDriver } from '../../support/audit-scenario.ts';
import type { Answer, Clients } from '../../support/clients.ts';
import { plainOf, structOf } from '../../support/structs.ts';
import { msOf, wireTime } from '../../support/times.ts';
import { spelledOut, textOf, type VectorEvent } from '../../support/vector-cases.ts';

/** @param name  of the case; its runs are those of a caller of its own, and its skills have the name behind them */
export async function auditDriver({ identities, ...clients }: Clients, name: string): Promise<AuditDriver> {
  const traceId = `trace of ${name}`;
  await identities('BindIdentity', { trace_id: traceId, identity: { platform: 'discord', user_id: name } });
  const skillOf = (skill: string) => `${skill} of ${name}`;
  const idsOf = ({ runs = [] }: Answer): string[] => runs.map(({ run_id }: Answer) => run_id);
  return {
    async start({ skill, parent }) {
      const { run } = await clients.runs('StartRun', {
        trace_id: traceId,
        skill_id: skillOf(skill),
        ...(parent !== undefined && { parent_run_id: parent }),
      });
      return { runId: run.run_id, startedAtMs: msOf(run.started_at) };
    },
    async append({ runId, startedAtMs }, events) {
      // A time that has not come yet would be stored as now.
      const lastMs = startedAtMs + Math.max(0, ...events.map(({ at_ms }) => at_ms ?? 0));
      while (Date.now() <= lastMs) await sleep(lastMs - Date.now() + 1);
      const wireEvents = events.map((event) => wireEventOf(event, startedAtMs));
      await clients.decisions('AppendAudit', { run_id: runId, events: wireEvents });
    },
    async finish(runId, status) {
      await clients.runs('FinishRun', { run_id: runId, status: `RUN_STATUS_${status.toUpperCase()}` });
    },
    async log(runId) {
      const answers = await clients.stream('AuditService', 'ListRunEvents', { run_id: runId });
      return answers.map(({ event: { sequence, type, payload } }) => ({ sequence, type, payload: plainOf(payload) }));
    },
    async read(runId) {
      const { run } = await clients.runs('GetRun', { run_id: runId });
      const { input_tokens, output_tokens, thinking_tokens, cache_read_tokens } = run.token_totals;
      return {
        toolCallsCount: run.tool_calls_count,
        lastSequence: run.last_sequence,
        tokens: {
          input: input_tokens,
          output: output_tokens,
          thinking: thinking_tokens,
          cacheRead: cache_read_tokens,
        },
      };
    },
    async list({ status, includeDryRun, pageSize }) {
      const page = await clients.audit('ListRuns', {
        caller_id: `discord:${name}`,
        include_dry_run: includeDryRun,
        page_size: pageSize,
        ...(status !== undefined && { status: `RUN_STATUS_${status.toUpperCase()}` }),
      });
      return idsOf(page);
    },
    async children(parentRunId) {
      return idsOf(await clients.audit('ListChildRuns', { parent_run_id: parentRunId }));
    },
    async last(skills, includeFailed) {
      const asked = { skill_ids: skills.map(skillOf), include_failed: includeFailed };
      const { last_runs = [] } = await clients.audit('GetLastRuns', asked);
      const found = last_runs.map(({ skill_id, run }: Answer) => [skill_id, run.run_id]);
      const byId = new Map<string, string>(found);
      return Object.fromEntries(skills.map((skill) => [skill, byId.get(skillOf(skill))!]));
    },
    tick: () => sleep(3),
  };
}

function wireEventOf(event: VectorEvent, startedAtMs: number): object {
  const at = event.at_ms === undefined ? {} : { occurred_at: wireTime(startedAtMs + event.at_ms) };
  switch (event.event) {
    case 'step': {
      const { iter, response } = event;
      if (response === null) return { ...at, step: { iter } };
      const { text, usage, ...rest } = response;
      const tokens = usage && {
        input_tokens: usage.input,
        output_tokens: usage.output,
        thinking_tokens: usage.reasoning,
        cache_read_tokens: usage.cache_read,
      };
      return { ...at, step: { iter, response: { ...rest, text: textOf(text ?? ''), usage: tokens } } };
    }
    case 'tool': {
      const { name, id, args, result } = event;
      return { ...at, tool_use: { name, id, args: textOf(args), result: textOf(result) } };
    }
    case 'log_error':
      return { ...at, error: { message: textOf(event.message) } };
    case 'log_event':
      return { ...at, custom: { type: event.type, payload: structOf(spelledOut(event.payload) as object) } };
    default:
      return expect.fail(`no test reads the event ${(event as { event: string }).event}`);
  }
}
