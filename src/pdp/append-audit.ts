// AppendAudit: what a run did, shaped by core, numbered and stored in one step.
import { type AuditEvent, shapeEvents } from '../core/audit.ts';
import { Failure } from '../core/failure.ts';
import type { Tokens } from '../core/run.ts';
import type { Durability, Operation } from '../state/port.ts';
import { changeRun } from './change-run.ts';
import { encodeRecords } from './ledger.ts';
import { type Pdp, pdpPatiently } from './pdp.ts';

export interface AppendRequest {
  readonly runId: string;
  readonly events: readonly AuditEvent[];
  readonly operation: Operation | undefined;
}

interface Appended {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly tokens: Tokens;
}

export interface AppendAnswer extends Appended {
  readonly replayed: boolean;
  readonly durability: Durability;
}

/**
 * Appends events to a running run's log.
 *
 * @throws Failure not_found; wrong_state when the run has finished; key_reused; state_unavailable (repeat with the same key)
 */
export async function appendAudit(pdp: Pdp, request: AppendRequest): Promise<AppendAnswer> {
  const { policy } = pdp.policy();
  const redaction = pdp.redaction();
  let replayed = false;
  const appended = await changeRun<Appended>(
    pdpPatiently(pdp, pdp.patience.appendMs),
    request.runId,
    request.operation,
    (run, now) => {
      if (run.status !== 'running') throw new Failure('wrong_state', 'the run has finished', { subject: 'run' });
      const shaped = shapeEvents(run, request.events, policy, now, redaction);
      const records = encodeRecords(shaped.records, now);
      const { lastSequence, tokens } = shaped.run;
      return { run: shaped.run, records, answer: { firstSequence: run.lastSequence + 1, lastSequence, tokens } };
    },
    (answer) => {
      replayed = true;
      return JSON.parse(answer);
    },
  );
  return { ...appended, replayed, durability: pdp.state.info.durability };
}
