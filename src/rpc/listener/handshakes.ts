// Failures of a connection before its first call, as node:http2 and node:tls report them, and the closed list of their names.
import type { Http2Server } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ConnectionEvent } from './connection.ts';

type HandshakeEvent = Extract<
  ConnectionEvent,
  | 'HANDSHAKE_FAILED'
  | 'HANDSHAKE_PLAINTEXT'
  | 'CLIENT_CERTIFICATE_MISSING'
  | 'CLIENT_CERTIFICATE_REFUSED'
  | 'NOT_HTTP2'
  | 'PROTOCOL_VIOLATED'
>;

/** A socket of node:tls with the plain one below it, which is what was counted when it connected. */
export type SocketAbove = TLSSocket & { readonly _parent?: Socket };

/** The answer to HTTP/1.1 over TLS. In plaintext, node:http2 sends its settings before it reads the first byte. */
const HTTP1_ANSWER =
  'HTTP/1.1 505 HTTP Version Not Supported\r\ncontent-type: text/plain\r\ncontent-length: 27\r\nconnection: close\r\n\r\nthis port speaks gRPC only\n';

/** @param onEvent  hears of each failure, with the socket if it is known */
export function watchHandshakes(
  server: Http2Server,
  onEvent: (event: HandshakeEvent, socket: Socket | undefined) => void,
): void {
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: SocketAbove) => {
    // A port probe connects and closes without sending a byte.
    if (socket._parent?.bytesRead === 0) return;
    onEvent(handshakeEvent(error, socket), socket._parent);
  });
  server.on('unknownProtocol', (socket: SocketAbove) => {
    onEvent('NOT_HTTP2', socket._parent);
    socket.on('error', () => undefined);
    socket.end(HTTP1_ANSWER);
  });
  server.on('sessionError', (error: NodeJS.ErrnoException) => {
    const event = sessionEvent(error);
    if (event) onEvent(event, undefined);
  });
}

const BY_CODE: Readonly<Record<string, HandshakeEvent>> = {
  ERR_SSL_HTTP_REQUEST: 'HANDSHAKE_PLAINTEXT',
  ERR_SSL_WRONG_VERSION_NUMBER: 'HANDSHAKE_PLAINTEXT',
  ERR_SSL_NO_APPLICATION_PROTOCOL: 'NOT_HTTP2',
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'CLIENT_CERTIFICATE_MISSING',
};

/** A certificate that Node refuses leaves no code of OpenSSL, and a note on the socket. */
function handshakeEvent({ code = '' }: NodeJS.ErrnoException, socket: TLSSocket): HandshakeEvent {
  if (socket.authorizationError) return 'CLIENT_CERTIFICATE_REFUSED';
  return BY_CODE[code] ?? 'HANDSHAKE_FAILED';
}

/** Errors that we ended a session with are told of where that happens. */
function sessionEvent({ code, message }: NodeJS.ErrnoException): HandshakeEvent | undefined {
  if (code !== 'ERR_HTTP2_ERROR') return undefined;
  return message.includes('bad client magic') ? 'NOT_HTTP2' : 'PROTOCOL_VIOLATED';
}
