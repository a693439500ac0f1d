// AppendAudit: what a run did, shaped by core, numbered and stored in one step.
import { Failure } from '../../core/failure.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { RedactionRules } from '../../core/redaction/scanner.ts';
import { type AuditEvent, shapeEvents } from '../../core/run/audit.ts';
import type { Run, Tokens } from '../../core/run/run.ts';
import type { IdempotencyKey } from '../../state/port/idempotency-key.ts';
import type { Durability } from '../../state/port/store.ts';
import { type CallContext, withTimeout } from '../call-context.ts';
import { encodeRecords } from '../ledger/ledger.ts';
import type { LoadedPolicy } from '../pdp.ts';
import { changeRun } from './change-run.ts';

export type AppendRequest = {
  readonly runId: string;
  readonly idempotencyKey: IdempotencyKey | undefined;
} & (
  | { readonly events: readonly AuditEvent[] }
  /** Its events lie where they are shaped. */
  | { readonly shape: ShapeAppend }
);

/** @param deadline  in ms of `performance.now()` */
export type ShapeAppend = (
  run: Run,
  policy: LoadedPolicy,
  given: { readonly now: number; readonly deadline: number },
) => Promise<ShapedAppend>;

export interface ShapedAppend {
  /** As it stands behind the events. */
  readonly run: Run;
  /** As they are stored. */
  readonly records: readonly Uint8Array[];
}

/** Makes the records of a running run's next events. */
export function shapeAppend(
  run: Run,
  events: readonly AuditEvent[],
  { policy, redaction, now }: { policy: Policy; redaction: RedactionRules; now: number },
): ShapedAppend {
  const shaped = shapeEvents(run, events, policy, now, redaction);
  return { run: shaped.run, records: encodeRecords(shaped.records, now) };
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
export async function appendAudit(context: CallContext, request: AppendRequest): Promise<AppendAnswer> {
  const loaded = context.pdp.policy();
  const redaction = context.pdp.redaction();
  const within = withTimeout(context, context.pdp.writeTimeouts.appendMs);
  let replayed = false;
  const appended = await changeRun<Appended>(
    within,
    request.runId,
    request.idempotencyKey,
    async (before, now) => {
      if (before.status !== 'running') throw new Failure('wrong_state', 'the run has finished', { subject: 'run' });
      const { run, records } =
        'shape' in request
          ? await request.shape(before, loaded, { now, deadline: within.deadline })
          : shapeAppend(before, request.events, { policy: loaded.policy, redaction, now });
      const { lastSequence, tokens } = run;
      return { run, records, answer: { firstSequence: before.lastSequence + 1, lastSequence, tokens } };
    },
    (answer) => {
      replayed = true;
      return JSON.parse(answer);
    },
  );
  return { ...appended, replayed, durability: context.state.info.durability };
}
