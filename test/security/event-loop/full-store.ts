// A store that holds what makes answers long: the largest records of each kind, and many of them.
import { randomUUID } from 'node:crypto';
import type { Answer, Clients } from '../../support/clients.ts';
import { bound, opened, started } from '../../support/scene.ts';
import { structOf } from '../../support/structs.ts';

/** Text that takes the most room as JSON, and none that redaction would shorten. */
export const ESCAPED = '\u0001'.repeat(4_000);
const SIZES = { runs: 500, sessions: 300, decisions: 600, appends: 30, events: 100 };

export interface FullStore {
  readonly trace: string;
  readonly session: Answer;
  /** Runs on, with a long log. */
  readonly longRun: string;
  /** Has ended, with a long log. */
  readonly endedRun: string;
  readonly records: number;
}

export async function fill(clients: Clients, sizes: Partial<typeof SIZES> = {}): Promise<FullStore> {
  const { runs, sessions, decisions, appends, events } = { ...SIZES, ...sizes };
  const trace = await bound(clients);
  const session = await opened(clients, { call_budget: 1_000_000 });
  const inSession = { session_id: session.session_id };
  const inputs = structOf({ a: '\u0001'.repeat(600), b: Array.from({ length: 150 }, () => 1) });
  await batched(runs, async () => {
    const run = await started(clients, { trace_id: trace, ...inSession, inputs });
    await clients.runs('FinishRun', {
      run_id: run.run_id,
      status: 'RUN_STATUS_OK',
      output: ESCAPED,
      error: ESCAPED,
      idempotency_key: randomUUID(),
    });
  });
  const names = (seed: number) => Array.from({ length: 256 }, (_, index) => `t${seed}-${index}-`.padEnd(128, 'x'));
  await batched(sessions, (index) =>
    opened(clients, { tools: { names: names(index) }, declared_intent: 'i'.repeat(512) }),
  );
  await batched(decisions, (index) =>
    clients.decisions('ConsumeBudget', {
      ...inSession,
      agent_id: session.agent_id,
      calls: Array.from({ length: 32 }, (_, call) => ({ tool: `t${index}-${call}-`.padEnd(128, 'y') })),
    }),
  );
  const longRun = (await started(clients, { trace_id: trace, ...inSession })).run_id;
  const endedRun = (await started(clients, { trace_id: trace, ...inSession })).run_id;
  for (const run_id of [longRun, endedRun])
    for (let append = 0; append < appends; append++)
      await clients.decisions('AppendAudit', { run_id, events: toolEvents(events) });
  await clients.runs('FinishRun', { run_id: endedRun, status: 'RUN_STATUS_OK' });
  return { trace, session, longRun, endedRun, records: 2 * appends * events };
}

/** Events whose records are as long as a record can be. */
export function toolEvents(count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    tool_use: { name: 'read_file', id: `call-${index}`, args: 'a'.repeat(4_000), result: ESCAPED },
  }));
}

/** Eight at a time. */
async function batched(count: number, make: (index: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += 8)
    await Promise.all(Array.from({ length: Math.min(8, count - from) }, (_, index) => make(from + index)));
}
