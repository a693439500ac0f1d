// Holds the policy in force and follows its file. A file that cannot be used never replaces a policy that could.

import { FileWatch } from '../../host/file-watch.ts';
import { StartupError } from '../../host/startup-error.ts';
import { type LoadedPolicy, loadPolicy, type PolicyParser } from './policy-file.ts';

interface CurrentPolicy<Rules> extends LoadedPolicy<Rules> {
  readonly loadedAtMs: number;
}

/** `previous` is the revision before, `revision` the one now in force: the same where nothing was swapped. */
export type PolicyReload =
  | { readonly ok: true; readonly revision: string; readonly previous: string; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly revision: string; readonly previous: string; readonly error: StartupError };

interface PolicySourceOptions<Rules> {
  readonly path: string;
  readonly parse: PolicyParser<Rules>;
  /**
   * Runs at each swap, failure and recovery, in the same turn of the event loop; and at each {@link PolicySource.reload}, which waits
   * for it. Not where a look at the file found nothing new. It may fail only where there is a `caller`.
   */
  readonly onReload?: (reload: PolicyReload, caller: string | undefined) => void | Promise<void>;
  readonly now?: () => number;
  /** Reads the file like {@link loadPolicy} and beside the event loop, which a large file would keep. Not for the first time. */
  readonly load?: () => Promise<LoadedPolicy<Rules>>;
}

export class PolicySource<Rules> {
  /** Swaps since the start. */
  reloads = 0;
  /** Files since the start that could not be used. */
  reloadFailures = 0;
  /** Why the current file is not in force; undefined while it is. */
  lastError: StartupError | undefined;

  readonly #options: PolicySourceOptions<Rules>;
  readonly #now: () => number;
  readonly #watch: FileWatch<Promise<CurrentPolicy<Rules> | StartupError>>;
  #current: CurrentPolicy<Rules>;
  /** The reading that was asked for last. One follows the other, or an older file could come to stand in a newer one's place. */
  #loading: Promise<unknown> = Promise.resolve();

  /** @throws StartupError when there is no usable policy to begin with */
  constructor(options: PolicySourceOptions<Rules>) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#watch = new FileWatch({
      paths: [options.path],
      load: () => this.#tryLoad(),
      onChange: (loaded) => this.#takeChange(loaded),
    });
    this.#current = this.#load();
  }

  /** Takes over from now on what has become of the file since it was read, until {@link close}. */
  follow(): void {
    this.#watch.start();
  }

  get current(): CurrentPolicy<Rules> {
    return this.#current;
  }

  /**
   * Reads the file now and runs `onReload`, whether or not the file has changed. A bad file is an answer, not an error.
   *
   * @throws what `onReload` throws; a good file is in force all the same
   */
  async reload(caller: string): Promise<PolicyReload> {
    const reload = this.#take(await this.#watch.load());
    await this.#options.onReload?.(reload, caller);
    return reload;
  }

  /** Stops following the file; the policy in force stays. */
  close(): void {
    this.#watch.close();
  }

  #takeChange(loaded: CurrentPolicy<Rules> | StartupError): void {
    const hadFailed = this.lastError !== undefined;
    const reload = this.#take(loaded);
    if (!reload.ok || hadFailed || reload.revision !== reload.previous)
      void this.#options.onReload?.(reload, undefined);
  }

  #take(loaded: CurrentPolicy<Rules> | StartupError): PolicyReload {
    const previous = this.#current.revision;
    if (loaded instanceof StartupError) {
      this.reloadFailures += 1;
      this.lastError = loaded;
      return { ok: false, revision: previous, previous, error: loaded };
    }
    this.lastError = undefined;
    if (loaded.revision !== previous) {
      this.reloads += 1;
      this.#current = loaded;
    }
    return { ok: true, revision: loaded.revision, previous, warnings: loaded.warnings };
  }

  #tryLoad(): Promise<CurrentPolicy<Rules> | StartupError> {
    const loaded = this.#loading.then(() => this.#loadOrError());
    this.#loading = loaded;
    return loaded;
  }

  async #loadOrError(): Promise<CurrentPolicy<Rules> | StartupError> {
    try {
      const { load } = this.#options;
      return load ? { ...(await load()), loadedAtMs: this.#now() } : this.#load();
    } catch (error) {
      if (error instanceof StartupError) return error;
      // A file that trips the parser itself must not bring a running server down either.
      return new StartupError([`${this.#options.path}: cannot be parsed, internal error`], { cause: error });
    }
  }

  #load(): CurrentPolicy<Rules> {
    return { ...loadPolicy(this.#options.path, this.#options.parse), loadedAtMs: this.#now() };
  }
}
