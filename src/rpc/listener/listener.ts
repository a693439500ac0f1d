// One listener: its address, its services, health and reflection.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  logVerbosity,
  type Server,
  type ServerCredentials,
  type ServiceDefinition,
  setLogVerbosity,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { operationOf } from '../../api/operations.ts';
import { type Method, methodsOf } from '../../api/wire/codec.ts';
import { type ListenAddress, listenAddressText } from '../../config/listen-address.ts';
import type { ServiceName } from '../../gen/tollgate.ts';
import { StartupError } from '../../host/startup-error.ts';
import { bindPrivately, claimSocketPath } from '../../host/unix-socket.ts';
import type { Edge } from '../call/edge.ts';
import { endpointOf } from '../call/endpoint.ts';
import { handlerOf } from '../call/handlers.ts';
import { reply } from '../call/refusal.ts';
import { unknownRefuser } from '../call/report.ts';
import { type BoundedServerOptions, boundedServer } from './bounded-server.ts';
import type { Connections } from './connections.ts';
import type { Health } from './health.ts';
import { OpenStreams } from './open-streams.ts';
import { addReflection } from './reflection.ts';

// grpc-js writes to standard error by itself: a second error when a port is taken, and whole headers if GRPC_TRACE is set.
// Our errors and our log already say what an operator needs.
setLogVerbosity(logVerbosity.NONE);

const HEALTH_SERVICE = 'grpc.health.v1.Health';

export function fullName(service: string): string {
  return `tollgate.v1.${service}`;
}

export class Listener {
  readonly #server: Server;
  readonly #address: ListenAddress;
  readonly #credentials: ServerCredentials;
  readonly #connections: Connections;
  readonly #reflections = new OpenStreams();
  /** Aborted when the last connection of a listener that drains is closed on both sides. */
  readonly #closed = new AbortController();
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
      services: readonly ServiceName[];
      edge: Edge;
      health: Health;
      credentials: ServerCredentials;
    } & Pick<BoundedServerOptions, 'bytesMax' | 'limits' | 'onEvent'>,
  ) {
    this.#address = address;
    this.#credentials = credentials;
    this.text = listenAddressText(address);
    const refusers = new Map(
      services.flatMap((service) =>
        methodsOf(service).map((method) => [
          method.path,
          unknownRefuser(endpointOf(edge, operationOf(service, method.name), method)),
        ]),
      ),
    );
    const { server, connections } = boundedServer({
      ...bounds,
      callers: edge.callers,
      needsCaller: (path) => refusers.has(path),
      refuseUnknown: (path, stream, headers) => {
        const refuser = refusers.get(path);
        if (refuser) reply(stream, refuser(headers));
      },
    });
    this.#server = server;
    this.#connections = connections;
    for (const service of services) this.#add(service, edge);
    health.addTo(this.#server);
    addReflection(this.#reflections.over(this.#server), [...services.map(fullName), HEALTH_SERVICE]);
  }

  #add(service: ServiceName, edge: Edge): void {
    const definition: Record<string, ServiceDefinition[string]> = {};
    const handlers: UntypedServiceImplementation = {};
    for (const method of methodsOf(service)) {
      definition[method.name] = definitionOf(method);
      handlers[method.name] = handlerOf(edge, operationOf(service, method.name), method);
    }
    this.#server.addService(definition, handlers);
  }

  /** @throws StartupError when the address cannot be bound */
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

  /** Identifies the caller of each connection again. */
  identifyAgain(): void {
    this.#connections.identifyAgain();
  }

  /**
   * Tells every connection to go (GOAWAY) and takes no new ones, then waits for the calls that have begun. One that was on
   * its way is refused in the way that gRPC clients ask again by themselves: its number is above the one in the GOAWAY.
   */
  async drain(withinMs: number): Promise<void> {
    this.#connections.turnAway();
    this.#server.tryShutdown(() => this.#closed.abort());
    this.#reflections.endAll();
    await this.#connections.quiet(withinMs);
  }

  /**
   * Ends what is still open. A peer that has every answer closes its side, too: until then, and not for longer than a
   * moment, the process must live on, because its end would throw away what the network has not delivered yet.
   */
  async close(lingerMs: number): Promise<void> {
    const { signal } = this.#closed;
    if (!signal.aborted) await sleep(lingerMs, undefined, { signal }).catch(() => undefined);
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
