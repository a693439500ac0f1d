// Identifies the caller by bearer token or client certificate, and checks its role. The user for whom an agent acts is not
// known here: that is the identity behind a trace.
//
// A call is identified once, when its headers arrive; the handler finds the result on the stream.
import { timingSafeEqual } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Caller, CallerBook } from '../../config/files/callers-file.ts';
import { tokenDigest } from '../../config/files/token.ts';
import { Failure } from '../../core/failure.ts';
import type { Role } from '../../core/role.ts';

/** A caller and the credential that identified it. */
export interface Identified {
  readonly caller: Caller;
  readonly credential: Credential;
}

interface Credential {
  /** The digest of the token. */
  readonly digest: Buffer | undefined;
  readonly certificate: CertificateFacts | undefined;
}

/** A client certificate that the TLS layer has verified. */
export interface CertificateFacts {
  readonly name: string | undefined;
  readonly endsAtMs: number;
}

export interface Callers {
  /** False if everyone who can connect is the same caller. */
  readonly areToldApart: boolean;
  /**
   * @param authorization  the header, unchanged
   * @returns undefined for an unknown caller
   */
  identify(authorization: string | undefined, certificate: CertificateFacts | undefined): Identified | undefined;
  /** Looks the same credential up in the current callers. */
  again(identified: Identified): Caller | undefined;
}

const LOCAL: Identified = {
  caller: { name: 'local', role: 'admin' },
  credential: { digest: undefined, certificate: undefined },
};

/** For a listener whose access the operating system controls. */
export const ANYONE: Callers = { areToldApart: false, identify: () => LOCAL, again: () => LOCAL.caller };

/** @param book  returns the current callers: a removed caller is unknown from its next call */
export function knownCallers(book: () => CallerBook): Callers {
  return {
    areToldApart: true,
    identify: (authorization, certificate) => {
      const digest = authorization === undefined ? undefined : digestIn(authorization);
      // A wrong token is refused even if the certificate is known: a caller that sends a token relies on it.
      if (authorization !== undefined && digest === undefined) return undefined;
      const credential = { digest, certificate };
      const caller = callerBy(credential, book());
      return caller && { caller, credential };
    },
    again: ({ credential }) => callerBy(credential, book()),
  };
}

/** @throws Failure caller_not_allowed */
export function requireRole(caller: Caller, allowed: ReadonlySet<Role>): void {
  if (!allowed.has(caller.role)) throw roleRefused(caller);
}

export function roleRefused({ role }: Caller): Failure {
  return new Failure('caller_not_allowed', `the role ${role} may not call this RPC`);
}

/** One message for every unknown caller, so that probing shows nothing. */
export function unknownCaller(): Failure {
  return new Failure('caller_unknown', 'the caller is not known: send a valid bearer token or client certificate');
}

const IDENTIFIED = Symbol('identified');

/** Keeps a call's caller on its stream, for {@link identifiedOf}. */
export function keepIdentified(stream: object, identified: Identified): void {
  (stream as { [IDENTIFIED]?: Identified })[IDENTIFIED] = identified;
}

/**
 * The caller of a call of grpc-js. It is found by a property that grpc-js does not publish: without it nobody is known.
 *
 * @throws Failure caller_unknown
 */
export function identifiedOf(call: object): Identified {
  const stream = (call as { call?: { stream?: { [IDENTIFIED]?: Identified } } }).call?.stream;
  const identified = stream?.[IDENTIFIED];
  if (!identified) throw unknownCaller();
  return identified;
}

const BEARER = /^bearer +([\x21-\x7e]{1,512})$/i;

function digestIn(authorization: string): Buffer | undefined {
  const token = BEARER.exec(authorization)?.[1];
  return token === undefined ? undefined : tokenDigest(token);
}

/** If the token and the certificate belong to different callers, the caller is unknown. */
function callerBy({ digest, certificate }: Credential, book: CallerBook): Caller | undefined {
  const certified = certificate && byCertificate(certificate, book);
  if (!digest) return certified;
  const caller = byDigest(digest, book);
  return certified && caller && certified.name !== caller.name ? undefined : caller;
}

function byDigest(digest: Buffer, { tokens }: CallerBook): Caller | undefined {
  let found: Caller | undefined;
  // Every token is compared in full, so that the time taken shows nothing about the tokens.
  for (const known of tokens) if (timingSafeEqual(known.digest, digest)) found = known.caller;
  return found;
}

/** The TLS layer checks the dates when the connection is made, but a connection can outlive its certificate. */
function byCertificate({ name, endsAtMs }: CertificateFacts, { certificates }: CallerBook): Caller | undefined {
  return name !== undefined && endsAtMs > Date.now() ? certificates.get(name) : undefined;
}

/**
 * Reads a connection's client certificate. Call it once per connection: it takes 15 µs, a third of a decision.
 *
 * INVARIANT: a certificate that the TLS layer has not verified is ignored.
 */
export function certificateOf(socket: TLSSocket): CertificateFacts | undefined {
  if (!socket.authorized) return undefined;
  const { subjectaltname, valid_to } = socket.getPeerCertificate();
  return { name: onlyName(subjectaltname ?? ''), endsAtMs: Date.parse(valid_to ?? '') };
}

/**
 * The name of a certificate that has exactly one name. With two, an authority might have checked only one of them.
 *
 * @param names  as Node prints them: `URI:spiffe://a/b, DNS:c`; names with a comma or a quote stand in quotes
 */
function onlyName(names: string): string | undefined {
  const [, kind, name] = /^(URI|DNS):([^\s,"']+)$/.exec(names) ?? [];
  return kind && `${kind.toLowerCase()}:${name}`;
}
