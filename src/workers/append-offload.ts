// AppendAudit requests that are too large for the event loop: read and shaped by workers, stored by whoever asks.

import type { AppendRequest } from '../pdp/run/append-audit.ts';
import type { RedactionData } from '../redaction/operator-rules.ts';
import type { WorkerPool } from './worker-pool.ts';

/** What is below takes the event loop a millisecond or two: see docs/decisions/0029-worker-threads.md. */
export const OFFLOAD_BYTES_MIN = 32 * 1024;

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
  const request = pool.shared.request(bytes);
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
        policy: pool.shared.policy(policy),
        redaction: pool.shared.redaction(redaction()),
        now,
      } as const;
      const { run: shaped, records, ends } = await pool.run(job, { ...asked, deadline: until });
      return { run: shaped, records: ends.map((end, index) => records.subarray(ends[index - 1] ?? 0, end)) };
    },
  };
}
