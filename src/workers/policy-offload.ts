// A policy file of 1 MiB takes more than half a second to read. A worker does that, and the event loop takes over the outcome.
import { setImmediate as turn } from 'node:timers/promises';
import { type LoadedPolicy, loadPolicy, PolicyError } from '../config/files/policy-file.ts';
import { checkedPolicy } from '../config/files/policy-shape.ts';
import { Failure } from '../core/failure.ts';
import { type Policy, parsePolicy } from '../core/policy/policy.ts';
import type { WorkerPool } from './worker-pool.ts';

const FILE_BYTES_MAX = 2 ** 20;
/** No caller has this name. */
const OURSELVES = '';

/** @throws PolicyError as {@link loadPolicy} does */
export async function offloadPolicy(pool: WorkerPool, path: string): Promise<LoadedPolicy<Policy>> {
  const asked = { caller: OURSELVES, deadline: Number.POSITIVE_INFINITY, bytes: FILE_BYTES_MAX };
  const read = await pool.run({ name: 'loadPolicy', path }, asked).catch((error) => {
    if (error instanceof Failure) return undefined;
    throw error;
  });
  // A change of rules must not be missed because there is much else to do.
  if (!read) return loadPolicy(path, checkedPolicy);
  if ('problems' in read) throw new PolicyError(read.problems);
  const { document, revision, warnings } = read;
  const root = JSON.parse(document);
  await turn();
  const parsed = parsePolicy(root);
  if (!('policy' in parsed)) throw new Error('a policy is refused that was not');
  return { policy: parsed.policy, revision, document, warnings };
}
