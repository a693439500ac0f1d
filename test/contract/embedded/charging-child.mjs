// Charges one session without pause, each charge under a key of its own, and says every key whose charge was
// acknowledged. Its parent kills it.
import { randomUUID } from 'node:crypto';

const [engine, directory, sessionId, round] = process.argv.slice(2);
const { openEmbeddedState } = await import(`${engine}/state.js`);
const state = await openEmbeddedState({ directory, retentionMs: 900_000, mapSizeBytes: 2 ** 28 });

let next = 0;
async function chargeWithoutPause() {
  for (;;) {
    const key = `${round}-${next++}`;
    const answer = await state.charge({
      sessionId,
      agentId: 'agent-1',
      principals: undefined,
      calls: [{ tool: 'search', sensitivity: 0 }],
      decisionId: randomUUID(),
      idempotencyKey: { rpc: 'Authorize', key, fingerprint: '00112233445566ff' },
      identity: undefined,
    });
    // A write to a pipe is synchronous here, so what was said is with the parent when this process dies.
    if (answer.kind === 'charged') process.stdout.write(`${key}\n`);
  }
}
await Promise.all(Array.from({ length: 16 }, chargeWithoutPause));
