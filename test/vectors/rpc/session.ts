// session.json over gRPC, in real time: single calls through Authorize, batches through ConsumeBudget.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Answer, Clients } from '../../support/clients.ts';
import { refusalOf } from '../../support/refusals.ts';
import { refusedAs, type SessionDriver } from '../../support/session-scenario.ts';
import { wireTime } from '../../support/times.ts';
import type { SessionAnswer, SessionCase, SessionRequest } from '../../support/vector-cases.ts';

const LAST_STEP_MS_MAX = 2_500;

/** Why a scenario is not played in real time. */
export function sessionCaseIsTooLong({ steps }: SessionCase): string | undefined {
  const lastMs = Math.max(...steps.map(({ at_ms }) => at_ms));
  return lastMs <= LAST_STEP_MS_MAX ? undefined : `its clock runs to ${lastMs} ms, beyond two seconds`;
}

export const SESSION_TRACE = 'trace-of-a-session-user';

export async function bindSessionUser({ identities }: Clients): Promise<void> {
  await identities('BindIdentity', { trace_id: SESSION_TRACE, identity: { platform: 'discord', user_id: '5' } });
}

/** The server's own limit of live sessions, as it is by default. */
const MAX_LIVE = 10;

export async function sessionDriver({ sessions, agents, decisions }: Clients, caseId: string): Promise<SessionDriver> {
  await sessions('PurgeSessions');
  let startedAt = performance.now();
  let step = 0;
  const ids = new Map<string, string>();
  const agentOf = (agent: string) => `${agent} of ${caseId}`;
  const idOf = (ref: string) => ids.get(ref) ?? ref;
  const shown = ({ session }: Answer): SessionAnswer => ({
    ok: true,
    status: session.status.replace('SESSION_STATUS_', '').toLowerCase(),
    calls_made: session.calls_made,
  });
  const answered = async (call: Promise<Answer>): Promise<SessionAnswer> => {
    const settled = await call.then(shown, () => undefined);
    return settled ?? refusedAs((await refusalOf(call)).reason);
  };
  const listed = async (): Promise<Answer[]> => {
    const all = await sessions('ListSessions', { page_size: 500 });
    return (all.sessions ?? []).filter((session: Answer) => session.agent_id.endsWith(` of ${caseId}`));
  };
  return {
    async until(atMs) {
      step = atMs;
      await sleep(Math.max(0, startedAt + atMs - performance.now()));
    },
    create(ref, request, maxLive) {
      expect(maxLive ?? MAX_LIVE).toBe(MAX_LIVE);
      const creation = sessions('CreateSession', creationOf(request, agentOf(request.agent)));
      void creation.then(
        ({ session }) => {
          ids.set(ref, session.session_id);
          // A time limit counts from when the session was made, which is no later than its answer.
          startedAt = Math.max(startedAt, performance.now() - step);
        },
        () => undefined,
      );
      return answered(creation);
    },
    async charge(ref, tools, { agent, batch }) {
      const session = await sessions('GetSession', { session_id: idOf(ref) }).catch(() => undefined);
      const common = {
        trace_id: SESSION_TRACE,
        session_id: idOf(ref),
        agent_id: agent === undefined ? (session?.session.agent_id ?? 'agent') : agentOf(agent),
      };
      const answer = batch
        ? await decisions('ConsumeBudget', { ...common, calls: tools.map((tool) => ({ tool })) })
        : await decisions('Authorize', { ...common, tool: tools[0] });
      return chargeAnswer(answer, tools);
    },
    close: (ref) => answered(sessions('CloseSession', { session_id: idOf(ref) })),
    get: (ref) => answered(sessions('GetSession', { session_id: idOf(ref) })),
    async list() {
      const found = (await listed()).map(({ session_id }) => session_id);
      return { ok: true, refs: [...ids].filter(([, id]) => found.includes(id)).map(([ref]) => ref) };
    },
    async purge() {
      return { ok: true, removed: (await sessions('PurgeSessions')).purged };
    },
    async countLive(agent) {
      return { ok: true, count: (await agents('GetAgent', { agent_id: agentOf(agent) })).agent.live_sessions };
    },
    async deactivate(agent) {
      const { sessions_closed } = await agents('DeactivateAgent', { agent_id: agentOf(agent) });
      return { ok: true, closed: sessions_closed };
    },
    async counters() {
      const found = await listed();
      return found.map(({ session_id, calls_made, window_calls, window_started_at, sequence, closed_at }) => ({
        ...{ session_id, calls_made, window_calls, window_started_at, sequence, closed_at },
      }));
    },
  };
}

function creationOf(request: SessionRequest, agentId: string): object {
  const { rate_limit_per_minute } = request;
  return {
    agent_id: agentId,
    tools: { names: request.tools },
    time_limit: wireTime(request.time_limit_ms),
    call_budget: request.call_budget,
    rate_window: wireTime(request.rate_limit_window_secs * 1_000),
    sensitivity_ceiling: `SENSITIVITY_${request.data_sensitivity_ceiling.toUpperCase()}`,
    ...(rate_limit_per_minute !== null && { rate_limit: rate_limit_per_minute }),
  };
}

function chargeAnswer({ decision, usage }: Answer, tools: readonly string[]): SessionAnswer {
  const made = { ok: true, calls_made: usage?.calls_made };
  if (decision.effect === 'EFFECT_ALLOW') return made;
  if (decision.reason === 'REASON_NOTHING_TO_CHARGE') {
    expect(decision.effect).toBe('EFFECT_UNSPECIFIED');
    return { ...made, permits: false };
  }
  expect(decision.effect).toBe('EFFECT_DENY');
  const reason = decision.reason.replace('REASON_', '');
  switch (reason) {
    case 'TOOL_NOT_GRANTED':
      // The wire names the tool in the sentence for people only.
      return refusedAs(reason, { tool: tools.find((tool) => decision.message.includes(JSON.stringify(tool))) });
    case 'BUDGET_EXHAUSTED':
      return refusedAs(reason, { limit: usage.call_budget, used: usage.calls_made });
    case 'RATE_LIMITED':
    case 'RATE_IMPOSSIBLE':
      return refusedAs(reason, { limit_per_minute: usage.rate.limit });
    default:
      return refusedAs(reason);
  }
}
