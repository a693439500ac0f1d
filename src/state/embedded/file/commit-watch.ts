// Watches pending commits. After some disk failures lmdb-js never settles a commit: its write thread gives up and keeps its
// lock. The watch fails such commits after a time, and the health check reports them.

interface Waiting {
  readonly sinceMs: number;
  readonly fail: (error: Error) => void;
}

export class CommitWatch {
  /** In the order in which they began. Commits that were given up stay until they settle, in case the disk recovers. */
  readonly #waiting = new Set<Waiting>();
  readonly #waitMsMax: number;
  readonly #timer: NodeJS.Timeout;

  constructor({ waitMsMax, checkMs }: { waitMsMax: number; checkMs: number }) {
    this.#waitMsMax = waitMsMax;
    this.#timer = setInterval(() => this.#giveUp(), checkMs).unref();
  }

  /** Settles as the commit does, or rejects when it takes too long; its outcome is then unknown. */
  watch<T>(commit: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiting = { sinceMs: performance.now(), fail: reject };
      this.#waiting.add(waiting);
      commit.then(resolve, reject).finally(() => this.#waiting.delete(waiting));
    });
  }

  /** Whether the oldest commit takes too long; later commits wait for the same disk. */
  isStuck(): boolean {
    const [oldest] = this.#waiting;
    return oldest !== undefined && performance.now() - oldest.sinceMs > this.#waitMsMax;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #giveUp(): void {
    if (!this.isStuck()) return;
    for (const { fail } of this.#waiting) fail(new CommitStuck());
  }
}

/** The store's disk has not answered for too long. */
export class CommitStuck extends Error {
  constructor() {
    super('a commit has been under way for too long');
    this.name = 'CommitStuck';
  }
}
