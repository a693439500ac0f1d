// A server that speaks just enough of Redis for a client of ours to be content with it, and says what a test wants said:
// replies that no real server gives on demand, broken ones, none at all.
import { createServer, type Socket } from 'node:net';

export interface FakeRedis {
  readonly port: number;
  /** All that was asked, in order: the name in upper case, then the arguments. */
  readonly commands: readonly (readonly string[])[];
  stop(): Promise<void>;
}

export type RespData =
  | { readonly error: string }
  | { readonly simple: string }
  /** Bytes, in latin1, put on the wire as they are. */
  | { readonly raw: string }
  | number
  /** A bulk string, in latin1. */
  | string
  | null
  | readonly RespData[];

/** No reply at all; or the end of the line instead of one, after the replies that came before. */
export type RespValue = RespData | { readonly silent: true } | { readonly hangUp: true };

export interface FakeRedisOptions {
  /** Undefined leaves a command to the built-in answers. Strings are latin1, so that each byte is a character. */
  readonly answer?: (command: readonly string[]) => RespValue | undefined;
}

export async function startFakeRedis({ answer = () => undefined }: FakeRedisOptions = {}): Promise<FakeRedis> {
  const commands: string[][] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    onCommands(socket, (command) => {
      commands.push(command);
      reply(socket, answer(command) ?? builtIn(command));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    commands,
    stop() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** What INFO says of a healthy server that stands alone; fields can be changed by name. */
export function infoText(changed: Readonly<Record<string, string | number>> = {}): string {
  const sections = {
    Server: { redis_version: '7.0.15', redis_mode: 'standalone', process_id: 1, tcp_port: 6379, uptime_in_seconds: 60 },
    Clients: { connected_clients: 1 },
    Memory: { used_memory: 1_000_000, maxmemory: 0, maxmemory_policy: 'noeviction' },
    Persistence: { loading: 0, aof_enabled: 1, aof_last_write_status: 'ok', rdb_last_bgsave_status: 'ok' },
    Replication: {
      role: 'master',
      connected_slaves: 0,
      master_replid: '0123456789abcdef0123456789abcdef01234567',
      master_repl_offset: 0,
    },
    Cluster: { cluster_enabled: 0 },
    Keyspace: {},
  };
  const known = new Set(Object.values(sections).flatMap((fields) => Object.keys(fields)));
  const strangers = Object.entries(changed).filter(([name]) => !known.has(name));
  const texts = Object.entries({ ...sections, Others: Object.fromEntries(strangers) }).map(([section, fields]) =>
    [`# ${section}`, ...Object.entries(fields).map(([name, value]) => `${name}:${changed[name] ?? value}`), ''].join(
      '\r\n',
    ),
  );
  return texts.join('\r\n');
}

function builtIn([name = '', ...args]: readonly string[]): RespValue {
  switch (name) {
    case 'PING':
      return { simple: 'PONG' };
    case 'SELECT':
    case 'CLIENT':
    case 'AUTH':
    case 'SET':
      return { simple: 'OK' };
    case 'INFO':
      return infoText();
    case 'CONFIG':
      return args[0]?.toUpperCase() === 'GET' && args[1] === 'appendfsync' ? ['appendfsync', 'always'] : [];
    case 'GET':
      return null;
    case 'TIME':
      return timeOf(Date.now());
    case 'EVALSHA':
      return { error: 'NOSCRIPT No matching script. Please use EVAL.' };
    default:
      return { error: `ERR unknown command '${name}'` };
  }
}

function timeOf(nowMs: number): string[] {
  return [`${Math.floor(nowMs / 1000)}`, `${(nowMs % 1000) * 1000}`];
}

function reply(socket: Socket, value: RespValue): void {
  if (isObject(value) && 'silent' in value) return;
  if (isObject(value) && 'hangUp' in value) socket.destroySoon();
  else if (socket.writable) socket.write(encode(value), 'latin1');
}

function encode(value: RespData): string {
  if (value === null) return '$-1\r\n';
  if (typeof value === 'number') return `:${value}\r\n`;
  if (typeof value === 'string') return `$${value.length}\r\n${value}\r\n`;
  if (!isObject(value)) return `*${value.length}\r\n${value.map(encode).join('')}`;
  if ('error' in value) return `-${value.error}\r\n`;
  if ('simple' in value) return `+${value.simple}\r\n`;
  return value.raw;
}

function isObject<T>(value: T): value is Exclude<Extract<T, object>, readonly unknown[]> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Hands on each whole command. A client that sends anything but arrays of bulk strings is hung up on. */
function onCommands(socket: Socket, onCommand: (command: string[]) => void): void {
  let bytes = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    bytes += chunk;
    try {
      for (let taken = takeCommand(bytes); taken; taken = takeCommand(bytes)) {
        bytes = bytes.slice(taken.length);
        onCommand(taken.command);
      }
    } catch (error) {
      socket.destroy(error as Error);
    }
  });
}

/** The command at the front, and how long it is; undefined when some of it is still to come. */
function takeCommand(bytes: string): { command: string[]; length: number } | undefined {
  const head = takeCount(bytes, 0, '*');
  if (!head) return undefined;
  let at = head.end;
  const words: string[] = [];
  while (words.length < head.count) {
    const word = takeCount(bytes, at, '$');
    if (!word || bytes.length < word.end + word.count + 2) return undefined;
    words.push(bytes.slice(word.end, word.end + word.count));
    at = word.end + word.count + 2;
  }
  const [name = '', ...args] = words;
  return { command: [name.toUpperCase(), ...args], length: at };
}

function takeCount(bytes: string, at: number, mark: '*' | '$'): { count: number; end: number } | undefined {
  const end = bytes.indexOf('\r\n', at);
  if (end < 0) return undefined;
  const line = bytes.slice(at, end);
  if (line[0] !== mark || !/^\d+$/.test(line.slice(1))) throw new Error(`not a command: ${JSON.stringify(line)}`);
  return { count: Number(line.slice(1)), end: end + 2 };
}
