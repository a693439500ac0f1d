// The processes of a run: each pinned to its core, each ended by its own pid, whatever happens.
//
// Core 0 belongs to the server under load and to nothing else; the load generator works on core 1, and with it this
// process and, unless there is a third core, redis-server.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

export const SERVER_CORE = 0;
export const LOAD_CORE = 1;
export const REDIS_CORE = cpus().length > 2 ? 2 : LOAD_CORE;

/** As `npm start` runs the server; the echo gets the same. */
export const NODE_FLAGS = ['--max-semi-space-size=32'];

const STOP_MS_MAX = 5_000;

/** @typedef {import('node:child_process').ChildProcess & { pid: number, lines: AsyncIterableIterator<string> }} Started */

export class Processes {
  /** @type {Set<import('node:child_process').ChildProcess>} */
  #running = new Set();

  /**
   * Starts a program on one core. Its standard output is piped, its standard error is ours.
   *
   * @param {number | string} core
   * @param {readonly string[]} command
   * @param {{ cwd?: string, quiet?: boolean }} [options]
   */
  start(core, command, { cwd, quiet } = {}) {
    const { PATH, HOME } = process.env;
    const child = spawn('taskset', ['-c', String(core), ...command], {
      cwd,
      env: { PATH, HOME },
      stdio: ['ignore', 'pipe', quiet ? 'ignore' : 'inherit'],
    });
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
    return child;
  }

  /** @param {import('node:child_process').ChildProcess} child */
  async stop(child) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const stubborn = sleep(STOP_MS_MAX, 'stubborn', { ref: false });
    if ((await Promise.race([ended, stubborn])) === 'stubborn') child.kill('SIGKILL');
    await ended;
  }

  async stopAll() {
    await Promise.all([...this.#running].map((child) => this.stop(child)));
  }

  /** For a way out that cannot wait. */
  killAll() {
    for (const child of this.#running) child.kill('SIGKILL');
  }
}

/** Moves this process, and so whatever it starts without saying where, to the load generator's core. */
export function pinThisProcess() {
  spawnSync('taskset', ['-a', '-p', '-c', String(LOAD_CORE), String(process.pid)]);
}

/**
 * The first thing that a reader finds in a program's output.
 *
 * @template T
 * @param {import('node:child_process').ChildProcess} child
 * @param {(line: string) => T | undefined} read
 * @returns {Promise<T>}
 */
export function firstInOutput(child, read) {
  return new Promise((resolve, reject) => {
    let rest = '';
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`${child.spawnargs.join(' ')} ended with ${code} before it was ready`)),
    );
    // The listener stays: a pipe that nobody reads would stop the program.
    child.stdout?.on('data', (chunk) => {
      rest += chunk;
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const found = read(line);
        if (found !== undefined) resolve(found);
      }
    });
  });
}

/** Linux counts CPU time in hundredths of a second, whatever the kernel's own tick. */
const TICK_US = 10_000;

/**
 * The CPU time of a process, all its threads, in µs.
 *
 * @param {number} pid
 */
export function cpuTimeUs(pid) {
  const [utime = 0, stime = 0] = statOf(pid);
  return (utime + stime) * TICK_US;
}

/** The CPU time of all ended children of this process, in µs: the load generators. */
export function endedChildrenCpuUs() {
  const [, , cutime = 0, cstime = 0] = statOf(process.pid);
  return (cutime + cstime) * TICK_US;
}

/** @param {number} pid */
function statOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program may hold anything, so fields are counted from behind it: utime is the 14th.
  return stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number);
}

/**
 * What a core has spent on programs, and what the hypervisor took of it, in µs. Interrupts belong to no program.
 *
 * @param {number} core
 */
export function coreTimeUs(core) {
  const line =
    readFileSync('/proc/stat', 'utf8')
      .split('\n')
      .find((text) => text.startsWith(`cpu${core} `)) ?? '';
  const [user = 0, nice = 0, system = 0, , , , , steal = 0] = line.split(' ').slice(1).map(Number);
  return (user + nice + system + steal) * TICK_US;
}

/** @param {number} pid  @returns {number} bytes */
export function residentBytes(pid) {
  const [, kib] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
}
