// The login for Redis: user, password, authorities, certificate and key. The files are read at each connect, so a rotation needs
// no restart. If a file cannot be used or the server refuses the login, the last good login stays in force.
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Config } from '../config/config.ts';
import { FileWatch } from '../host/file-watch.ts';
import { readPem } from '../host/read-pem.ts';
import { StartupError } from '../host/startup-error.ts';
import { certificatesIn, type Expiry, expiriesOf } from '../rpc/listener/tls.ts';
import type { Login, LoginSource } from '../state/redis/connection/address.ts';
import { errorFields, type Logger } from '../telemetry/log.ts';
import type { Warnings } from '../telemetry/warnings.ts';

type StoreConfig = Pick<Config, 'store'>;

export class StoreLogin implements LoginSource {
  readonly #config: StoreConfig['store'];
  readonly #log: Logger;
  readonly #warnings: Warnings;
  readonly #watch: FileWatch<Login | StartupError>;
  readonly #listeners = new Set<() => void>();
  /** As read from the files, the last time that they could be used. */
  #latest: Login;
  /** The last login that a server has accepted. */
  #accepted: Login | undefined;
  /** Whether a server has refused the latest login. Another server may accept it, or the same one later. */
  #isRefused = false;
  #attempt = 0;

  /** @throws StartupError when a file cannot be used */
  constructor({ store }: StoreConfig, { log, warnings }: { log: Logger; warnings: Warnings }) {
    this.#config = store;
    this.#log = log;
    this.#warnings = warnings;
    this.#latest = readLogin(store);
    this.#watch = new FileWatch({
      paths: filesOf(store),
      load: () => tryRead(store),
      onChange: (loaded) => {
        if (this.#take(loaded)) this.#tell();
      },
    });
    if (filesOf(store).length > 0) this.#watch.start();
  }

  /** The login for a new connection. If the latest was refused, it alternates with the last accepted one. */
  current(): Login {
    // The listeners run later: this connection is about to be made with the new login.
    if (filesOf(this.#config).length > 0 && this.#take(this.#watch.load())) queueMicrotask(() => this.#tell());
    this.#attempt++;
    const isOthersTurn = this.#isRefused && this.#attempt % 2 === 0;
    return isOthersTurn ? (this.#accepted ?? this.#latest) : this.#latest;
  }

  latest(): Login {
    return this.#latest;
  }

  accepted(login: Login): void {
    this.#accepted = login;
    if (login !== this.#latest) return;
    if (this.#isRefused) this.#log.info('the store accepts the new login');
    this.#isRefused = false;
    this.#warnings.clear('STORE_LOGIN_REFUSED');
  }

  refused(login: Login): void {
    if (login !== this.#latest || this.#isRefused) return;
    this.#isRefused = true;
    this.#warnings.raise(
      'STORE_LOGIN_REFUSED',
      'Redis refuses the user or the password in store.username_file and store.password_file. The last accepted login is tried as well.',
    );
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#watch.close();
  }

  /** When the certificates in force expire. */
  get expiries(): readonly Expiry[] {
    const { ca, cert } = this.#latest.tls ?? {};
    return [
      ...(cert === undefined ? [] : expiriesOf('cert', Buffer.from(cert))),
      ...(ca === undefined ? [] : expiriesOf('ca', Buffer.from(ca))),
    ];
  }

  #tell(): void {
    this.#log.info('the login of the store has changed');
    for (const listener of this.#listeners) listener();
  }

  /** @returns whether the login has changed */
  #take(loaded: Login | StartupError): boolean {
    if (loaded instanceof StartupError) {
      this.#warnings.raise(
        'STORE_LOGIN_REFUSED',
        'A file with the login or the certificates for the store cannot be used. The last good login stays in force.',
      );
      this.#log.debug(errorFields(loaded), 'the login files of the store cannot be used');
      return false;
    }
    if (isSame(loaded, this.#latest)) {
      if (!this.#isRefused) this.#warnings.clear('STORE_LOGIN_REFUSED');
      return false;
    }
    this.#latest = loaded;
    this.#isRefused = false;
    this.#warnings.clear('STORE_LOGIN_REFUSED');
    return true;
  }
}

function filesOf({ login, tls }: StoreConfig['store']): string[] {
  return [login.usernameFile, login.passwordFile, tls.ca, tls.cert, tls.key].filter((path) => path !== undefined);
}

function tryRead(store: StoreConfig['store']): Login | StartupError {
  try {
    return readLogin(store);
  } catch (error) {
    if (error instanceof StartupError) return error;
    throw error;
  }
}

/** @throws StartupError for the first file that cannot be used; the message never quotes the file */
export function readLogin({ login, tls }: StoreConfig['store']): Login {
  const username = login.usernameFile === undefined ? undefined : readSecret(login.usernameFile);
  const password = login.passwordFile === undefined ? undefined : readSecret(login.passwordFile);
  return { username, password, tls: readTls(tls) };
}

function readTls(files: StoreConfig['store']['tls']): Login['tls'] {
  const [ca, cert, key] = [files.ca, files.cert, files.key].map((path) =>
    path === undefined ? undefined : readPem(path).toString(),
  );
  if (ca !== undefined) certificatesIn(Buffer.from(ca), files.ca!);
  if (cert !== undefined) {
    certificatesIn(Buffer.from(cert), files.cert!);
    try {
      createSecureContext({ cert, key });
    } catch {
      // No cause: messages about a key have no place in a log.
      throw new StartupError(`${files.key} is not the private key of the certificate in ${files.cert}`);
    }
  }
  return { ca, cert, key };
}

const SECRET_BYTES_MAX = 4_096;

/** The text of a file without the newline at its end. */
function readSecret(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new StartupError(`cannot read ${path} (${(cause as NodeJS.ErrnoException).code})`);
  }
  const secret = text.replace(/\r?\n$/, '');
  if (secret === '' || secret.length > SECRET_BYTES_MAX || /[\r\n\0]/.test(secret))
    throw new StartupError(`${path} must hold one line of at most ${SECRET_BYTES_MAX} characters`);
  return secret;
}

function isSame(one: Login, other: Login): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
