// The certificates of a listener, read from files that are replaced while the server runs. A listener for which TLS is
// configured never falls back to plaintext, and invalid files never replace valid ones.
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { experimental, type ServerCredentials } from '@grpc/grpc-js';
import type { TlsFiles } from '../../config/sections/listeners.ts';
import { FileWatch } from '../../host/file-watch.ts';
import { readPem } from '../../host/read-pem.ts';
import { StartupError } from '../../host/startup-error.ts';

export interface Material {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly clientCa: Buffer | undefined;
}

type Provider = NonNullable<Parameters<typeof experimental.createCertificateProviderServerCredentials>[0]>;
type IdentityListener = Parameters<Provider['addIdentityCertificateListener']>[0];
type CaListener = Parameters<Provider['addCaCertificateListener']>[0];

/** Which certificate, and when it ends. */
export interface Expiry {
  readonly file: 'cert' | 'ca' | 'client_ca';
  readonly endsAtMs: number;
}

export interface TlsReload {
  /** When the certificate in force ends. */
  readonly validTo: string;
  /** Why the current files are not in force. */
  readonly error?: StartupError;
}

// WHY NOT grpc-js's FileWatcherCertificateProvider: it passes on what it reads without a check, and a listener then drops every
// connection until the files are right again.
export class TlsSource {
  readonly credentials: ServerCredentials;
  readonly #watch: FileWatch<Material | StartupError>;
  readonly #onReload: (reload: TlsReload) => void;
  readonly #identityListeners = new Set<IdentityListener>();
  readonly #caListeners = new Set<CaListener>();
  #material: Material;
  #isRefused = false;

  /** @throws StartupError when a file cannot be read, or does not fit */
  constructor(files: TlsFiles, onReload: (reload: TlsReload) => void) {
    this.#onReload = onReload;
    this.#watch = new FileWatch({
      paths: [files.cert, files.key, ...(files.clientCa === undefined ? [] : [files.clientCa])],
      load: () => tryRead(files),
      onChange: (loaded) => this.#take(loaded),
    });
    const loaded = this.#watch.load();
    if (loaded instanceof StartupError) throw loaded;
    this.#material = loaded;
    const provider = this.#provider();
    const isMutual = loaded.clientCa !== undefined;
    // The first parameter is the one for our own certificate, though grpc-js 1.14 names it after the authorities.
    this.credentials = experimental.createCertificateProviderServerCredentials(
      provider,
      isMutual ? provider : null,
      isMutual,
    );
    this.#watch.start();
  }

  close(): void {
    this.#watch.close();
  }

  /** When the certificates end that are in force; of several authorities the first to end counts. */
  get expiries(): readonly Expiry[] {
    const { cert, clientCa } = this.#material;
    return [...expiriesOf('cert', cert), ...(clientCa === undefined ? [] : expiriesOf('client_ca', clientCa))];
  }

  /** Whether the current files are not in force. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  #take(loaded: Material | StartupError): void {
    const error = loaded instanceof StartupError ? loaded : undefined;
    this.#isRefused = error !== undefined;
    if (!(loaded instanceof StartupError)) {
      this.#material = loaded;
      for (const listener of this.#caListeners) listener(this.#ca());
      for (const listener of this.#identityListeners) listener(this.#identity());
    }
    const validTo = new X509Certificate(this.#material.cert).validTo;
    this.#onReload({ validTo, ...(error && { error }) });
  }

  /** Calls a listener back in a later turn: grpc-js registers it only after this call returns. */
  #provider(): Provider {
    return {
      addIdentityCertificateListener: (listener) => {
        this.#identityListeners.add(listener);
        queueMicrotask(() => listener(this.#identity()));
      },
      removeIdentityCertificateListener: (listener) => this.#identityListeners.delete(listener),
      addCaCertificateListener: (listener) => {
        this.#caListeners.add(listener);
        queueMicrotask(() => listener(this.#ca()));
      },
      removeCaCertificateListener: (listener) => this.#caListeners.delete(listener),
    };
  }

  #identity() {
    return { certificate: this.#material.cert, privateKey: this.#material.key };
  }

  #ca() {
    return this.#material.clientCa === undefined ? null : { caCertificate: this.#material.clientCa };
  }
}

function tryRead(files: TlsFiles): Material | StartupError {
  try {
    return readMaterial(files);
  } catch (error) {
    if (error instanceof StartupError) return error;
    throw error;
  }
}

/** Reads the files of a listener. @throws StartupError when one cannot be read, or they do not fit together */
export function readMaterial(files: TlsFiles): Material {
  const material: Material = {
    cert: readPem(files.cert),
    key: readPem(files.key),
    clientCa: files.clientCa === undefined ? undefined : readPem(files.clientCa),
  };
  const [own] = certificatesIn(material.cert, files.cert);
  checkDates(own!, files.cert);
  try {
    createSecureContext({ cert: material.cert, key: material.key });
  } catch (cause) {
    throw new StartupError(`${files.key} is not the private key of the certificate in ${files.cert}`, { cause });
  }
  if (files.clientCa !== undefined) {
    for (const authority of certificatesIn(material.clientCa!, files.clientCa)) {
      if (!authority.ca)
        throw new StartupError(`${files.clientCa} holds a certificate that is not a certificate authority`);
    }
  }
  return material;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates of a file. @throws StartupError unless there is at least one and each can be read */
export function certificatesIn(pem: Buffer, path: string): X509Certificate[] {
  const found = pem.toString('latin1').match(CERTIFICATE) ?? [];
  if (found.length === 0) throw new StartupError(`${path} holds no certificate`);
  return found.map((text) => {
    try {
      return new X509Certificate(text);
    } catch (cause) {
      throw new StartupError(`${path} holds a certificate that cannot be read`, { cause });
    }
  });
}

const expiriesByPem = new WeakMap<Buffer, number>();

/** When the first certificate ends of a file that has been checked; parsed once. */
export function expiriesOf(file: Expiry['file'], pem: Buffer): Expiry[] {
  let endsAtMs = expiriesByPem.get(pem);
  if (endsAtMs === undefined) {
    const found = certificatesIn(pem, file);
    // Of our own chain the first is ours; of authorities each counts.
    const counted = file === 'cert' ? found.slice(0, 1) : found;
    endsAtMs = Math.min(...counted.map(({ validTo }) => Date.parse(validTo)));
    expiriesByPem.set(pem, endsAtMs);
  }
  return [{ file, endsAtMs }];
}

function checkDates({ validFrom, validTo }: X509Certificate, path: string): void {
  const now = Date.now();
  if (Date.parse(validFrom) > now)
    throw new StartupError(`the certificate in ${path} is not valid before ${validFrom}`);
  if (Date.parse(validTo) <= now) throw new StartupError(`the certificate in ${path} expired ${validTo}`);
}
