// A client of the management listener, for the commands that ask a running server. It turns answers into plain JSON:
// enums by name, times as text, numbers as numbers.
import { readFileSync } from 'node:fs';
import { type ChannelCredentials, Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import protobuf from 'protobufjs';

export interface ManagementAddress {
  /** As gRPC names it: `unix:/path` or `host:port`. */
  readonly target: string;
  /** Undefined for plaintext, which is for this host alone. */
  readonly tls:
    | {
        /** Whom to trust; undefined means the authorities that come with Node. */
        readonly ca: Buffer | undefined;
        readonly certificate: { readonly cert: Buffer; readonly key: Buffer } | undefined;
        /** The name in the server's certificate, where it is not that of the address. */
        readonly serverName: string | undefined;
      }
    | undefined;
  readonly token: string | undefined;
}

/** A request that failed. `isLost` if the server could not be reached, or went away. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
  readonly code: string;
  readonly isLost: boolean;

  constructor({ code, details }: Pick<ServiceError, 'code' | 'details'>) {
    super(`${status[code] ?? 'UNKNOWN'}: ${details}`);
    this.code = status[code] ?? 'UNKNOWN';
    this.isLost = code === status.UNAVAILABLE || code === status.DEADLINE_EXCEEDED;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape that its message has; who asks says which
export type Answer = any;

const TIMEOUT_MS = 10_000;
const RECONNECT_MS_MAX = 5_000;
const KEEPALIVE_MS = 30_000;

export class ManagementClient {
  readonly #client: Client;
  readonly #token: string | undefined;

  constructor({ target, tls, token }: ManagementAddress) {
    this.#token = token;
    this.#client = new Client(target, tls ? tlsCredentials(tls) : credentials.createInsecure(), {
      // The default is two minutes, too long for a person who waits for a server to come back.
      'grpc.max_reconnect_backoff_ms': RECONNECT_MS_MAX,
      // A watch may be silent for hours, and must still notice that its server has vanished.
      'grpc.keepalive_time_ms': KEEPALIVE_MS,
      ...(tls?.serverName !== undefined && { 'grpc.ssl_target_name_override': tls.serverName }),
    });
  }

  /** @throws Unanswered */
  ask(service: string, method: string, request: object): Promise<Answer> {
    const { path, encode, decode } = methodOf(service, method);
    const options = { deadline: Date.now() + TIMEOUT_MS };
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(path, encode, decode, request, this.#metadata(), options, (error, answer) => {
        if (error) reject(new Unanswered(error));
        else resolve(answer);
      });
    });
  }

  /**
   * The messages of a stream, until it ends or `signal` is aborted.
   *
   * @param onOpen  called once the server listens
   * @throws Unanswered
   */
  async *listen(
    service: string,
    method: string,
    request: object,
    { signal, onOpen }: { signal: AbortSignal; onOpen: () => void },
  ): AsyncGenerator<Answer> {
    const { path, encode, decode } = methodOf(service, method);
    const call = this.#client.makeServerStreamRequest(path, encode, decode, request, this.#metadata());
    const cancel = () => call.cancel();
    signal.addEventListener('abort', cancel);
    call.on('metadata', onOpen);
    try {
      for await (const answer of call) yield answer;
    } catch (error) {
      if (!signal.aborted) throw new Unanswered(error as ServiceError);
    } finally {
      signal.removeEventListener('abort', cancel);
      call.cancel();
    }
  }

  close(): void {
    this.#client.close();
  }

  #metadata(): Metadata {
    const metadata = new Metadata();
    if (this.#token !== undefined) metadata.set('authorization', `Bearer ${this.#token}`);
    return metadata;
  }
}

function tlsCredentials({ ca, certificate }: NonNullable<ManagementAddress['tls']>): ChannelCredentials {
  return credentials.createSsl(ca ?? null, certificate?.key ?? null, certificate?.cert ?? null);
}

const descriptor = new URL('../../gen/tollgate.json', import.meta.url);
let read: protobuf.Root | undefined;

/** Read when something is asked: the other commands have no use for it. */
function contract(): protobuf.Root {
  if (read) return read;
  const root = protobuf.Root.fromJSON(JSON.parse(readFileSync(descriptor, 'utf8')));
  root.resolveAll();
  read = root;
  return root;
}

function methodOf(service: string, name: string) {
  const method = contract().lookupService(`tollgate.v1.${service}`).methods[name];
  const request = method?.resolvedRequestType;
  const response = method?.resolvedResponseType;
  if (!request || !response) throw new Error(`there is no method ${service}.${name}`);
  return {
    path: `/tollgate.v1.${service}/${name}`,
    encode: (message: object) => request.encode(request.fromObject(message)).finish() as Buffer,
    decode: (bytes: Buffer) => plain(response, response.decode(bytes) as unknown as Fields),
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** A message as JSON says it: only what was sent, lists always. */
function plain(type: protobuf.Type, message: Fields): unknown {
  if (type.fullName === '.google.protobuf.Timestamp') return timeText(message);
  if (type.fullName === '.google.protobuf.Duration') return secondsOf(message);
  const entries = type.fieldsArray.flatMap((field) => {
    const value = message[field.name];
    if (field.repeated) return [[field.name, (value as unknown[]).map((item) => plainValue(field, item))]];
    const isSent =
      Object.hasOwn(message, field.name) || (!field.partOf && !(field.resolvedType instanceof protobuf.Type));
    return isSent ? [[field.name, plainValue(field, value)]] : [];
  });
  return Object.fromEntries(entries);
}

function plainValue({ resolvedType, type }: protobuf.Field, value: unknown): unknown {
  if (resolvedType instanceof protobuf.Type) return plain(resolvedType, value as Fields);
  if (resolvedType instanceof protobuf.Enum) return resolvedType.valuesById[value as number] ?? value;
  return type === 'int64' ? Number(value) : value;
}

function timeText({ seconds = 0, nanos = 0 }: { seconds?: unknown; nanos?: unknown }): string {
  return new Date(Number(seconds) * 1000 + Number(nanos) / 1e6).toISOString();
}

function secondsOf({ seconds = 0, nanos = 0 }: { seconds?: unknown; nanos?: unknown }): number {
  return Number(seconds) + Number(nanos) / 1e9;
}
