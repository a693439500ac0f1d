// What a monitoring system asks over HTTP: /metrics, whether the process lives, and whether it is ready. A listener of its
// own, for neither of those who ask speaks gRPC or has a certificate.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type ListenAddress, listenAddressText } from '../config/listen-address.ts';
import { addressGroup } from '../host/remote-address.ts';
import { StartupError } from '../host/startup-error.ts';
import { bindPrivately, claimSocketPath } from '../host/unix-socket.ts';
import { UnknownPlaces } from '../host/unknown-places.ts';

export interface Monitored {
  readonly contentType: string;
  readonly metrics: () => Promise<string>;
  /** What keeps the process from being ready, a few words each; empty when it is. */
  readonly notReady: () => readonly string[];
  /** The codes of the warnings that hold. */
  readonly warnings: () => readonly string[];
}

/** Requests of monitoring systems have no body, few headers, and arrive at once. */
const LIMITS = { headersTimeout: 5_000, requestTimeout: 5_000, keepAliveTimeout: 15_000, maxHeaderSize: 8_192 };
/** Nobody is known here, so the newcomer takes the place of the oldest: strangers who stay keep no monitoring system out. */
const PLACES = { max: 32, maxPerAddress: 16 };

export class MonitoringListener {
  readonly #server: Server;
  readonly #address: ListenAddress;
  /** As configured, with the real port once it is bound. */
  text: string;

  constructor(address: ListenAddress, monitored: Monitored) {
    this.#address = address;
    this.text = listenAddressText(address);
    this.#server = createServer({ ...LIMITS, connectionsCheckingInterval: 1_000 }, (request, response) => {
      answer(monitored, request, response).catch(() => response.destroy());
    });
    const places = new UnknownPlaces<Socket>(PLACES);
    this.#server.on('connection', (socket: Socket) => {
      const address = addressGroup(socket.remoteAddress);
      socket.once('close', () => places.delete(socket, address));
      places.add(socket, address)?.destroy();
    });
  }

  /** @throws StartupError when the address cannot be had */
  async bind(): Promise<void> {
    const address = this.#address;
    if (address.kind === 'tcp') {
      await this.#listen(() => this.#server.listen(address.port, address.host));
      this.text = listenAddressText({ ...address, port: (this.#server.address() as AddressInfo).port });
      return;
    }
    await claimSocketPath(address.path);
    await bindPrivately(address.path, () => this.#listen(() => this.#server.listen(address.path)));
  }

  #listen(listen: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error) =>
        reject(new StartupError(`cannot listen on ${this.text}: ${error.message}`, { cause: error })),
      );
      this.#server.once('listening', resolve);
      listen();
    });
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}

async function answer(monitored: Monitored, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.split('?', 1)[0];
  if (path !== '/metrics' && path !== '/livez' && path !== '/readyz') return end(response, 404, 'not found\n');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return end(response, 405, 'method not allowed\n');
  }
  if (path === '/livez') return end(response, 200, 'alive\n');
  if (path === '/metrics') return end(response, 200, await monitored.metrics(), monitored.contentType);
  const notReady = monitored.notReady();
  const ready = notReady.length === 0;
  const warnings = monitored.warnings();
  const line = {
    ready,
    ...(!ready && { not_ready: notReady }),
    ...(warnings.length > 0 && { warnings }),
  };
  end(response, ready ? 200 : 503, `${JSON.stringify(line)}\n`, 'application/json');
}

function end(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  const headers = { 'content-type': type, 'content-length': Buffer.byteLength(text), 'cache-control': 'no-store' };
  // Without a body to HEAD: node leaves it out by itself.
  response.writeHead(status, headers).end(text);
}
