// One measurement: a burst of load, and the CPU time that it took of the server, of Redis, and of everybody else.
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { coreTimeUs, cpuTimeUs, endedChildrenCpuUs, LOAD_CORE, REDIS_CORE, SERVER_CORE } from './processes.mjs';

/** What a server still does for the calls before (flushing, collecting garbage) shall not count for the next. */
const SETTLE_MS = 20;

/**
 * @typedef {object} Measurement
 * @property {number} callsPerSecond
 * @property {number} serverUs  CPU time of the server per call
 * @property {number} serverBusy  share of its core that the server used
 * @property {number} loadCoreBusy  share of the other core that load generator and Redis used
 * @property {number} foreign  share of a core that went to others, the hypervisor among them; of the worse one
 * @property {import('./load.mjs').Latency | undefined} latency
 * @property {number | undefined} redisUs  CPU time of redis-server per call
 * @property {number | undefined} scriptUs  time inside of Redis scripts per call, as Redis counts it
 * @property {number | undefined} callsPerScript
 */

/**
 * @param {{ serverPid: number, redis?: RedisMeter | undefined, load: () => Promise<import('./load.mjs').Loaded> }} what
 * @returns {Promise<Measurement>}
 */
export async function measure({ serverPid, redis, load }) {
  await sleep(SETTLE_MS);
  const scriptsBefore = await redis?.scripts();
  const before = read(serverPid, redis?.pid);
  const loaded = await load();
  const after = read(serverPid, redis?.pid);
  const scriptsAfter = await redis?.scripts();

  const spent = (/** @type {keyof typeof before} */ name) => after[name] - before[name];
  const { calls, callsPerSecond, latency } = loaded;
  const onLoadCore = spent('load') + (REDIS_CORE === LOAD_CORE ? spent('redis') : 0);
  const foreignUs = Math.max(spent('serverCore') - spent('server'), spent('loadCore') - spent('self') - onLoadCore);
  return {
    callsPerSecond,
    latency,
    serverUs: spent('server') / calls,
    // Of the time under load; starting the load generator is not part of it.
    serverBusy: (spent('server') / calls) * callsPerSecond * 1e-6,
    loadCoreBusy: (onLoadCore / calls) * callsPerSecond * 1e-6,
    foreign: Math.max(0, foreignUs) / spent('wall'),
    redisUs: redis && spent('redis') / calls,
    scriptUs: scriptsAfter && scriptsBefore && (scriptsAfter.us - scriptsBefore.us) / calls,
    callsPerScript: scriptsAfter && scriptsBefore && calls / (scriptsAfter.calls - scriptsBefore.calls),
  };
}

/** @param {number} serverPid @param {number} [redisPid] */
function read(serverPid, redisPid) {
  return {
    wall: performance.now() * 1_000,
    server: cpuTimeUs(serverPid),
    redis: redisPid === undefined ? 0 : cpuTimeUs(redisPid),
    load: endedChildrenCpuUs(),
    self: cpuTimeUs(process.pid),
    serverCore: coreTimeUs(SERVER_CORE),
    loadCore: coreTimeUs(LOAD_CORE),
  };
}

const LOOK_MS = 100;
const QUIET_SHARE = 0.15;

/**
 * Waits while others use the cores. Nothing of ours may be under load meanwhile.
 *
 * @param {number} msMax
 * @returns {Promise<number>} how long it took, in ms; nothing if the machine was quiet at once
 */
export async function waitForQuiet(msMax) {
  const start = performance.now();
  for (let looks = 0; ; looks++) {
    const waited = performance.now() - start;
    if (waited >= msMax) return waited;
    const before = [coreTimeUs(SERVER_CORE), coreTimeUs(LOAD_CORE)];
    await sleep(LOOK_MS);
    const busy = [coreTimeUs(SERVER_CORE), coreTimeUs(LOAD_CORE)].map((us, index) => us - (before[index] ?? 0));
    if (Math.max(...busy) <= LOOK_MS * 1_000 * QUIET_SHARE) return looks === 0 ? 0 : waited;
  }
}

/** What Redis says about itself. */
export class RedisMeter {
  #redis;

  /** @param {import('ioredis').Redis} redis @param {number} pid */
  constructor(redis, pid) {
    this.#redis = redis;
    this.pid = pid;
  }

  async scripts() {
    const stats = await this.#redis.info('commandstats');
    const totals = { calls: 0, us: 0 };
    for (const [, calls, us] of stats.matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+),usec=(\d+)/gm)) {
      totals.calls += Number(calls);
      totals.us += Number(us);
    }
    return totals;
  }

  /** Bytes of all keys, as MEMORY USAGE counts them: name, value and what holds both. @param {number} database */
  async bytes(database) {
    await this.#redis.select(database);
    let [cursor, bytes] = ['0', 0];
    do {
      const [next, keys] = await this.#redis.scan(cursor, 'COUNT', 1_000);
      const pipeline = this.#redis.pipeline();
      for (const key of keys) pipeline.memory('USAGE', key, 'SAMPLES', 0);
      for (const [error, size] of (await pipeline.exec()) ?? []) {
        if (error) throw error;
        bytes += Number(size);
      }
      cursor = next;
    } while (cursor !== '0');
    return bytes;
  }

  async version() {
    return /redis_version:(\S+)/.exec(await this.#redis.info('server'))?.[1] ?? '?';
  }
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
