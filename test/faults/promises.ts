// Work that holds a server to its promises while something kills it, or what it stands on: every acknowledgement is noted,
// and compared with what is there in the end.
import { expect } from 'vitest';
import type { Answer, Clients } from '../support/clients.ts';
import { eventually } from '../support/times.ts';

const WORKERS = 16;
const SESSIONS = 4;
const RUNS = 3;
const BUDGET = 1_000_000;
const ANSWER_MS_MAX = 30_000;
/** A budget that runs out on the way. */
const SMALL_BUDGET = 300;

interface Session {
  readonly session_id: string;
  readonly agent_id: string;
  readonly budget: number;
  /** Keys whose charge was acknowledged. */
  readonly acknowledged: Set<string>;
  readonly tried: Set<string>;
}

interface Run {
  readonly run_id: string;
  /** Markers of events that were acknowledged. */
  readonly acknowledged: Set<string>;
  readonly tried: Set<string>;
}

export interface Work {
  /** Repeats each key until it is acknowledged, for as long as the work lasts. */
  readonly sessions: readonly Session[];
  readonly runs: readonly Run[];
  /** Ids of sessions whose close was acknowledged. */
  readonly closed: Set<string>;
  /** When the latest decision was acknowledged, ms of `performance.now()`. */
  lastAnsweredMs: number;
  /** Acknowledged charges, appends and closes so far. */
  acknowledgements: number;
  /** Resolves with the next acknowledgement after a moment, with the time that it took. @throws what ended the work */
  answered(sinceMs: number): Promise<number>;
  /** Stops asking, and waits for what is under way. */
  stop(): Promise<void>;
}

/** @param clients  asked anew for each call, for a server that was started again may listen elsewhere */
export async function startWork(clients: () => Clients): Promise<Work> {
  const sessions: Session[] = [];
  for (let index = 0; index < SESSIONS; index++) {
    const agent_id = `worker-${index}`;
    const budget = index === 0 ? SMALL_BUDGET : BUDGET;
    const { session } = await clients().sessions('CreateSession', { agent_id, all: {}, call_budget: budget });
    sessions.push({ session_id: session.session_id, agent_id, budget, acknowledged: new Set(), tried: new Set() });
  }
  await clients().identities('BindIdentity', {
    trace_id: 'work',
    ttl: { seconds: 86_400 },
    identity: { platform: 'd', user_id: '1' },
  });
  const runs: Run[] = [];
  for (let index = 0; index < RUNS; index++) {
    const { run } = await clients().runs('StartRun', { trace_id: 'work', skill_id: 'skill' });
    runs.push({ run_id: run.run_id, acknowledged: new Set(), tried: new Set() });
  }
  let isOver = false;
  const work = { sessions, runs, closed: new Set<string>(), lastAnsweredMs: 0, acknowledgements: 0 };
  const until = async (ask: () => Promise<Answer>): Promise<Answer> => {
    while (!isOver) {
      try {
        const answer = await ask();
        work.lastAnsweredMs = performance.now();
        work.acknowledgements++;
        return answer;
      } catch (error) {
        expect(error).toMatchObject({ code: expect.toBeOneOf([4, 14]) });
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
    return undefined;
  };
  let number = 0;
  const working = Array.from({ length: WORKERS }, async (_, worker) => {
    while (!isOver) {
      const key = `key-${number++}`;
      if (worker === 0) await openAndClose(clients, until, work, key);
      else if (worker < 5) await append(clients, until, runs[number % RUNS]!, key);
      else await charge(clients, until, sessions[number % SESSIONS]!, key);
    }
  });
  let problem: unknown;
  Promise.all(working).catch((error) => {
    problem = error;
    isOver = true;
  });
  return Object.assign(work, {
    answered: async (sinceMs: number) => {
      while (work.lastAnsweredMs < sinceMs) {
        if (problem) throw problem;
        if (performance.now() - sinceMs > ANSWER_MS_MAX) throw new Error('nothing was answered any more');
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return work.lastAnsweredMs - sinceMs;
    },
    stop: async () => {
      isOver = true;
      await Promise.all(working);
    },
  });
}

type Until = (ask: () => Promise<Answer>) => Promise<Answer>;

async function charge(clients: () => Clients, until: Until, session: Session, key: string): Promise<void> {
  const { session_id, agent_id } = session;
  const request = { session_id, agent_id, calls: [{ tool: 'x' }], idempotency_key: key };
  session.tried.add(key);
  const answer = await until(() => clients().decisions('ConsumeBudget', request, { deadline: Date.now() + 5_000 }));
  if (answer?.decision.effect === 'EFFECT_ALLOW') session.acknowledged.add(key);
  else if (answer) expect(answer.decision.reason).toBe('REASON_BUDGET_EXHAUSTED');
}

async function append(clients: () => Clients, until: Until, run: Run, key: string): Promise<void> {
  const events = [{ custom: { type: 'mark', payload: { fields: { key: { stringValue: key } } } } }];
  const request = { run_id: run.run_id, events, idempotency_key: key };
  run.tried.add(key);
  if (await until(() => clients().decisions('AppendAudit', request, { deadline: Date.now() + 5_000 })))
    run.acknowledged.add(key);
}

async function openAndClose(
  clients: () => Clients,
  until: Until,
  { closed }: Pick<Work, 'closed'>,
  key: string,
): Promise<void> {
  const creation = { agent_id: 'closer', all: {}, idempotency_key: key };
  const opened = await until(() => clients().sessions('CreateSession', creation));
  if (!opened) return;
  const { session_id } = opened.session;
  if (await until(() => clients().sessions('CloseSession', { session_id, idempotency_key: key })))
    closed.add(session_id);
}

/** Every promise, against what is there. The work must have stopped. */
export async function expectKept(clients: Clients, { sessions, runs, closed }: Work): Promise<void> {
  // A socket that was gone for a moment is tried again only after a while.
  await eventually(() => clients.server('GetServerInfo', {}), { withinMs: 60_000 });
  for (const { session_id, agent_id, budget, acknowledged, tried } of sessions) {
    const { session } = await clients.sessions('GetSession', { session_id });
    expect(session.calls_made).toBeLessThanOrEqual(budget);
    // What was tried and never acknowledged may be in or not.
    expect(session.calls_made).toBeGreaterThanOrEqual(acknowledged.size);
    expect(session.calls_made).toBeLessThanOrEqual(tried.size);
    const sample = [...acknowledged].slice(-50);
    for (const idempotency_key of sample) {
      const request = { session_id, agent_id, calls: [{ tool: 'x' }], idempotency_key };
      const { decision } = await clients.decisions('ConsumeBudget', request);
      expect(decision).toMatchObject({ effect: 'EFFECT_ALLOW', replayed: true });
    }
  }
  for (const { run_id, acknowledged, tried } of runs) {
    const events = await clients.stream('AuditService', 'ListRunEvents', { run_id });
    expect(events.map(({ event }) => event.sequence)).toEqual(events.map((_, index) => index + 1));
    const marks: string[] = events.map(({ event }) => event.payload.fields.key.stringValue);
    const found = new Set(marks);
    expect(found.size).toBe(marks.length);
    expect([...acknowledged].filter((mark) => !found.has(mark))).toEqual([]);
    expect(marks.filter((mark) => !tried.has(mark))).toEqual([]);
  }
  for (const session_id of closed) {
    const found = await clients.sessions('GetSession', { session_id });
    expect(found.session.status).toBe('SESSION_STATUS_CLOSED');
  }
}
