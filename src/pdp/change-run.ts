// The one way in which a run changes: read it, let core make the next state, store that only if the run has not moved
// in between, else do it again.
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../core/failure.ts';
import { type Run, runAt } from '../core/run.ts';
import type { Operation } from '../state/port.ts';
import type { Pdp } from './pdp.ts';
import { Serially } from './serially.ts';

const serially = new Serially();

/** Other processes may win this often before the run is reported as contended. */
const ATTEMPTS_MAX = 50;

export interface RunChange<T> {
  /** The run as it shall be; the very run given if nothing is to be stored. */
  readonly run: Run;
  readonly records: readonly Uint8Array[];
  readonly answer: T;
}

/**
 * Changes one run. `operation` makes a repeat return the first answer, as `replay` reads it.
 *
 * @param change  pure; asked again whenever the run has moved
 * @throws Failure not_found, key_reused, too_many_keys, and whatever `change` throws; state_unavailable also when the
 *   deadline passes, and then what has been sent may take effect yet, while nothing more is sent
 */
export function changeRun<T>(
  pdp: Pdp,
  runId: string,
  operation: Operation | undefined,
  change: (run: Run, now: number) => RunChange<T>,
  replay: (answer: string, run: Run) => T,
): Promise<T> {
  const changed = serially.run(runId, async () => {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      if (performance.now() >= pdp.deadline) throw tooLate();
      const { stored, remembered, now } = await pdp.state.readRun(runId, operation);
      if (!stored) throw new Failure('not_found', 'the run is unknown', { subject: 'run' });
      if (remembered) {
        if (remembered.fingerprint !== operation?.fingerprint) throw keyReused();
        return replay(remembered.answer, stored.run);
      }
      const current = runAt(stored.run, pdp.runIdleTimeoutMs, now);
      const { run, records, answer } = change(current, now);
      if (run === current) return answer;
      const outcome = await pdp.state.commitRun({
        run,
        records,
        expectedRevision: stored.revision,
        operation: operation && { ...operation, answer: JSON.stringify(answer) },
      });
      if (outcome === 'committed') return answer;
      if (outcome === 'too_many_keys') {
        throw new Failure('too_many_keys', 'too many idempotency keys are remembered for this run');
      }
      await sleep(Math.random() * Math.min(attempt, 10));
    }
    throw new Failure('state_unavailable', 'the run is changed by too many at once');
  });
  return pdp.deadline === Number.POSITIVE_INFINITY ? changed : by(pdp.deadline, changed);
}

/** What waits in line behind others gives up in time, too. */
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
