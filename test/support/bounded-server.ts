// The server below our services, in this process: a method that needs a caller, and a stream that any stranger may hold open.
import grpc from '@grpc/grpc-js';
import type { Caller, CallerBook } from '../../src/config/files/callers-file.ts';
import { tokenDigest } from '../../src/config/files/token.ts';
import { knownCallers, unknownCaller } from '../../src/rpc/call/callers.ts';
import { refuse } from '../../src/rpc/call/refusal.ts';
import { type BoundedServerOptions, boundedServer } from '../../src/rpc/listener/bounded-server.ts';
import { RawConnection } from './raw-http2.ts';

export const ECHO = '/test.Edge/Echo';
export const WATCH = '/test.Edge/Watch';

const LIMITS: BoundedServerOptions['limits'] = {
  requestBytes: 65_536,
  appendBytes: 65_536,
  metadataBytes: 16_384,
  connections: 64,
  streamsPerConnection: 64,
  unknownShare: 0.25,
  unknownPerAddress: 64,
  inFlight: 256,
  inFlightPerCaller: 256,
  handshakeMs: 60_000,
  stallMs: 60_000,
  idleMs: 600_000,
  keepaliveMs: 600_000,
  controlBytesPerS: 2 ** 30,
  receivingBytes: 2 ** 26,
};

export interface EdgeServer {
  readonly address: string;
  readonly events: string[];
  readonly connections: ReturnType<typeof boundedServer>['connections'];
  /** Callers by their tokens; changed at will. */
  readonly book: Map<string, Caller>;
  raw(hello?: Buffer): Promise<RawConnection>;
  stop(): void;
}

/** @param socket  the path of a unix socket to listen on, instead of a free port of this host */
export async function startEdge({
  limits = {},
  callers,
  socket,
}: {
  limits?: Partial<typeof LIMITS>;
  callers?: BoundedServerOptions['callers'];
  socket?: string;
} = {}): Promise<EdgeServer> {
  const book = new Map<string, Caller>([['right', { name: 'right', role: 'admin' }]]);
  const events: string[] = [];
  const { server, connections } = boundedServer({
    bytesMax: 65_536,
    limits: { ...LIMITS, ...limits },
    callers: callers ?? knownCallers(() => bookOf(book)),
    onEvent: (event) => events.push(event),
    needsCaller: (path) => path === ECHO,
    refuseUnknown: (_path, stream) =>
      refuse(stream, {
        code: grpc.status.UNAUTHENTICATED,
        reason: 'UNAUTHENTICATED',
        message: unknownCaller().message,
      }),
  });
  const asIs = (bytes: Buffer) => bytes;
  const shared = { requestStream: false, requestSerialize: asIs, requestDeserialize: asIs };
  const answers = { responseSerialize: asIs, responseDeserialize: asIs };
  server.addService(
    {
      Echo: { ...shared, ...answers, path: ECHO, responseStream: false },
      Watch: { ...shared, ...answers, path: WATCH, responseStream: true },
    },
    {
      Echo: (call: grpc.ServerUnaryCall<Buffer, Buffer>, answer: grpc.sendUnaryData<Buffer>) =>
        answer(null, call.request),
      Watch: (call: grpc.ServerWritableStream<Buffer, Buffer>) => call.write(Buffer.from('watching')),
    },
  );
  const target = socket === undefined ? '127.0.0.1:0' : `unix:${socket}`;
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(target, grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const address = socket === undefined ? `127.0.0.1:${port}` : target;
  const raws: RawConnection[] = [];
  return {
    address,
    events,
    connections,
    book,
    raw: async (hello) => {
      const raw = await RawConnection.open(address, hello);
      raws.push(raw);
      return raw;
    },
    stop: () => {
      for (const raw of raws) raw.close();
      server.forceShutdown();
    },
  };
}

function bookOf(book: ReadonlyMap<string, Caller>): CallerBook {
  return {
    tokens: [...book].map(([token, caller]) => ({ digest: tokenDigest(token), caller })),
    certificates: new Map(),
  };
}
