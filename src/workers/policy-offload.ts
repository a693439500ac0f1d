// A policy file of 1 MiB takes more than half a second to read. A worker does that, and the event loop makes the rules of the
// outcome in slices.

import { type LoadedPolicy, loadPolicy } from '../config/files/policy-file.ts';
import { checkedPolicy } from '../config/files/policy-shape.ts';
import { Failure } from '../core/failure.ts';
import { type Policy, parsePolicyInSteps } from '../core/policy/policy.ts';
import { StartupError } from '../host/startup-error.ts';
import { Slice } from '../pdp/turns.ts';
import type { WorkerPool } from './worker-pool.ts';

const FILE_BYTES_MAX = 2 ** 20;
/** No caller has this name. */
const OURSELVES = '';

/** @throws StartupError as {@link loadPolicy} does */
export async function offloadPolicy(pool: WorkerPool, path: string): Promise<LoadedPolicy<Policy>> {
  const asked = { caller: OURSELVES, deadline: Number.POSITIVE_INFINITY, bytes: FILE_BYTES_MAX };
  const read = await pool.run({ name: 'loadPolicy', path }, asked).catch((error) => {
    if (error instanceof Failure) return undefined;
    throw error;
  });
  // A change of rules must not be missed because there is much else to do.
  if (!read) return loadPolicy(path, checkedPolicy);
  if ('problems' in read) throw new StartupError(read.problems);
  const { document, revision, warnings } = read;
  const slice = new Slice();
  const steps = parsePolicyInSteps(JSON.parse(document));
  for (;;) {
    if (slice.isOver) await slice.next();
    const step = steps.next();
    if (!step.done) continue;
    if (!('policy' in step.value)) throw new Error('a policy is refused that was not');
    return { policy: step.value.policy, revision, document, warnings };
  }
}
