// The records of policies that have taken the place of another, on this server. A swap takes effect at once, whether or not the
// store answers, because it may withdraw a right. Its record waits until the store takes it.
import { pendingRecord, settle } from './decision-records.ts';
import { type Pdp, pdpFor } from './pdp.ts';
import { Serially } from './serially.ts';

export interface PolicySwap {
  readonly revision: string;
  readonly previous: string;
  /** Who asked for it; `local` where the file was changed. */
  readonly caller: string;
}

/** Swaps that wait for a store that does not answer; the oldest goes. */
const WAITING_MAX = 1_000;

export class PolicyJournal {
  readonly #waiting: PolicySwap[] = [];
  readonly #serially = new Serially();

  add(swap: PolicySwap): void {
    this.#waiting.push(swap);
    if (this.#waiting.length > WAITING_MAX) this.#waiting.shift();
  }

  /**
   * Records what waits, oldest first. A record names both revisions.
   *
   * @throws Failure state_unavailable; what is not recorded then waits on
   */
  flush(pdp: Pdp): Promise<void> {
    return this.#serially.run('', async () => {
      for (let swap = this.#waiting[0]; swap; swap = this.#waiting[0]) {
        await record(pdp, swap);
        // Meanwhile it may have made room for a newer one.
        if (this.#waiting[0] === swap) this.#waiting.shift();
      }
    });
  }
}

async function record(pdp: Pdp, { revision, previous, caller }: PolicySwap): Promise<void> {
  const details = { kind: 'swap', previousRevision: previous } as const;
  const asked = { rpc: 'ReloadPolicy', policyRevision: revision, checks: [], details } as const;
  const pending = pendingRecord(pdpFor(pdp, caller), asked);
  if (pending) await settle(pdp, pending, { effect: 'ALLOW', reason: 'ALLOWED' });
}
