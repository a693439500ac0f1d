// The servers under load, and what they must know before anybody can ask them: an identity, sessions and runs.
import { mkdir } from 'node:fs/promises';
import { firstInOutput, NODE_FLAGS, REDIS_CORE, SERVER_CORE } from './processes.mjs';
import { connect, DECISION_SERVICE } from './protocol.mjs';

const AGENT = 'agent-of-the-bench';
const TRACE = 'trace-01932f3c7b1a';
const USER = { user_id: '222', platform: 'discord' };
const PRINCIPAL = 'discord:222';
const TOOLS = ['read_file', 'http_get', 'search', 'write_file', 'send_message'];

/** The most that a session may have, so that no load generator ever meets a denial. */
const BUDGET = 1_000_000;
const RATE_LIMIT = 1_000_000;
const HOURS = { seconds: 4 * 3600 };

const SETTINGS = [
  ['--set', 'sessions.max_live_per_agent=1000'],
  // A busy neighbour may hold up one of the cores for longer than the default of 250 ms, and one error ends a run.
  ['--set', 'store.command_timeout_ms=5000'],
  // For appends of 4 MiB, one right behind the other on one connection.
  ['--set', 'limits.receiving_mib=256'],
].flat();

/** Keyed calls of one round stay far below the 100,000 keys that a session may remember. */
const KEYED_SESSIONS = 16;
export const RUNS = 64;
/** The most that one AppendAudit takes. */
export const BATCH_EVENTS = 100;

/** @typedef {import('node:child_process').ChildProcess} Child */

/** The least that an Authorize of @grpc/grpc-js can cost. */
export class Echo {
  /** @param {Child} child @param {string} address */
  constructor(child, address) {
    this.child = child;
    this.address = address;
  }

  /**
   * @param {import('./processes.mjs').Processes} processes
   * @param {string} responseFile
   */
  static async start(processes, responseFile) {
    const script = new URL('./echo-server.mjs', import.meta.url).pathname;
    const child = processes.start(SERVER_CORE, ['node', ...NODE_FLAGS, script, responseFile]);
    const port = await firstInOutput(child, Number);
    return new Echo(child, `127.0.0.1:${port}`);
  }
}

/** One Tollgate server with its clients, and what was made there. */
export class Target {
  /** @type {{ authorize: string, consume: string, keyed: string[] }} */
  sessions = { authorize: '', consume: '', keyed: [] };
  /** @type {string[]} */
  runs = [];
  /** @type {string[]}  for batches */
  batchRuns = [];

  /**
   * @param {{
   *   engine: string, records: boolean, child: Child, address: string, management: string, dataFolder: string
   * }} server
   */
  constructor({ engine, records, child, address, management, dataFolder }) {
    this.engine = engine;
    this.records = records;
    this.name = records ? engine : `${engine}, decision_log: off`;
    this.management = management;
    this.child = child;
    this.address = address;
    this.dataFolder = dataFolder;
    this.decisions = connect(DECISION_SERVICE, address);
    this.runService = connect('tollgate.v1.RunService', address);
    this.sessionService = connect('tollgate.v1.SessionService', management);
    this.identityService = connect('tollgate.v1.IdentityService', management);
  }

  /**
   * @param {import('./processes.mjs').Processes} processes
   * @param {{
   *   engine: string, records: boolean, main: string, policy: string, store: string, folder: string, cores?: string
   * }} how  `records`: whether it records its decisions; `cores`: those it may use, as taskset names them
   */
  static async start(processes, { engine, records, main, policy, store, folder, cores = String(SERVER_CORE) }) {
    const dataFolder = `${folder}/${engine}-${records ? 'records' : 'off'}`;
    await mkdir(dataFolder);
    const management = `unix:${dataFolder}.sock`;
    const listeners = ['--listen', '127.0.0.1:0', '--management', management];
    const options = ['--store', store, '--data-dir', dataFolder, ...listeners, '--policy', policy];
    const settings = records ? SETTINGS : [...SETTINGS, '--set', 'decision_log=off'];
    const child = processes.start(cores, ['node', ...NODE_FLAGS, main, 'serve', ...options, ...settings], {
      cwd: folder,
      quiet: true,
    });
    const address = await firstInOutput(child, (line) => {
      const { msg, decision } = JSON.parse(line);
      return msg === 'serving' ? /** @type {string} */ (decision) : undefined;
    });
    return new Target({ engine, records, child, address, management, dataFolder });
  }

  async prepare() {
    await this.identityService.call('BindIdentity', { trace_id: TRACE, identity: USER, ttl: HOURS });
    this.sessions = {
      authorize: await this.createSession(),
      consume: await this.createSession(),
      keyed: await this.keyedSessions(),
    };
    this.runs = await this.startRuns();
    this.batchRuns = await this.startRuns();
  }

  keyedSessions() {
    return Promise.all(Array.from({ length: KEYED_SESSIONS }, () => this.createSession()));
  }

  startRuns() {
    return Promise.all(Array.from({ length: RUNS }, () => this.startRun()));
  }

  /** A session as a controller makes it: owned, with an intent, five tools and a rate. @returns {Promise<string>} */
  async createSession(agent = AGENT) {
    const { session } = await this.sessionService.call('CreateSession', {
      agent_id: agent,
      owner: PRINCIPAL,
      delegation_chain: [PRINCIPAL, 'agent:planner'],
      declared_intent: 'answer the question of a user about the files of a project',
      tools: { names: TOOLS },
      time_limit: HOURS,
      call_budget: BUDGET,
      rate_limit: RATE_LIMIT,
      rate_window: { seconds: 60 },
    });
    return session.session_id;
  }

  /** @returns {Promise<string>} */
  async startRun() {
    const { run } = await this.runService.call('StartRun', { trace_id: TRACE, skill_id: 'skill' });
    return run.run_id;
  }

  /** @param {readonly string[]} sessionIds  @returns {Promise<number>} */
  async callsMade(sessionIds) {
    const sessions = await Promise.all(
      sessionIds.map((id) => this.sessionService.call('GetSession', { session_id: id })),
    );
    return sessions.reduce((sum, { session }) => sum + (session.calls_made ?? 0), 0);
  }

  /** @param {readonly string[]} runIds  @returns {Promise<number>} */
  async recordsStored(runIds) {
    const runs = await Promise.all(runIds.map((id) => this.runService.call('GetRun', { run_id: id })));
    return runs.reduce((sum, { run }) => sum + (run.last_sequence ?? 0), 0);
  }

  close() {
    for (const client of [this.decisions, this.runService, this.sessionService, this.identityService]) client.close();
  }
}

/**
 * @param {import('./processes.mjs').Processes} processes
 * @param {string} folder
 */
export async function startRedis(processes, folder) {
  const port = await freePort();
  const options = ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  const child = processes.start(REDIS_CORE, ['redis-server', ...options.map(String)]);
  await firstInOutput(child, (line) => line.includes('Ready to accept connections') || undefined);
  return { child, url: `redis://127.0.0.1:${port}` };
}

async function freePort() {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The requests of the five RPCs. Each is one that is allowed. */
export const requests = {
  /** @param {string} sessionId @param {string} [key] */
  authorize: (sessionId, key) => ({
    trace_id: TRACE,
    session_id: sessionId,
    agent_id: AGENT,
    tool: 'read_file',
    ...(key !== undefined && { idempotency_key: key }),
  }),
  /** @param {string} sessionId */
  consumeBudget: (sessionId) => ({
    session_id: sessionId,
    agent_id: AGENT,
    trace_id: TRACE,
    calls: [{ tool: 'read_file' }],
  }),
  /** @param {string} runId */
  validateScope: (runId) => ({
    scope: `root_run:${runId}`,
    invocation: { caller_id: PRINCIPAL, run_id: runId, root_run_id: runId },
  }),
  checkSlash: () => ({ platform: 'discord', chat_type: 'dm', command: '/status', user_id: USER.user_id }),
  /** @param {string} runId @param {number} [events] */
  appendAudit: (runId, events = 1) => ({ run_id: runId, events: new Array(events).fill({ tool_use: TOOL_USE }) }),
};

/** One event, which is stored as two records. */
const TOOL_USE = {
  name: 'read_file',
  id: 'call_0123456789',
  args: JSON.stringify({ path: '/home/user/project/README.md', offset: 0, limit: 200 }),
  result: 'The first lines of a file, as a tool hands them back to the model that asked for it. '.repeat(2),
};
export const RECORDS_PER_EVENT = 2;
export const EVENT_PAYLOAD_BYTES = Object.values(TOOL_USE).join('').length;
