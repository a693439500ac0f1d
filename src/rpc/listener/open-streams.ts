// The open streams of health and reflection, whose clients keep them open as long as the server lives. A stop ends these
// streams first and then waits for the remaining calls.
import { type Server, type ServerDuplexStream, type ServerWritableStream, status } from '@grpc/grpc-js';

type OpenStream = ServerWritableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>;

export class OpenStreams {
  readonly #open = new Set<OpenStream>();

  /** Wraps a server, so that the streams of a service that a library adds to it are tracked here. */
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
