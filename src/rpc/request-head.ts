// What can be refused of a call by its headers alone, before grpc-js sees it.
//
// WHY NOT leave it to grpc-js: it puts a method's name, a timeout and an encoding into its answers as they came, in any
// length and any bytes, and reads a timeout above 2^31 ms as one that has passed.
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { status } from '@grpc/grpc-js';

export interface HeadProblem {
  readonly reason: 'METHOD_UNKNOWN' | 'HEADERS_MALFORMED' | 'HEADERS_TOO_LARGE';
  readonly code: status;
  /** For the caller; it holds nothing that the caller has sent. */
  readonly message: string;
}

const METHOD_UNKNOWN: HeadProblem = {
  reason: 'METHOD_UNKNOWN',
  code: status.UNIMPLEMENTED,
  message: 'this listener has no such method',
};
const TOO_LARGE: HeadProblem = {
  reason: 'HEADERS_TOO_LARGE',
  code: status.RESOURCE_EXHAUSTED,
  message: 'the headers are too large',
};
const TIMEOUT_MALFORMED: HeadProblem = {
  reason: 'HEADERS_MALFORMED',
  code: status.INTERNAL,
  message: 'the header grpc-timeout is malformed',
};
const ENCODING_UNKNOWN: HeadProblem = {
  reason: 'HEADERS_MALFORMED',
  code: status.UNIMPLEMENTED,
  message: 'the header grpc-encoding names an encoding that is not supported; identity, deflate and gzip are',
};

/** HTTP/2 counts this much for each header beside its name and value. */
const HEADER_OVERHEAD = 32;

const TIMEOUT = /^(\d{1,8})([HMSmun])$/;
const UNIT_MS = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };
/** The longest time that a timer can wait for; about 25 days. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;
const ENCODINGS = new Set(['identity', 'deflate', 'gzip']);

/**
 * The first problem with a call's headers. A timeout that is longer than a timer can wait for is removed from them: it
 * asks for no more than none does.
 */
export function problemOfHead(
  headers: IncomingHttpHeaders,
  isMethod: (path: string | undefined) => boolean,
): HeadProblem | undefined {
  if (!isMethod(headers[':path'])) return METHOD_UNKNOWN;
  const timeout = headers['grpc-timeout'];
  if (timeout !== undefined) {
    const parts = TIMEOUT.exec(String(timeout));
    if (!parts) return TIMEOUT_MALFORMED;
    if (Number(parts[1]) * UNIT_MS[parts[2] as keyof typeof UNIT_MS] > TIMEOUT_MS_MAX) delete headers['grpc-timeout'];
  }
  const encoding = headers['grpc-encoding'];
  if (encoding !== undefined && !ENCODINGS.has(String(encoding))) return ENCODING_UNKNOWN;
  return undefined;
}

/** For a peer that has not yet acknowledged our settings: until then node:http2 takes headers of up to 64 KiB. */
export function problemOfSize(headers: IncomingHttpHeaders, bytesMax: number): HeadProblem | undefined {
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) bytes += name.length + String(value).length + HEADER_OVERHEAD;
  return bytes > bytesMax ? TOO_LARGE : undefined;
}

/** Answers with a status and nothing else, and takes no more of the request. */
export function refuseHead(stream: ServerHttp2Stream, { code, message }: HeadProblem): void {
  const headers = {
    [constants.HTTP2_HEADER_STATUS]: constants.HTTP_STATUS_OK,
    [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc+proto',
    'grpc-status': code,
    'grpc-message': message,
  };
  stream.once('error', () => undefined);
  stream.respond(headers, { endStream: true });
  stream.resume();
}
