// A network that misbehaves on request: a proxy in front of one port that loses requests, loses replies, cuts lines,
// slows them down or swallows everything. What it does to a line it counts, and its dice can be loaded.
//
// The unit is a chunk, as it comes off a socket: with pipelining it may hold several commands or part of one. A line is
// therefore always cut where a chunk was not passed whole: the rest would be garbage.
import { createConnection, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Faults {
  /** Of the chunks from the client: swallowed, and the line cut. They are never executed. */
  readonly dropBeforeShare?: number;
  /** Of the chunks from the server: swallowed, and the line cut. They were executed, and the reply is lost. */
  readonly dropAfterShare?: number;
  /** Of the chunks in either direction: not passed on, and the line is reset, as when a machine drops out. */
  readonly killShare?: number;
  /** Of the chunks from the server: the first half of the bytes is passed, then the line is cut. */
  readonly halveShare?: number;
  /** So many first chunks per connection and direction are spared the shares above: a client's greeting. */
  readonly graceChunks?: number;
  /** How long each chunk takes, from and to, in each direction. The order is kept. */
  readonly delayMs?: number | readonly [number, number];
  /** Connects, takes everything and passes nothing on. Ends with the cut of each line that lost something by it. */
  readonly blackHole?: boolean;
  /** Cuts every line that there is, and each new one at once. */
  readonly refuse?: boolean;
}

export interface FaultCounts {
  droppedBefore: number;
  droppedAfter: number;
  killed: number;
  halved: number;
}

export interface FaultProxy {
  readonly port: number;
  /** Open at the moment. */
  readonly connections: number;
  /** Ever opened, with those that were refused. */
  readonly totalConnections: number;
  /** What the shares, and {@link cutNextReply}, have done so far. */
  readonly counts: Readonly<FaultCounts>;
  /** From now on these faults, and no others. */
  set(faults: Faults): void;
  /** The next chunk of replies is swallowed, and every line is cut. */
  cutNextReply(): void;
  /** Cuts every line once. */
  killAll(): void;
  /** Every line that there is stays open and passes nothing any more; new ones are as good as ever. */
  freezeAll(): void;
  stop(): Promise<void>;
}

export interface FaultProxyOptions {
  /** From 0 up to 1; {@link seeded} makes a repeatable one. */
  readonly random?: () => number;
}

export async function startFaultProxy(
  targetPort: number,
  { random = Math.random }: FaultProxyOptions = {},
): Promise<FaultProxy> {
  const lines = new Set<Line>();
  const counts: FaultCounts = { droppedBefore: 0, droppedAfter: 0, killed: 0, halved: 0 };
  let faults: Faults = {};
  let isCuttingNext = false;
  let totalConnections = 0;
  const cutAll = () => {
    for (const line of lines) line.cut();
  };

  /** Does to a chunk, whose turn has come, what the faults of this moment ask for. */
  const deliver = (line: Line, { isReply, index, chunk }: Arrival) => {
    if (line.isCut || line.isFrozen) return;
    if (faults.blackHole) {
      line.isSwallowed = true;
    } else if (isReply && isCuttingNext) {
      isCuttingNext = false;
      counts.droppedAfter += 1;
      cutAll();
    } else {
      const fate = index < (faults.graceChunks ?? 0) ? 'passed' : drawFate(risks(faults, isReply), random());
      if (fate !== 'passed') counts[fate] += 1;
      line.suffer(fate, isReply, chunk);
    }
  };
  /** A black hole hides from each side that the other has gone. */
  const close = (line: Line) => {
    if (faults.blackHole) line.isSwallowed = true;
    else line.closeSoon();
  };

  const server = createServer((client) => {
    totalConnections += 1;
    if (faults.refuse) {
      client.destroy();
      return;
    }
    const line = new Line(client, createConnection({ host: '127.0.0.1', port: targetPort }));
    lines.add(line);
    line.onEnd(() => lines.delete(line));
    for (const isReply of [false, true]) {
      const from = isReply ? line.target : line.client;
      inOrder(from, {
        delayMs: () => drawDelay(faults.delayMs, random),
        onChunk: (chunk, index) => deliver(line, { isReply, index, chunk }),
        onClose: () => close(line),
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    counts,
    get connections() {
      return [...lines].filter(({ client }) => !client.destroyed).length;
    },
    get totalConnections() {
      return totalConnections;
    },
    set(next) {
      faults = next;
      for (const line of lines) if (next.refuse || (line.isSwallowed && !next.blackHole)) line.cut();
    },
    cutNextReply: () => {
      isCuttingNext = true;
    },
    killAll: cutAll,
    freezeAll: () => {
      for (const line of lines) line.isFrozen = true;
    },
    stop: () => {
      cutAll();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

interface Arrival {
  readonly isReply: boolean;
  /** How many chunks came before it, on this line and in this direction. */
  readonly index: number;
  readonly chunk: Buffer;
}

type Fate = 'passed' | keyof FaultCounts;

/** A client's connection and the one that it leads to. */
class Line {
  isCut = false;
  isFrozen = false;
  /** A black hole has taken something of it. */
  isSwallowed = false;

  constructor(
    readonly client: Socket,
    readonly target: Socket,
  ) {
    for (const socket of [client, target]) {
      socket.setNoDelay(true);
      socket.on('error', () => {});
    }
  }

  suffer(fate: Fate, isReply: boolean, chunk: Buffer): void {
    const to = isReply ? this.client : this.target;
    if (fate === 'passed') to.write(chunk);
    else if (fate === 'killed') this.reset();
    else if (fate === 'halved') {
      to.write(chunk.subarray(0, chunk.length >> 1));
      this.closeSoon();
    } else this.cut();
  }

  cut(): void {
    this.isCut = true;
    this.client.destroy();
    this.target.destroy();
  }

  reset(): void {
    this.isCut = true;
    this.client.resetAndDestroy();
    this.target.resetAndDestroy();
  }

  /** Ends both sides once they have what was passed to them. */
  closeSoon(): void {
    this.isCut = true;
    this.client.destroySoon();
    this.target.destroySoon();
  }

  onEnd(listener: () => void): void {
    let open = 2;
    for (const socket of [this.client, this.target]) {
      socket.once('close', () => {
        open -= 1;
        if (open === 0) listener();
      });
    }
  }
}

interface Delivery {
  delayMs(): number;
  onChunk(chunk: Buffer, index: number): void;
  onClose(): void;
}

/** Hands on what comes off a socket, each after its delay but never before what came earlier. */
function inOrder(from: Socket, { delayMs, onChunk, onClose }: Delivery): void {
  let last: Promise<unknown> = Promise.resolve();
  let count = 0;
  from.on('data', (chunk) => {
    const index = count++;
    const delay = delayMs();
    // All wait at the same time, so that a delay slows the replies down but not their number per second.
    const due = delay > 0 ? Promise.all([last, sleep(delay)]) : last;
    last = due.then(() => onChunk(chunk, index));
  });
  from.on('close', () => void last.then(onClose));
}

function risks(faults: Faults, isReply: boolean): [Fate, number][] {
  const { killShare = 0, dropBeforeShare = 0, dropAfterShare = 0, halveShare = 0 } = faults;
  const killed: [Fate, number] = ['killed', killShare];
  if (!isReply) return [killed, ['droppedBefore', dropBeforeShare]];
  return [killed, ['droppedAfter', dropAfterShare], ['halved', halveShare]];
}

/** One throw decides between all risks, so that each has the very share that was asked for. */
function drawFate(risks: readonly [Fate, number][], thrown: number): Fate {
  let below = 0;
  for (const [fate, share] of risks) {
    below += share;
    if (thrown < below) return fate;
  }
  return 'passed';
}

function drawDelay(delayMs: Faults['delayMs'] = 0, random: () => number): number {
  if (typeof delayMs === 'number') return delayMs;
  const [least, most] = delayMs;
  return least + random() * (most - least);
}
