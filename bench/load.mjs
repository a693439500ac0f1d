// The load generators, both compiled. h2load posts one fixed message and takes a tenth of a core; ghz can send a
// different message with each call, for most of a core.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { LOAD_CORE } from './processes.mjs';
import { DECISION_SERVICE } from './protocol.mjs';

// WHY NOT the .proto files: ghz's own parser does not know optional fields of proto3.
const DESCRIPTORS = fileURLToPath(new URL('../src/gen/tollgate.binpb', import.meta.url));

/** Calls in flight, and over how many connections. */
const CONNECTIONS = 4;
const STREAMS = 16;
export const IN_FLIGHT = CONNECTIONS * STREAMS;

// WHY NOT one process with more connections: h2load sends what a fixed rate owes every 10 ms, for all connections at
// once, and that burst is then all there is to measure. Processes of their own start at times of their own.
const RATE_PROCESSES = 16;
const RATE_STREAMS_MAX = 1_000;
/** What a load generator's first connections and calls may take until it runs steadily. */
const START_US = 150_000;

/** @typedef {{ method: string, address: string, file: string, calls: number }} Load */
/** @typedef {{ p50: number, p99: number }} Latency  in µs */
/** @typedef {{ calls: number, callsPerSecond: number, bytesPerCall?: number, latency?: Latency }} Loaded */

export class LoadGenerators {
  #processes;
  #folder;

  /**
   * @param {import('./processes.mjs').Processes} processes
   * @param {string} folder  for what they write
   */
  constructor(processes, folder) {
    this.#processes = processes;
    this.#folder = folder;
  }

  /**
   * As many calls as fast as they are answered, by h2load. `file` holds one gRPC frame.
   *
   * @param {Load} load
   * @returns {Promise<Loaded>}
   */
  async h2load({ calls, ...load }) {
    const text = await this.#run(h2loadCommand(load, ['-n', calls, '-c', CONNECTIONS, '-m', STREAMS]));
    const [, callsPerSecond] = /finished in \S+, ([\d.]+) req\/s/.exec(text) ?? [];
    const [, bytes] = /headers.*, \S+ \((\d+)\) data/.exec(text) ?? [];
    requireAll(calls, Number(/ (\d+) succeeded/.exec(text)?.[1]), text);
    return { calls, callsPerSecond: Number(callsPerSecond), bytesPerCall: Number(bytes) / calls };
  }

  /**
   * Calls at a fixed rate, however late the answers. With h2load `calls` are whole shares.
   *
   * @param {'h2load' | 'ghz'} tool
   * @param {Load & { rate: number }} load
   * @returns {Promise<Loaded>}
   */
  atRate(tool, load) {
    return tool === 'ghz' ? this.ghz(load) : this.#h2loadAtRate(load);
  }

  /** @param {Load & { rate: number }} load  @returns {Promise<Loaded>} */
  async #h2loadAtRate({ calls, rate, ...load }) {
    const share = calls / RATE_PROCESSES;
    const options = ['-n', share, '-c', 1, '-m', RATE_STREAMS_MAX, '--rps', Math.round(rate / RATE_PROCESSES)];
    const logs = await Promise.all(
      Array.from({ length: RATE_PROCESSES }, async (_, index) => {
        const log = `${this.#folder}/h2load-${index}.log`;
        // It appends to a file that exists.
        await rm(log, { force: true });
        const text = await this.#run(h2loadCommand(load, [...options, `--log-file=${log}`]));
        requireAll(share, Number(/ (\d+) succeeded/.exec(text)?.[1]), text);
        return readFile(log, 'utf8');
      }),
    );
    return { calls, callsPerSecond: rate, latency: quantiles(steady(logs.map(callsInLog))) };
  }

  /**
   * As many calls as fast as they are answered, or at a fixed rate, by ghz. `file` holds count-prefixed messages, which
   * are sent in turn.
   *
   * @param {Load & { rate?: number }} load
   * @returns {Promise<Loaded>}
   */
  async ghz({ method, address, file, calls, rate }) {
    const output = `${this.#folder}/ghz.json`;
    await this.#run([
      'ghz',
      ...['--insecure', '--cpus', 1, '--protoset', DESCRIPTORS],
      ...['--call', `${DECISION_SERVICE}/${method}`, '-B', file, '-n', calls, '-O', 'json', '-o', output],
      ...['-c', IN_FLIGHT, '--connections', CONNECTIONS, ...(rate === undefined ? [] : ['--rps', Math.round(rate)])],
      address,
    ]);
    const { rps, details, statusCodeDistribution } = JSON.parse(await readFile(output, 'utf8'));
    requireAll(calls, statusCodeDistribution.OK, JSON.stringify(statusCodeDistribution));
    const inDetail = (/** @type {{ timestamp: string, latency: number }} */ { timestamp, latency }) => ({
      startUs: Date.parse(timestamp) * 1e3,
      latencyUs: latency / 1e3,
    });
    return { calls, callsPerSecond: rps, latency: quantiles(steady([details.map(inDetail)])) };
  }

  /**
   * @param {string} name
   * @param {Buffer} bytes
   * @returns {Promise<string>} its path
   */
  async write(name, bytes) {
    const path = `${this.#folder}/${name}`;
    await writeFile(path, bytes);
    return path;
  }

  /**
   * @param {readonly (string | number)[]} command
   * @returns {Promise<string>} what it printed
   */
  #run(command) {
    return new Promise((resolve, reject) => {
      const child = this.#processes.start(LOAD_CORE, command.map(String));
      let text = '';
      child.stdout?.on('data', (chunk) => {
        text += chunk;
      });
      child.once('error', reject);
      // `close`, not `exit`: only then everything has been read.
      child.once('close', (code) =>
        code === 0 ? resolve(text) : reject(new Error(`${command[0]} ended with ${code}`)),
      );
    });
  }
}

/** The nearest number of calls of which each process of a fixed rate can send its share. @param {number} calls */
export function wholeShares(calls) {
  return Math.ceil(calls / RATE_PROCESSES) * RATE_PROCESSES;
}

/**
 * @param {Omit<Load, 'calls'>} load
 * @param {readonly (string | number)[]} options
 */
function h2loadCommand({ method, address, file }, options) {
  const headers = ['-H', 'content-type: application/grpc', '-H', 'te: trailers'];
  return ['h2load', ...options, '-d', file, ...headers, `http://${address}/${DECISION_SERVICE}/${method}`];
}

/**
 * @param {number} calls
 * @param {number | undefined} succeeded
 * @param {string} text
 */
function requireAll(calls, succeeded, text) {
  if (succeeded !== calls) throw new Error(`${succeeded} of ${calls} calls succeeded:\n${text}`);
}

/** @typedef {{ startUs: number, latencyUs: number }} Call */

/** @param {string} log  of h2load: start, status and latency by line  @returns {Call[]} */
function callsInLog(log) {
  return log
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [startUs = 0, , latencyUs = 0] = line.split('\t').map(Number);
      return { startUs, latencyUs };
    });
}

/**
 * The latencies from when all processes are running: their starting up takes a core for a while.
 *
 * @param {readonly (readonly Call[])[]} processes
 */
function steady(processes) {
  const firstCalls = processes.map((calls) => calls.reduce((first, { startUs }) => Math.min(first, startUs), Infinity));
  const from = Math.max(...firstCalls) + START_US;
  return processes.flatMap((calls) => calls.filter(({ startUs }) => startUs >= from).map((call) => call.latencyUs));
}

/** @param {number[]} latencies  in µs */
function quantiles(latencies) {
  const sorted = Float64Array.from(latencies).sort();
  const at = (/** @type {number} */ share) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}
