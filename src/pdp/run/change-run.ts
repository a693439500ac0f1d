// The only way to change a run: read it, let core make the next state, and store that state if the run has not changed
// meanwhile; otherwise start again. Tollgate's own records come first. A run finishes in one step with its last checkpoint.
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../core/failure.ts';
import { type Run, runAt } from '../../core/run/run.ts';
import type { IdempotencyKey } from '../../state/port/idempotency-key.ts';
import type { CallContext } from '../call-context.ts';
import { type Loss, sign, unfoldedDecisions, withDueRecords, withSealedTexts } from '../ledger/ledger.ts';
import type { Pdp } from '../pdp.ts';

/** How often other processes may change the run first before the run is reported as contended. */
const ATTEMPTS_MAX = 50;

export interface RunChange<T> {
  /** The run after the change; the same object as the given run if nothing is to be stored. */
  readonly run: Run;
  /** Empty when the run finishes. */
  readonly records: readonly Uint8Array[];
  readonly answer: T;
  /** What is remembered for the key instead of the answer. */
  readonly remembered?: string;
}

/** Makes a change without any effect. It may be called again, and its result may be dropped. */
type MakeChange<T> = (run: Run, now: number) => RunChange<T> | Promise<RunChange<T>>;

/**
 * Changes one run. `operation` makes a repeat return the first answer, as `replay` reads it.
 *
 * @param change  called again whenever the run has changed meanwhile
 * @throws Failure not_found, key_reused, too_many_keys, and what `change` throws; state_unavailable also when the deadline
 *   passes: a request already sent may still take effect, and no further one is sent
 */
export function changeRun<T>(
  context: CallContext,
  runId: string,
  operation: IdempotencyKey | undefined,
  change: MakeChange<T>,
  replay: (answer: string, run: Run) => T,
): Promise<T> {
  return inLine(context, runId, { operation, change, replay, aim: 'change' });
}

/**
 * Brings a run's ledger up to date: what is due is written, a run that fell silent is finished, and a checkpoint signs it,
 * if there is a key and something that the newest one does not say.
 *
 * @throws Failure not_found, state_unavailable
 */
export function sealRun(context: CallContext, runId: string): Promise<void> {
  return inLine(context, runId, { ...AS_IT_IS, aim: 'seal' }).then(() => undefined);
}

/**
 * Writes what is due into a run's ledger, without signing it.
 *
 * @returns the run as it stands now
 * @throws Failure not_found, state_unavailable
 */
export function foldRun(context: CallContext, runId: string): Promise<Run> {
  return inLine(context, runId, { ...AS_IT_IS, aim: 'fold' });
}

const AS_IT_IS = {
  operation: undefined,
  change: (run: Run) => ({ run, records: [], answer: run }),
  replay: (_answer: string, run: Run) => run,
};

interface Change<T> {
  readonly operation: IdempotencyKey | undefined;
  readonly change: MakeChange<T>;
  readonly replay: (answer: string, run: Run) => T;
  /** `seal` signs a checkpoint even if the run does not change; `fold` writes only the records that are due. */
  readonly aim: 'change' | 'fold' | 'seal';
}

function inLine<T>(context: CallContext, runId: string, wanted: Change<T>): Promise<T> {
  const changed = context.pdp.runQueues.run(runId, async () => {
    let loss: Loss | undefined;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; ) {
      if (performance.now() >= context.deadline) throw tooLate();
      const outcome = await attemptChange(context, runId, wanted, loss);
      if (outcome.kind === 'done') return outcome.answer;
      loss = outcome.kind === 'lost' ? outcome.loss : undefined;
      // Writing due records makes progress, so it counts as no attempt.
      if (outcome.kind !== 'prepared') attempt++;
      if (outcome.kind === 'moved') await sleep(Math.random() * Math.min(attempt, 10));
    }
    throw new Failure('state_unavailable', 'the run is being changed by too many callers');
  });
  return context.deadline === Number.POSITIVE_INFINITY ? changed : by(context.deadline, changed);
}

type Attempt<T> =
  | { readonly kind: 'done'; readonly answer: T }
  /** Another change came first, or what was due has been written: from the beginning, on what is there now. */
  | { readonly kind: 'moved' | 'prepared' }
  | { readonly kind: 'lost'; readonly loss: Loss };

/** @param loss  found by the attempt before */
async function attemptChange<T>(
  context: CallContext,
  runId: string,
  wanted: Change<T>,
  loss?: Loss,
): Promise<Attempt<T>> {
  const { operation, change, replay, aim } = wanted;
  const { stored, remembered, lostChanges, runDecisions, now } = await context.state.readRun(runId, operation);
  if (!stored) throw new Failure('not_found', 'the run is unknown', { subject: 'run' });
  if (remembered) {
    if (remembered.fingerprint !== operation?.fingerprint) throw keyReused();
    // The first call may have failed to confirm the change. A repeat acknowledges the same durability as the first answer.
    await context.state.confirmRun(runId);
    return { kind: 'done', answer: replay(remembered.answer, stored.run) };
  }
  const decisions = await unfoldedDecisions(context, stored.run, runDecisions);
  const due = withDueRecords(stored.run, { now, loss: totalLoss(lostChanges, loss), decisions });
  const current = runAt(due.run, context.pdp.runIdleTimeoutMs, now);
  const { run, records, answer, remembered: toRemember = answer } = await change(current, now);
  const from = { expectedRevision: stored.revision, lostChanges };
  const remember = operation && { ...operation, answer: JSON.stringify(toRemember) };

  const finishes = stored.run.status === 'running' && run.status !== 'running';
  if (!finishes && aim === 'change') {
    if (run === current) {
      await context.state.confirmRun(runId);
      return { kind: 'done', answer };
    }
    const outcome = await commit(context, {
      ...from,
      run,
      records: [...due.records, ...records],
      idempotencyKey: remember,
    });
    return outcome === 'committed' ? { kind: 'done', answer } : { kind: 'moved' };
  }
  if (due.records.length > 0) {
    const { run: prepared, records: dueRecords } = due;
    const outcome = await commit(context, { ...from, run: prepared, records: dueRecords, idempotencyKey: undefined });
    return { kind: outcome === 'committed' ? 'prepared' : 'moved' };
  }
  if (aim === 'fold') return { kind: 'done', answer };
  const ended = finishes ? withSealedTexts(run) : run;
  const signing = await sign(context, ended, now);
  if (signing.kind === 'lost') return signing;
  if (signing.kind === 'nothing' && ended === stored.run) return { kind: 'done', answer };
  const sealed = signing.kind === 'signed' ? signing : { run: ended, checkpoint: undefined };
  const outcome = await commit(context, { ...from, ...sealed, records: [], idempotencyKey: remember });
  return outcome === 'committed' ? { kind: 'done', answer } : { kind: 'moved' };
}

/** The larger of the loss that the store reports and the loss that a checkpoint shows. */
function totalLoss(lostChanges: number, loss: Loss | undefined): Loss | undefined {
  if (lostChanges === 0) return loss;
  return { changes: Math.max(lostChanges, loss?.changes ?? 0), epoch: loss?.epoch ?? 0 };
}

async function commit(
  context: CallContext,
  wanted: Parameters<Pdp['state']['commitRun']>[0],
): Promise<'committed' | 'moved'> {
  const outcome = await context.state.commitRun(wanted);
  if (outcome === 'committed' || outcome === 'moved') return outcome;
  if (outcome !== 'too_many_keys') throw new Error(`a change of a run names no session: ${outcome}`);
  throw new Failure('too_many_keys', 'too many idempotency keys are remembered for this run');
}

/** Rejects at the deadline, also while the change waits behind others. */
function by<T>(deadline: number, changed: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(tooLate()), deadline - performance.now());
    changed.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function tooLate(): Failure {
  return new Failure('state_unavailable', 'the run could not be changed in time');
}

export function keyReused(): Failure {
  return new Failure('key_reused', 'the idempotency_key was used for another request');
}
