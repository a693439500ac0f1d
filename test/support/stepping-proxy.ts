// A proxy that lets a client's requests through one by one, when the test says so: with one in front of each client, a
// test can play every order in which their requests may reach the server.
import { createConnection, createServer, type Socket } from 'node:net';

export interface SteppingProxy {
  readonly port: number;
  /** Whether a request is held. */
  waiting(): boolean;
  /** Resolves as soon as one is. */
  arrival(): Promise<void>;
  /** Passes on the request that has been held longest. @throws Error when none is held */
  release(): void;
  /** On: passes on what is held, and everything that comes. Off, as at first: holds again. */
  passThrough(on: boolean): void;
  /** Cuts every line; what is held never arrives. */
  cut(): void;
  /** The request that has been held longest never arrives, and neither do the others, since every line is cut. */
  dropHeld(): void;
  stop(): Promise<void>;
}

/** @param isHeld  which requests are held at all; the others pass */
export async function startSteppingProxy(
  targetPort: number,
  { isHeld = () => true }: { isHeld?: (chunk: Buffer) => boolean } = {},
): Promise<SteppingProxy> {
  const lines = new Set<Line>();
  const held: Held[] = [];
  let isOpen = false;
  let arrived = () => {};
  let nextArrival = new Promise<void>((resolve) => (arrived = resolve));

  const hold = (request: Held) => {
    held.push(request);
    arrived();
  };
  const pass = ({ line, chunk }: Held) => {
    line.target.write(chunk);
    endIfLeft(line);
  };
  /** A request is on its way even when its client has given up: it still arrives, only then does the line end. */
  const endIfLeft = (line: Line) => {
    if (line.client.destroyed && !held.some((request) => request.line === line)) line.target.destroySoon();
  };
  const take = (): Held => {
    const first = held.shift();
    if (!first) throw new Error('no request is held');
    if (held.length === 0) nextArrival = new Promise<void>((resolve) => (arrived = resolve));
    return first;
  };
  const cut = () => {
    while (held.length > 0) take();
    for (const { client, target } of lines) {
      client.destroy();
      target.destroy();
    }
  };

  const server = createServer((client) => {
    const line = { client, target: createConnection({ host: '127.0.0.1', port: targetPort }) };
    lines.add(line);
    for (const socket of [line.client, line.target]) {
      socket.setNoDelay(true);
      socket.on('error', () => {});
    }
    client.on('data', (chunk) => (isOpen || !isHeld(chunk) ? pass : hold)({ line, chunk }));
    client.on('close', () => endIfLeft(line));
    line.target.on('data', (chunk) => client.write(chunk));
    line.target.on('close', () => {
      lines.delete(line);
      client.destroySoon();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    waiting: () => held.length > 0,
    arrival: () => nextArrival,
    release: () => pass(take()),
    passThrough(on) {
      isOpen = on;
      while (on && held.length > 0) pass(take());
    },
    cut,
    dropHeld() {
      take();
      cut();
    },
    stop() {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

interface Line {
  readonly client: Socket;
  readonly target: Socket;
}

interface Held {
  readonly line: Line;
  readonly chunk: Buffer;
}
