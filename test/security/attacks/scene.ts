// A server with bounds of its own for each test, a client that behaves, and what is asked of the server's process.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { type Clients, clientsOf } from '../../support/clients.ts';
import { RawConnection } from '../../support/raw-http2.ts';
import { type RunningServer, type ServerOptions, startServer } from '../../support/server.ts';
import { encodeWire, methodOf } from '../../support/wire.ts';

/** Bounds by their keys below `limits`; those that are left out are the product's own. */
export type Bounds = Readonly<Record<string, number>>;

export interface Scene {
  readonly server: RunningServer;
  readonly clients: Clients;
  /** Closed with the scene. */
  raw(hello?: Buffer): Promise<RawConnection>;
  /** The reasons of all that was refused, as the log has them, counted. */
  refused(reason: string): number;
}

export async function withBounds(
  bounds: Bounds,
  play: (scene: Scene) => Promise<void>,
  options: ServerOptions = {},
): Promise<void> {
  const sets = Object.entries(bounds).flatMap(([key, value]) => ['--set', `limits.${key}=${value}`]);
  const server = await startServer({ ...options, args: [...sets, ...(options.args ?? [])] });
  const clients = clientsOf(server);
  const raws: RawConnection[] = [];
  try {
    await play({
      server,
      clients,
      raw: async (hello) => {
        const raw = await RawConnection.open(server.decision, hello);
        raws.push(raw);
        return raw;
      },
      refused: (reason) => refusedIn(server.log, reason),
    });
    expectUnharmed(server);
  } finally {
    for (const raw of raws) raw.close();
    clients.close();
    await server.stop();
  }
}

/** The same process still runs, and nothing went wrong in it that nobody foresaw. */
export function expectUnharmed(server: RunningServer): void {
  expect(server.process.exitCode, server.stderr()).toBeNull();
  expect(server.process.signalCode).toBeNull();
  const faults = server.log.filter((line) => /"uncaught"|"reason":"INTERNAL"|CALL_BROKEN|"level":"fatal"/.test(line));
  expect(faults.slice(0, 3)).toEqual([]);
  expect(server.stderr()).not.toMatch(/\n\s+at |Warning/);
}

function refusedIn(log: readonly string[], reason: string): number {
  let count = 0;
  for (const line of log) {
    if (!line.includes(`"reason":"${reason}"`)) continue;
    count += JSON.parse(line).more ?? 1;
  }
  return count;
}

const CHECK_SLASH = methodOf('CheckSlash');
/** A call that needs no store, in bytes. */
export const CALL = {
  path: CHECK_SLASH.path,
  message: encodeWire(CHECK_SLASH.request, {
    platform: 'discord',
    chat_type: 'dm',
    user_id: '222',
    command: '/help',
  }),
} as const;

/** The same call by a client of gRPC. @returns the effect */
export async function ask(clients: Clients): Promise<string> {
  const request = { platform: 'discord', chat_type: 'dm', user_id: '222', command: '/help' };
  return (await clients.decisions('CheckSlash', request, { deadline: Date.now() + 20_000 })).decision.effect;
}

/** A client that behaves, calling all the while that something else goes on. */
export class Witness {
  readonly timesMs: number[] = [];
  readonly failures: string[] = [];
  #running = true;
  readonly #done: Promise<void>;

  constructor(clients: Clients) {
    this.#done = this.#run(clients);
  }

  async #run(clients: Clients): Promise<void> {
    while (this.#running) {
      const begin = performance.now();
      await ask(clients).then(
        (effect) => effect === 'EFFECT_ALLOW' || this.failures.push(effect),
        (error) => this.failures.push(String(error)),
      );
      this.timesMs.push(performance.now() - begin);
      await sleep(10);
    }
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#done;
  }
}

export function rssMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
}
