// The lmdb environment: its tables, and the two ways to use them. A query reads. A step reads, decides and returns the writes.
//
// INVARIANT: a step writes nothing itself. lmdb keeps writes made before an exception, so all writes happen after the step has
// returned, where only lmdb can fail; an error of lmdb fails the whole commit.
import type { Database, RootDatabase } from 'lmdb';
import { Failure } from '../../../core/failure.ts';
import { StartupError } from '../../../host/startup-error.ts';
import { directoryRefusal, failureOf, full, unavailable } from '../failures.ts';
import { CommitStuck, CommitWatch } from './commit-watch.ts';
import { takeSpace } from './disk-space.ts';
import { SpaceGauge } from './space-gauge.ts';
import { holdsSoundStore } from './store-file.ts';

/** Changes with the layout of keys or values. A directory of another format is refused. */
export const FORMAT = '2';
const FORMAT_KEY = Buffer.from('format');
/** lmdb-js knows this option; its types lack it. */
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
  'decisions',
  'decision-lists',
  'decision-counts',
  'noted-decisions',
  'checkpoints',
  'policies',
  'decision-subjects',
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
  /** The writes add data, so a full store refuses them. */
  readonly grows?: boolean;
}

/** How long a commit may take. A longer commit most likely waits for a disk that never answers. */
const COMMIT_MS_MAX = 10_000;
/**
 * How long additions are refused after a failed commit. On a full disk the next commit would fail, too, and lmdb-js prints each
 * failure to the log.
 */
const REST_MS = 250;

export class Environment {
  readonly #tables: Tables;
  readonly #space: SpaceGauge;
  readonly #root: RootDatabase<Buffer, Buffer>;
  readonly #watch = new CommitWatch({ waitMsMax: COMMIT_MS_MAX, checkMs: 1_000 });
  #restsUntilMs = Number.NEGATIVE_INFINITY;
  #closed: Promise<void> | undefined;

  private constructor(root: RootDatabase<Buffer, Buffer>, tables: Tables, space: SpaceGauge) {
    this.#root = root;
    this.#tables = tables;
    this.#space = space;
  }

  /** @throws StartupError: no native module, no space, no sound store, or one of another format */
  static async open(directory: string, maxBytes: number): Promise<Environment> {
    const { open } = await loadLmdb();
    try {
      takeSpace(directory, { forNewStore: !holdsSoundStore(directory) });
      const root = open<Buffer, Buffer>({
        path: directory,
        noSubdir: false,
        maxDbs: TABLES.length + 1,
        encoding: 'binary',
        keyEncoding: 'binary',
        ...OWNER_ONLY,
        // WHY NOT the default, batching by event turn: a failed commit rejects a promise that cannot be caught. Transactions
        // of one turn share a commit without it, too.
        eventTurnBatching: false,
        // A transaction is flushed before readers see it, so a transaction whose flush fails has had no effect.
        // WHY NOT the default, overlapping: readers see a transaction before its flush, so a repeat could be answered with
        // an effect that the disk has refused. It is no faster: it, too, answers a commit only after the flush.
        overlappingSync: false,
      });
      const tables = Object.fromEntries(
        TABLES.map((name) => [name, root.openDB<Buffer, Buffer>(name, { encoding: 'binary', keyEncoding: 'binary' })]),
      ) as Tables;
      await claimFormat(root, tables.meta, directory);
      const space = new SpaceGauge([root, ...Object.values(tables)], { maxBytes, directory });
      return new Environment(root, tables, space);
    } catch (error) {
      throw error instanceof StartupError ? error : directoryRefusal(directory, error);
    }
  }

  /** Reads committed data; cheap, because lmdb reads from memory. */
  async query<T>(ask: (tables: Tables) => T): Promise<T> {
    this.#assertOpen();
    try {
      return ask(this.#tables);
    } catch (error) {
      throw await failureOf(error);
    }
  }

  /**
   * Runs a step as one transaction. Concurrent steps share a commit, and each step sees the writes of the earlier ones.
   * An answered step is flushed: it survives a crash and a power loss.
   *
   * @throws Failure state_unavailable; it is then unknown whether the commit took place
   */
  async commit<T>(step: (tables: Tables) => Step<T>, { grows = false }: CommitOptions = {}): Promise<T> {
    this.assertAnswering();
    if (grows) this.#assertRoom();
    try {
      const committed = this.#root.transaction(() => {
        const { answer, writes } = step(this.#tables);
        for (const [table, key, value] of writes) {
          if (value) table.put(key, value);
          else table.remove(key);
        }
        return answer;
      });
      return await this.#watch.watch(committed);
    } catch (error) {
      const failure = await failureOf(error);
      if (failure.kind === 'state_unavailable') this.#restsUntilMs = performance.now() + REST_MS;
      throw failure;
    }
  }

  /** Measures the remaining space; undefined after the store is closed. */
  get space(): SpaceGauge | undefined {
    return this.#closed ? undefined : this.#space;
  }

  /**
   * Waits for pending commits and closes the store. Later operations fail.
   *
   * @throws Failure state_unavailable when the disk does not answer; the store is then still open
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    // Transactions keep their order, so this one is the last. Whether it commits does not matter.
    if (!this.#hasGivenUp()) await this.#watch.watch(this.#root.transaction(() => undefined)).catch(failureOf);
    this.#watch.end();
    // WHY NOT close it anyway: lmdb would wait forever. The end of the process closes it.
    if (this.#watch.isStuck()) throw unavailable(new CommitStuck());
    await this.#root.close();
  }

  /** @throws Failure state_unavailable when the store is closed or its disk has stopped answering */
  assertAnswering(): void {
    this.#assertOpen();
    if (this.#watch.isStuck()) throw unavailable(new CommitStuck());
    if (this.#hasGivenUp()) throw unavailable(new Error('the disk has failed: start again once it is in order'));
  }

  #assertOpen(): void {
    if (this.#closed) throw new Failure('state_unavailable', 'the store is closed');
  }

  /**
   * Whether lmdb has given up because it could not write a meta page; only opening the store again helps. A read reports this
   * state; a write would never settle.
   */
  #hasGivenUp(): boolean {
    try {
      this.#tables.meta.get(FORMAT_KEY);
      return false;
    } catch {
      return true;
    }
  }

  #assertRoom(): void {
    if (this.#space.isFull()) throw full(new Error('the store or its disk is full'));
    if (performance.now() < this.#restsUntilMs) throw unavailable(new Error('a commit has just failed'));
  }
}

async function loadLmdb(): Promise<typeof import('lmdb')> {
  try {
    return await import('lmdb');
  } catch (cause) {
    const platform = `${process.platform}-${process.arch}`;
    throw new StartupError(
      `the native module lmdb cannot be loaded on ${platform}: install the packages again on this machine (npm ci), or use Redis`,
      { cause },
    );
  }
}

async function claimFormat(root: RootDatabase<Buffer, Buffer>, meta: Table, directory: string): Promise<void> {
  const found = meta.get(FORMAT_KEY)?.toString();
  if (found === undefined) meta.putSync(FORMAT_KEY, Buffer.from(FORMAT));
  if (found === undefined || found === FORMAT) return;
  await root.close();
  throw new StartupError(
    `data directory ${directory} has format ${found} and this version reads format ${FORMAT}: start the version that wrote it, or choose another directory`,
  );
}
