// Every kind of failure and its status, on both engines.
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES, type OpenServer, openServer } from '../../support/engines.ts';
import { refusalOf } from '../../support/refusals.ts';
import { bound, callOf, opened, started, unknownId } from '../../support/scene.ts';
import { eventually, wireTime } from '../../support/times.ts';

describe.each(ENGINES)('failures, %s engine', (engine) => {
  let open: OpenServer;

  beforeAll(async () => {
    open = await openServer(engine);
  });
  afterAll(() => open?.close());

  describe('an object that nobody knows is NOT_FOUND', () => {
    const ids = ['no-own-id', unknownId(), unknownId('ff')];

    test.each(ids)('a session called %s', async (session_id) => {
      const { sessions, runs } = open.clients;
      const trace_id = await bound(open.clients);
      const refusals = [
        await refusalOf(sessions('GetSession', { session_id })),
        await refusalOf(sessions('CloseSession', { session_id })),
        await refusalOf(sessions('CloseSession', { session_id, idempotency_key: 'k' })),
        await refusalOf(runs('StartRun', { trace_id, skill_id: 's', session_id })),
      ];
      for (const { code, reason } of refusals) expect([code, reason]).toEqual(['NOT_FOUND', 'SESSION_NOT_FOUND']);
    });

    test.each(ids)('a run called %s', async (run_id) => {
      const { decisions, runs, audit, stream } = open.clients;
      const trace_id = await bound(open.clients);
      const start = { trace_id, skill_id: 's' };
      const refusals = [
        await refusalOf(runs('GetRun', { run_id })),
        await refusalOf(runs('FinishRun', { run_id, status: 'RUN_STATUS_OK' })),
        await refusalOf(runs('FinishRun', { run_id, status: 'RUN_STATUS_OK', idempotency_key: 'k' })),
        await refusalOf(runs('StartRun', { ...start, parent_run_id: run_id })),
        await refusalOf(runs('StartRun', { ...start, continuation_parent_run_id: run_id })),
        await refusalOf(decisions('AppendAudit', { run_id, events: [{ error: {} }] })),
        await refusalOf(audit('GetRunChain', { run_id })),
        await refusalOf(stream('AuditService', 'ListRunEvents', { run_id })),
        await refusalOf(stream('AuditService', 'ListRunEvents', { run_id, follow: true })),
      ];
      for (const { code, reason } of refusals) expect([code, reason]).toEqual(['NOT_FOUND', 'RUN_NOT_FOUND']);
    });

    test('an identity of a trace that nobody bound', async () => {
      const { identities, runs, decisions } = open.clients;
      const trace_id = `nobody-${randomUUID()}`;
      const refusals = [
        await refusalOf(identities('GetIdentity', { trace_id })),
        await refusalOf(runs('StartRun', { trace_id, skill_id: 's' })),
        await refusalOf(decisions('DescribeSlashAccess', { trace_id })),
      ];
      for (const { code, reason } of refusals) expect([code, reason]).toEqual(['NOT_FOUND', 'IDENTITY_NOT_FOUND']);
      expect(await identities('ReleaseIdentity', { trace_id })).toMatchObject({ released: false });
    });
  });

  describe('a key used for other content is ALREADY_EXISTS', () => {
    const keyReused = { code: 'ALREADY_EXISTS', reason: 'KEY_REUSED' };

    test('with Authorize, and nothing is charged', async () => {
      const { decisions, sessions } = open.clients;
      const call = await callOf(open.clients, { idempotency_key: 'k' });
      await decisions('Authorize', call);
      const others = [{ tool: 'other' }, { sensitivity: 'SENSITIVITY_PUBLIC' }, { slash: { command: '/help' } }];
      for (const other of others) {
        expect(await refusalOf(decisions('Authorize', { ...call, ...other }))).toMatchObject(keyReused);
      }
      expect((await sessions('GetSession', call)).session.calls_made).toBe(1);
    });

    test('with Authorize under another trace of the same user', async () => {
      const call = await callOf(open.clients, { idempotency_key: 'k' });
      await open.clients.decisions('Authorize', call);
      const other = { ...call, trace_id: await bound(open.clients) };
      expect(await refusalOf(open.clients.decisions('Authorize', other))).toMatchObject(keyReused);
    });

    test('with ConsumeBudget; in another order is other content', async () => {
      const { decisions, sessions } = open.clients;
      const { session_id, agent_id } = await opened(open.clients);
      const batch = (...tools: string[]) =>
        decisions('ConsumeBudget', {
          session_id,
          agent_id,
          calls: tools.map((tool) => ({ tool })),
          idempotency_key: 'k',
        });
      await batch('a', 'b');
      expect(await refusalOf(batch('b', 'a'))).toMatchObject(keyReused);
      expect(await refusalOf(batch('a', 'b', 'b'))).toMatchObject(keyReused);
      expect(await refusalOf(batch('ab'))).toMatchObject(keyReused);
      expect((await sessions('GetSession', { session_id })).session.calls_made).toBe(2);
    });

    test('with CreateSession, StartRun, AppendAudit and FinishRun', async () => {
      const { sessions, runs, decisions } = open.clients;
      const key = { idempotency_key: `k-${randomUUID()}` };
      const creation = { agent_id: `agent-${randomUUID()}`, all: {}, ...key };
      await sessions('CreateSession', creation);
      expect(await refusalOf(sessions('CreateSession', { ...creation, call_budget: 7 }))).toMatchObject(keyReused);
      expect(
        await refusalOf(sessions('CreateSession', { agent_id: creation.agent_id, tools: { names: [] }, ...key })),
      ).toMatchObject(keyReused);

      const start = { trace_id: await bound(open.clients), skill_id: 's', ...key };
      const { run } = await runs('StartRun', start);
      expect(await refusalOf(runs('StartRun', { ...start, skill_id: 't' }))).toMatchObject(keyReused);

      const append = { run_id: run.run_id, events: [{ error: { message: 'a' } }], ...key };
      await decisions('AppendAudit', append);
      const otherAppend = { ...append, events: [{ error: { message: 'b' } }] };
      expect(await refusalOf(decisions('AppendAudit', otherAppend))).toMatchObject(keyReused);

      const finish = { run_id: run.run_id, status: 'RUN_STATUS_OK', ...key };
      await runs('FinishRun', finish);
      expect(await refusalOf(runs('FinishRun', { ...finish, status: 'RUN_STATUS_ERROR' }))).toMatchObject(keyReused);
    });

    test('but the same key belongs to each RPC, session, run, agent and caller alone', async () => {
      const { decisions, sessions, runs } = open.clients;
      const key = { idempotency_key: `k-${randomUUID()}` };
      for (let session = 0; session < 2; session++) {
        const call = await callOf(open.clients, key);
        expect((await decisions('Authorize', call)).decision).toMatchObject({
          effect: 'EFFECT_ALLOW',
          replayed: false,
        });
        const { session_id, agent_id } = call;
        const batch = await decisions('ConsumeBudget', { session_id, agent_id, calls: [{ tool: 'x' }], ...key });
        expect(batch).toMatchObject({ decision: { replayed: false }, usage: { calls_made: 2 } });
        const created = await sessions('CreateSession', { agent_id: `${agent_id} again`, all: {}, ...key });
        expect(created.replayed).toBe(false);
        const trace_id = await bound(open.clients, { user_id: `user-${randomUUID()}` });
        const { run } = await runs('StartRun', { trace_id, skill_id: `s ${session}`, ...key });
        const appended = await decisions('AppendAudit', { run_id: run.run_id, events: [{ error: {} }], ...key });
        expect(appended).toMatchObject({ replayed: false, last_sequence: 1 });
      }
    });
  });

  test('another identity for a bound trace is ALREADY_EXISTS, and the first stays', async () => {
    const { identities } = open.clients;
    const trace_id = await bound(open.clients, { user_id: '7' });
    const others = [
      { user_id: '8', platform: 'discord' },
      { user_id: '7' },
      { user_id: '7', platform: 'discord', guild_id: '1' },
      { user_id: '7', platform: 'discord', user_aliases: ['github:x'] },
    ];
    for (const identity of others) {
      expect(await refusalOf(identities('BindIdentity', { trace_id, identity }))).toMatchObject({
        code: 'ALREADY_EXISTS',
        reason: 'ALREADY_BOUND_OTHERWISE',
      });
    }
    expect((await identities('GetIdentity', { trace_id })).identity.principal).toBe('discord:7');
  });

  describe('what is in the wrong state is FAILED_PRECONDITION, and says what', () => {
    test('a closed session', async () => {
      const { session_id } = await opened(open.clients);
      await open.clients.sessions('CloseSession', { session_id });
      expect(await refusalOf(open.clients.sessions('CloseSession', { session_id }))).toMatchObject({
        code: 'FAILED_PRECONDITION',
        reason: 'SESSION_CLOSED',
        preconditions: [{ type: 'SESSION_CLOSED', subject: 'session' }],
      });
    });

    test('a deactivated agent, until it is reactivated', async () => {
      const { agents, sessions } = open.clients;
      const { agent_id, session_id } = await opened(open.clients);
      expect(await agents('DeactivateAgent', { agent_id })).toMatchObject({ sessions_closed: 1 });
      expect(await refusalOf(sessions('CreateSession', { agent_id, all: {} }))).toMatchObject({
        code: 'FAILED_PRECONDITION',
        reason: 'AGENT_DEACTIVATED',
        preconditions: [{ subject: 'agent' }],
      });
      expect((await sessions('GetSession', { session_id })).session.status).toBe('SESSION_STATUS_CLOSED');
      await agents('ReactivateAgent', { agent_id });
      await sessions('CreateSession', { agent_id, all: {} });
    });

    test('a finished run, for events and for another outcome; the same outcome is welcome', async () => {
      const { runs, decisions } = open.clients;
      const { run_id } = await started(open.clients);
      const outcome = { run_id, status: 'RUN_STATUS_ERROR', error: 'oh', runtime: wireTime(1_500) };
      const { run } = await runs('FinishRun', outcome);
      expect((await runs('FinishRun', outcome)).run).toEqual(run);
      const finished = {
        code: 'FAILED_PRECONDITION',
        reason: 'RUN_FINISHED',
        preconditions: [{ type: 'RUN_FINISHED', subject: 'run' }],
      };
      for (const other of [{ status: 'RUN_STATUS_OK' }, { error: 'ah' }, { output: 'x' }, { runtime: wireTime(1) }]) {
        expect(await refusalOf(runs('FinishRun', { ...outcome, ...other }))).toMatchObject(finished);
      }
      expect(await refusalOf(decisions('AppendAudit', { run_id, events: [{ error: {} }] }))).toMatchObject(finished);
    });

    test('a parent run of another caller', async () => {
      const { run_id } = await started(open.clients);
      const trace_id = await bound(open.clients, { user_id: 'stranger' });
      const child = { trace_id, skill_id: 's', parent_run_id: run_id };
      expect(await refusalOf(open.clients.runs('StartRun', child))).toMatchObject({
        code: 'FAILED_PRECONDITION',
        reason: 'RUN_FOREIGN',
        preconditions: [{ subject: 'parent_run' }],
      });
    });
  });

  test('more live sessions than an agent may have are RESOURCE_EXHAUSTED, until one ends', async () => {
    const { sessions } = open.clients;
    const creation = { agent_id: `agent-${randomUUID()}`, all: {} };
    const attempts = Array.from({ length: 15 }, () =>
      sessions('CreateSession', creation).then(
        ({ session }) => session.session_id as string,
        () => undefined,
      ),
    );
    const created = (await Promise.all(attempts)).filter((id) => id !== undefined);
    expect(created).toHaveLength(10);
    const refusal = await refusalOf(sessions('CreateSession', creation));
    expect(refusal).toMatchObject({ code: 'RESOURCE_EXHAUSTED', reason: 'TOO_MANY_SESSIONS', retryDelayMs: undefined });
    await sessions('CloseSession', { session_id: created[0] });
    await sessions('CreateSession', creation);
  });

  test('StartRun with an asserted caller is PERMISSION_DENIED by default', async () => {
    const asserted = { caller_id: 'discord:5', skill_id: 's' };
    expect(await refusalOf(open.clients.runs('StartRun', asserted))).toMatchObject({
      code: 'PERMISSION_DENIED',
      reason: 'ASSERTION_REFUSED',
    });
  });

  test('DescribeSlashAccess for another platform than the record’s is INVALID_ARGUMENT', async () => {
    const trace_id = await bound(open.clients);
    const asked = open.clients.decisions('DescribeSlashAccess', { trace_id, platform: 'telegram' });
    expect(await refusalOf(asked)).toMatchObject({ code: 'INVALID_ARGUMENT', fields: ['platform'] });
  });
});

/** What many calls at once may take that fail without asking the store. */
const AT_ONCE_MS = 500;

describe('a store that is away', () => {
  let open: OpenServer;
  let call: object;

  beforeAll(async () => {
    open = await openServer('Redis', { env: { TOLLGATE_STORE_COMMAND_TIMEOUT_MS: '300' } });
    call = await eventually(() => callOf(open.clients));
    const { decision } = await eventually(() => open.clients.decisions('Authorize', call));
    expect(decision.effect).toBe('EFFECT_ALLOW');
  });
  afterAll(() => open?.close());

  const everyCall = (): [string, () => Promise<unknown>][] => {
    const { decisions, runs, sessions, agents, identities, audit, stream } = open.clients;
    const run_id = unknownId();
    return [
      ['Authorize', () => decisions('Authorize', call)],
      ['Authorize, dry', () => decisions('Authorize', { ...call, dry_run: true })],
      [
        'ConsumeBudget',
        () => decisions('ConsumeBudget', { session_id: run_id, agent_id: 'a', calls: [{ tool: 'x' }] }),
      ],
      ['ValidateScope of a run', () => decisions('ValidateScope', { run_id, scope: 'skill' })],
      ['CheckSlash of a trace', () => decisions('CheckSlash', { trace_id: 't', command: '/help' })],
      ['AppendAudit', () => decisions('AppendAudit', { run_id, events: [{ error: {} }] })],
      ['StartRun', () => runs('StartRun', { trace_id: 't', skill_id: 's' })],
      ['FinishRun', () => runs('FinishRun', { run_id, status: 'RUN_STATUS_OK' })],
      ['GetRun', () => runs('GetRun', { run_id })],
      ['CreateSession', () => sessions('CreateSession', { agent_id: 'a', all: {} })],
      ['GetSession', () => sessions('GetSession', { session_id: run_id })],
      ['CloseSession', () => sessions('CloseSession', { session_id: run_id })],
      ['ListSessions', () => sessions('ListSessions')],
      ['PurgeSessions', () => sessions('PurgeSessions')],
      ['GetAgent', () => agents('GetAgent', { agent_id: 'a' })],
      ['DeactivateAgent', () => agents('DeactivateAgent', { agent_id: 'a' })],
      ['BindIdentity', () => identities('BindIdentity', { trace_id: 't', identity: { user_id: '5' } })],
      ['GetIdentity', () => identities('GetIdentity', { trace_id: 't' })],
      ['ReleaseIdentity', () => identities('ReleaseIdentity', { trace_id: 't' })],
      ['ListRuns', () => audit('ListRuns')],
      ['ListRunEvents', () => stream('AuditService', 'ListRunEvents', { run_id })],
      ['PurgeRuns', () => audit('PurgeRuns', { finished_before: wireTime(1) })],
    ];
  };

  test('what needs no store is answered while Redis is stopped, everything else is UNAVAILABLE with a delay', async () => {
    process.kill(open.redis!.pid, 'SIGSTOP');
    try {
      const refusals = await Promise.all(
        everyCall().map(async ([name, ask]) => {
          const { code, reason, retryDelayMs, message } = await refusalOf(ask());
          expect(message, name).not.toMatch(/127|redis:|:\d{4}/);
          return `${name}: ${code} ${reason} ${retryDelayMs}`;
        }),
      );
      expect(refusals).toEqual(everyCall().map(([name]) => `${name}: UNAVAILABLE STATE_UNAVAILABLE 100`));
      const { decisions, server } = open.clients;
      const facts = { scope: 'user:discord:5', invocation: { caller_id: 'discord:5' } };
      expect((await decisions('ValidateScope', facts)).decision.effect).toBe('EFFECT_ALLOW');
      const slash = { platform: 'discord', chat_type: 'dm', command: '/help', user_id: '5' };
      expect((await decisions('CheckSlash', slash)).decision.effect).toBe('EFFECT_ALLOW');
      expect((await server('GetServerInfo')).engine).toBe('redis');
    } finally {
      process.kill(open.redis!.pid, 'SIGCONT');
    }
    await eventually(async () => (await open.clients.decisions('Authorize', call)).decision.effect === 'EFFECT_ALLOW');
  });

  test('a store that is gone for good is UNAVAILABLE at once, and never an ALLOW', async () => {
    await open.redis!.stop();
    await eventually(async () => (await refusalOf(open.clients.decisions('Authorize', call))).code === 'UNAVAILABLE');
    const from = performance.now();
    const refusals = await Promise.all(everyCall().map(([, ask]) => refusalOf(ask())));
    expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(['UNAVAILABLE']));
    const tookMs = performance.now() - from;
    console.log(`${refusals.length} calls at once failed within ${tookMs.toFixed(0)} ms`);
    expect(tookMs).toBeLessThan(10 * AT_ONCE_MS);
  });
});

describe('a record that cannot be read', () => {
  let open: OpenServer;
  let redis: Redis;

  beforeAll(async () => {
    open = await openServer('Redis');
    redis = new Redis(open.redis!.url);
  });
  afterAll(async () => {
    redis?.disconnect();
    await open?.close();
  });

  /** Puts rubbish wherever this id's own record lies. */
  async function spoil(id: string): Promise<void> {
    const keys = (await redis.keys(`*${id}`)).filter((key) => !key.endsWith(':log'));
    expect(keys).toHaveLength(1);
    const [key] = keys;
    const type = await redis.type(key!);
    if (type === 'hash') {
      for (const field of await redis.hkeys(key!)) await redis.hset(key!, field, Buffer.from([0xc1, 0xff]));
    } else await redis.set(key!, Buffer.from([0xc1, 0xff]));
  }

  test('is INTERNAL for that call alone, tells the caller nothing, and leaves the server standing', async () => {
    const call = await callOf(open.clients);
    const { run_id } = await started(open.clients);
    const sound = await callOf(open.clients);
    await spoil(call.session_id);
    await spoil(run_id);
    const { decisions, sessions, runs, stream } = open.clients;
    const asks = [
      () => decisions('Authorize', call),
      () => sessions('GetSession', call),
      () => runs('GetRun', { run_id }),
      () => decisions('ValidateScope', { run_id, scope: 'skill' }),
      () => decisions('AppendAudit', { run_id, events: [{ error: {} }] }),
      () => stream('AuditService', 'ListRunEvents', { run_id }),
    ];
    for (const ask of asks) {
      const { code, reason, message, requestId } = await refusalOf(ask());
      expect({ code, reason, message }).toEqual({ code: 'INTERNAL', reason: 'INTERNAL', message: 'internal error' });
      const line = await eventually(() => open.server.log.find((text) => text.includes(requestId)));
      expect(JSON.parse(line)).toMatchObject({ level: 'error', code: 'INTERNAL', request_id: requestId });
      expect(JSON.parse(line).error).toBeDefined();
    }
    expect((await decisions('Authorize', sound)).decision.effect).toBe('EFFECT_ALLOW');
    expect(open.server.process.exitCode).toBeNull();
  });

  test('a log that has lost its end is shown up to there, and does not look like a whole one', async () => {
    const { run_id } = await started(open.clients);
    await open.clients.decisions('AppendAudit', { run_id, events: [{ error: {} }, { error: {} }] });
    const [key] = await redis.keys(`*${run_id}:log`);
    await redis.rpop(key!);
    const read: number[] = [];
    const reading = (async () => {
      const client = open.clients.raw('AuditService') as unknown as Record<
        string,
        (request: object) => AsyncIterable<{ event: { sequence: number } }>
      >;
      for await (const { event } of client.ListRunEvents!({ run_id })) read.push(event.sequence);
    })();
    expect(await refusalOf(reading)).toMatchObject({ code: 'INTERNAL', message: 'internal error' });
    expect(read).toEqual([1]);
  });

  test('an audit record that cannot be read ends its stream, and not the server', async () => {
    const { run_id } = await started(open.clients);
    await open.clients.decisions('AppendAudit', { run_id, events: [{ error: { message: 'a' } }] });
    const [key] = await redis.keys(`*${run_id}:log`);
    expect(await redis.type(key!)).toBe('list');
    await redis.lset(key!, 0, Buffer.from([0xc1]));
    const reading = open.clients.stream('AuditService', 'ListRunEvents', { run_id });
    expect(await refusalOf(reading)).toMatchObject({ code: 'INTERNAL', message: 'internal error' });
    expect((await open.clients.runs('GetRun', { run_id })).run.last_sequence).toBe(1);
  });
});
