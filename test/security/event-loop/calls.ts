// Every RPC at the largest request that it takes, or the one whose answer is the longest.
import { randomUUID } from 'node:crypto';
import type { Clients } from '../../support/clients.ts';
import { bound, opened, started } from '../../support/scene.ts';
import { structOf } from '../../support/structs.ts';
import { type FullStore, toolEvents } from './full-store.ts';

const MIB = 2 ** 20;
const PAGE = { page_size: 500 };
const AGES_HENCE = { seconds: 4_000_000_000, nanos: 0 };

export type Calls = Readonly<Record<string, (attempt: number) => Promise<unknown>>>;

/** Ordinary text that ends up in audit logs: code, with names, numbers, and a URL now and then. */
export function ordinaryText(bytes: number): string {
  const line =
    'const total = items.reduce((sum, { price }) => sum + price, 0); // see https://example.org/docs?page=2\n' +
    '2026-11-30T08:04:19Z INFO  request handled method=GET path=/v1/items status=200 took_ms=12 user="anna"\n' +
    '{"id":42,"name":"widget","tags":["a","b"],"nested":{"enabled":true,"count":3}}\n';
  return line.repeat(Math.ceil(bytes / line.length)).slice(0, bytes);
}

/** One that asks for less than `bytes` in all. */
export function appendOf(run_id: string, bytes: number, events = 100): object {
  const body = ordinaryText(Math.floor(bytes / events / 2) - 200);
  const tool_use = { name: 'read_file', id: 'call', args: body, result: body };
  return { run_id, events: Array.from({ length: events }, () => ({ tool_use })) };
}

export function callsOf(clients: Clients, store: FullStore): Calls {
  const { audit, decisions, runs, sessions } = clients;
  const { trace, session, longRun, endedRun, records } = store;
  const inSession = { session_id: session.session_id, agent_id: session.agent_id };
  const runOf = async () => (await started(clients, { trace_id: trace })).run_id;
  const names = Array.from({ length: 256 }, (_, index) => `n${index}-`.padEnd(128, 'x'));
  const many = Array.from({ length: 5_900 }, (_, index) => index % 10);
  const ofService =
    (name: string, request: object = {}) =>
    () =>
      audit(name, request);
  const stream =
    (name: string, request: object = {}) =>
    () =>
      clients.stream('AuditService', name, request);
  return {
    'AppendAudit, text': async () => decisions('AppendAudit', appendOf(await runOf(), 4 * MIB - 4_000)),
    'AppendAudit, one event': async () => decisions('AppendAudit', appendOf(await runOf(), 4 * MIB - 4_000, 1)),
    'AppendAudit, a Struct of many values': async () => {
      const payload = structOf({ list: Array.from({ length: 370_000 }, () => 1) });
      return decisions('AppendAudit', { run_id: await runOf(), events: [{ custom: { type: 'list', payload } }] });
    },
    'AppendAudit, steps with many names': async () => {
      const response = { text: ordinaryText(4_000), tool_calls: names };
      return decisions('AppendAudit', {
        run_id: await runOf(),
        events: Array.from({ length: 100 }, (_, iter) => ({ step: { iter, response } })),
      });
    },
    'AppendAudit, below the threshold': async () => decisions('AppendAudit', appendOf(await runOf(), 15_000, 1)),
    'StartRun, a Struct of many values': () => started(clients, { trace_id: trace, inputs: structOf({ many }) }),
    'StartRun, one text': () => started(clients, { trace_id: trace, inputs: structOf({ a: ordinaryText(65_000) }) }),
    FinishRun: async () =>
      runs('FinishRun', {
        run_id: await runOf(),
        status: 'RUN_STATUS_OK',
        output: ordinaryText(32_000),
        error: ordinaryText(32_000),
      }),
    GetRun: () => runs('GetRun', { run_id: endedRun }),
    Authorize: () => decisions('Authorize', { trace_id: trace, ...inSession, tool: 'read_file' }),
    ConsumeBudget: () =>
      decisions('ConsumeBudget', { ...inSession, calls: names.map((tool) => ({ tool })), explain: true }),
    ValidateScope: () => decisions('ValidateScope', { run_id: longRun, scope: 's'.repeat(512) }),
    CheckSlash: () => decisions('CheckSlash', { platform: 'p', chat_type: 'dm', command: `/${'c'.repeat(1_000)}` }),
    DescribeSlashAccess: () => decisions('DescribeSlashAccess', { platform: 'discord', chat_type: 'dm' }),
    CreateSession: () => opened(clients, { tools: { names }, delegation_chain: names.slice(0, 16) }),
    GetSession: () => sessions('GetSession', { session_id: session.session_id }),
    ListSessions: () => sessions('ListSessions', PAGE),
    CloseSession: async () =>
      sessions('CloseSession', { session_id: (await opened(clients, { tools: { names } })).session_id }),
    PurgeSessions: () => sessions('PurgeSessions'),
    BindIdentity: () => bound(clients, { user_aliases: Array.from({ length: 64 }, (_, index) => `p:${index}`) }),
    DeactivateAgent: async () =>
      clients.agents('DeactivateAgent', { agent_id: (await opened(clients, { tools: { names } })).agent_id }),
    ListRuns: ofService('ListRuns', PAGE),
    'ListRuns, nothing found': ofService('ListRuns', { ...PAGE, skill_id: randomUUID() }),
    ListChildRuns: ofService('ListChildRuns', { parent_run_id: longRun, limit: 500 }),
    GetRunChain: ofService('GetRunChain', { run_id: longRun }),
    ListFinishedRuns: ofService('ListFinishedRuns', { finished_before: AGES_HENCE, limit: 300 }),
    GetLastRuns: ofService('GetLastRuns', { skill_ids: names.slice(0, 100) }),
    ListDecisions: ofService('ListDecisions', PAGE),
    'ListDecisions, of a session': ofService('ListDecisions', { ...PAGE, session_id: session.session_id }),
    ListRunEvents: stream('ListRunEvents', { run_id: endedRun }),
    ExportEvents: stream('ExportEvents'),
    ExportRun: stream('ExportRun', { run_id: endedRun }),
    VerifyRun: ofService('VerifyRun', { run_id: endedRun }),
    GetCheckpoint: async () => {
      await decisions('AppendAudit', { run_id: longRun, events: toolEvents(100) });
      return audit('GetCheckpoint', { run_id: longRun });
    },
    GetInclusionProof: ofService('GetInclusionProof', { run_id: endedRun, sequence: 1 }),
    GetConsistencyProof: ofService('GetConsistencyProof', { run_id: endedRun, from_size: records / 2 }),
    ReloadPolicy: () => clients.server('ReloadPolicy'),
    PurgePayloads: async () => {
      const run_id = await runOf();
      for (let append = 0; append < 3; append++) await decisions('AppendAudit', { run_id, events: toolEvents(100) });
      await runs('FinishRun', { run_id, status: 'RUN_STATUS_OK' });
      return audit('PurgePayloads', { run_id });
    },
    PurgeRuns: ofService('PurgeRuns', { finished_before: AGES_HENCE }),
  };
}
