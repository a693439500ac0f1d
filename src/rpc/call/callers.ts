// Who is calling, by bearer token or by client certificate, and whether that role may call this. It does not know in
// whose name an agent acts: that is the identity behind a trace.
//
// A call is identified once, when its headers arrive; the handler finds the result on the stream.
import { timingSafeEqual } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Caller, CallerBook } from '../../config/files/callers-file.ts';
import { tokenDigest } from '../../config/files/token.ts';
import { Failure } from '../../core/failure.ts';
import type { Role } from '../../core/role.ts';

/** A caller, and what it showed to be known by. */
export interface Identified {
  readonly caller: Caller;
  readonly credential: Credential;
}

interface Credential {
  /** Of the token that was sent. */
  readonly digest: Buffer | undefined;
  readonly certificate: CertificateFacts | undefined;
}

/** Of a client certificate that the TLS layer has verified. */
export interface CertificateFacts {
  readonly name: string | undefined;
  readonly endsAtMs: number;
}

export interface Callers {
  /** False where everyone who reaches the listener is the same caller. */
  readonly areToldApart: boolean;
  /**
   * @param authorization  the header as it came
   * @returns undefined for a caller that is not known
   */
  identify(authorization: string | undefined, certificate: CertificateFacts | undefined): Identified | undefined;
  /** The same credential, looked up in the callers of this moment. */
  again(identified: Identified): Caller | undefined;
}

const LOCAL: Identified = {
  caller: { name: 'local', role: 'admin' },
  credential: { digest: undefined, certificate: undefined },
};

/** For a listener on which the operating system decides who reaches it. */
export const ANYONE: Callers = { areToldApart: false, identify: () => LOCAL, again: () => LOCAL.caller };

/** @param book  the callers in force at this moment: a removed one is unknown from the next call on */
export function knownCallers(book: () => CallerBook): Callers {
  return {
    areToldApart: true,
    identify: (authorization, certificate) => {
      const digest = authorization === undefined ? undefined : digestIn(authorization);
      // A token that is sent must be right, even where a certificate would do: a caller that sends one relies on it.
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
  return new Failure('caller_not_allowed', `the role ${role} may not call this`);
}

/** One text for every unknown caller: a stranger that probes learns nothing of what was nearly right. */
export function unknownCaller(): Failure {
  return new Failure('caller_unknown', 'the caller is not known: a bearer token or a client certificate is needed');
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

/** A token and a certificate that belong to two callers belong to none: which of them calls is not to be told. */
function callerBy({ digest, certificate }: Credential, book: CallerBook): Caller | undefined {
  const certified = certificate && byCertificate(certificate, book);
  if (!digest) return certified;
  const caller = byDigest(digest, book);
  return certified && caller && certified.name !== caller.name ? undefined : caller;
}

function byDigest(digest: Buffer, { tokens }: CallerBook): Caller | undefined {
  let found: Caller | undefined;
  // Every token is compared in full, so that the time tells nothing of which one was near, or whether one was.
  for (const known of tokens) if (timingSafeEqual(known.digest, digest)) found = known.caller;
  return found;
}

/** The TLS layer has checked chain and dates when the connection was made; a connection can outlive its certificate. */
function byCertificate({ name, endsAtMs }: CertificateFacts, { certificates }: CallerBook): Caller | undefined {
  return name !== undefined && endsAtMs > Date.now() ? certificates.get(name) : undefined;
}

/**
 * What a connection's client certificate says. It is asked for once: that takes 15 µs, measured, a third of a whole decision.
 *
 * INVARIANT: a certificate that the TLS layer has not verified is none.
 */
export function certificateOf(socket: TLSSocket): CertificateFacts | undefined {
  if (!socket.authorized) return undefined;
  const { subjectaltname, valid_to } = socket.getPeerCertificate();
  return { name: onlyName(subjectaltname ?? ''), endsAtMs: Date.parse(valid_to ?? '') };
}

/**
 * The name of a certificate that has exactly one. With two, an authority that checks only one of them would hand out the other.
 *
 * @param names  as Node prints them: `URI:spiffe://a/b, DNS:c`; names with a comma or a quote stand in quotes
 */
function onlyName(names: string): string | undefined {
  const [, kind, name] = /^(URI|DNS):([^\s,"']+)$/.exec(names) ?? [];
  return kind && `${kind.toLowerCase()}:${name}`;
}
