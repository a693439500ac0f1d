// Ports for servers that go away and come back.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// WHY NOT port 0: the system picks from the ports that it also gives to outgoing connections. Whoever keeps knocking at
// a stopped server's port is now and then given that very port: he talks to himself, and the server cannot have it back.
const LOWEST = 12_000;
const END = 32_000;

const given = new Set<number>();
/** Two suites run at a time, and the port of a server that is away for a while looks free: each has half of the ports. */
const half = Number(process.env.VITEST_POOL_ID ?? 0) % 2;

/** A port on which nobody listens, below those of outgoing connections, and never the same twice. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 2 * randomInt(LOWEST / 2, END / 2) + half;
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
