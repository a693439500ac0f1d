// Load of real client processes on servers that come and go.
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Clients } from '../../support/clients.ts';
import { bound, opened } from '../../support/scene.ts';

/** The one that docs/clients.md gives to callers. */
export const SERVICE_CONFIG: object = JSON.parse(
  /<!-- service config -->\n```json\n(.*?)```/s.exec(readFileSync('docs/clients.md', 'utf8'))![1]!,
);

export interface LoadReport {
  readonly charged: readonly { readonly session_id: string; readonly allowed: number; readonly replayed: number }[];
  /** Of every call that did not come back with an ALLOW: why. */
  readonly failures: readonly string[];
  readonly slowestMs: number;
}

export interface Load {
  /** Resolves once every caller has had so many further answers. */
  further(answers: number): Promise<void>;
  /** Lets the calls under way end. */
  stop(): Promise<LoadReport>;
  kill(): void;
  /** Leaves its connections open and reads nothing more. */
  freeze(): void;
}

export interface LoadOptions {
  readonly addresses: readonly string[];
  readonly processes: number;
  readonly channelsEach: number;
  readonly serviceConfig?: object;
  readonly waitForReady?: boolean;
  /** False switches off the ones that gRPC makes by itself, for calls that no server has begun. */
  readonly retries?: boolean | undefined;
}

/** Opens the sessions with `clients`, and starts the processes that charge them. */
export async function startLoad(clients: Clients, options: LoadOptions): Promise<Load> {
  const { addresses, processes, channelsEach, serviceConfig, waitForReady = false, retries = true } = options;
  const children: { child: ChildProcess; lines: EventEmitter; report: Promise<LoadReport> }[] = [];
  for (let index = 0; index < processes; index++) {
    const sessions = await Promise.all(Array.from({ length: channelsEach }, () => sessionOf(clients)));
    const words = JSON.stringify({ addresses, sessions, serviceConfig, waitForReady, retries });
    const child = spawn(process.execPath, ['test/e2e/life/load-client.mjs', words], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = new EventEmitter();
    const report = reportOf(child, lines);
    // One that is killed with the test is not asked.
    report.catch(() => {});
    children.push({ child, lines, report });
  }
  const signalAll = (signal: NodeJS.Signals) => {
    for (const { child } of children) child.kill(signal);
  };
  return {
    async further(answers) {
      const reached = children.map(({ lines }) => once(lines, 'reached'));
      for (const { child } of children) child.stdin?.write(`${answers}`);
      await Promise.all(reached);
    },
    async stop() {
      for (const { child } of children) child.stdin?.end();
      const reports = await Promise.all(children.map(({ report }) => report));
      return {
        charged: reports.flatMap(({ charged }) => charged),
        failures: reports.flatMap(({ failures }) => failures),
        slowestMs: Math.max(...reports.map(({ slowestMs }) => slowestMs)),
      };
    },
    kill: () => signalAll('SIGKILL'),
    freeze: () => signalAll('SIGSTOP'),
  };
}

async function sessionOf(clients: Clients): Promise<object> {
  const { session_id, agent_id } = await opened(clients, { call_budget: 1_000_000 });
  return { trace_id: await bound(clients), session_id, agent_id };
}

/** What the process prints at its end; before that it only says when a goal is reached. */
function reportOf(child: ChildProcess, lines: EventEmitter): Promise<LoadReport> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (line === 'reached') lines.emit('reached');
      else resolve(JSON.parse(line));
    });
    child.once('close', (code) => reject(new Error(`ended with ${code}`)));
  });
}
