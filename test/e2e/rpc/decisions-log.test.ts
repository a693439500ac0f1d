// Decisions as an auditor reads them: one with its checks, lists by subject, and a stream of new ones.
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type grpc from '@grpc/grpc-js';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, Clients } from '../../support/clients.ts';
import { ENGINES, type OpenServer, openServer } from '../../support/engines.ts';
import { refusalOf } from '../../support/refusals.ts';
import { bound, callOf, opened, started, unknownId } from '../../support/scene.ts';
import { eventually, msOf, wireTime } from '../../support/times.ts';

const POLICY = `
tools:
  shell_exec: { requires: [EXEC] }
platforms:
  discord: { allow_admin_from: ["111"], user_allowed_commands: [status] }
commands:
  - { name: stop }
`;
const WITH_HOLDER = `${POLICY}privileges:\n  EXEC: ["discord:5"]\n`;

describe.each(ENGINES)('decisions that were made, %s engine', (engine) => {
  let open: OpenServer;

  beforeAll(async () => {
    open = await openServer(engine, { policy: POLICY });
  });
  afterAll(() => open?.close());

  const authorize = async (request: object): Promise<Answer> =>
    (await open.clients.decisions('Authorize', request)).decision;
  const got = (decision_id: string, given: object = {}): Promise<Answer> =>
    open.clients.audit('GetDecision', { decision_id, ...given });
  const listed = async (request: object): Promise<Answer[]> =>
    (await open.clients.audit('ListDecisions', request)).decisions ?? [];
  const idsOf = (decisions: Answer[]): string[] => decisions.map(({ decision_id }) => decision_id);

  describe('one of them', () => {
    test('says who asked for what, what was answered, and how the session was found and left', async () => {
      const call = await callOf(open.clients);
      const { decision_id, policy_revision } = await authorize({ ...call, tool: 'read_file', idempotency_key: 'k' });
      const { record, remedy, now } = await got(decision_id);
      expect(record).toMatchObject({
        decision_id,
        rpc: 'Authorize',
        effect: 'EFFECT_ALLOW',
        reason: 'REASON_ALLOWED',
        policy_revision,
        caller: 'local',
        agent_id: call.agent_id,
        session_id: call.session_id,
        principal: 'discord:5',
        calls: [{ tool: 'read_file', sensitivity: 'SENSITIVITY_PUBLIC', count: 1 }],
        calls_total: 1,
        repeats: 0,
        session: { before: { calls_made: 0 }, after: { calls_made: 1 }, sequence: 2, call_budget: 1_000 },
      });
      expect(record).not.toHaveProperty('run_id');
      expect(record.checks.map(({ name }: Answer) => name)).toEqual([
        ...['identity', 'tool', 'session', 'agent', 'owner'],
        ...['closed', 'expired', 'budget', 'grant', 'sensitivity', 'rate'],
      ]);
      expect(record.trace_hash).toMatch(/^[0-9a-f]{32}$/);
      expect(Math.abs(msOf(record.decided_at) - Date.now())).toBeLessThan(60_000);
      expect(remedy ?? '').toBe('');
      expect(now).toMatchObject({ effect: 'EFFECT_ALLOW', policy_revision });
    });

    test('that was denied says what would have made it pass, and that it would be denied again', async () => {
      const call = await callOf(open.clients, await sessionOf(open.clients, { call_budget: 0 }));
      const { decision_id } = await authorize(call);
      const { record, remedy, now } = await got(decision_id);
      expect(record).toMatchObject({ effect: 'EFFECT_DENY', reason: 'REASON_BUDGET_EXHAUSTED' });
      expect(record.checks.at(-1)).toMatchObject({ name: 'budget', passed: false });
      expect(remedy).toBe('a call_budget of at least 1: 1 call asked for, 0 of 0 left');
      expect(now).toMatchObject({ effect: 'EFFECT_DENY', reason: 'REASON_BUDGET_EXHAUSTED', from_trace: false });
    });

    test('tells apart what its message keeps together', async () => {
      const { session_id, agent_id } = await opened(open.clients, { owner: 'discord:7' });
      const trace_id = await bound(open.clients);
      const call = { trace_id, session_id, agent_id, tool: 'read_file' };
      const denials = [
        await authorize({ ...call, session_id: unknownId() }),
        await authorize({ ...call, agent_id: 'another' }),
        await authorize(call),
      ];
      expect(new Set(denials.map(({ message }) => message)).size).toBe(1);
      const remedies = await Promise.all(denials.map(async ({ decision_id }) => (await got(decision_id)).remedy));
      expect(new Set(remedies).size).toBe(3);
      expect(remedies[2]).toContain('"discord:5"');
    });

    test('is asked again on the policy of the moment, and changes nothing by it', async () => {
      const call = await callOf(open.clients, { tool: 'shell_exec' });
      const { decision_id, reason } = await authorize(call);
      expect(reason).toBe('REASON_PRIVILEGE_REQUIRED');
      const before = await got(decision_id);
      expect(before.now).toMatchObject({ effect: 'EFFECT_DENY', reason: 'REASON_PRIVILEGE_REQUIRED' });
      writeFileSync(open.server.policyFile, WITH_HOLDER);
      await open.clients.server('ReloadPolicy');
      const after = await got(decision_id);
      expect(after.now).toMatchObject({ effect: 'EFFECT_ALLOW', from_trace: false });
      expect(after.now.policy_revision).not.toBe(after.record.policy_revision);
      expect(after.record).toEqual(before.record);
      const { session } = await open.clients.sessions('GetSession', { session_id: call.session_id });
      expect(session).toMatchObject({ calls_made: 0, sequence: 1 });
      expect(await listed({ session_id: call.session_id, filter: { rpc: 'Authorize' } })).toHaveLength(1);
      writeFileSync(open.server.policyFile, POLICY);
      await open.clients.server('ReloadPolicy');
    });

    test('is asked again with the sensitivity that was stated, whatever the policy made of it then', async () => {
      const loaded = async (policy: string) => {
        writeFileSync(open.server.policyFile, policy);
        await open.clients.server('ReloadPolicy');
      };
      await loaded(
        `${POLICY}unlisted_tools: session\n`.replace('tools:\n', 'tools:\n  read_file: { sensitivity: internal }\n'),
      );
      const ceiling = { sensitivity_ceiling: 'SENSITIVITY_PUBLIC' };
      const call = await callOf(open.clients, await sessionOf(open.clients, ceiling));
      const raised = await got((await authorize(call)).decision_id);
      const stated = await got((await authorize({ ...call, sensitivity: 'SENSITIVITY_INTERNAL' })).decision_id);
      for (const { record, now } of [raised, stated]) {
        expect(record.calls).toMatchObject([{ sensitivity: 'SENSITIVITY_INTERNAL' }]);
        expect(now.reason).toBe('REASON_SENSITIVITY_EXCEEDED');
      }
      expect(raised.remedy).toContain('with a lower sensitivity in the policy');
      expect(stated.remedy).toContain('on less sensitive data');
      await loaded(POLICY);
      expect((await got(raised.record.decision_id)).now.effect).toBe('EFFECT_ALLOW');
      expect((await got(stated.record.decision_id)).now.reason).toBe('REASON_SENSITIVITY_EXCEEDED');
    });

    test('that was about a command, too, is not asked again without it', async () => {
      const call = await callOf(open.clients, { tool: 'shell_exec' });
      const plain = await authorize(call);
      const secret = await authorize({ ...call, slash: { command: '/hunter2' } });
      const known = await authorize({ ...call, slash: { command: '/stop' } });
      expect(new Set(idsOf([plain, secret, known])).size).toBe(3);
      for (const { reason } of [plain, secret, known]) expect(reason).toBe('REASON_PRIVILEGE_REQUIRED');
      expect(await got(plain.decision_id)).toHaveProperty('now');
      const { trace_id } = call;
      const found = await got(secret.decision_id, { trace_id });
      expect(found).not.toHaveProperty('now');
      expect(found.record.command).toBe('');
      expect((await got(known.decision_id, { trace_id })).record.command).toBe('stop');
    });

    test('names the command that the policy names, also where its platform was refused', async () => {
      const ask = { platform: 'slack', chat_type: 'dm', command: '/stop', user_id: '222' };
      const { decision } = await open.clients.decisions('CheckSlash', ask);
      expect(decision.reason).toBe('REASON_PLATFORM_UNKNOWN');
      const { record, now } = await got(decision.decision_id);
      expect(record).toMatchObject({ command: 'stop', platform: 'slack' });
      expect(now.reason).toBe('REASON_PLATFORM_UNKNOWN');
    });

    test('is asked for the identity itself where its trace is given, and for no other trace', async () => {
      const trace_id = await bound(open.clients, { user_aliases: ['github:alice'] });
      const call = await callOf(open.clients, {
        ...(await sessionOf(open.clients, { owner: 'github:alice' })),
        trace_id,
      });
      const { decision_id } = await authorize(call);
      expect((await got(decision_id, { trace_id })).now).toMatchObject({ effect: 'EFFECT_ALLOW', from_trace: true });
      expect((await got(decision_id)).now).toMatchObject({ reason: 'REASON_OWNER_MISMATCH', from_trace: false });
      expect(await refusalOf(got(decision_id, { trace_id: 'another' }))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        fields: ['trace_id'],
      });
      await open.clients.identities('ReleaseIdentity', { trace_id });
      expect((await got(decision_id, { trace_id })).now).toMatchObject({ reason: 'REASON_IDENTITY_UNKNOWN' });
    });

    test('is not asked again where the record does not tell all that was asked', async () => {
      const call = await callOf(open.clients, { trace_id: 'nobody' });
      const unknown = await authorize(call);
      expect(unknown.reason).toBe('REASON_IDENTITY_UNKNOWN');
      expect(await got(unknown.decision_id)).not.toHaveProperty('now');
      expect((await got(unknown.decision_id, { trace_id: 'nobody' })).now.reason).toBe('REASON_IDENTITY_UNKNOWN');
      const { decision } = await open.clients.decisions('CheckSlash', { platform: 'x', command: '/y', user_id: '5' });
      expect(await got(decision.decision_id)).not.toHaveProperty('now');
    });

    test('is not asked again for names out of which a secret was taken', async () => {
      const tool = `ghp_${'a1B2'.repeat(9)}`;
      const call = await callOf(open.clients, await sessionOf(open.clients, { call_budget: 0 }));
      const { decision_id, reason } = await authorize({ ...call, tool });
      expect(reason).toBe('REASON_BUDGET_EXHAUSTED');
      const found = await got(decision_id);
      expect(found.record.calls[0].tool).toBe('[redacted: github_token]');
      expect(found).not.toHaveProperty('now');
    });

    test('of a command is asked again for the user that the request asserted', async () => {
      const ask = { platform: 'discord', chat_type: 'dm', command: '/stop', user_id: '222' };
      const { decision } = await open.clients.decisions('CheckSlash', ask);
      expect(decision.reason).toBe('REASON_COMMAND_NOT_ALLOWED');
      const { record, now } = await got(decision.decision_id);
      expect(record).toMatchObject({ command: 'stop', platform: 'discord', principal: 'discord:222' });
      expect(now).toMatchObject({ effect: 'EFFECT_DENY', reason: 'REASON_COMMAND_NOT_ALLOWED' });
    });

    test('of a scope is asked again of the run as it stands', async () => {
      const { run_id } = await started(open.clients);
      const { decision } = await open.clients.decisions('ValidateScope', { run_id, scope: 'user:discord:6' });
      const { record, remedy, now } = await got(decision.decision_id);
      expect(record).toMatchObject({ rpc: 'ValidateScope', run_id, scope: 'user:discord:6' });
      expect(remedy).toContain('"user:discord:6"');
      expect(now).toMatchObject({ effect: 'EFFECT_DENY', reason: 'REASON_SCOPE_OTHER_USER' });
    });

    test('is shown also where its session cannot be read any more', async () => {
      if (!open.redis) return;
      const call = await callOf(open.clients, { tool: 'shell_exec' });
      const { decision_id } = await authorize(call);
      const redis = new Redis(open.redis.url);
      const { session_id } = call;
      await redis.hset(`tollgate:{${session_id.slice(-2)}}:session:${session_id}`, 'm', 'damaged');
      redis.disconnect();
      const found = await got(decision_id);
      expect(found.record).toMatchObject({ decision_id, reason: 'REASON_PRIVILEGE_REQUIRED' });
      writeFileSync(open.server.policyFile, WITH_HOLDER);
      await open.clients.server('ReloadPolicy');
      expect(await got(decision_id)).not.toHaveProperty('now');
      writeFileSync(open.server.policyFile, POLICY);
      await open.clients.server('ReloadPolicy');
    });

    test('that nobody made is NOT_FOUND, and so is a dry run', async () => {
      const dry = await authorize({ ...(await callOf(open.clients)), dry_run: true });
      for (const decision_id of [unknownId(), 'constructor', dry.decision_id]) {
        expect(await refusalOf(got(decision_id))).toMatchObject({ code: 'NOT_FOUND', reason: 'DECISION_NOT_FOUND' });
      }
    });
  });

  describe('lists', () => {
    test('of a session come newest first, page by page, none twice and none left out', async () => {
      const call = await callOf(open.clients);
      const made: string[] = [];
      for (let n = 0; n < 7; n++) made.unshift((await authorize({ ...call, tool: `tool-${n}` })).decision_id);
      const seen: string[][] = [];
      for (let page_token = ''; ; ) {
        const request = { session_id: call.session_id, filter: { rpc: 'Authorize' }, page_size: 3, page_token };
        const page = await open.clients.audit('ListDecisions', request);
        seen.push(idsOf(page.decisions ?? []));
        page_token = page.next_page_token ?? '';
        if (page_token === '') break;
      }
      expect(seen.flat()).toEqual(made);
      expect(seen.map(({ length }) => length).filter((length) => length > 0)).toEqual([3, 3, 1]);
    });

    test('fold equal denials into one with a count', async () => {
      const call = await callOf(open.clients, await sessionOf(open.clients, { call_budget: 0 }));
      const answered = new Set<string>();
      for (let n = 0; n < 5; n++) answered.add((await authorize(call)).decision_id);
      const denials = await listed({ session_id: call.session_id, filter: { effect: 'EFFECT_DENY' } });
      expect(denials).toMatchObject([{ repeats: 4 }]);
      expect(idsOf(denials)).toEqual([...answered]);
    });

    test('take each filter', async () => {
      const trace_id = await bound(open.clients);
      const other = await bound(open.clients);
      const call = await callOf(open.clients, { trace_id });
      const allowed = await authorize({ ...call, tool: 'one' });
      const elsewhere = await authorize({ ...call, trace_id: other, tool: 'two' });
      const denied = await authorize({ ...call, tool: 'shell_exec' });
      const foreign = await authorize({ ...call, agent_id: 'another' });
      const found = async (filter: object) => idsOf(await listed({ session_id: call.session_id, filter })).toSorted();
      const ids = (...decisions: Answer[]) => idsOf(decisions).toSorted();
      const asked = { rpc: 'Authorize' };
      expect(await found(asked)).toEqual(ids(allowed, elsewhere, denied, foreign));
      expect(await found({ ...asked, effect: 'EFFECT_ALLOW' })).toEqual(ids(allowed, elsewhere));
      expect(await found({ ...asked, reason: 'REASON_AGENT_MISMATCH' })).toEqual(ids(foreign));
      expect(await found({ ...asked, tool: 'two' })).toEqual(ids(elsewhere));
      expect(await found({ ...asked, trace_id: other })).toEqual(ids(elsewhere));
      expect(await found({ ...asked, agent_id: 'another' })).toEqual(ids(foreign));
      expect(await found({ rpc: 'ConsumeBudget' })).toEqual([]);
    });

    test('hold the time range that is asked for', async () => {
      const call = await callOf(open.clients);
      const first = await authorize({ ...call, tool: 'one' });
      await sleep(20);
      const second = await authorize({ ...call, tool: 'two' });
      const atMs = msOf((await got(second.decision_id)).record.decided_at);
      const request = { session_id: call.session_id, filter: { rpc: 'Authorize' } };
      expect(idsOf(await listed({ ...request, decided_from: wireTime(atMs) }))).toEqual([second.decision_id]);
      expect(idsOf(await listed({ ...request, decided_before: wireTime(atMs) }))).toEqual([first.decision_id]);
      expect(await listed({ ...request, decided_from: wireTime(atMs + 60_000) })).toEqual([]);
      const denied = await authorize({ ...call, agent_id: 'another' });
      await sleep(20);
      await authorize({ ...call, agent_id: 'another' });
      const { record } = await got(denied.decision_id);
      const [madeMs, againMs] = [msOf(record.decided_at), msOf(record.last_at)];
      const span = (fromMs: number, toMs: number) => ({
        decided_from: wireTime(fromMs),
        decided_before: wireTime(toMs),
      });
      expect(idsOf(await listed({ ...request, ...span(againMs, againMs + 1) }))).toEqual([denied.decision_id]);
      for (const none of [span(againMs, againMs), span(againMs, madeMs), span(againMs, madeMs + 1)]) {
        expect(await listed({ ...request, ...none })).toEqual([]);
      }
    });

    test('of a run hold every decision that named it, those before a session was looked at too', async () => {
      const trace_id = await bound(open.clients);
      const { session_id, agent_id } = await opened(open.clients);
      const { run_id } = await started(open.clients, { trace_id, session_id });
      const call = { trace_id, session_id, agent_id, run_id, tool: 'read_file' };
      const allowed = await authorize(call);
      const denied = await authorize({ ...call, scope: 'user:x' });
      await authorize({ trace_id, session_id, agent_id, tool: 'read_file' });
      expect(idsOf(await listed({ run_id })).toSorted()).toEqual(idsOf([allowed, denied]).toSorted());
    });

    test('of everybody find a trace wherever it was used', async () => {
      const trace_id = await bound(open.clients);
      const calls = [await callOf(open.clients, { trace_id }), await callOf(open.clients, { trace_id })];
      const made = await Promise.all(calls.map((call) => authorize({ ...call, tool: 'shell_exec' })));
      const nowhere = await authorize({ ...calls[0], session_id: unknownId() });
      const filter = { trace_id, effect: 'EFFECT_DENY' };
      expect(idsOf(await listed({ filter })).toSorted()).toEqual(idsOf([...made, nowhere]).toSorted());
    });

    test('of everybody go on where many lie in one partition', async () => {
      const call = await callOf(open.clients);
      const made: string[] = [];
      for (let n = 0; n < 45; n++) made.unshift((await authorize(call)).decision_id);
      const seen: string[] = [];
      for (let page_token = ''; ; ) {
        const filter = { agent_id: call.agent_id, rpc: 'Authorize' };
        const page = await open.clients.audit('ListDecisions', { filter, page_size: 20, page_token });
        seen.push(...idsOf(page.decisions ?? []));
        page_token = page.next_page_token ?? '';
        if (page_token === '') break;
      }
      expect(seen).toEqual(made);
    });

    test('of a session or run that Tollgate did not name are empty', async () => {
      for (const id of ['constructor', unknownId('5a')]) {
        expect(await listed({ session_id: id })).toEqual([]);
        expect(await listed({ run_id: id })).toEqual([]);
      }
    });
  });

  describe('a watch', () => {
    test('shows what is decided from its headers on, and only what fits', async () => {
      const call = await callOf(open.clients);
      await authorize({ ...call, tool: 'before' });
      const watch = await watching(open.clients, { session_id: call.session_id, filter: { effect: 'EFFECT_DENY' } });
      await authorize({ ...call, tool: 'allowed' });
      const denied = await authorize({ ...call, tool: 'shell_exec' });
      await authorize({ ...(await callOf(open.clients)), tool: 'shell_exec' });
      const agent = await authorize({ ...call, agent_id: 'another' });
      await eventually(() => expect(watch.seen).toHaveLength(2));
      expect(watch.seen.map(({ record }) => record.decision_id)).toEqual(idsOf([denied, agent]));
      // What came before the charge is told without the session's numbers, which only its record has.
      const { session: _, _session: __, ...record } = (await got(denied.decision_id)).record;
      expect(watch.seen[0].record).toEqual(record);
      watch.cancel();
    });

    test('is one of many, and none of them is lost or leaves a warning', async () => {
      const call = await callOf(open.clients);
      const watches = await Promise.all(
        Array.from({ length: 20 }, () => watching(open.clients, { session_id: call.session_id })),
      );
      await authorize(call);
      await eventually(() => expect(watches.map(({ seen }) => seen.length)).toEqual(watches.map(() => 1)));
      for (const watch of watches) watch.cancel();
      expect(open.server.stderr()).not.toContain('Warning');
    });

    test('shows every repeat of a denial that is folded', async () => {
      const call = await callOf(open.clients, await sessionOf(open.clients, { call_budget: 0 }));
      const watch = await watching(open.clients, { session_id: call.session_id });
      for (let n = 0; n < 3; n++) await authorize(call);
      await eventually(() => expect(watch.seen).toHaveLength(3));
      watch.cancel();
    });

    test('shows what has happened to sessions as it is recorded, and nothing that has not', async () => {
      const watch = await watching(open.clients, { filter: { effect: 'EFFECT_ALLOW' } });
      const { session_id, agent_id } = await opened(open.clients, { time_limit: { seconds: 1 } });
      const live = await opened(open.clients, { agent_id });
      await sleep(1_100);
      await open.clients.agents('DeactivateAgent', { agent_id });
      const ofAgent = () => watch.seen.map(({ record }) => record).filter((record) => record.agent_id === agent_id);
      await eventually(() => expect(ofAgent().at(-1)).not.toHaveProperty('session_id'));
      const shown = ofAgent().map((record) => [record.rpc, record.session_id]);
      expect(shown).toEqual([
        ['CreateSession', session_id],
        ['CreateSession', live.session_id],
        ['DeactivateAgent', live.session_id],
        ['DeactivateAgent', undefined],
      ]);
      for (const record of ofAgent()) expect((await got(record.decision_id)).record).toEqual(record);
      watch.cancel();
    });

    test('that is not read is told how many it missed, and holds up nobody', async () => {
      const { session_id, agent_id } = await opened(open.clients, { call_budget: 0 });
      const watch = await watching(open.clients, { session_id });
      const deny = () =>
        open.clients.decisions('ConsumeBudget', { session_id, agent_id, calls: [{ tool: randomUUID() }] });
      await deny();
      await eventually(() => expect(watch.seen).toHaveLength(1));
      watch.pause();
      const total = 4_000;
      for (let made = 1; made < total; made += 43) await Promise.all(Array.from({ length: 43 }, deny));
      expect(watch.seen).toHaveLength(1);
      watch.resume();
      const records = () => watch.seen.filter(({ record }) => record).length;
      const missed = () => watch.seen.reduce((sum, { gap }) => sum + (gap?.missed ?? 0), 0);
      await eventually(() => expect(records() + missed()).toBe(total));
      expect(missed()).toBeGreaterThan(0);
      // A thousand wait in the server, and what fits into the buffers on the way.
      expect(records()).toBeGreaterThan(1_000);
      watch.cancel();
    });
  });
});

async function sessionOf(clients: Clients, given: object): Promise<object> {
  const { session_id, agent_id } = await opened(clients, given);
  return { session_id, agent_id };
}

/** A watch that listens already. */
async function watching(clients: Clients, request: object) {
  const client = clients.raw('AuditService') as unknown as Record<
    string,
    (request: object) => grpc.ClientReadableStream<Answer>
  >;
  const stream = client.WatchDecisions!(request);
  const seen: Answer[] = [];
  stream.on('error', () => {});
  stream.on('data', (item: Answer) => seen.push(item));
  await new Promise((resolve) => stream.once('metadata', resolve));
  return { seen, pause: () => stream.pause(), resume: () => stream.resume(), cancel: () => stream.cancel() };
}
