// AppendAudit requests that are too large for the event loop: read and shaped by workers, stored by whoever asks.

import type { LoadedPolicy } from '../pdp/pdp.ts';
import type { AppendRequest } from '../pdp/run/append-audit.ts';
import type { RedactionData } from '../redaction/operator-rules.ts';
import type { SharedBytes, SharedPolicy, SharedRedaction } from './jobs.ts';
import type { WorkerPool } from './worker-pool.ts';

/** What is below takes the event loop a millisecond or two: see docs/decisions/0029-worker-threads.md. */
export const OFFLOAD_BYTES_MIN = 32 * 1024;

let lastId = 0;

/**
 * Checks a request, without its events ever being decoded here.
 *
 * @throws Failure undecodable, invalid_request, and as the pool does
 */
export async function offloadAppend(
  { pool, redaction }: { pool: WorkerPool; redaction: () => RedactionData },
  bytes: Uint8Array,
  { caller, deadline }: { caller: string; deadline: number },
): Promise<AppendRequest> {
  lastId += 1;
  const request = { id: lastId, bytes: shared(bytes) };
  const asked = { caller, bytes: bytes.length };
  const { runId, operation } = await pool.run({ name: 'readAppend', request }, { ...asked, deadline });
  return {
    runId,
    idempotencyKey: operation,
    shape: async (run, policy, { now, deadline: until }) => {
      const job = {
        name: 'shapeAppend',
        request,
        run,
        policy: sharedPolicyOf(policy),
        redaction: sharedRedactionOf(redaction()),
        now,
      } as const;
      const { run: shaped, records, ends } = await pool.run(job, { ...asked, deadline: until });
      return { run: shaped, records: ends.map((end, index) => records.subarray(ends[index - 1] ?? 0, end)) };
    },
  };
}

function shared(bytes: Uint8Array): SharedBytes {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

const sharedRedactions = new WeakMap<RedactionData, SharedRedaction>();

function sharedRedactionOf(data: RedactionData): SharedRedaction {
  const known = sharedRedactions.get(data);
  if (known) return known;
  lastId += 1;
  const made = { id: lastId, data };
  sharedRedactions.set(data, made);
  return made;
}

const sharedPolicies = new WeakMap<object, SharedPolicy>();

function sharedPolicyOf(loaded: LoadedPolicy): SharedPolicy {
  const known = sharedPolicies.get(loaded.policy);
  if (known) return known;
  if (loaded.document === undefined) throw new Error('a policy without its document cannot be sent to a worker');
  const made = { revision: loaded.revision, document: shared(Buffer.from(loaded.document)) };
  sharedPolicies.set(loaded.policy, made);
  return made;
}
