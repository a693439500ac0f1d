// The policies that this server has had in force: their documents, by revision, and the records of the swaps between them. A
// swap takes effect at once, whether or not the store answers, because it may withdraw a right.
//
// INVARIANT: the document of a revision is stored before the first record that names it. Whoever is about to have something
// recorded asks `isDue` first, and waits for `keep` where it is. What is stored already is refreshed beside the decisions: none
// waits for that, and none fails with it.
import type { State } from '../../state/port/state.ts';
import type { CallContext } from '../call-context.ts';
import { KeyedQueue } from '../keyed-queue.ts';
import { pendingRecord, recordOutcome } from '../record/decision-records.ts';

/** A policy as it is kept. */
export interface KeptPolicy {
  /** SHA-256 of `document`, hex. */
  readonly revision: string;
  /** The policy in its canonical form: JSON without blanks, keys in order. */
  readonly document: string;
  readonly inForceAtMs: number;
}

export interface PolicySwap {
  readonly revision: string;
  readonly previous: string;
  /** Who asked for it; `local` where the file was changed. */
  readonly caller: string;
}

/** Swaps and documents that wait for a store that does not answer; the oldest goes. */
const WAITING_MAX = 100;
/** The policy in force is stored again so often: a store that lost it has it back, and its time goes on. */
const REFRESH_MS = 60_000;
/** After a refresh that failed. */
const REFRESH_AGAIN_MS = 1_000;
/** Without a refresh for so long its document may outlive its time in the store, so decisions wait for it again. */
const STALE_MS = 600_000;

export class PolicyJournal {
  #current: KeptPolicy | undefined;
  readonly #documents: KeptPolicy[] = [];
  readonly #swaps: PolicySwap[] = [];
  #keptAtMs = Number.NEGATIVE_INFINITY;
  #refreshAtMs = Number.NEGATIVE_INFINITY;
  #keeping: Promise<void> | undefined;
  readonly #serially = new KeyedQueue();

  /** Tells of a policy that is about to come into force. */
  take(policy: KeptPolicy): void {
    this.#current = policy;
    add(this.#documents, policy);
  }

  /** Tells of a swap that has happened. */
  swapped(swap: PolicySwap): void {
    add(this.#swaps, swap);
  }

  /** Whether something must be stored before the next record. Asked for each decision, so it is quick. */
  isDue(): boolean {
    return this.#documents.length > 0 || performance.now() - this.#keptAtMs > STALE_MS;
  }

  /** Whether what is stored wants to be stored again, for which nobody need wait. As quick. */
  isAgeing(): boolean {
    return performance.now() > this.#refreshAtMs;
  }

  /**
   * Stores the documents that wait, and the one in force again. All who ask at one time share one attempt, so that in a crowd
   * nobody waits for the time-outs of others, and the first one's haste is nobody else's.
   *
   * @throws Failure state_unavailable; what is not stored then waits on
   */
  async keep(state: State): Promise<void> {
    while (this.isDue()) await this.#share(state);
  }

  /** Stores the policy in force again, in its own time. */
  refresh(state: State): void {
    if (this.isAgeing()) this.#share(state).catch(() => {});
  }

  /** The store may have lost what was kept. */
  forget(): void {
    if (this.#current && !this.#documents.includes(this.#current)) add(this.#documents, this.#current);
  }

  #share(state: State): Promise<void> {
    this.#keeping ??= this.#store(state.within(Number.POSITIVE_INFINITY)).finally(() => {
      this.#keeping = undefined;
    });
    return this.#keeping;
  }

  async #store(state: State): Promise<void> {
    const startedAtMs = performance.now();
    this.#refreshAtMs = startedAtMs + REFRESH_AGAIN_MS;
    const waiting = [...this.#documents];
    const current = this.#current;
    if (current && !waiting.includes(current)) waiting.push(current);
    for (const policy of waiting) {
      await state.keepPolicy(policy);
      const place = this.#documents.indexOf(policy);
      if (place >= 0) this.#documents.splice(place, 1);
    }
    this.#keptAtMs = startedAtMs;
    this.#refreshAtMs = startedAtMs + REFRESH_MS;
  }

  /**
   * Records the swaps that wait, oldest first. A record names both revisions.
   *
   * @throws Failure state_unavailable; what is not recorded then waits on
   */
  flush(context: CallContext): Promise<void> {
    return this.#serially.run('swaps', async () => {
      for (let swap = this.#swaps[0]; swap; swap = this.#swaps[0]) {
        await record(context, swap);
        // Meanwhile it may have made room for a newer one.
        if (this.#swaps[0] === swap) this.#swaps.shift();
      }
    });
  }
}

function add<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > WAITING_MAX) list.shift();
}

async function record(context: CallContext, { revision, previous, caller }: PolicySwap): Promise<void> {
  const details = { kind: 'swap', previousRevision: previous } as const;
  const asked = { rpc: 'ReloadPolicy', policyRevision: revision, checks: [], details } as const;
  const pending = pendingRecord({ ...context, caller: { name: caller, receivedAtMs: performance.now() } }, asked);
  if (pending) await recordOutcome(context, pending, { effect: 'ALLOW', reason: 'ALLOWED' });
}
