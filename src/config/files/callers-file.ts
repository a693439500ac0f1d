// The callers file: who may call, in which role, and how each is known. It holds no secret: of a token only its hash.
import { ROLES, type Role } from '../../core/role.ts';
import type { PolicyNote, PolicyParser } from './policy-file.ts';
import { tokenKind } from './token.ts';

export interface Caller {
  readonly name: string;
  readonly role: Role;
}

export interface CallerBook {
  readonly tokens: readonly { readonly digest: Buffer; readonly caller: Caller }[];
  /** By the one name in a certificate: `uri:spiffe://example.org/runner`, `dns:runner.example.org`. */
  readonly certificates: ReadonlyMap<string, Caller>;
}

const CALLERS_MAX = 1_000;
/** Each call is compared with every token, in full: 0.07 µs each and 1.4 µs for the hash, measured. */
const TOKENS_MAX = 256;
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const TOKEN = /^sha256:([0-9a-f]{64})$/;
const CERTIFICATE = /^(?:uri:[a-z][a-z0-9+.-]*:[^\s,"']{1,500}|dns:[a-z0-9_.-]{1,253})$/;

/** @param areCertificatesAsked  whether any listener asks for client certificates: names that nothing checks are a mistake */
export function callersParser(areCertificatesAsked: boolean): PolicyParser<CallerBook> {
  return (document) => {
    const reading = new Reading(areCertificatesAsked);
    const book = reading.book(document);
    if (reading.problems.length > 0) return { problems: reading.problems };
    return { policy: book, warnings: [] };
  };
}

type Path = PolicyNote['path'];

/** None quotes what is there: it may be a token. */
const PROBLEM_OF = {
  other: 'must be sha256: and 64 lower-case hex digits, as `tollgate token` prints it',
  token:
    'is a token in the clear: write its hash, as `tollgate token` prints it, and make a new one if others could read this',
  mistyped:
    'must be sha256: and 64 lower-case hex digits, as `tollgate token` prints it; it looks like a token with a typing error',
} as const;

class Reading {
  readonly problems: PolicyNote[] = [];
  readonly #areCertificatesAsked: boolean;
  readonly #names = new Set<string>();
  readonly #digests = new Set<string>();
  readonly #tokens: { digest: Buffer; caller: Caller }[] = [];
  readonly #certificates = new Map<string, Caller>();

  constructor(areCertificatesAsked: boolean) {
    this.#areCertificatesAsked = areCertificatesAsked;
  }

  book(document: unknown): CallerBook {
    const { callers } = this.#map(document, [], ['callers']);
    const list = this.#list(callers, ['callers'], CALLERS_MAX);
    if (list.length === 0) this.#refuse(['callers'], 'must be a list of at least one caller');
    for (const [index, given] of list.entries()) this.#caller(given, ['callers', index]);
    if (this.#tokens.length > TOKENS_MAX) this.#refuse(['callers'], `holds more than ${TOKENS_MAX} tokens`);
    return { tokens: this.#tokens, certificates: this.#certificates };
  }

  #caller(given: unknown, path: Path): void {
    const {
      name,
      role,
      tokens = [],
      certificates = [],
    } = this.#map(given, path, ['name', 'role', 'tokens', 'certificates']);
    if (typeof name !== 'string' || !NAME.test(name)) {
      this.#refuse([...path, 'name'], 'must be lower-case letters, digits, dots, - or _, at most 64');
      return;
    }
    if (this.#names.has(name)) this.#refuse([...path, 'name'], 'is already the name of another caller');
    this.#names.add(name);
    if (!ROLES.includes(role as Role)) {
      this.#refuse([...path, 'role'], `must be one of ${ROLES.join(', ')}`);
      return;
    }
    const caller: Caller = { name, role: role as Role };
    const [tokenList, certificateList] = [
      this.#list(tokens, [...path, 'tokens'], TOKENS_MAX),
      this.#list(certificates, [...path, 'certificates'], CALLERS_MAX),
    ];
    if (tokenList.length + certificateList.length === 0) this.#refuse(path, 'needs a token or a certificate');
    for (const [index, token] of tokenList.entries()) this.#token(token, caller, [...path, 'tokens', index]);
    for (const [index, certificate] of certificateList.entries()) {
      this.#certificate(certificate, caller, [...path, 'certificates', index]);
    }
  }

  #token(token: unknown, caller: Caller, path: Path): void {
    const hex = typeof token === 'string' ? TOKEN.exec(token)?.[1] : undefined;
    if (hex === undefined) {
      this.#refuse(path, PROBLEM_OF[typeof token === 'string' ? tokenKind(token) : 'other']);
      return;
    }
    if (this.#digests.has(hex)) {
      this.#refuse(path, 'is already in the file');
      return;
    }
    this.#digests.add(hex);
    this.#tokens.push({ digest: Buffer.from(hex, 'hex'), caller });
  }

  #certificate(name: unknown, caller: Caller, path: Path): void {
    if (typeof name !== 'string' || !CERTIFICATE.test(name)) {
      this.#refuse(path, 'must be uri: or dns: and the one name in the certificate');
      return;
    }
    if (this.#certificates.has(name)) {
      this.#refuse(path, 'is already in the file');
      return;
    }
    if (!this.#areCertificatesAsked) {
      this.#refuse(path, 'no listener that needs known callers asks for certificates (tls.*.client_ca_file)');
      return;
    }
    this.#certificates.set(name, caller);
  }

  #map(value: unknown, path: Path, keys: readonly string[]): Readonly<Record<string, unknown>> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#refuse(path, 'must be a map');
      return {};
    }
    for (const key of Object.keys(value))
      if (!keys.includes(key)) this.#refuse([...path, key], 'is not a key of a caller');
    return { ...value };
  }

  #list(value: unknown, path: Path, max: number): readonly unknown[] {
    if (Array.isArray(value) && value.length <= max) return value;
    this.#refuse(path, `must be a list of at most ${max}`);
    return [];
  }

  #refuse(path: Path, message: string): void {
    this.problems.push({ path, message });
  }
}
