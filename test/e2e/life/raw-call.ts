// A call made of bare HTTP/2 frames, sent piece by piece: what a slow line makes of one, and what no client library shows of
// the server's farewell.
import { type ClientHttp2Session, connect } from 'node:http2';
import { encodeWire, methodOf, type WireMessage } from '../../support/wire.ts';

export interface RawCall {
  /** Resolves when the server has seen the call: it answers a ping that comes behind it. */
  readonly begun: Promise<void>;
  /** Sends the rest of the request. */
  finish(): void;
  /** The call's `grpc-status`, or how it ended without one. */
  readonly status: Promise<string>;
}

export interface RawConnection {
  /** Begins a call: its headers and half of its message are on the way. */
  begin(method: string, request: WireMessage): RawCall;
  /** Resolves with the number of the last call that the server says it has begun. */
  readonly goaway: Promise<number>;
  close(): void;
}

export function rawConnection(address: string): RawConnection {
  const session = connect(`http://${address}`);
  session.on('error', () => {});
  const goaway = new Promise<number>((resolve) => session.once('goaway', (_code, last) => resolve(last ?? -1)));
  return { begin: (method, request) => begin(session, method, request), goaway, close: () => session.destroy() };
}

function begin(session: ClientHttp2Session, name: string, request: WireMessage): RawCall {
  const method = methodOf(name);
  const message = encodeWire(method.request, request);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  const bytes = Buffer.concat([head, message]);
  const half = bytes.length >> 1;

  const stream = session.request({
    ':method': 'POST',
    ':path': method.path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  let status = 'none';
  stream.on('error', () => {});
  stream.on('response', (headers) => {
    status = String(headers['grpc-status'] ?? status);
  });
  stream.on('trailers', (headers) => {
    status = String(headers['grpc-status'] ?? status);
  });
  stream.resume();
  stream.write(bytes.subarray(0, half));
  return {
    begun: new Promise((resolve) => session.ping(() => resolve())),
    finish: () => stream.end(bytes.subarray(half)),
    status: new Promise((resolve) => stream.once('close', () => resolve(status))),
  };
}
