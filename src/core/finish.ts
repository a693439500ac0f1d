// The end of a run: once, and for good.
import { LIMITS } from './limits.ts';
import { type ScanBudget, scanBudget } from './redaction/scan-budget.ts';
import { storable } from './redaction/storable.ts';
import type { FinalStatus, Run } from './run.ts';

export interface Finish {
  readonly status: FinalStatus;
  readonly output: string | undefined;
  readonly error: string | undefined;
  readonly runtimeMs: number | undefined;
  /** Tells what the request said, before anything was cut. */
  readonly fingerprint: string;
}

/**
 * Finishes a running run. A run that has finished stays as it is: `same` when it was finished by this very content,
 * else `contradiction`, also when it has timed out by itself.
 */
export function finishRun(
  run: Run,
  finish: Finish,
  now: number,
): { readonly kind: 'finished' | 'same' | 'contradiction'; readonly run: Run } {
  if (run.status !== 'running') {
    return { kind: run.finishFingerprint === finish.fingerprint ? 'same' : 'contradiction', run };
  }
  const budget = scanBudget();
  const finished: Run = {
    ...run,
    status: finish.status,
    finishedAtMs: Math.max(now, run.shaping.lastEventAtMs),
    output: storedBody(finish.output, budget),
    error: storedBody(finish.error, budget),
    runtimeMs: finish.runtimeMs,
    finishFingerprint: finish.fingerprint,
  };
  return { kind: 'finished', run: finished };
}

function storedBody(text: string | undefined, budget: ScanBudget): string | undefined {
  return text === undefined ? undefined : storable(text, LIMITS.runOutputBytesMax, budget).text;
}
