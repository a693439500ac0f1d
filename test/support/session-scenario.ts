// Takes the steps of one case of session.json, whoever stands behind them: an engine, or a server behind gRPC.
import { expect } from 'vitest';
import { expectNothingElse } from '../vectors/cases.ts';
import type { SessionAnswer, SessionCase, SessionRequest, SessionStep } from './vector-cases.ts';

/** What a scenario asks for, each answered in the words of the vectors. A ref is a name that only the scenario knows. */
export interface SessionDriver {
  /** Returns when the clock stands at least this long after the scenario's start. */
  until(atMs: number): Promise<void>;
  create(ref: string, request: SessionRequest, maxLive: number | undefined): Promise<SessionAnswer>;
  /** One call, or a batch of any number. */
  charge(ref: string, tools: readonly string[], given: { agent?: string; batch: boolean }): Promise<SessionAnswer>;
  close(ref: string): Promise<SessionAnswer>;
  get(ref: string): Promise<SessionAnswer>;
  list(): Promise<SessionAnswer>;
  purge(): Promise<SessionAnswer>;
  countLive(agent: string): Promise<SessionAnswer>;
  deactivate(agent: string): Promise<SessionAnswer>;
  /** Everything that a refused step must leave as it was. */
  counters(): Promise<unknown>;
}

/** The contract's names for what the vectors call otherwise. */
const ERRORS: Readonly<Record<string, string>> = {
  SESSION_UNKNOWN: 'NOT_FOUND',
  SESSION_NOT_FOUND: 'NOT_FOUND',
  SESSION_CLOSED: 'ALREADY_CLOSED',
  SESSION_EXPIRED: 'EXPIRED',
  BUDGET_EXHAUSTED: 'BUDGET_EXCEEDED',
  TOOL_NOT_GRANTED: 'TOOL_NOT_AUTHORIZED',
  RATE_IMPOSSIBLE: 'RATE_LIMITED',
};

export function refusedAs(reason: string, more: object = {}): SessionAnswer {
  return { ok: false, error: ERRORS[reason] ?? reason, ...more };
}

export async function playScenario(driver: SessionDriver, { steps }: SessionCase): Promise<void> {
  for (const step of steps) {
    await driver.until(step.at_ms);
    const before = await driver.counters();
    expect(await take(driver, step), `${step.op} at ${step.at_ms} ms`).toEqual(step.expect);
    if (!step.expect.ok) expect(await driver.counters(), 'a refused step leaves every counter').toEqual(before);
  }
}

function take(driver: SessionDriver, step: SessionStep): Promise<SessionAnswer> {
  switch (step.op) {
    case 'create': {
      const { agent, tools, time_limit_ms, call_budget, ...request } = step.request;
      const { rate_limit_per_minute, rate_limit_window_secs, data_sensitivity_ceiling, ...rest } = request;
      expectNothingElse(rest);
      return driver.create(step.ref, step.request, undefined);
    }
    case 'use':
      return driver.charge(step.ref, [step.tool], { ...asked(step.requesting_agent), batch: false });
    case 'batch':
      return driver.charge(step.ref, step.tools, { ...asked(step.requesting_agent), batch: true });
    case 'use_concurrent':
      return useConcurrently(driver, step);
    case 'create_capped':
      return createCapped(driver, step);
    case 'close':
      return driver.close(step.ref);
    case 'get':
      return driver.get(step.ref);
    case 'list':
      return driver.list();
    case 'cleanup':
      return driver.purge();
    case 'count_active':
      return driver.countLive(step.agent);
    case 'close_agent':
      return driver.deactivate(step.agent);
    default:
      return expect.fail(`no test reads the step ${(step as SessionStep).op}`);
  }
}

function asked(agent: string | undefined): { agent?: string } {
  return agent === undefined ? {} : { agent };
}

async function useConcurrently(driver: SessionDriver, { ref, tool, n }: SessionStep & { op: 'use_concurrent' }) {
  const answers = await Promise.all(Array.from({ length: n }, () => driver.charge(ref, [tool], { batch: false })));
  const failures = errorsOf(answers);
  return { ok: true, succeeded: n - failures.length, failed: failures.length, failure: failures[0] };
}

async function createCapped(driver: SessionDriver, { n, agent, max_sessions }: SessionStep & { op: 'create_capped' }) {
  const request: SessionRequest = {
    agent,
    tools: [],
    time_limit_ms: 3_600_000,
    call_budget: 1,
    rate_limit_per_minute: null,
    rate_limit_window_secs: 60,
    data_sensitivity_ceiling: 'internal',
  };
  const answers = await Promise.all(
    Array.from({ length: n }, (_, index) => driver.create(`capped ${index}`, request, max_sessions)),
  );
  const errors = errorsOf(answers);
  return { ok: true, created: n - errors.length, refused: errors.length, error: errors[0] };
}

function errorsOf(answers: readonly SessionAnswer[]): (string | undefined)[] {
  const errors = answers.map(({ error }) => error).filter((error) => error !== undefined);
  expect(new Set(errors).size, 'all are refused alike').toBe(1);
  return errors;
}
