// The log as an operator gets it: JSON lines, one for each denial and each refusal, none for an allow, and nothing in it
// that opens anything or is anybody's content.
import { afterAll, describe, expect, test } from 'vitest';
import type { Answer } from '../../support/clients.ts';
import { type OpenServer, openServer } from '../../support/engines.ts';
import { refusalOf } from '../../support/refusals.ts';
import { bound, callOf, opened, started, unknownId } from '../../support/scene.ts';
import { structOf } from '../../support/structs.ts';
import { eventually } from '../../support/times.ts';

/** One for each level; the tests of a level ask different RPCs. */
const servers = new Map<string, OpenServer>();
afterAll(() => Promise.all([...servers.values()].map((server) => server.close())));

async function serverAt(level: 'info' | 'debug' | 'trace'): Promise<OpenServer> {
  const server = servers.get(level) ?? (await openServer('embedded', { args: ['--log-level', level] }));
  servers.set(level, server);
  return server;
}

function linesOf({ server }: OpenServer): Answer[] {
  return server.log.map((line) => JSON.parse(line));
}

/** The lines about one RPC; waits until at least so many are there, and a moment longer for any that should not be. */
async function linesAbout(server: OpenServer, rpc: string, count: number): Promise<Answer[]> {
  const about = () => linesOf(server).filter((line) => line.rpc === rpc);
  await eventually(() => about().length >= count);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(about()).toHaveLength(count);
  return about();
}

describe('at the default level', () => {
  test('an allow leaves no line, a denial one with what an operator asks for', async () => {
    const server = await serverAt('info');
    const { decisions } = server.clients;
    const call = await callOf(server.clients);
    for (let i = 0; i < 20; i++) await decisions('Authorize', call);
    const { decision } = await decisions('Authorize', { ...call, tool: 'shell_exec' });
    const [line] = await linesAbout(server, 'Authorize', 1);
    expect(line).toMatchObject({
      level: 'info',
      msg: 'denied',
      rpc: 'Authorize',
      decision_id: decision.decision_id,
      effect: 'DENY',
      reason: 'PRIVILEGE_REQUIRED',
      session_id: call.session_id,
      agent_id: call.agent_id,
      tool: 'shell_exec',
      service: 'tollgate',
    });
    expect(decision.policy_revision.startsWith(line.policy_revision)).toBe(true);
    expect(Date.parse(line.time)).toBeGreaterThan(Date.now() - 60_000);
  });

  test('every decision RPC logs its denials, and none its allows', async () => {
    const server = await serverAt('info');
    const { decisions } = server.clients;
    const { session_id, agent_id } = await opened(server.clients);
    const { run_id } = await started(server.clients);
    const slash = { platform: 'discord', chat_type: 'dm', user_id: '222' };
    const asks: [rpc: string, allowed: object, denied: object][] = [
      [
        'ConsumeBudget',
        { session_id, agent_id, calls: [{ tool: 'x' }] },
        { session_id, agent_id: 'y', calls: [{ tool: 'x' }] },
      ],
      ['ValidateScope', { run_id, scope: 'skill' }, { run_id, scope: 'user:x' }],
      ['CheckSlash', { ...slash, command: '/help' }, { ...slash, command: '/stop' }],
    ];
    for (const [rpc, allowed, denied] of asks) {
      expect((await decisions(rpc, allowed)).decision.effect).toBe('EFFECT_ALLOW');
      expect((await decisions(rpc, denied)).decision.effect).toBe('EFFECT_DENY');
      const [line] = await linesAbout(server, rpc, 1);
      expect(line).toMatchObject({ level: 'info', msg: 'denied', effect: 'DENY' });
    }
  });

  test('a refusal leaves one line with the request id that the caller was told', async () => {
    const server = await serverAt('info');
    const refusal = await refusalOf(server.clients.sessions('GetSession', { session_id: unknownId() }));
    const [line] = await linesAbout(server, 'GetSession', 1);
    expect(line).toMatchObject({
      level: 'info',
      msg: 'refused',
      code: 'NOT_FOUND',
      reason: 'SESSION_NOT_FOUND',
      request_id: refusal.requestId,
    });
    expect(line).not.toHaveProperty('error');
  });
});

test('at debug an allow has its line too', async () => {
  const server = await serverAt('debug');
  const call = await callOf(server.clients, { idempotency_key: 'k' });
  await server.clients.decisions('Authorize', call);
  await server.clients.decisions('Authorize', call);
  const [first, second] = await linesAbout(server, 'Authorize', 2);
  expect(first).toMatchObject({
    level: 'debug',
    msg: 'decided',
    effect: 'ALLOW',
    principal: 'discord:5',
    calls_remaining: 999,
  });
  expect(second).toMatchObject({ level: 'debug', replayed: true, decision_id: first.decision_id });
});

test('no line at any level holds a trace id, a key, or what a tool was called with or answered', async () => {
  const server = await serverAt('trace');
  const { decisions, runs, identities, stream } = server.clients;
  const secrets = [
    'sesame-trace',
    'sesame-args',
    'sesame-result',
    'sesame-text',
    'sesame-input',
    'sesame-output',
    'sesame-payload',
  ];
  const [trace, args, result, text, input, output, payload] = secrets as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const identity = { platform: 'discord', user_id: '5' };
  await identities('BindIdentity', { trace_id: trace, identity });
  await refusalOf(identities('BindIdentity', { trace_id: trace, identity: { user_id: '6' } }));
  await identities('GetIdentity', { trace_id: trace });
  await refusalOf(identities('GetIdentity', { trace_id: `${trace}-nobody` }));

  const { session_id, agent_id } = await opened(server.clients);
  const call = { trace_id: trace, session_id, agent_id, tool: 'x' };
  await decisions('Authorize', call);
  await decisions('Authorize', { ...call, trace_id: `${trace}-nobody` });
  await decisions('Authorize', { ...call, tool: 'shell_exec' });
  await refusalOf(decisions('Authorize', { ...call, tool: '' }));
  await refusalOf(decisions('Authorize', { ...call, trace_id: `${trace}\n` }));
  await decisions('CheckSlash', { trace_id: trace, command: '/stop' });
  await refusalOf(decisions('CheckSlash', { trace_id: trace, user_id: 'x'.repeat(200), command: '/stop' }));

  const { run } = await runs('StartRun', { trace_id: trace, skill_id: 's', inputs: structOf({ k: input }) });
  const events = [
    { step: { response: { text } } },
    { tool_use: { name: 'read_file', args, result } },
    { custom: { type: 'x', payload: structOf({ k: payload }) } },
    { error: { message: text } },
  ];
  await decisions('AppendAudit', { run_id: run.run_id, events });
  await refusalOf(
    decisions('AppendAudit', { run_id: run.run_id, events: [...events, { tool_use: { name: '', args } }] }),
  );
  await refusalOf(
    decisions('AppendAudit', {
      run_id: run.run_id,
      events: [{ custom: { type: 'step', payload: structOf({ k: payload }) } }],
    }),
  );
  await stream('AuditService', 'ListRunEvents', { run_id: run.run_id });
  await runs('FinishRun', { run_id: run.run_id, status: 'RUN_STATUS_OK', output });
  await refusalOf(runs('FinishRun', { run_id: run.run_id, status: 'RUN_STATUS_ERROR', error: output }));
  await decisions('ValidateScope', { run_id: run.run_id, scope: 'user:x', trace_id: trace });

  await linesAbout(server, 'ValidateScope', 1);
  const told = server.server.log.filter((line) => secrets.some((secret) => line.includes(secret)));
  expect(told).toEqual([]);
  expect(server.server.stderr()).not.toContain('sesame');
});

test('every line is one JSON object, whatever a name holds', async () => {
  const server = await serverAt('debug');
  const trace_id = await bound(server.clients, { user_id: '"}\u2028{"' });
  const { session_id, agent_id } = await opened(server.clients, { agent_id: 'a"\u2028\u2029\\' });
  await server.clients.decisions('ConsumeBudget', { trace_id, session_id, agent_id, calls: [{ tool: '"}\u2028,' }] });
  await server.clients.decisions('ConsumeBudget', {
    session_id,
    agent_id: '{"level":"fatal"}',
    calls: [{ tool: 'x' }],
  });
  const lines = await linesAbout(server, 'ConsumeBudget', 2);
  expect(lines[0]).toMatchObject({ tool: '"}\u2028,', agent_id: 'a"\u2028\u2029\\' });
  for (const line of linesOf(server)) expect(['debug', 'info', 'warn']).toContain(line.level);
});
