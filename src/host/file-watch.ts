// Reports that files have changed, once they no longer change.
//
// WHY NOT fs.watch: it follows the inode. It misses a file that an editor renames into place, a symlink that Kubernetes swaps,
// and a folder that disappears for a moment; on network file systems it reports nothing.

import { type BigIntStats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Two checks must agree before files are read, so a change is in force after at most two intervals and a read. */
const LOOK_INTERVAL_MS = 500;

interface FileWatchOptions<Loaded> {
  readonly paths: readonly string[];
  /** Reads the files. Never throws: a problem with the files is part of the result. */
  readonly load: () => Loaded;
  /** Runs with the result once the files have changed and are at rest. */
  readonly onChange: (loaded: Awaited<Loaded>) => void;
}

export class FileWatch<Loaded> {
  readonly #options: FileWatchOptions<Loaded>;
  /** The state of the files when they were last read, and at the last check if it differed. */
  #lookRead: string;
  #lookPending: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: FileWatchOptions<Loaded>) {
    this.#options = options;
    this.#lookRead = lookSync(options.paths);
  }

  /** Checks at an interval until {@link close}. */
  start(): void {
    this.#timer = setTimeout(async () => {
      const now = await look(this.#options.paths);
      if (this.#closed) return;
      await this.#compare(now);
      if (!this.#closed) this.start();
    }, LOOK_INTERVAL_MS).unref();
  }

  /** Reads the files now, at rest or not. */
  load(): Loaded {
    this.#lookRead = lookSync(this.#options.paths);
    this.#lookPending = undefined;
    return this.#options.load();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /**
   * INVARIANT: a file that is still being written is not loaded. Half a policy is often a valid policy with fewer rules, and
   * a new certificate does not fit the old key.
   */
  async #compare(now: string): Promise<void> {
    const settled = now === this.#lookPending;
    this.#lookPending = now === this.#lookRead ? undefined : now;
    if (!settled || this.#lookPending === undefined) return;

    const loaded = await this.#options.load();
    if (this.#closed || lookSync(this.#options.paths) !== now) return;
    this.#lookRead = now;
    this.#lookPending = undefined;
    this.#options.onChange(loaded);
  }
}

async function look(paths: readonly string[]): Promise<string> {
  const looks = paths.map((path) => stat(path, { bigint: true }).then(appearance, () => MISSING));
  return (await Promise.all(looks)).join();
}

function lookSync(paths: readonly string[]): string {
  return paths.map(lookAtSync).join();
}

function lookAtSync(path: string): string {
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
