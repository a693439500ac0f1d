// A run as both engines store it. WHY JSON: people read runs, and runs are not on the hot path. Engines keep the revision beside
// the record and never read the record itself.
import type { Run } from '../../core/run/run.ts';

const FORMAT = 3;
/** Written before runs remembered what secret tools returned. */
const FORMAT_WITHOUT_MEMORY = 2;

export function encodeRun(run: Run): Buffer {
  return Buffer.from(JSON.stringify({ format: FORMAT, ...run }));
}

/** @throws when the bytes are not what {@link encodeRun} writes, or wrote before runs remembered secrets */
export function decodeRun(bytes: Uint8Array): Run {
  const { format, ...run } = JSON.parse(Buffer.from(bytes).toString('utf8'));
  const isKnown = format === FORMAT || format === FORMAT_WITHOUT_MEMORY;
  if (!isKnown || typeof run.runId !== 'string' || !Number.isSafeInteger(run.lastSequence)) {
    throw new Error(`run record: not format ${FORMAT}`);
  }
  const whole: Run = { ...ABSENT, ...run };
  // What its tools have returned is unknown.
  const isUnsure = format === FORMAT_WITHOUT_MEMORY && whole.status === 'running' && whole.toolCallsCount > 0;
  return isUnsure ? { ...whole, shaping: { ...whole.shaping, secrets: 'lengths' } } : whole;
}

/** JSON omits undefined fields; a decoded run has every field. */
const ABSENT = {
  parentRunId: undefined,
  continuationParentRunId: undefined,
  channelId: undefined,
  sessionId: undefined,
  agentId: undefined,
  inputs: undefined,
  finishedAtMs: undefined,
  output: undefined,
  error: undefined,
  runtimeMs: undefined,
  finishFingerprint: undefined,
} satisfies Partial<Run>;
