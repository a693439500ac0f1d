// Who governs leaves a trace: every RPC that changes something, taken from the descriptor, with the record that it leaves.
import { createHash, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bearer, makeCallers } from '../../support/callers.ts';
import { type Answer, type Clients, clientsOf } from '../../support/clients.ts';
import { ENGINES, type OpenServer, openServer } from '../../support/engines.ts';
import { bound, opened, started } from '../../support/scene.ts';
import { msOf, wireTime } from '../../support/times.ts';
import { METHODS } from '../../support/wire.ts';

const POLICY = 'unlisted_tools: session\n';

/** Changes something and says what its newest record must be like. */
type Change = (clients: Clients, open: OpenServer) => Promise<object>;

const finishedRun = async (clients: Clients): Promise<Answer> => {
  const { run_id } = await started(clients);
  const { run } = await clients.runs('FinishRun', { run_id, status: 'RUN_STATUS_OK', output: 'done' });
  return run;
};
const inAnHour = () => wireTime(Date.now() + 3_600_000);

/** Every RPC: what it leaves behind. */
const TABLE: Readonly<Record<string, 'nothing changes' | 'a decision' | 'the run itself' | Change>> = {
  Authorize: 'a decision',
  ConsumeBudget: 'a decision',
  ValidateScope: 'a decision',
  CheckSlash: 'a decision',
  DescribeSlashAccess: 'nothing changes',
  AppendAudit: 'the run itself',
  StartRun: 'the run itself',
  FinishRun: 'the run itself',
  GetRun: 'nothing changes',
  CreateSession: async (clients) => {
    const agent_id = `agent-${randomUUID()}`;
    await opened(clients, {
      agent_id,
      owner: 'discord:5',
      delegation_chain: ['discord:5', 'cron:nightly'],
      declared_intent: 'tidy up with password=hunter2hunter2',
      tools: { names: ['search', 'read_file'] },
      call_budget: 7,
      rate_limit: 3,
      time_limit: { seconds: 90 },
      rate_window: { seconds: 20 },
      sensitivity_ceiling: 'SENSITIVITY_RESTRICTED',
    });
    return {
      agent_id,
      principal: 'discord:5',
      terms: {
        all_tools: false,
        tools: ['search', 'read_file'],
        owner: 'discord:5',
        delegation_chain: ['discord:5', 'cron:nightly'],
        declared_intent: expect.stringContaining('[redacted: key_name]'),
        call_budget: 7,
        rate_limit: 3,
        time_limit: expect.objectContaining({ seconds: 90 }),
        rate_window: expect.objectContaining({ seconds: 20 }),
        sensitivity_ceiling: 'SENSITIVITY_RESTRICTED',
      },
    };
  },
  GetSession: 'nothing changes',
  ListSessions: 'nothing changes',
  CloseSession: async (clients) => {
    const { session_id, agent_id } = await opened(clients);
    await clients.sessions('CloseSession', { session_id });
    return { session_id, agent_id };
  },
  PurgeSessions: async (clients) => {
    const { session_id } = await opened(clients);
    await clients.sessions('CloseSession', { session_id });
    const { purged } = await clients.sessions('PurgeSessions');
    return { removal: { keep_proof: false, removed: purged } };
  },
  DeactivateAgent: async (clients) => {
    const { agent_id } = await opened(clients);
    await opened(clients, { agent_id });
    await clients.agents('DeactivateAgent', { agent_id });
    return { agent_id, sessions_closed: 2 };
  },
  ReactivateAgent: async (clients) => {
    const agent_id = `agent-${randomUUID()}`;
    await clients.agents('ReactivateAgent', { agent_id });
    return { agent_id };
  },
  GetAgent: 'nothing changes',
  BindIdentity: async (clients) => {
    const user_id = randomUUID();
    await bound(clients, { user_id });
    return { principal: `discord:${user_id}` };
  },
  GetIdentity: 'nothing changes',
  ReleaseIdentity: async (clients) => {
    const user_id = randomUUID();
    const trace_id = await bound(clients, { user_id });
    await clients.identities('ReleaseIdentity', { trace_id });
    return { principal: `discord:${user_id}` };
  },
  ListRuns: 'nothing changes',
  ListRunEvents: 'nothing changes',
  ListChildRuns: 'nothing changes',
  GetRunChain: 'nothing changes',
  ListFinishedRuns: 'nothing changes',
  GetLastRuns: 'nothing changes',
  ExportEvents: 'nothing changes',
  PurgeRuns: async (clients) => {
    await finishedRun(clients);
    const finished_before = inAnHour();
    const { purged } = await clients.audit('PurgeRuns', { finished_before });
    expect(purged).toBeGreaterThan(0);
    const { seconds } = finished_before;
    return { removal: { keep_proof: false, removed: purged, finished_before: expect.objectContaining({ seconds }) } };
  },
  PurgePayloads: async (clients) => {
    const { run_id } = await finishedRun(clients);
    await clients.audit('PurgePayloads', { run_id });
    return { run_id, removal: { keep_proof: true } };
  },
  VerifyRun: 'nothing changes',
  GetCheckpoint: 'nothing changes',
  GetInclusionProof: 'nothing changes',
  GetConsistencyProof: 'nothing changes',
  ExportRun: 'nothing changes',
  GetLedgerKeys: 'nothing changes',
  GetDecision: 'nothing changes',
  ListDecisions: 'nothing changes',
  WatchDecisions: 'nothing changes',
  GetPolicy: 'nothing changes',
  GetServerInfo: 'nothing changes',
  ReloadPolicy: async (clients, { server }) => {
    const { policy: before } = await clients.server('GetServerInfo');
    writeFileSync(server.policyFile, `${POLICY}admins: ["discord:${randomUUID()}"]\n`);
    const { policy } = await clients.server('ReloadPolicy');
    return { policy_revision: policy.revision, previous_policy_revision: before.revision };
  },
};

test('every RPC has a row', () => {
  expect(METHODS.map(({ name }) => name).sort()).toEqual(Object.keys(TABLE).sort());
});

function matches(record: Answer, expected: object): boolean {
  try {
    expect(record).toMatchObject(expected);
    return true;
  } catch {
    return false;
  }
}

const RECORDED = Object.entries(TABLE).filter((row): row is [string, Change] => typeof row[1] === 'function');

describe.each(ENGINES)('records of who governs, %s engine', (engine) => {
  let open: OpenServer;
  let clients: Clients;
  beforeAll(async () => {
    const callers = makeCallers();
    open = await openServer(engine, {
      policy: POLICY,
      args: ['--set', `callers.file=${callers.file}`, '--set', 'policy.watch=false'],
    });
    clients = clientsOf(open.server, bearer(callers.tokens.admin));
  });
  afterAll(async () => {
    clients?.close();
    await open?.close();
  });

  const recordsOf = async (rpc: string): Promise<Answer[]> =>
    (await clients.audit('ListDecisions', { page_size: 500, filter: { rpc } })).decisions ?? [];

  test.each(RECORDED)('%s leaves a record with the name of its caller', async (rpc, change) => {
    const known = new Set((await recordsOf(rpc)).map(({ decision_id }) => decision_id));
    const expected = await change(clients, open);
    const added = (await recordsOf(rpc)).filter(({ decision_id }) => !known.has(decision_id));
    for (const record of added) expect(record).toMatchObject({ rpc, effect: 'EFFECT_ALLOW', caller: 'admin' });
    const fits = added.filter((record) => matches(record, expected));
    expect(fits, JSON.stringify(added)).not.toEqual([]);
  });

  test('a purge has a record from before anything went, and one with the count', async () => {
    const known = new Set((await recordsOf('PurgeRuns')).map(({ decision_id }) => decision_id));
    await finishedRun(clients);
    const { purged } = await clients.audit('PurgeRuns', { finished_before: inAnHour(), keep_proof: true });
    const [end, begin, ...more] = (await recordsOf('PurgeRuns'))
      .filter(({ decision_id }) => !known.has(decision_id))
      .sort((one, other) => msOf(other.decided_at) - msOf(one.decided_at) || ('removed' in one.removal ? -1 : 1));
    expect(more).toEqual([]);
    expect(end.removal).toMatchObject({ removed: purged, keep_proof: true });
    expect(begin.removal.removed).toBeUndefined();
  });

  test('the policy of a decision is shown by the revision that its record names, also when another is in force', async () => {
    const texts = ['a', 'b'].map((user) => `${POLICY}admins: ["discord:${user}${randomUUID()}"] # a comment\n`);
    const revisions: string[] = [];
    for (const text of texts) {
      writeFileSync(open.server.policyFile, text);
      revisions.push((await clients.server('ReloadPolicy')).policy.revision);
      const { decision } = await clients.decisions('CheckSlash', { platform: 'nowhere', command: '/x', user_id: '1' });
      const { record } = await clients.audit('GetDecision', { decision_id: decision.decision_id });
      expect(record.policy_revision).toBe(revisions.at(-1));
    }
    for (const [index, revision] of revisions.entries()) {
      const policy = await clients.audit('GetPolicy', { revision });
      expect(createHash('sha256').update(policy.document).digest('hex')).toBe(revision);
      expect(JSON.parse(policy.document)).toEqual({
        admins: [/"(.*)"/.exec(texts[index]!)![1]],
        unlisted_tools: 'session',
      });
      expect(policy.in_force).toBe(index === 1);
      expect(Math.abs(msOf(policy.in_force_at) - Date.now())).toBeLessThan(3_600_000);
    }
    await expect(clients.audit('GetPolicy', { revision: 'f'.repeat(64) })).rejects.toMatchObject({ code: 5 });
  });
});
