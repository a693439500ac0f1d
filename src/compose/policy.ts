// The policy file of a running server. The file watcher and ReloadPolicy both end in `takeReload`: it logs the reload, hands
// the new policy to the journal and records the swap.
import type { Config } from '../config/config.ts';
import { checkedPolicy } from '../config/files/policy-shape.ts';
import { type PolicyReload, PolicySource } from '../config/files/policy-source.ts';
import type { Policy } from '../core/policy/policy.ts';
import type { PolicyJournal } from '../pdp/policy/policy-journal.ts';
import { errorFields, type Logger } from '../telemetry/log.ts';
import { offloadPolicy } from '../workers/policy-offload.ts';
import type { WorkerPool } from '../workers/worker-pool.ts';

interface PolicyParts {
  readonly log: Logger;
  readonly workers: WorkerPool;
  readonly journal: PolicyJournal;
  /** Records the swaps that wait in the journal. */
  readonly recordSwaps: () => Promise<void>;
}

/** Opens the policy file. @throws StartupError when it cannot be used */
export function openPolicy(config: Config, { log, workers, journal, recordSwaps }: PolicyParts): PolicySource<Policy> {
  const path = config.policy.file;
  const source: PolicySource<Policy> = new PolicySource({
    path,
    parse: checkedPolicy,
    load: () => offloadPolicy(workers, path),
    onReload: (reload, caller) => takeReload(reload, caller),
  });
  const journalCurrent = () => {
    const { revision, document, loadedAtMs } = source.current;
    journal.take({ revision, document, inForceAtMs: loadedAtMs });
  };

  // INVARIANT: nothing is awaited before the journal has the policy. Otherwise a decision could name a policy that is not stored.
  async function takeReload(reload: PolicyReload, caller: string | undefined): Promise<void> {
    const { revision, previous } = reload;
    if (!reload.ok) {
      log.error({ ...errorFields(reload.error), revision }, 'policy refused; the last good one stays in force');
      return;
    }
    log.info({ revision, previous }, 'policy in force');
    if (revision !== previous) {
      journalCurrent();
      journal.swapped({ revision, previous, caller: caller ?? 'local' });
    }
    // Without a swap, too: an earlier one may still wait for the store.
    await recordSwaps().catch((error) => {
      // A caller who asked for the reload gets the error.
      if (caller !== undefined) throw error;
      log.warn(errorFields(error), 'the policy swap is not recorded yet');
    });
  }

  journalCurrent();
  return source;
}
