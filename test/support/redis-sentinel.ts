// Redis as it fails over by itself: a master, its replicas and the sentinels that watch them, all on loopback.
//
// Each keeps its settings in a file, as in production: a failover rewrites them, and whoever is started again goes by
// them. The sentinels ask and tell more often than they do by default, so that a failover takes seconds, not minutes.
import assert from 'node:assert/strict';
import { ReplyError } from 'ioredis';
import { freePort } from './free-port.ts';
import { type RedisProcess, startRedisProcess } from './redis-process.ts';
import { ensureRedis } from './redis-server.ts';
import { eventually } from './times.ts';

export interface SentinelSet {
  /** A store URL that names every sentinel. */
  readonly url: string;
  readonly sentinelPorts: readonly number[];
  readonly sentinels: readonly RedisProcess[];
  /** The servers that hold data; the first one was the first master. */
  readonly nodes: readonly RedisProcess[];
  /** The port of the master, as more than half of the sentinels say. @throws when they do not agree at the moment */
  master(): Promise<number>;
  /** Has a sentinel put another server in the master's place. Known afterwards: the sentinels agree on the new one. */
  failover(): Promise<void>;
  /**
   * Waits until one server is the master, all others follow it and have what it has, and every sentinel knows all that.
   *
   * @throws what is still amiss
   */
  untilHealthy(): Promise<void>;
  stop(): Promise<void>;
}

export interface SentinelSetOptions {
  readonly replicas?: number;
  readonly sentinels?: number;
  /** How long a server is silent before a sentinel takes it for down. */
  readonly downAfterMs?: number;
  /** A failover that has not come to its end by then is given up; the next one is tried after twice the time. */
  readonly failoverTimeoutMs?: number;
  /** Further settings, each `--name`, value, for every server with data, since each may become the master. */
  readonly masterArgs?: readonly string[];
}

const NAME = 'tollgate';
const HEALTH_WAIT_MS = 60_000;
/** When a failover by command that has not come to its end has surely been given up. */
const FAILOVER_MS_MAX = 6_000;

/** How often sentinels do what they do. */
const TIMERS = ['info-period', 200, 'ask-period', 200, 'publish-period', 300, 'tilt-period', 2_000];

const QUICK_REPLICATION = [
  ['--repl-diskless-sync', 'yes'],
  ['--repl-diskless-sync-delay', '0'],
  ['--repl-ping-replica-period', '1'],
  ['--repl-timeout', '10'],
  ['--repl-backlog-size', '16mb'],
].flat();

/** Starts a set, and waits until it is healthy. */
export async function startSentinelSet(options: SentinelSetOptions = {}): Promise<SentinelSet> {
  ensureRedis();
  const { replicas = 2, sentinels: sentinelCount = 3 } = options;
  const nodes: RedisProcess[] = [];
  const sentinels: RedisProcess[] = [];
  const set = setOf(nodes, sentinels);
  try {
    const master = await startNode(options);
    nodes.push(master);
    for (let left = replicas; left > 0; left -= 1) nodes.push(await startNode(options, master.port));
    // Sentinels learn of the replicas from the master, so these come first.
    await eventually(() => inspectServers(nodes));
    const quorum = Math.floor(sentinelCount / 2) + 1;
    for (let left = sentinelCount; left > 0; left -= 1) {
      sentinels.push(await startSentinel(options, master.port, quorum));
    }
    await set.untilHealthy();
  } catch (error) {
    await set.stop();
    throw error;
  }
  return set;
}

async function startNode({ masterArgs = [] }: SentinelSetOptions, masterPort?: number): Promise<RedisProcess> {
  const following = masterPort === undefined ? [] : ['--replicaof', '127.0.0.1', `${masterPort}`];
  return startRedisProcess({
    port: await freePort(),
    kind: 'rewriting',
    settings: ['--save', '', '--appendonly', 'no', ...QUICK_REPLICATION, ...masterArgs, ...following],
  });
}

async function startSentinel(
  { downAfterMs = 500, failoverTimeoutMs = 2_000, replicas = 2 }: SentinelSetOptions,
  masterPort: number,
  quorum: number,
): Promise<RedisProcess> {
  return startRedisProcess({
    port: await freePort(),
    kind: 'sentinel',
    settings: [
      ['--sentinel', 'monitor', NAME, '127.0.0.1', `${masterPort}`, `${quorum}`],
      ['--sentinel', 'down-after-milliseconds', NAME, `${downAfterMs}`],
      ['--sentinel', 'failover-timeout', NAME, `${failoverTimeoutMs}`],
      ['--sentinel', 'parallel-syncs', NAME, `${Math.max(1, replicas)}`],
    ].flat(),
    onStart: (sentinel) => sentinel.ask('SENTINEL', 'DEBUG', ...TIMERS),
  });
}

function setOf(nodes: readonly RedisProcess[], sentinels: readonly RedisProcess[]): SentinelSet {
  const master = () => masterOf(sentinels);
  return {
    get url() {
      return `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${NAME}`;
    },
    get sentinelPorts() {
      return sentinels.map(({ port }) => port);
    },
    nodes,
    sentinels,
    master,
    async failover() {
      const old = await master();
      const isReplaced = async () => (await master()) !== old;
      // A sentinel that is still at the last failover refuses, and so does one that has just lost sight of the replicas.
      await eventually(async () => {
        if (!(await isReplaced())) await askForFailover(sentinels);
        return eventually(isReplaced, { withinMs: FAILOVER_MS_MAX });
      });
    },
    async untilHealthy() {
      await eventually(() => inspect(nodes, sentinels), { withinMs: HEALTH_WAIT_MS, everyMs: 100 });
    },
    async stop() {
      await Promise.all([...sentinels, ...nodes].map((one) => one.stop()));
    },
  };
}

async function masterOf(sentinels: readonly RedisProcess[]): Promise<number> {
  const said = await Promise.allSettled(sentinels.map(masterAsSeenBy));
  const ports = said.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const agreed = ports.find((port) => ports.filter((other) => other === port).length > sentinels.length / 2);
  if (agreed === undefined) throw new Error(`the sentinels do not agree on the master: ${ports.join(', ')}`);
  return agreed;
}

async function masterAsSeenBy(sentinel: RedisProcess): Promise<number> {
  const [, port] = (await sentinel.ask('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME)) as [string, string];
  return Number(port);
}

/** Asks the first sentinel that can be asked; not another one when it refuses, lest two of them do it. */
async function askForFailover(sentinels: readonly RedisProcess[]): Promise<true> {
  for (const sentinel of sentinels) {
    try {
      await sentinel.ask('SENTINEL', 'FAILOVER', NAME);
      return true;
    } catch (error) {
      if (error instanceof ReplyError) throw error;
    }
  }
  throw new Error('no sentinel can be asked');
}

/** @returns true, so that it can be waited for. @throws AssertionError that says what is amiss */
async function inspect(nodes: readonly RedisProcess[], sentinels: readonly RedisProcess[]): Promise<true> {
  await inspectServers(nodes);
  const masterPort = await masterOf(sentinels);
  const role = (await nodes.find(({ port }) => port === masterPort)?.ask('ROLE')) as [string] | undefined;
  assert.equal(role?.[0], 'master', 'the sentinels name another master');
  const replicaPorts = nodes.map(({ port }) => port).filter((port) => port !== masterPort);
  await Promise.all(sentinels.map((sentinel) => inspectSentinel(sentinel, masterPort, replicaPorts, sentinels.length)));
  return true;
}

type Role = readonly ['master', number, unknown] | readonly ['slave', string, number, string, number];

async function inspectServers(nodes: readonly RedisProcess[]): Promise<true> {
  const roles = await Promise.all(nodes.map(async (node) => ({ node, role: (await node.ask('ROLE')) as Role })));
  const masters = roles.filter(({ role }) => role[0] === 'master');
  assert.equal(masters.length, 1, 'there is not one master');
  const [master] = masters;
  const writtenBytes = Number(master!.role[1]);
  for (const { node, role } of roles) {
    if (node !== master!.node) await inspectReplica(node, role, master!.node.port, writtenBytes);
  }
  return true;
}

async function inspectReplica(node: RedisProcess, role: Role, masterPort: number, writtenBytes: number): Promise<void> {
  assert.deepEqual([role[0], role[2], role[3]], ['slave', masterPort, 'connected'], `replica ${node.port}`);
  const [, , , , appliedBytes] = (await node.ask('ROLE')) as Role;
  assert.ok(Number(appliedBytes) >= writtenBytes, `replica ${node.port} is behind`);
}

async function inspectSentinel(
  sentinel: RedisProcess,
  masterPort: number,
  replicaPorts: readonly number[],
  sentinelCount: number,
): Promise<void> {
  const asked = async (what: string) => (await sentinel.ask('SENTINEL', what, NAME)) as string[];
  const master = fieldsOf(await asked('MASTER'));
  assert.deepEqual([Number(master.port), master.flags], [masterPort, 'master'], `master of sentinel ${sentinel.port}`);
  const replicas = ((await asked('REPLICAS')) as unknown as string[][]).map(fieldsOf);
  const seen = replicas.map(({ port, flags, ...rest }) => `${port} ${flags} ${rest['master-link-status']}`);
  const expected = replicaPorts.map((port) => `${port} slave ok`);
  assert.deepEqual(seen.sort(), expected.sort(), `replicas of sentinel ${sentinel.port}`);
  const others = ((await asked('SENTINELS')) as unknown as string[][]).map(fieldsOf);
  assert.deepEqual(
    others.map(({ flags }) => flags),
    Array.from({ length: sentinelCount - 1 }, () => 'sentinel'),
    `sentinels that sentinel ${sentinel.port} knows`,
  );
}

/** Names and values that come in turn. */
function fieldsOf(flat: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? ''] as const] : [])),
  );
}
