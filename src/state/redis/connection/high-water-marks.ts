// What this process has seen acknowledged of the sessions and runs that it used last. A store that fails over, restarts
// or is restored may have lost some of it; it is then told, record by record, before anything else is asked of it.
//
// What other processes have seen, they tell themselves: a record says where the new history took it over, so each of
// them adds what is missing beyond that place, in any order (see lua/restore-high-water-mark.lua).
import { BoundedMap } from '../../../core/bounded-map.ts';
import type { Counters } from '../../../core/session/session.ts';
import { decodeCounters } from '../../codec/session-record.ts';
import { runKeys, sessionKey } from '../keys.ts';
import { fieldsOf } from './replies.ts';
import { callScript, LINEAGE, type Script, type ScriptArgument, type ScriptName } from './scripts.ts';
import type { Connection } from './server-connection.ts';

/** Those used longest ago are forgotten first. */
const KNOWN_MAX = 20_000;
/** So many are told at one time. */
const CHUNK = 100;

interface Known<T> {
  readonly lineage: string;
  readonly value: T;
}

/** Acknowledged changes that the store has lost. Of a run nothing can be brought back: audit events are among them. */
export interface RollBack {
  readonly kind: 'session' | 'run';
  readonly id: string;
  readonly changes: number;
}

export class HighWaterMarks {
  readonly #sessions = new BoundedMap<string, Known<Counters>>(KNOWN_MAX);
  readonly #runs = new BoundedMap<string, Known<number>>(KNOWN_MAX);
  readonly #scripts: Readonly<Record<ScriptName, Script>>;
  readonly #onRollBack: (rollBack: RollBack) => void;
  readonly #told = new WeakSet<Known<unknown>>();
  #lostWrites = 0;

  constructor(scripts: Readonly<Record<ScriptName, Script>>, onRollBack: (rollBack: RollBack) => void) {
    this.#scripts = scripts;
    this.#onRollBack = onRollBack;
  }

  /** Acknowledged changes known to have been lost since the process started. */
  get lostWrites(): number {
    return this.#lostWrites;
  }

  /** The highest sequence seen of a session, 0 if none: a record that is behind it has been rolled back. */
  sequenceOf(sessionId: string): number {
    return this.#sessions.get(sessionId)?.value.sequence ?? 0;
  }

  observeSession(sessionId: string, lineage: string, counters: Counters): void {
    const known = this.#sessions.get(sessionId);
    // Answers may arrive out of order.
    if (known?.lineage === lineage && known.value.sequence >= counters.sequence) return;
    this.#sessions.set(sessionId, { lineage, value: counters });
  }

  observeRun(runId: string, lineage: string, revision: number): void {
    const known = this.#runs.get(runId);
    if (known?.lineage === lineage && known.value >= revision) return;
    this.#runs.set(runId, { lineage, value: revision });
  }

  forgetRun(runId: string): void {
    this.#runs.delete(runId);
  }

  /** Tells a server that has just been connected to, if its history is another than the one in which things were seen. */
  async restoreAll(connection: Connection, holds: (key: string) => boolean): Promise<void> {
    const lineage = connection.server.lineage;
    if (lineage === '') return;
    const sessions = [...this.#sessions].filter(([id, known]) => known.lineage !== lineage && holds(sessionKey(id)));
    const runs = [...this.#runs].filter(([id, known]) => known.lineage !== lineage && holds(runKeys(id).run));
    await inChunks(sessions, ([id]) => this.restoreSession(connection, id));
    await inChunks(runs, ([id, known]) => this.#restoreRun(connection, id, known));
  }

  /** Brings one session back to what was seen of it. */
  async restoreSession(connection: Connection, sessionId: string): Promise<void> {
    const known = this.#sessions.get(sessionId);
    if (!known) return;
    const { sequence, callsMade, windowStartMs, windowCalls, closedAtMs = 0 } = known.value;
    const args = [LINEAGE, known.lineage, sequence, callsMade, windowStartMs, windowCalls, closedAtMs] as const;
    const reply = await this.#call(connection, 'restore-high-water-mark', sessionKey(sessionId), args);
    const { lost: changes, counters } = fieldsOf('restore-high-water-mark', reply);
    if (!this.#isFirst(known)) return;
    if (counters) {
      this.#sessions.set(sessionId, { lineage: connection.server.lineage, value: decodeCounters(counters) });
      this.#lost({ kind: 'session', id: sessionId, changes });
    } else {
      this.#sessions.delete(sessionId);
    }
  }

  async #restoreRun(connection: Connection, runId: string, known: Known<number>): Promise<void> {
    const args = [LINEAGE, known.lineage, known.value] as const;
    const changes = (await this.#call(connection, 'take-over-run', runKeys(runId).run, args)) as number;
    if (!this.#isFirst(known)) return;
    this.#runs.delete(runId);
    if (changes > 0) this.#lost({ kind: 'run', id: runId, changes });
  }

  /** Two connections to one server may tell the same at the same time: the first to be answered counts. */
  #isFirst(known: Known<unknown>): boolean {
    if (this.#told.has(known)) return false;
    this.#told.add(known);
    return true;
  }

  #call(connection: Connection, name: ScriptName, key: string, args: readonly ScriptArgument[]): Promise<unknown> {
    return callScript(connection, { script: this.#scripts[name], keys: [key], args });
  }

  #lost(rollBack: RollBack): void {
    this.#lostWrites += rollBack.changes;
    this.#onRollBack(rollBack);
  }
}

async function inChunks<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += CHUNK) {
    await Promise.all(items.slice(from, from + CHUNK).map(act));
  }
}
