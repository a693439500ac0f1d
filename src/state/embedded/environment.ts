// The lmdb environment: its tables, and the two ways to use them. A query reads; a step reads, decides and names what
// shall be written.
//
// INVARIANT: a step writes nothing itself. lmdb keeps what was written before a throw, so all writing happens after
// the step has returned, where nothing of ours can fail between two writes; an error of lmdb itself fails the commit.
import type { Database, RootDatabase } from 'lmdb';
import { Failure } from '../../core/failure.ts';
import { CommitStuck, CommitWatch } from './commit-watch.ts';
import { failureOf, refusal, unavailable } from './failures.ts';
import { SpaceGauge } from './space-gauge.ts';
import { holdsStoreOrNone } from './store-file.ts';

/** Changes with the layout of keys or values; a directory of another format is refused. */
export const FORMAT = '1';
const FORMAT_KEY = Buffer.from('format');
/** Understood by lmdb-js and missing from its types. */
const OWNER_ONLY = { permissionsMode: 0o600 };

export const TABLES = [
  'meta',
  'identities',
  'identity-ends',
  'session-facts',
  'session-counters',
  'session-index',
  'agents',
  'agent-sessions',
  'operations',
  'runs',
  'run-index',
  'logs',
  'removed-logs',
] as const;

export type Table = Database<Buffer, Buffer>;
export type Tables = Readonly<Record<(typeof TABLES)[number], Table>>;

/** A key and its new value; without one the key is removed. */
export type Write = readonly [table: Table, key: Buffer, value?: Buffer];

export interface Step<T> {
  readonly answer: T;
  readonly writes: readonly Write[];
}

export interface CommitOptions {
  /** The writes add to the store, so they are refused when it is full. */
  readonly grows?: boolean;
  /** Acknowledged only when a loss of power cannot take it back. */
  readonly flushed?: boolean;
}

export class Environment {
  readonly #tables: Tables;
  readonly #space: SpaceGauge;
  readonly #root: RootDatabase<Buffer, Buffer>;
  readonly #watch = new CommitWatch({ waitMsMax: 30_000, checkMs: 1_000 });
  #closed: Promise<void> | undefined;

  private constructor(root: RootDatabase<Buffer, Buffer>, tables: Tables, maxBytes: number) {
    this.#root = root;
    this.#tables = tables;
    this.#space = new SpaceGauge([root, ...Object.values(tables)], maxBytes);
  }

  /** @throws Failure state_unavailable, in one line: no native module, no lmdb file, or one of another format */
  static async open(directory: string, maxBytes: number): Promise<Environment> {
    const { open } = await loadLmdb();
    try {
      if (!holdsStoreOrNone(directory)) throw new Error('data.mdb is no lmdb file');
      const root = open<Buffer, Buffer>({
        path: directory,
        noSubdir: false,
        maxDbs: TABLES.length + 1,
        encoding: 'binary',
        keyEncoding: 'binary',
        ...OWNER_ONLY,
        // WHY NOT batching by event turn, the default: when its commit fails, it rejects a promise that nobody can
        // reach. Transactions asked for in one turn share a commit without it, too.
        eventTurnBatching: false,
      });
      const tables = Object.fromEntries(
        TABLES.map((name) => [name, root.openDB<Buffer, Buffer>(name, { encoding: 'binary', keyEncoding: 'binary' })]),
      ) as Tables;
      await claimFormat(root, tables.meta, directory);
      return new Environment(root, tables, maxBytes);
    } catch (error) {
      if (error instanceof Failure) throw error;
      const reason = error instanceof Error ? error.message : 'unknown error';
      throw refusal(`data directory ${directory} holds no usable store (${reason}): restore it or name another`, error);
    }
  }

  /** Answers from what is committed; cheap, for lmdb reads from memory. */
  async query<T>(ask: (tables: Tables) => T): Promise<T> {
    this.#assertOpen();
    try {
      return ask(this.#tables);
    } catch (error) {
      throw await failureOf(error);
    }
  }

  /**
   * Runs a step as one transaction; steps asked for at one time share a commit, each seeing what those before it wrote.
   *
   * @throws Failure state_unavailable; whether a commit that failed is in the store is then unknown
   */
  async commit<T>(step: (tables: Tables) => Step<T>, { grows = false, flushed = false }: CommitOptions): Promise<T> {
    this.assertAnswering();
    if (grows && this.#space.isFull()) throw unavailable(new Error('the store is full'));
    try {
      const committed = this.#root.transaction(() => {
        const { answer, writes } = step(this.#tables);
        for (const [table, key, value] of writes) {
          if (value) table.put(key, value);
          else table.remove(key);
        }
        return answer;
      });
      // Asked for before the commit, for it then means this transaction; never settles if the commit fails.
      const durable = flushed ? this.#flushed() : undefined;
      return await this.#watch.watch(durable ? committed.then((answer) => durable.then(() => answer)) : committed);
    } catch (error) {
      throw await failureOf(error);
    }
  }

  /** How much of its bound the store holds: 0 to 1, or a little more. */
  usedShare(): number {
    return this.#closed ? 0 : this.#space.share();
  }

  /**
   * Waits for what is under way; everything asked for later fails.
   *
   * @throws Failure state_unavailable when the disk does not answer; the store is then still open
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    // Transactions keep their order, so this one is the last; whether it can be committed no longer matters.
    await this.#watch.watch(this.#root.transaction(() => undefined)).catch(failureOf);
    this.#watch.end();
    // WHY NOT closing it all the same: lmdb would wait for what never ends. The end of the process ends it.
    if (this.#watch.isStuck()) throw unavailable(new CommitStuck());
    await this.#root.close();
  }

  /** @throws Failure state_unavailable when the store is closed or its disk has stopped answering */
  assertAnswering(): void {
    this.#assertOpen();
    if (this.#watch.isStuck()) throw unavailable(new CommitStuck());
  }

  #assertOpen(): void {
    if (this.#closed) throw new Failure('state_unavailable', 'the store is closed');
  }

  #flushed(): Promise<void> {
    return new Promise((resolve) => {
      this.#root.flushed.then(
        () => resolve(),
        () => resolve(),
      );
    });
  }
}

async function loadLmdb(): Promise<typeof import('lmdb')> {
  try {
    return await import('lmdb');
  } catch (cause) {
    const platform = `${process.platform}-${process.arch}`;
    throw refusal(
      `the native module lmdb cannot be loaded on ${platform}: install the packages again on this machine (npm ci), or use Redis`,
      cause,
    );
  }
}

async function claimFormat(root: RootDatabase<Buffer, Buffer>, meta: Table, directory: string): Promise<void> {
  const found = meta.get(FORMAT_KEY)?.toString();
  if (found === undefined) meta.putSync(FORMAT_KEY, Buffer.from(FORMAT));
  if (found === undefined || found === FORMAT) return;
  await root.close();
  throw refusal(
    `data directory ${directory} has format ${found} and this version reads format ${FORMAT}: start the version that wrote it, or name another directory`,
  );
}
