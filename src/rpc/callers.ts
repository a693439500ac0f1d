// Who is calling, by bearer token or by client certificate, and whether that role may call this. It knows nobody in
// whose name an agent acts: that is the identity behind a trace.
import { timingSafeEqual } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import { type Caller, type CallerBook, type Role, tokenDigest } from '../config/callers-file.ts';
import { Failure } from '../core/failure.ts';

/** What is looked at of a call; grpc-js's server calls have it. */
export interface IncomingCall {
  readonly metadata: Metadata;
  getAuthContext(): {
    readonly sslPeerCertificate?:
      | { readonly subjectaltname?: string | undefined; readonly valid_to: string }
      | undefined;
  };
}

export interface Callers {
  /** @throws Failure caller_unknown */
  callerOf(call: IncomingCall): Caller;
}

/** For a listener on which the operating system decides who reaches it. */
export const ANYONE: Callers = { callerOf: () => LOCAL };
const LOCAL: Caller = { name: 'local', role: 'admin' };

/** @param book  the callers in force at this moment: a removed one is unknown from the next call on */
export function knownCallers(book: () => CallerBook): Callers {
  return { callerOf: (call) => identify(call, book()) };
}

/** @throws Failure caller_not_allowed */
export function requireRole({ role }: Caller, allowed: ReadonlySet<Role>): void {
  if (!allowed.has(role)) throw new Failure('caller_not_allowed', `the role ${role} may not call this`);
}

/** A token that is sent must be right, even where a certificate would do: a caller that sends one relies on it. */
function identify(call: IncomingCall, book: CallerBook): Caller {
  const authorizations = call.metadata.get('authorization');
  const caller = authorizations.length > 0 ? byToken(authorizations, book) : byCertificate(call, book);
  if (caller) return caller;
  // One text for all: who probes learns nothing of what was nearly right.
  throw new Failure('caller_unknown', 'the caller is not known: a bearer token or a client certificate is needed');
}

const BEARER = /^bearer +([\x21-\x7e]{1,512})$/i;

function byToken(authorizations: readonly (string | Buffer)[], { tokens }: CallerBook): Caller | undefined {
  const [authorization] = authorizations;
  if (authorizations.length !== 1 || typeof authorization !== 'string') return undefined;
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) return undefined;
  const digest = tokenDigest(token);
  let found: Caller | undefined;
  // Every token is compared in full, so that the time tells nothing of which one was near, or whether one was.
  for (const known of tokens) if (timingSafeEqual(known.digest, digest)) found = known.caller;
  return found;
}

/** The TLS layer has checked chain and dates when the connection was made; a connection can outlive its certificate. */
function byCertificate(call: IncomingCall, { certificates }: CallerBook): Caller | undefined {
  const { name, endsAtMs } = certificateOf(call);
  return name !== undefined && endsAtMs > Date.now() ? certificates.get(name) : undefined;
}

interface CertificateFacts {
  readonly name: string | undefined;
  readonly endsAtMs: number;
}

const factsByConnection = new WeakMap<object, CertificateFacts>();

/** A connection keeps its certificate. To ask Node for it takes 15 µs, measured, a third of a whole decision. */
function certificateOf(call: IncomingCall): CertificateFacts {
  const connection = connectionOf(call);
  const known = connection && factsByConnection.get(connection);
  if (known) return known;
  const { sslPeerCertificate: certificate } = call.getAuthContext();
  const facts = {
    name: onlyName(certificate?.subjectaltname ?? ''),
    endsAtMs: Date.parse(certificate?.valid_to ?? ''),
  };
  if (connection) factsByConnection.set(connection, facts);
  return facts;
}

/** The call's HTTP/2 session, by a property that grpc-js does not publish; without it, nothing is remembered. */
export function connectionOf(call: object): object | undefined {
  return (call as { call?: { stream?: { session?: object } } }).call?.stream?.session;
}

/**
 * The name of a certificate that has exactly one. With two, whoever signs for one name could smuggle in another.
 *
 * @param names  as Node prints them: `URI:spiffe://a/b, DNS:c`; names with a comma or a quote stand in quotes
 */
function onlyName(names: string): string | undefined {
  const [, kind, name] = /^(URI|DNS):([^\s,"']+)$/.exec(names) ?? [];
  return kind && `${kind.toLowerCase()}:${name}`;
}
