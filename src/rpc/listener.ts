// One listener: an address, the services that are there and no others, health and reflection.
import {
  logVerbosity,
  type Server,
  type ServerCredentials,
  type ServiceDefinition,
  setLogVerbosity,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { type ListenAddress, listenAddressText } from '../config/listen-address.ts';
import { StartupError } from '../startup-error.ts';
import { bindPrivately, claimSocketPath } from '../unix-socket.ts';
import { type BoundedServerOptions, boundedServer } from './bounded-server.ts';
import { type Method, methodsOf } from './codec.ts';
import type { Health } from './health.ts';
import type { InFlight } from './in-flight.ts';
import { addReflection } from './reflection.ts';
import { type Edge, type Operation, type StreamingOperation, streamHandler, unaryHandler } from './unary.ts';

// grpc-js writes lines of its own to standard error: a second one beside ours when a port is taken, and with GRPC_TRACE
// set whole headers. What matters of them is in our errors and our log.
setLogVerbosity(logVerbosity.NONE);

export interface Service {
  /** Its name in tollgate.v1. */
  readonly name: string;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly streams?: Readonly<Record<string, StreamingOperation>>;
}

const HEALTH_SERVICE = 'grpc.health.v1.Health';

export function fullName(service: string): string {
  return `tollgate.v1.${service}`;
}

export class Listener {
  readonly #server: Server;
  readonly #address: ListenAddress;
  readonly #credentials: ServerCredentials;
  readonly #inFlight: InFlight;
  /** As configured, with the real port once it is bound. */
  text: string;

  constructor(
    address: ListenAddress,
    {
      services,
      edge,
      health,
      credentials,
      ...bounds
    }: {
      services: readonly Service[];
      edge: Edge;
      health: Health;
      credentials: ServerCredentials;
    } & BoundedServerOptions,
  ) {
    this.#address = address;
    this.#credentials = credentials;
    this.#inFlight = edge.inFlight;
    this.text = listenAddressText(address);
    this.#server = boundedServer(bounds);
    for (const service of services) this.#add(service, edge);
    health.addTo(this.#server);
    addReflection(this.#server, [...services.map(({ name }) => fullName(name)), HEALTH_SERVICE]);
  }

  #add({ name, operations, streams = {} }: Service, edge: Edge): void {
    const definition: Record<string, ServiceDefinition[string]> = {};
    const handlers: UntypedServiceImplementation = {};
    for (const method of methodsOf(name)) {
      definition[method.name] = definitionOf(method);
      const operation = operations[method.name];
      const stream = streams[method.name];
      if (operation) handlers[method.name] = unaryHandler(edge, method, operation);
      else if (stream) handlers[method.name] = streamHandler(edge, method, stream);
      else throw new Error(`${method.path} has no handler`);
    }
    this.#server.addService(definition, handlers);
  }

  /** @throws StartupError when the address cannot be had */
  async bind(): Promise<void> {
    const address = this.#address;
    if (address.kind === 'tcp') return this.#bind(listenAddressText(address));
    await claimSocketPath(address.path);
    await bindPrivately(address.path, () => this.#bind(`unix:${address.path}`));
  }

  #bind(target: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(target, this.#credentials, (error, port) => {
        if (error) return reject(new StartupError(`cannot listen on ${this.text}: ${error.message}`, { cause: error }));
        if (this.#address.kind === 'tcp') this.text = listenAddressText({ ...this.#address, port });
        resolve();
      });
    });
  }

  /** Takes no new calls, waits for those in flight up to a bound, then ends what is still open. */
  async drain(graceMs: number): Promise<void> {
    const grace = AbortSignal.timeout(graceMs);
    const closed = new Promise<void>((resolve) => this.#server.tryShutdown(() => resolve()));
    await Promise.race([closed, this.#inFlight.quiet(grace)]);
    this.#server.forceShutdown();
  }
}

/** Bytes pass through grpc-js as they are: decoding belongs to the handler, which can say what is wrong with them. */
function definitionOf(method: Method): ServiceDefinition[string] {
  const asIs = (bytes: Buffer) => bytes;
  return {
    path: method.path,
    requestStream: false,
    responseStream: method.responseStream,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
    originalName: method.name,
  };
}
