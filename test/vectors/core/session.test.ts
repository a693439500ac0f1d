import { describe, expect, test } from 'vitest';
import { SENSITIVITIES, type Sensitivity, type SensitivityLevel, statusOf } from '../../../src/core/session/session.ts';
import type { ChargeResult } from '../../../src/state/port/charge.ts';
import { SessionModel } from '../../unit/core/session/session-model.ts';
import { aCharge, aSession, CREATED_AT, sessionIdOf } from '../../unit/core/sessions.ts';
import { expectNothingElse, readVectors } from '../cases.ts';

interface Request {
  agent: string;
  tools: string[];
  time_limit_ms: number;
  call_budget: number;
  rate_limit_per_minute: number | null;
  rate_limit_window_secs: number;
  data_sensitivity_ceiling: Sensitivity;
}
interface Expected {
  ok: boolean;
  error?: string | undefined;
  [key: string]: unknown;
}
type Step = { at_ms: number; expect: Expected } & (
  | { op: 'create'; ref: string; request: Request }
  | { op: 'use'; ref: string; tool: string; requesting_agent?: string }
  | { op: 'batch'; ref: string; tools: string[]; requesting_agent?: string }
  | { op: 'use_concurrent'; ref: string; tool: string; n: number }
  | { op: 'create_capped'; n: number; agent: string; max_sessions: number }
  | { op: 'close' | 'get'; ref: string }
  | { op: 'count_active' | 'close_agent'; agent: string }
  | { op: 'list' | 'cleanup' }
);
interface Case {
  id: string;
  title: string;
  steps: Step[];
  note?: string;
}

/** The vectors' names for what the contract calls otherwise. */
const ERRORS: Readonly<Record<string, string>> = {
  SESSION_UNKNOWN: 'NOT_FOUND',
  SESSION_CLOSED: 'ALREADY_CLOSED',
  SESSION_EXPIRED: 'EXPIRED',
  BUDGET_EXHAUSTED: 'BUDGET_EXCEEDED',
  TOOL_NOT_GRANTED: 'TOOL_NOT_AUTHORIZED',
  RATE_IMPOSSIBLE: 'RATE_LIMITED',
  unknown: 'NOT_FOUND',
  already_closed: 'ALREADY_CLOSED',
  too_many_sessions: 'TOO_MANY_SESSIONS',
};

const NO_CAP = 1_000;

describe('session vectors', () => {
  for (const { id, title, steps } of readVectors<{ cases: Case[] }>('session').cases) {
    test(`${id}: ${title}`, () => {
      const scenario = new Scenario();
      for (const step of steps) {
        const before = scenario.counters();
        const answer = scenario.take(step);
        expect(answer, `${step.op} at ${step.at_ms} ms`).toEqual(step.expect);
        if (!step.expect.ok) expect(scenario.counters(), 'a refused step leaves every counter').toEqual(before);
      }
    });
  }
});

/** Takes the steps of one case, and answers each with all that its expectation could name. */
class Scenario {
  readonly #model = new SessionModel({ nowMs: CREATED_AT });
  readonly #ids = new Map<string, string>();

  take(step: Step): Expected {
    this.#model.nowMs = CREATED_AT + step.at_ms;
    switch (step.op) {
      case 'create':
        return this.#create(step.ref, step.request);
      case 'use':
        return this.#charge(step.ref, [step.tool], step.requesting_agent).expected;
      case 'batch':
        return this.#charge(step.ref, step.tools, step.requesting_agent).expected;
      case 'use_concurrent':
        return this.#useConcurrently(step);
      case 'create_capped':
        return this.#createCapped(step);
      case 'close': {
        const answer = this.#model.closeSession(this.#id(step.ref), undefined);
        return 'record' in answer ? this.#shown(step.ref) : refused(answer.kind);
      }
      case 'get':
        return this.#shown(step.ref);
      case 'list': {
        const { records } = this.#model.pageSessions({ partition: 0, limit: 500 });
        const listed = records.map(({ session }) => session.sessionId);
        return { ok: true, refs: [...this.#ids].filter(([, id]) => listed.includes(id)).map(([ref]) => ref) };
      }
      case 'cleanup':
        return { ok: true, removed: this.#model.removeEndedSessions({ partition: 0, endedForMs: 0, limit: 500 }) };
      case 'count_active':
        return { ok: true, count: this.#model.readAgent(step.agent).liveSessions };
      case 'close_agent':
        return { ok: true, closed: this.#model.deactivateAgent(step.agent).sessionsClosed };
      default:
        return expect.fail(`no test reads the step ${(step as Step).op}`);
    }
  }

  counters(): unknown {
    return this.#model.pageSessions({ partition: 0, limit: 500 }).records.map((record) => record.counters);
  }

  #create(ref: string, request: Request, maxLive = NO_CAP): Expected {
    const { agent, tools, data_sensitivity_ceiling, ...limits } = request;
    const { time_limit_ms, call_budget, rate_limit_per_minute, rate_limit_window_secs, ...rest } = limits;
    expectNothingElse(rest);
    const session = aSession({
      sessionId: this.#id(ref),
      agentId: agent,
      grant: tools,
      timeLimitMs: time_limit_ms,
      callBudget: call_budget,
      rateLimit: rate_limit_per_minute ?? undefined,
      rateWindowMs: rate_limit_window_secs * 1_000,
      sensitivityCeiling: SENSITIVITIES.indexOf(data_sensitivity_ceiling) as SensitivityLevel,
    });
    const answer = this.#model.createSession(session, maxLive, undefined);
    return answer.kind === 'created' ? this.#shown(ref) : refused(answer.kind);
  }

  #charge(ref: string, tools: readonly string[], agent?: string): { answer: ChargeResult; expected: Expected } {
    const sessionId = this.#id(ref);
    const agentId = agent ?? this.#model.readSession(sessionId).record?.session.agentId ?? 'agent';
    const batch = tools.map((tool) => ({ tool, sensitivity: 0 as const }));
    const answer = this.#model.charge(aCharge({ sessionId, agentId, calls: batch }));
    return { answer, expected: chargeExpected(answer, tools) };
  }

  #useConcurrently({ ref, tool, n }: Step & { op: 'use_concurrent' }): Expected {
    const answers = Array.from({ length: n }, () => this.#charge(ref, [tool]));
    const failures = answers.map(({ expected }) => expected.error).filter((error) => error !== undefined);
    expect(new Set(failures).size, 'all fail alike').toBe(1);
    return { ok: true, succeeded: n - failures.length, failed: failures.length, failure: failures[0] };
  }

  #createCapped({ n, agent, max_sessions }: Step & { op: 'create_capped' }): Expected {
    const request: Request = {
      agent,
      tools: [],
      time_limit_ms: 3_600_000,
      call_budget: 1,
      rate_limit_per_minute: null,
      rate_limit_window_secs: 60,
      data_sensitivity_ceiling: 'internal',
    };
    const answers = Array.from({ length: n }, (_, index) => this.#create(`capped ${index}`, request, max_sessions));
    const errors = answers.map(({ error }) => error).filter((error) => error !== undefined);
    expect(new Set(errors).size, 'all are refused alike').toBe(1);
    return { ok: true, created: n - errors.length, refused: errors.length, error: errors[0] };
  }

  #shown(ref: string): Expected {
    const { record, now } = this.#model.readSession(this.#id(ref));
    if (!record) return refused('unknown');
    return { ok: true, status: statusOf(record, now), calls_made: record.counters.callsMade };
  }

  #id(ref: string): string {
    const id = this.#ids.get(ref) ?? sessionIdOf(this.#ids.size + 1);
    this.#ids.set(ref, id);
    return id;
  }
}

function chargeExpected(answer: ChargeResult, tools: readonly string[]): Expected {
  if (answer.kind === 'charged') return { ok: true, calls_made: answer.counters.callsMade };
  if (answer.kind === 'nothing_to_charge') {
    return { ok: true, calls_made: answer.counters.callsMade, permits: false };
  }
  if (answer.kind !== 'denied') return refused(answer.kind);
  const { reason, callIndex, charged } = answer;
  switch (reason) {
    case 'TOOL_NOT_GRANTED':
      return { ...refused(reason), tool: tools[callIndex!] };
    case 'BUDGET_EXHAUSTED':
      return { ...refused(reason), limit: charged?.limits.callBudget, used: charged?.counters.callsMade };
    case 'RATE_LIMITED':
    case 'RATE_IMPOSSIBLE':
      return { ...refused(reason), limit_per_minute: charged?.limits.rateLimit };
    default:
      return refused(reason);
  }
}

function refused(kind: string): Expected {
  return { ok: false, error: ERRORS[kind] ?? kind };
}
