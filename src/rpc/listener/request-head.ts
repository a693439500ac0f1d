// Checks the headers of a call before grpc-js sees it.
//
// WHY NOT leave it to grpc-js: it puts a method's name, a timeout and an encoding into its answers as they came, in any
// length and any bytes, reads a timeout above 2^31 ms as one that has passed, and sees one of two `authorization` headers only.
import type { IncomingHttpHeaders } from 'node:http2';
import { status } from '@grpc/grpc-js';
import type { Refusal } from '../call/refusal.ts';

export type HeadReason =
  | 'METHOD_UNKNOWN'
  | 'HEADERS_MALFORMED'
  | 'HEADERS_TOO_LARGE'
  | 'AUTHORIZATION_REPEATED'
  | 'NOT_POST'
  | 'NOT_GRPC';

/** Answered as gRPC, or with a bare HTTP status where the peer does not speak gRPC. */
export type HeadProblem = { readonly event: HeadReason } & (
  | { readonly refusal: Refusal }
  | { readonly http: 405 | 415 }
);

const NOT_POST: HeadProblem = { event: 'NOT_POST', http: 405 };
const NOT_GRPC: HeadProblem = { event: 'NOT_GRPC', http: 415 };
const METHOD_UNKNOWN: HeadProblem = {
  event: 'METHOD_UNKNOWN',
  refusal: {
    code: status.UNIMPLEMENTED,
    reason: 'METHOD_UNKNOWN',
    message: 'this listener has no such method',
  },
};
const TOO_LARGE: HeadProblem = {
  event: 'HEADERS_TOO_LARGE',
  refusal: { code: status.RESOURCE_EXHAUSTED, reason: 'HEADERS_TOO_LARGE', message: 'the headers are too large' },
};
const AUTHORIZATION_REPEATED: HeadProblem = {
  event: 'AUTHORIZATION_REPEATED',
  refusal: {
    code: status.UNAUTHENTICATED,
    reason: 'UNAUTHENTICATED',
    message: 'the header authorization is there more than once',
  },
};
const TIMEOUT_MALFORMED: HeadProblem = {
  event: 'HEADERS_MALFORMED',
  refusal: {
    code: status.INTERNAL,
    reason: 'HEADERS_MALFORMED',
    message: 'the header grpc-timeout is malformed',
  },
};
const ENCODING_UNKNOWN: HeadProblem = {
  event: 'HEADERS_MALFORMED',
  refusal: {
    code: status.UNIMPLEMENTED,
    reason: 'HEADERS_MALFORMED',
    message: 'the header grpc-encoding names an encoding that is not supported; identity, deflate and gzip are',
  },
};

/** HTTP/2 counts this much for each header beside its name and value. */
const HEADER_OVERHEAD = 32;

const TIMEOUT = /^(\d{1,8})([HMSmun])$/;
const UNIT_MS = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };
/** The longest time that a timer can wait for; about 25 days. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;
const ENCODINGS = new Set(['identity', 'deflate', 'gzip']);
/** With a codec behind a plus, or parameters; not `application/grpc-web`, which is another protocol. */
const GRPC = /^application\/grpc(?:$|[+;])/i;

export interface HeadRules {
  readonly bytesMax: number;
  readonly isMethod: (path: string | undefined) => boolean;
}

/**
 * The first problem with a call's headers. Removes a timeout that is longer than a timer can wait, which is as good as no
 * timeout.
 *
 * @param raw  names and values in turn, as they came: of a header that may be there once, node:http2 shows only the first
 */
export function problemOfHead(
  headers: IncomingHttpHeaders,
  raw: readonly string[],
  { bytesMax, isMethod }: HeadRules,
): HeadProblem | undefined {
  const problem = problemOfRaw(raw, bytesMax);
  if (problem) return problem;
  if (headers[':method'] !== 'POST') return NOT_POST;
  const type = headers['content-type'];
  if (type !== 'application/grpc' && !GRPC.test(type ?? '')) return NOT_GRPC;
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

/** Repeated `grpc-timeout` or `grpc-encoding` headers arrive joined, which makes them malformed. */
function problemOfRaw(raw: readonly string[], bytesMax: number): HeadProblem | undefined {
  let bytes = 0;
  let authorizations = 0;
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] ?? '';
    bytes += name.length + (raw[at + 1]?.length ?? 0) + HEADER_OVERHEAD;
    if (name === 'authorization') authorizations++;
  }
  if (bytes > bytesMax) return TOO_LARGE;
  return authorizations > 1 ? AUTHORIZATION_REPEATED : undefined;
}
