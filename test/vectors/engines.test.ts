// session.json, audit.json and identity.json through the operations over both engines, on a clock that stands still
// between steps: every scenario at its own times, the long ones too.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open as openLmdb } from 'lmdb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import type { Identity } from '../../src/core/identity/identity.ts';
import { LIMITS, pageSizeOf } from '../../src/core/limits.ts';
import type { AuditEvent } from '../../src/core/run/audit.ts';
import { SENSITIVITIES, type SensitivityLevel, statusOf } from '../../src/core/session/session.ts';
import type { CallContext } from '../../src/pdp/call-context.ts';
import { decideAndCharge } from '../../src/pdp/decision/decide-and-charge.ts';
import type { ChargeDecision } from '../../src/pdp/decision/request.ts';
import { bindIdentity } from '../../src/pdp/identity/identities.ts';
import { appendAudit } from '../../src/pdp/run/append-audit.ts';
import { getLastRuns, listChildRuns, listRunEvents, listRuns } from '../../src/pdp/run/run-queries.ts';
import { finishRun, getRun, startRun } from '../../src/pdp/run/runs.ts';
import {
  closeSession,
  createSession,
  getSession,
  listSessions,
  removeEndedSessions,
} from '../../src/pdp/session/sessions.ts';
import { nameKey, time } from '../../src/state/embedded/keys.ts';
import { openEmbeddedState } from '../../src/state/embedded/state.ts';
import { type Opened, RETENTION_MS } from '../contract/suite.ts';
import { expectNothingElse } from './cases.ts';
import { openRedis } from '../contract/redis/open.ts';
import { type AuditDriver, playAuditCase } from '../support/audit-scenario.ts';
import { plainContext } from '../support/pdp.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { playScenario, refusedAs, type SessionDriver } from '../support/session-scenario.ts';
import {
  type AuditCase,
  addCase,
  type IdentityCase,
  type IdentityFields,
  type IdentityVectors,
  readCases,
  type SessionAnswer,
  type SessionCase,
  spelledOut,
  textOf,
  titleOf,
  type VectorEvent,
} from '../support/vector-cases.ts';

const sessionCases = readCases<{ cases: SessionCase[] }>('session').cases;
const auditCases = readCases<{ cases: AuditCase[] }>('audit').cases;
const identities = readCases<IdentityVectors>('identity');

const NO_CAP = 1_000;
const TRACE = 'trace';
const CALLER: Identity = identityOf({ platform: 'discord', user_id: '5' });

describe.each(['embedded', 'Redis'] as const)('the vectors over the operations, %s engine', (engine) => {
  let server: RedisServer | undefined;
  let opened: Opened;

  beforeAll(async () => {
    server = engine === 'Redis' ? await startRedis() : undefined;
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    opened = server ? await openRedis(server) : await openEmbedded();
  });
  afterEach(() => opened?.close());

  describe('session.json', () => {
    for (const vector of sessionCases) {
      addCase(titleOf(vector), undefined, () => playScenario(sessionDriver(opened), vector));
    }
  });

  describe('audit.json', () => {
    for (const vector of auditCases) {
      addCase(titleOf(vector), undefined, async () => {
        await opened.state.bindIdentity(TRACE, CALLER, LIMITS.identityTtlMsMax);
        await playAuditCase(auditDriver(opened), vector);
      });
    }
  });

  describe('identity.json', () => {
    for (const vector of identities.cases) {
      addCase(titleOf(vector), emptyTraceEndsAtTheEdge(vector), () => playIdentityCase(opened, vector));
    }
  });
});

async function openEmbedded(): Promise<Opened> {
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-vectors-'));
  let nowMs = 1_750_000_000_000;
  const now = () => nowMs;
  const state = await openEmbeddedState({ directory, retentionMs: RETENTION_MS, mapSizeBytes: 2 ** 28, now });
  return {
    state,
    clock: {
      now,
      advance: async (ms) => {
        nowMs += ms;
      },
    },
    async close() {
      await state.close();
      await rm(directory, { recursive: true });
    },
    async plantIdentity(traceId, bytes, ttlMs) {
      const root = openLmdb<Buffer, Buffer>({ path: directory, noSubdir: false });
      const table = root.openDB<Buffer, Buffer>('identities', { encoding: 'binary', keyEncoding: 'binary' });
      await table.put(nameKey(traceId), Buffer.concat([time(nowMs + ttlMs), bytes]));
    },
  };
}

function contextOf({ state, clock }: Opened, sessionsMaxLive = NO_CAP): CallContext {
  return plainContext(state, clock.now, { sessionsMaxLive });
}

function sessionDriver(opened: Opened): SessionDriver {
  const context = contextOf(opened);
  const startedAt = opened.clock.now();
  const ids = new Map<string, string>();
  const idOf = (ref: string) => ids.get(ref) ?? ref;
  const shown = async (ref: string): Promise<SessionAnswer> => {
    const { record, now } = await getSession(context, idOf(ref));
    return { ok: true, status: statusOf(record, now), calls_made: record.counters.callsMade };
  };
  const all = async () => {
    const { sessions } = await listSessions(context, NO_FILTER, { size: 500, after: undefined });
    return sessions.map(({ record }) => record);
  };
  return {
    async until(atMs) {
      await opened.clock.advance(startedAt + atMs - opened.clock.now());
    },
    async create(ref, request, maxLive) {
      const session = {
        agentId: request.agent,
        owner: undefined,
        delegationChain: [],
        declaredIntent: '',
        grant: request.tools,
        timeLimitMs: request.time_limit_ms,
        callBudget: request.call_budget,
        rateLimit: request.rate_limit_per_minute ?? undefined,
        rateWindowMs: request.rate_limit_window_secs * 1_000,
        sensitivityCeiling: SENSITIVITIES.indexOf(request.data_sensitivity_ceiling) as SensitivityLevel,
      };
      return orRefused(async () => {
        const { record } = await createSession(contextOf(opened, maxLive), session, undefined);
        ids.set(ref, record.session.sessionId);
        return shown(ref);
      });
    },
    async charge(ref, tools, { agent }) {
      const { record } = await context.state.readSession(idOf(ref));
      const answer = await decideAndCharge(context, {
        rpc: 'Authorize',
        traceId: undefined,
        runId: undefined,
        calls: tools.map((tool) => ({ tool, sensitivity: undefined })),
        slash: undefined,
        scope: undefined,
        session: { sessionId: idOf(ref), agentId: agent ?? record?.session.agentId ?? 'agent' },
        requireIdentity: false,
        requireSession: true,
        idempotencyKey: undefined,
        dryRun: false,
        explain: false,
      });
      return chargeAnswer(answer, tools);
    },
    close: (ref) =>
      orRefused(async () => {
        await closeSession(context, idOf(ref), undefined);
        return shown(ref);
      }),
    get: (ref) => orRefused(() => shown(ref)),
    async list() {
      const listed = (await all()).map(({ session }) => session.sessionId);
      return { ok: true, refs: [...ids].filter(([, id]) => listed.includes(id)).map(([ref]) => ref) };
    },
    async purge() {
      return { ok: true, removed: await removeEndedSessions(context, 0) };
    },
    async countLive(agent) {
      return { ok: true, count: (await context.state.readAgent(agent)).liveSessions };
    },
    async deactivate(agent) {
      return { ok: true, closed: (await context.state.deactivateAgent(agent)).sessionsClosed };
    },
    async counters() {
      return (await all()).map(({ session, counters }) => [session.sessionId, counters]);
    },
  };
}

const NO_FILTER = { agentId: undefined, status: undefined };

async function orRefused(operation: () => Promise<SessionAnswer>): Promise<SessionAnswer> {
  try {
    return await operation();
  } catch (error) {
    const { kind, subject } = error as { kind: string; subject?: string };
    const reason = { not_found: 'SESSION_NOT_FOUND', wrong_state: 'SESSION_CLOSED' }[kind] ?? kind.toUpperCase();
    expect(subject ?? 'session').toBe('session');
    return refusedAs(reason);
  }
}

function chargeAnswer({ decision, usage }: ChargeDecision, tools: readonly string[]): SessionAnswer {
  if (decision.effect === 'ALLOW') return { ok: true, calls_made: usage?.callsMade };
  if (decision.reason === 'NOTHING_TO_CHARGE') return { ok: true, calls_made: usage?.callsMade, permits: false };
  expect(decision.effect).toBe('DENY');
  switch (decision.reason) {
    case 'TOOL_NOT_GRANTED':
      return refusedAs(decision.reason, {
        tool: tools.find((tool) => decision.message.includes(JSON.stringify(tool))),
      });
    case 'BUDGET_EXHAUSTED':
      return refusedAs(decision.reason, { limit: usage?.callBudget, used: usage?.callsMade });
    case 'RATE_LIMITED':
    case 'RATE_IMPOSSIBLE':
      return refusedAs(decision.reason, { limit_per_minute: usage?.rate?.limit });
    default:
      return refusedAs(decision.reason);
  }
}

function auditDriver(opened: Opened): AuditDriver {
  const context = contextOf(opened);
  return {
    async start({ skill, parent }) {
      const run = await startRun(context, {
        subject: { traceId: TRACE },
        sessionId: undefined,
        skillId: skill,
        channelId: undefined,
        parentRunId: parent,
        continuationParentRunId: undefined,
        inputs: undefined,
        operation: undefined,
      });
      return { runId: run.runId, startedAtMs: run.startedAtMs };
    },
    async append({ runId, startedAtMs }, events) {
      await opened.clock.advance(3_600_000);
      const shaped = events.map((event) => eventOf(event, startedAtMs));
      await appendAudit(context, { runId, events: shaped, idempotencyKey: undefined });
    },
    async finish(runId, status) {
      const nothing = { output: undefined, error: undefined, runtimeMs: undefined, operation: undefined };
      await finishRun(context, { runId, status, ...nothing });
    },
    async log(runId) {
      const records = [];
      const request = { runId, afterSequence: 0, follow: false };
      for await (const record of listRunEvents(context, request, new AbortController().signal)) records.push(record);
      return records.map(({ sequence, type, data }) => ({ sequence, type, payload: JSON.parse(data!) }));
    },
    read: (runId) => getRun(context, runId),
    async list({ status, includeDryRun, pageSize }) {
      const filter = {
        skillId: undefined,
        callerId: undefined,
        sessionId: undefined,
        agentId: undefined,
        startedFromMs: 0,
        startedBeforeMs: Number.MAX_SAFE_INTEGER,
        status,
        includeDryRun,
      };
      // What a request's page size means is settled at the edge; its rule is core's.
      const page = { size: pageSizeOf(pageSize), after: undefined };
      return (await listRuns(context, filter, page)).runs.map(({ runId }) => runId);
    },
    children: async (parent) => (await listChildRuns(context, parent, 50)).map(({ runId }) => runId),
    async last(skills, includeFailed) {
      const found = await getLastRuns(context, skills, includeFailed);
      return Object.fromEntries(found.map(({ skillId, run }) => [skillId, run.runId]));
    },
    tick: () => opened.clock.advance(1),
  };
}

function eventOf(event: VectorEvent, startedAtMs: number): AuditEvent {
  const at = event.at_ms === undefined ? {} : { occurredAtMs: startedAtMs + event.at_ms };
  switch (event.event) {
    case 'step': {
      const { iter, response } = event;
      if (response === null) return { ...at, kind: 'step', iter };
      const { text, model, finish_reason, tool_calls = [], usage, ...rest } = response;
      expectNothingElse(rest);
      const { input = 0, output = 0, reasoning: thinking = 0, cache_read: cacheRead = 0 } = usage ?? {};
      const tokens = { input, output, thinking, cacheRead };
      const shown = { text: textOf(text ?? ''), model, finishReason: finish_reason, toolCalls: tool_calls, tokens };
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

/** Why a case is not run below the edge. */
function emptyTraceEndsAtTheEdge({ op, input }: IdentityCase): string | undefined {
  return op === 'read' && input.trace_id === '' ? 'an empty trace id is refused at the edge' : undefined;
}

async function playIdentityCase(opened: Opened, vector: IdentityCase): Promise<void> {
  const { state, clock } = opened;
  const ttlMs = identities.default_ttl_s * 1_000;
  expect(ttlMs).toBe(LIMITS.identityTtlMsDefault);
  const context = contextOf(opened);
  switch (vector.op) {
    case 'write': {
      const { trace_id, identity } = vector.input;
      const { expiresAtMs } = await bindIdentity(context, trace_id, identityOf(identity), ttlMs);
      expect(Math.abs(expiresAtMs - clock.now() - vector.expect.ex * 1_000)).toBeLessThan(60_000);
      const { stored } = await state.readIdentity(trace_id);
      expect(Buffer.from(stored!.bytes).toString('hex')).toBe(vector.expect.value_hex);
      return;
    }
    case 'read': {
      const { trace_id, stored_hex, writes = [], read_at_s = 0 } = vector.input;
      if (typeof stored_hex === 'string') await opened.plantIdentity!(trace_id, Buffer.from(stored_hex, 'hex'), ttlMs);
      for (const write of writes) await state.bindIdentity(write.trace_id, identityOf(write.identity), ttlMs);
      await clock.advance(read_at_s * 1_000);
      const { stored } = await state.readIdentity(trace_id);
      const { identity } = vector.expect;
      expect(stored?.identity).toEqual(identity === null ? undefined : identityOf(identity));
      const { decision } = await authorized(context, trace_id);
      if (identity !== null) expect(decision.reason).toBe('ALLOWED');
      else expect(decision.reason).toBe(stored ? 'IDENTITY_MALFORMED' : 'IDENTITY_UNKNOWN');
      return;
    }
    case 'decide': {
      const traceId = vector.input.envelope.trace_id!;
      await state.bindIdentity(traceId, identityOf(vector.input.record), ttlMs);
      // There is no way to hand an envelope to the operation; what it answers is the record's.
      const { identity } = await authorized(context, traceId);
      expect(identity).toEqual(identityOf(vector.expect.effective));
    }
  }
}

async function authorized(context: CallContext, traceId: string): Promise<ChargeDecision> {
  const { record } = await createSession(
    context,
    {
      agentId: 'agent',
      owner: undefined,
      delegationChain: [],
      declaredIntent: '',
      grant: 'all',
      timeLimitMs: LIMITS.sessionTimeLimitMsDefault,
      callBudget: 1,
      rateLimit: undefined,
      rateWindowMs: LIMITS.rateWindowMsDefault,
      sensitivityCeiling: 1,
    },
    undefined,
  );
  return decideAndCharge(context, {
    rpc: 'Authorize',
    traceId,
    runId: undefined,
    calls: [{ tool: 'read_file', sensitivity: undefined }],
    slash: undefined,
    scope: undefined,
    session: { sessionId: record.session.sessionId, agentId: 'agent' },
    requireIdentity: true,
    requireSession: true,
    idempotencyKey: undefined,
    dryRun: false,
    explain: false,
  });
}

function identityOf({ user_id, guild_id, channel_id, platform }: Partial<IdentityFields>): Identity {
  return { userId: user_id!, guildId: guild_id, channelId: channel_id, platform, userAliases: [] };
}
