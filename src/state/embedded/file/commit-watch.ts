// Watches commits that are under way. lmdb-js answers some failures of a disk by never answering: the write thread
// gives up and keeps its lock. Nobody shall wait for that, and a health check shall see it.

interface Waiting {
  readonly sinceMs: number;
  readonly fail: (error: Error) => void;
}

export class CommitWatch {
  /** In the order in which they began. Those given up stay until they settle, should the disk come back. */
  readonly #waiting = new Set<Waiting>();
  readonly #waitMsMax: number;
  readonly #timer: NodeJS.Timeout;

  constructor({ waitMsMax, checkMs }: { waitMsMax: number; checkMs: number }) {
    this.#waitMsMax = waitMsMax;
    this.#timer = setInterval(() => this.#giveUp(), checkMs).unref();
  }

  /** Settles as the commit does, or fails once it has taken too long; what becomes of it is then unknown. */
  watch<T>(commit: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiting = { sinceMs: performance.now(), fail: reject };
      this.#waiting.add(waiting);
      commit.then(resolve, reject).finally(() => this.#waiting.delete(waiting));
    });
  }

  /** Whether the oldest commit has taken too long; those behind it wait for the same disk. */
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
