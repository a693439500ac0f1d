// Takes one case of audit.json, whoever stands behind it: the operations over an engine, or a server behind gRPC.
import { expect } from 'vitest';
import { expectNothingElse } from '../vectors/cases.ts';
import {
  type AuditCase,
  type EventCase,
  type ListedRun,
  type QueryCase,
  type RunStatusName,
  spelledOut,
  type VectorEvent,
} from './vector-cases.ts';

export interface StartedRun {
  readonly runId: string;
  readonly startedAtMs: number;
}

/** What a case asks for. Every driver's runs have a caller of its own, so that no case sees the runs of another. */
export interface AuditDriver {
  start(run: { skill: string; parent?: string }): Promise<StartedRun>;
  append(run: StartedRun, events: readonly VectorEvent[]): Promise<void>;
  finish(runId: string, status: Exclude<RunStatusName, 'running'>): Promise<void>;
  log(runId: string): Promise<{ sequence: number; type: string; payload: unknown }[]>;
  read(runId: string): Promise<{
    toolCallsCount: number;
    lastSequence: number;
    tokens: { input: number; output: number; thinking: number; cacheRead: number };
  }>;
  /** Ids of this driver's runs, newest first. */
  list(filter: { status?: RunStatusName; includeDryRun: boolean; pageSize: number }): Promise<string[]>;
  children(parentRunId: string): Promise<string[]>;
  last(skills: readonly string[], includeFailed: boolean): Promise<Record<string, string>>;
  /** Returns when the clock has moved on, so that what happens next is later. */
  tick(): Promise<void>;
}

export async function playAuditCase(driver: AuditDriver, vector: AuditCase): Promise<void> {
  if (Array.isArray(vector.input)) await playEvents(driver, vector as EventCase);
  else await playQuery(driver, vector as QueryCase);
}

async function playEvents(driver: AuditDriver, { input, expect: expected }: EventCase): Promise<void> {
  const { logs, tool_calls_count, token_stats, ...rest } = expected;
  expectNothingElse(rest);
  const run = await driver.start({ skill: 'skill' });
  await driver.append(run, input);

  const written = logs.map((log) => ({ ...log, payload: spelledOut(log.payload) }));
  expect(await driver.log(run.runId)).toEqual(written);
  const { toolCallsCount, lastSequence, tokens } = await driver.read(run.runId);
  expect(lastSequence).toBe(logs.length);
  if (tool_calls_count !== undefined) expect(toolCallsCount).toBe(tool_calls_count);
  if (token_stats === undefined) return;
  const { input: read, output, thinking, cacheRead } = tokens;
  const cached = token_stats.cache_read === undefined ? {} : { cache_read: cacheRead };
  expect({ input: read, output, thinking, ...cached }).toEqual(token_stats);
}

async function playQuery(driver: AuditDriver, { input, expect: expected }: QueryCase): Promise<void> {
  const { effective, ids, last, ...rest } = expected;
  expectNothingElse(rest);
  expect([effective, ids, last].filter((part) => part !== undefined)).toHaveLength(1);
  if ('limits' in input) {
    await startMany(driver, Math.max(...effective!) + 1);
    const sizes: number[] = [];
    for (const pageSize of input.limits) sizes.push((await driver.list({ includeDryRun: false, pageSize })).length);
    expect(sizes).toEqual(effective);
    return;
  }
  const runs = await replay(driver, input.runs);
  const refs = new Map([...runs].map(([ref, id]) => [id, ref]));
  if (input.call === 'ListRunsFiltered') {
    const found = await driver.list({ status: input.status, includeDryRun: input.include_dry_run, pageSize: 500 });
    expect(found.map((id) => refs.get(id))).toEqual(ids);
  } else if (input.call === 'ListChildrenByParent') {
    const found = await driver.children(runs.get(input.parent)!);
    expect(found.map((id) => refs.get(id))).toEqual(ids);
  } else if (input.call === 'LastRunBySkills') {
    const found = Object.entries(await driver.last(input.skills, input.include_failed));
    expect(Object.fromEntries(found.map(([skill, id]) => [skill, refs.get(id)]))).toEqual(last);
  } else expect.fail(`no test reads the call ${(input as { call: string }).call}`);
}

async function startMany(driver: AuditDriver, count: number): Promise<void> {
  const atOnce = 32;
  for (let started = 0; started < count; started += atOnce) {
    const wave = Math.min(atOnce, count - started);
    await Promise.all(Array.from({ length: wave }, () => driver.start({ skill: 'skill' })));
  }
}

/** Starts and finishes runs in the order in which the case says it happened. @returns run ids by ref */
async function replay(driver: AuditDriver, runs: readonly ListedRun[]): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  const happenings = runs.flatMap((run) => [
    { at: run.started, run, ends: false },
    ...(run.finished === null ? [] : [{ at: run.finished, run, ends: true }]),
  ]);
  for (const { run, ends } of happenings.sort((a, b) => a.at - b.at)) {
    await driver.tick();
    if (ends && run.status !== 'running') await driver.finish(ids.get(run.id)!, run.status);
    else {
      const parent = run.parent === '' ? {} : { parent: ids.get(run.parent)! };
      ids.set(run.id, (await driver.start({ skill: run.skill, ...parent })).runId);
    }
  }
  return ids;
}
