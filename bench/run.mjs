// One run: what is measured, in which order, and how often.
//
// The machine is never quiet, so everything is measured in several short rounds, each measurement between two of the
// echo, and what counts is the median of the ratios to those neighbours.
import { performance } from 'node:perf_hooks';
import { wholeShares } from './load.mjs';
import { measure, median, waitForQuiet } from './measure.mjs';
import { encodeRequest, grpcFrame } from './protocol.mjs';
import { keyedMessages, Ledger, ROWS } from './rows.mjs';
import { requests } from './targets.mjs';

/** A measurement beside which others took more than this of a core is made again, while there is time. */
export const FOREIGN_MAX = 0.05;
const REPEATS_MAX = 2;

/** The moderate rate, as a share of what the echo can do with the same load generator. */
const MODERATE = 0.25;
/** A row that cannot do that rate with some air has no latency there worth telling. */
const HEADROOM = 0.8;

/** What throughput may take of the time; the rest is for latency. */
const THROUGHPUT_SHARE = 0.65;

const TOOLS = /** @type {const} */ (['h2load', 'ghz']);

/**
 * @typedef {object} Pace
 * @property {number} rounds
 * @property {number} seconds  of each throughput measurement
 * @property {number} latencyRounds
 * @property {number} latencySeconds
 * @property {number} endsAfterMs  since the start of this process; rounds that no longer fit are left out
 * @property {number} patienceMs  how long all measurements together may wait for a quiet machine
 * @property {{ sessions: number, keys: number, events: number }} storage
 */

/** @typedef {import('./measure.mjs').Measurement} Measurement */
/** @typedef {import('./load.mjs').Latency} Latency */
/** @typedef {import('./rows.mjs').Row} Row */
/** @typedef {import('./targets.mjs').Target} Target */

/**
 * @typedef {object} Series  everything measured of one row on one server
 * @property {Row | undefined} row  undefined for the echo
 * @property {string} server  the target's name
 * @property {string} engine
 * @property {'h2load' | 'ghz'} tool
 * @property {Measurement[]} measurements
 * @property {{ calls: number, cpu: number, foreign: number }[]} ratios  to the echoes around a measurement
 * @property {(Latency & { foreign: number })[]} latencies
 * @property {number} callsEach
 */

export class Run {
  #load;
  #echo;
  #targets;
  #redis;
  #pace;
  #patienceMs;
  /** @type {Map<Series, Ledger>} */
  #ledgers = new Map();
  /** @type {Record<'h2load' | 'ghz', Series>} */
  echoes;
  /** @type {Series[]} */
  series;
  moderateRates = { h2load: 0, ghz: 0 };

  /**
   * @param {{
   *   load: import('./load.mjs').LoadGenerators, echo: import('./targets.mjs').Echo, targets: readonly Target[],
   *   redis: import('./measure.mjs').RedisMeter, pace: Pace
   * }} parts
   */
  constructor({ load, echo, targets, redis, pace }) {
    this.#load = load;
    this.#echo = echo;
    this.#targets = targets;
    this.#redis = redis;
    this.#pace = pace;
    this.#patienceMs = pace.patienceMs;
    this.echoes = { h2load: seriesOf(undefined, undefined, 'h2load'), ghz: seriesOf(undefined, undefined, 'ghz') };
    this.series = ROWS.flatMap((row) =>
      targets
        .filter(({ records }) => records || row.alsoWithoutRecords)
        .map((target) => seriesOf(row, target, row.tool)),
    );
  }

  async warmUp() {
    for (const series of this.#all()) {
      if (series.row) {
        const ledger = new Ledger(series.row, this.#targetOf(series));
        this.#ledgers.set(series, ledger);
        await ledger.sample();
      }
      // The first calls run in the interpreter; the second burst tells how many calls make the wanted time.
      const weight = series.row?.weight ?? 1;
      await this.#burst(series, Math.ceil(2_000 / weight));
      const { callsPerSecond } = await this.#burst(series, Math.ceil(6_000 / weight));
      series.callsEach = Math.ceil(callsPerSecond * this.#pace.seconds);
    }
  }

  async throughput() {
    const endsAt = this.#pace.endsAfterMs * THROUGHPUT_SHARE;
    for (let round = 0; round < this.#pace.rounds; round++) {
      for (const tool of TOOLS) {
        let before = await this.#measured(this.echoes[tool], endsAt);
        for (const series of this.#ofTool(tool)) {
          if (!isEarly(round, endsAt)) return;
          const own = await this.#measured(series, endsAt);
          const after = await this.#measured(this.echoes[tool], endsAt);
          series.ratios.push({
            calls: (2 * own.callsPerSecond) / (before.callsPerSecond + after.callsPerSecond),
            cpu: (before.serverUs + after.serverUs) / 2 / own.serverUs,
            foreign: Math.max(before.foreign, own.foreign, after.foreign),
          });
          before = after;
        }
      }
    }
  }

  async latency() {
    const endsAt = this.#pace.endsAfterMs;
    for (const tool of TOOLS) this.moderateRates[tool] = MODERATE * mostOf(this.echoes[tool]);
    for (let round = 0; round < this.#pace.latencyRounds; round++) {
      for (const tool of TOOLS) {
        const able = this.#ofTool(tool).filter(
          (series) => isTimed(series) && mostOf(series) * HEADROOM > this.moderateRates[tool],
        );
        for (const series of able) {
          if (!isEarly(round, endsAt)) return;
          await this.#timed(this.echoes[tool], endsAt);
          await this.#timed(series, endsAt);
        }
      }
    }
  }

  /** Holds what was sent to what the servers counted. @returns how many charges and events were sent */
  async verify() {
    let total = 0;
    for (const ledger of this.#ledgers.values()) {
      const { sent, counted } = await ledger.settle();
      if (counted !== undefined) total += sent;
    }
    return total;
  }

  #all() {
    return [...Object.values(this.echoes), ...this.series];
  }

  /** @param {'h2load' | 'ghz'} tool */
  #ofTool(tool) {
    return this.series.filter((series) => series.tool === tool);
  }

  /** @param {Series} series @param {number} endsAt */
  async #measured(series, endsAt) {
    const measurement = await this.#quietly(series, this.#prepared(series, series.callsEach), endsAt);
    series.measurements.push(measurement);
    return measurement;
  }

  /** @param {Series} series @param {number} endsAt */
  async #timed(series, endsAt) {
    const rate = this.moderateRates[series.tool];
    const load = this.#prepared(series, wholeShares(rate * this.#pace.latencySeconds), rate);
    const { latency, foreign } = await this.#quietly(series, load, endsAt);
    if (latency) series.latencies.push({ ...latency, foreign });
  }

  /**
   * Measures when the machine is quiet, as far as patience lasts, and again when others took much of it meanwhile.
   *
   * @param {Series} series
   * @param {() => Promise<import('./load.mjs').Loaded>} load
   * @param {number} endsAt
   */
  async #quietly(series, load, endsAt) {
    const serverPid = this.#childOf(series).pid ?? 0;
    const redis = series.engine === 'redis' ? this.#redis : undefined;
    for (let repeat = 0; ; repeat++) {
      this.#patienceMs -= await waitForQuiet(Math.min(this.#patienceMs, endsAt - performance.now()));
      const measurement = await measure({ serverPid, redis, load });
      const isQuiet = measurement.foreign <= FOREIGN_MAX;
      if (isQuiet || repeat >= REPEATS_MAX || performance.now() > endsAt) return measurement;
    }
  }

  /** @param {Series} series @param {number} calls */
  #burst(series, calls) {
    return this.#prepared(series, calls)();
  }

  /**
   * A load that can be sent again and again: what the load generator shall send is written anew each time.
   *
   * @param {Series} series
   * @param {number} calls
   * @param {number} [rate]
   */
  #prepared(series, calls, rate) {
    return async () => {
      const load = { ...(await this.#loadOf(series, calls)), calls };
      const loaded =
        rate === undefined
          ? await this.#load[series.tool](load)
          : await this.#load.atRate(series.tool, { ...load, rate });
      this.#ledgers.get(series)?.sent(calls, loaded.bytesPerCall);
      return loaded;
    };
  }

  /** @param {Series} series @param {number} calls */
  async #loadOf(series, calls) {
    const { row, server, tool } = series;
    const target = this.#targetOf(series);
    const method = row?.method ?? 'Authorize';
    const address = row ? target.address : this.#echo.address;
    const bytes = row ? row.file(target, calls) : echoFile(target, tool, calls);
    return { method, address, file: await this.#load.write(`${server}-${method}-${tool}.bin`, bytes) };
  }

  /** The echo is sent what the first server is sent. @param {Series} series */
  #targetOf({ server }) {
    return /** @type {Target} */ (this.#targets.find(({ name }) => name === server) ?? this.#targets[0]);
  }

  /** @param {Series} series */
  #childOf(series) {
    return series.row ? this.#targetOf(series).child : this.#echo.child;
  }
}

/** @param {Target} target @param {'h2load' | 'ghz'} tool @param {number} calls */
function echoFile(target, tool, calls) {
  if (tool === 'ghz') return keyedMessages(target.sessions.keyed, calls);
  return grpcFrame(encodeRequest('Authorize', requests.authorize(target.sessions.authorize)));
}

/**
 * @param {Row | undefined} row
 * @param {Target | undefined} target
 * @param {'h2load' | 'ghz'} tool
 * @returns {Series}
 */
function seriesOf(row, target, tool) {
  const { name: server = 'echo', engine = '' } = target ?? {};
  return { row, server, engine, tool, measurements: [], ratios: [], latencies: [], callsEach: 0 };
}

/** A latency at the moderate rate tells nothing of a call of many events, nor of what is measured for its CPU alone. @param {Series} series */
export function isTimed({ row, server, engine }) {
  return row !== undefined && row.weight === undefined && server === engine;
}

/** The first round is always made. @param {number} round @param {number} endsAt */
function isEarly(round, endsAt) {
  return round === 0 || performance.now() < endsAt;
}

/** @param {Series} series  calls per second */
function mostOf({ measurements }) {
  return median(quiet(measurements).map(({ callsPerSecond }) => callsPerSecond));
}

/**
 * What was measured while others took little of the machine; at least the two best.
 *
 * @template {{ foreign: number }} Measured
 * @param {readonly Measured[]} all
 */
export function quiet(all) {
  const sorted = [...all].sort((one, other) => one.foreign - other.foreign);
  return sorted.filter(({ foreign }, place) => place < 2 || foreign <= FOREIGN_MAX);
}
