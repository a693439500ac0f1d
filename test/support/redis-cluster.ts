// A Redis cluster on loopback whose slots can be moved and whose masters can be lost.
import assert from 'node:assert/strict';
import { freePort } from './free-port.ts';
import { type RedisProcess, startRedisProcess } from './redis-process.ts';
import { ensureRedis } from './redis-server.ts';
import { eventually } from './times.ts';

export interface ClusterNode extends RedisProcess {
  /** How the others call it; it keeps it when it is started again. */
  readonly id: string;
}

export interface Shard {
  readonly node: ClusterNode;
  readonly replicas: readonly ClusterNode[];
  /** From the first up to and with the last. */
  readonly slots: readonly (readonly [first: number, last: number])[];
}

/** What has just been done for the move of a slot. */
export type MoveStep = 'opened' | 'moved some' | 'moved all';

export interface MoveOptions {
  /**
   * Called after each step, which waits for it. Once opened, the slot's old master answers ASK for each key that it does
   * not have, and whoever wants several keys of which some have gone hears TRYAGAIN.
   */
  readonly between?: (step: MoveStep) => unknown;
  /** How many keys a step moves at first. Twice as many after every fifty, or a slot in use may never be empty. */
  readonly keysAtOnce?: number;
}

export interface RedisCluster {
  /** A store URL that names the first masters, at most three. */
  readonly url: string;
  /** The first ones were the first masters. */
  readonly nodes: readonly ClusterNode[];
  /** Who has which slots, as the node says that has heard the latest. */
  masters(): Promise<readonly Shard[]>;
  ownerOf(slot: number): Promise<ClusterNode>;
  /** Moves a slot and its keys while clients use them. Known afterwards: every master has been told. */
  moveSlot(slot: number, toPort: number, options?: MoveOptions): Promise<void>;
  /** Has a replica take its master's place, which follows it then; nothing is lost. Known afterwards: it is a master. */
  failover(replicaPort: number): Promise<void>;
  /**
   * Waits until all nodes see each other and the same owners of all slots, and the replicas have what their masters have.
   *
   * @throws what is still amiss
   */
  untilHealthy(): Promise<void>;
  stop(): Promise<void>;
}

export interface ClusterOptions {
  readonly masters?: number;
  /** Of the whole cluster, dealt out to the masters in turn. */
  readonly replicas?: number;
  /** How long a node is silent before it is taken for down. */
  readonly nodeTimeoutMs?: number;
  /** Further settings, each `--name`, value, for every node. */
  readonly args?: readonly string[];
}

const SLOTS = 16_384;
const MIGRATE_WAIT_MS = 4_000;
const HEALTH_WAIT_MS = 60_000;
/** When a failover by command that has not come to its end has surely been given up. */
const FAILOVER_MS_MAX = 6_000;

/** Starts a cluster, and waits until it is healthy. */
export async function startCluster(options: ClusterOptions = {}): Promise<RedisCluster> {
  ensureRedis();
  const { masters: masterCount = 3, replicas = 3 } = options;
  const nodes: ClusterNode[] = [];
  const busPorts = new Map<ClusterNode, number>();
  const cluster = clusterOf(nodes, masterCount);
  try {
    while (nodes.length < masterCount + replicas) {
      const busPort = await freePort();
      const node = await startNode(options, busPort);
      nodes.push(node);
      busPorts.set(node, busPort);
    }
    await dealSlots(nodes.slice(0, masterCount));
    await introduce(nodes, busPorts);
    for (const [index, replica] of nodes.slice(masterCount).entries()) {
      await replica.ask('CLUSTER', 'REPLICATE', nodes[index % masterCount]!.id);
    }
    await cluster.untilHealthy();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

async function startNode({ nodeTimeoutMs = 1_000, args = [] }: ClusterOptions, busPort: number): Promise<ClusterNode> {
  const started = await startRedisProcess({
    port: await freePort(),
    kind: 'server',
    settings: [
      ['--cluster-enabled', 'yes'],
      ['--cluster-port', `${busPort}`],
      ['--cluster-announce-ip', '127.0.0.1'],
      ['--cluster-node-timeout', `${nodeTimeoutMs}`],
      // Replicas stay with the master that they were dealt.
      ['--cluster-allow-replica-migration', 'no'],
      ['--repl-diskless-sync', 'yes'],
      ['--repl-diskless-sync-delay', '0'],
      ['--repl-ping-replica-period', '1'],
      ['--save', ''],
      ['--appendonly', 'no'],
      args,
    ].flat(),
  });
  return Object.assign(started, { id: String(await started.ask('CLUSTER', 'MYID')) });
}

async function dealSlots(masters: readonly ClusterNode[]): Promise<void> {
  const share = SLOTS / masters.length;
  for (const [index, master] of masters.entries()) {
    const [first, end] = [Math.round(index * share), Math.round((index + 1) * share)];
    await master.ask('CLUSTER', 'ADDSLOTSRANGE', first, end - 1);
    // Each with an epoch of its own from the start, or they would have to settle that among them first.
    await master.ask('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
  }
}

/** Everybody meets everybody, which is quicker than waiting for the news to spread. */
async function introduce(nodes: readonly ClusterNode[], busPorts: ReadonlyMap<ClusterNode, number>): Promise<void> {
  for (const [index, node] of nodes.entries()) {
    for (const other of nodes.slice(index + 1)) {
      await node.ask('CLUSTER', 'MEET', '127.0.0.1', other.port, busPorts.get(other)!);
    }
  }
  await eventually(async () => {
    for (const node of nodes) assertAllLinked(await viewOf(node), nodes);
    return true;
  });
}

function clusterOf(nodes: readonly ClusterNode[], masterCount: number): RedisCluster {
  const masters = () => shards(nodes);
  const ownerOf = async (slot: number) => {
    const owner = (await masters()).find(({ slots }) => slots.some(([first, last]) => first <= slot && slot <= last));
    if (!owner) throw new Error(`nobody has slot ${slot}`);
    return owner.node;
  };
  return {
    get url() {
      const named = nodes.slice(0, Math.min(masterCount, 3));
      return `redis+cluster://${named.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
    },
    nodes,
    masters,
    ownerOf,
    async moveSlot(slot, toPort, options = {}) {
      const [from, all] = [await ownerOf(slot), (await masters()).map(({ node }) => node)];
      const to = all.find(({ port }) => port === toPort);
      if (!to) throw new Error(`no master is at port ${toPort}`);
      if (to === from) throw new Error(`slot ${slot} is there already`);
      await moveKeys({ slot, from, to }, options);
      // The new owner first: until the old one knows too it still points there, and nobody says that the slot is lost.
      for (const node of [to, from, ...all.filter((one) => one !== to && one !== from)]) {
        await node.ask('CLUSTER', 'SETSLOT', slot, 'NODE', to.id);
      }
    },
    async failover(replicaPort) {
      const replica = nodes.find(({ port }) => port === replicaPort);
      if (!replica) throw new Error(`no node is at port ${replicaPort}`);
      const isMaster = async () => ((await replica.ask('ROLE')) as string[])[0] === 'master';
      await eventually(async () => {
        if (!(await isMaster())) await replica.ask('CLUSTER', 'FAILOVER');
        return eventually(isMaster, { withinMs: FAILOVER_MS_MAX });
      });
    },
    async untilHealthy() {
      await eventually(() => inspect(nodes), { withinMs: HEALTH_WAIT_MS, everyMs: 100 });
    },
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

/** @see https://redis.io/docs/latest/commands/cluster-setslot/#redis-cluster-live-resharding-explained */
async function moveKeys(
  { slot, from, to }: { readonly slot: number; readonly from: ClusterNode; readonly to: ClusterNode },
  { between = () => {}, keysAtOnce = 10 }: MoveOptions,
): Promise<void> {
  await to.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id);
  await from.ask('CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id);
  await between('opened');
  for (let step = 0; ; step++) {
    const count = keysAtOnce * 2 ** Math.floor(step / 50);
    const keys = (await from.ask('CLUSTER', 'GETKEYSINSLOT', slot, count)) as string[];
    if (keys.length === 0) break;
    await from.ask('MIGRATE', '127.0.0.1', to.port, '', 0, MIGRATE_WAIT_MS, 'KEYS', ...keys);
    await between('moved some');
  }
  await between('moved all');
}

/** A node's line in CLUSTER NODES. */
interface Seen {
  readonly id: string;
  readonly flags: readonly string[];
  /** The id of its master, or `-`. */
  readonly masterId: string;
  readonly epoch: number;
  readonly isLinked: boolean;
  /** Ranges, and slots on the way as `[slot->-id]`. */
  readonly slots: readonly string[];
}

async function viewOf(node: ClusterNode): Promise<Seen[]> {
  const text = String(await node.ask('CLUSTER', 'NODES'));
  return text.trim().split('\n').map(parseLine);
}

function parseLine(line: string): Seen {
  const [id = '', , flags = '', masterId = '-', , , epoch, link, ...slots] = line.split(' ');
  const kept = flags.split(',').filter((flag) => flag !== 'myself');
  return { id, flags: kept, masterId, epoch: Number(epoch), isLinked: link === 'connected', slots };
}

async function shards(nodes: readonly ClusterNode[]): Promise<Shard[]> {
  const answers = await Promise.allSettled(nodes.map(viewOf));
  const views = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const newest = views.reduce((best, view) => (latestEpoch(view) > latestEpoch(best) ? view : best), views[0] ?? []);
  return newest
    .filter(({ flags, slots }) => flags.includes('master') && slots.length > 0)
    .map(({ id, slots }) => ({
      node: nodes.find((node) => node.id === id)!,
      replicas: nodes.filter((node) => newest.some((seen) => seen.id === node.id && seen.masterId === id)),
      slots: slots.filter((text) => !text.startsWith('[')).map(parseRange),
    }));
}

function latestEpoch(view: readonly Seen[]): number {
  return Math.max(...view.map(({ epoch }) => epoch));
}

function parseRange(text: string): [number, number] {
  const [first, last] = text.split('-').map(Number);
  return [first!, last ?? first!];
}

/** @returns true, so that it can be waited for. @throws AssertionError that says what is amiss */
async function inspect(nodes: readonly ClusterNode[]): Promise<true> {
  const views = await Promise.all(nodes.map(viewOf));
  for (const [index, view] of views.entries()) {
    assertAllLinked(view, nodes);
    assert.deepEqual(ownership(view), ownership(views[0]!), `node ${nodes[index]!.port} sees other owners`);
    assert.match(String(await nodes[index]!.ask('CLUSTER', 'INFO')), /cluster_state:ok/, `node ${nodes[index]!.port}`);
  }
  for (const { node, replicas } of await shards(nodes)) await inspectReplicas(node, replicas);
  return true;
}

function assertAllLinked(view: readonly Seen[], nodes: readonly ClusterNode[]): void {
  const seen = view
    .filter(({ flags, isLinked }) => isLinked && /^(master|slave)$/.test(flags.join()))
    .map(({ id }) => id);
  assert.deepEqual(seen.sort(), nodes.map(({ id }) => id).sort(), 'not every node is seen by every other');
}

function ownership(view: readonly Seen[]): string[] {
  return view.map(({ id, masterId, slots }) => `${id} ${masterId} ${slots.join()}`).sort();
}

async function inspectReplicas(master: ClusterNode, replicas: readonly ClusterNode[]): Promise<void> {
  const [, writtenBytes] = (await master.ask('ROLE')) as ['master', number];
  for (const replica of replicas) {
    const [role, , port, link, appliedBytes] = (await replica.ask('ROLE')) as [string, string, number, string, number];
    assert.deepEqual([role, port, link], ['slave', master.port, 'connected'], `replica ${replica.port}`);
    assert.ok(Number(appliedBytes) >= writtenBytes, `replica ${replica.port} is behind`);
  }
}
