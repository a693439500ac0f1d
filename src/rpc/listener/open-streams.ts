// Streams of services that are not ours, health and reflection, whose callers keep them open for as long as there is a
// server. A stop ends them first, so that what is left are calls worth waiting for.
import { type Server, type ServerDuplexStream, type ServerWritableStream, status } from '@grpc/grpc-js';

type OpenStream = ServerWritableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>;

export class OpenStreams {
  readonly #open = new Set<OpenStream>();

  /** The server for a library to add its service to; the streams of that service are then known here. */
  over(server: Server): Server {
    const addService: Server['addService'] = (service, implementation) => {
      const streaming = Object.entries(service).filter(([, { responseStream }]) => responseStream);
      const wrapped = streaming.flatMap(([name, { originalName }]) =>
        [name, originalName].flatMap((key) => {
          const handler = key === undefined ? undefined : implementation[key];
          return handler === undefined ? [] : [[key, this.#noting(handler as (stream: OpenStream) => void)]];
        }),
      );
      server.addService(service, { ...implementation, ...Object.fromEntries(wrapped) });
    };
    return { addService } as Server;
  }

  #noting(handler: (stream: OpenStream) => void): (stream: OpenStream) => void {
    return (stream) => {
      this.#open.add(stream);
      // It fires at every end of a call, not only at a cancelled one.
      stream.on('cancelled', () => this.#open.delete(stream));
      handler(stream);
    };
  }

  endAll(): void {
    for (const stream of this.#open) {
      stream.emit('error', { code: status.UNAVAILABLE, details: 'the server is stopping' });
    }
  }
}
