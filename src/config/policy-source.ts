// Holds the policy in force and follows its file. A file that cannot be used never replaces a policy that could.

import { type BigIntStats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type LoadedPolicy, loadPolicy, PolicyError, type PolicyParser } from './policy-file.ts';

export interface CurrentPolicy<Rules> extends LoadedPolicy<Rules> {
  readonly loadedAtMs: number;
}

/** `previous` is the revision before, `revision` the one now in force: the same where nothing was swapped. */
export type PolicyReload =
  | { readonly ok: true; readonly revision: string; readonly previous: string; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly revision: string; readonly previous: string; readonly error: PolicyError };

export interface PolicySourceOptions<Rules> {
  readonly path: string;
  readonly parse: PolicyParser<Rules>;
  readonly watch: boolean;
  /** Hears of every swap, every failure and every recovery; not of looks that found nothing new. */
  readonly onReload?: (reload: PolicyReload) => void;
  readonly now?: () => number;
}

/** Two looks must agree before a file is read, so a change is in force after at most two intervals and a read. */
const LOOK_INTERVAL_MS = 500;

export class PolicySource<Rules> {
  /** Swaps since the start. */
  reloads = 0;
  /** Files since the start that could not be used. */
  reloadFailures = 0;
  /** Why the file, as it lies there now, is not in force; undefined while it is. */
  lastError: PolicyError | undefined;

  readonly #options: PolicySourceOptions<Rules>;
  readonly #now: () => number;
  #current: CurrentPolicy<Rules>;
  /** How the file looked when it was last read, and at the last look if that was different. */
  #lookRead: string;
  #lookPending: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** @throws PolicyError when there is no usable policy to begin with */
  constructor(options: PolicySourceOptions<Rules>) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#lookRead = lookSync(options.path);
    this.#current = this.#load();
    if (options.watch) this.#lookLater();
  }

  get current(): CurrentPolicy<Rules> {
    return this.#current;
  }

  /** Reads the file now and tells the listener, whether or not anything changed. Never throws for a bad file. */
  reload(): PolicyReload {
    this.#lookRead = lookSync(this.#options.path);
    this.#lookPending = undefined;
    const reload = this.#take(this.#tryLoad());
    this.#options.onReload?.(reload);
    return reload;
  }

  /** Stops following the file; the policy in force stays. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  // WHY NOT fs.watch: it follows the inode, so it goes blind when an editor renames a new file into place, when Kubernetes
  // swaps the symlink above it, and when the folder is away for a moment; on network file systems it hears nothing at all.
  #lookLater(): void {
    this.#timer = setTimeout(async () => {
      const now = await look(this.#options.path);
      if (this.#closed) return;
      this.#compare(now);
      this.#lookLater();
    }, LOOK_INTERVAL_MS).unref();
  }

  /**
   * INVARIANT: a file that is still being written is not read. Half a policy is often a valid one, with fewer rules.
   */
  #compare(now: string): void {
    const settled = now === this.#lookPending;
    this.#lookPending = now === this.#lookRead ? undefined : now;
    if (!settled || this.#lookPending === undefined) return;

    const loaded = this.#tryLoad();
    if (lookSync(this.#options.path) !== now) return;
    this.#lookRead = now;
    this.#lookPending = undefined;
    const hadFailed = this.lastError !== undefined;
    const reload = this.#take(loaded);
    if (!reload.ok || hadFailed || reload.revision !== reload.previous) this.#options.onReload?.(reload);
  }

  #take(loaded: CurrentPolicy<Rules> | PolicyError): PolicyReload {
    const previous = this.#current.revision;
    if (loaded instanceof PolicyError) {
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

  #tryLoad(): CurrentPolicy<Rules> | PolicyError {
    try {
      return this.#load();
    } catch (error) {
      if (error instanceof PolicyError) return error;
      // A file that trips the parser itself must not bring a running server down either.
      return new PolicyError([`${this.#options.path}: cannot be parsed, internal error`], { cause: error });
    }
  }

  #load(): CurrentPolicy<Rules> {
    return { ...loadPolicy(this.#options.path, this.#options.parse), loadedAtMs: this.#now() };
  }
}

async function look(path: string): Promise<string> {
  return stat(path, { bigint: true }).then(appearance, () => MISSING);
}

function lookSync(path: string): string {
  try {
    return appearance(statSync(path, { bigint: true }));
  } catch {
    return MISSING;
  }
}

const MISSING = 'missing';

/** Changes with every write, rename or swapped link: ctime moves even where a tool puts the old mtime back. */
function appearance({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}
