// The end of a run: once, and for good.
import { LIMITS } from '../limits.ts';
import { BUILT_IN, type RedactionRules, type Scanner, scannerFor } from '../redaction/scanner.ts';
import { storable } from '../redaction/storable.ts';
import { type FinalStatus, type Run, withoutSecretMemory } from './run.ts';

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
  rules: RedactionRules = BUILT_IN,
): { readonly kind: 'finished' | 'same' | 'contradiction'; readonly run: Run } {
  if (run.status !== 'running') {
    return { kind: run.finishFingerprint === finish.fingerprint ? 'same' : 'contradiction', run };
  }
  const scanner = scannerFor(run, rules);
  const finished: Run = {
    ...run,
    status: finish.status,
    finishedAtMs: Math.max(now, run.shaping.lastEventAtMs),
    output: storedBody(finish.output, scanner),
    error: storedBody(finish.error, scanner),
    runtimeMs: finish.runtimeMs,
    finishFingerprint: finish.fingerprint,
    shaping: withoutSecretMemory(run.shaping),
  };
  return { kind: 'finished', run: finished };
}

function storedBody(text: string | undefined, { text: scan }: Scanner): string | undefined {
  return text === undefined ? undefined : storable(text, LIMITS.runOutputBytesMax, scan).text;
}
