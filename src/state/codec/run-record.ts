// A run as both engines store it: JSON, because a run is read by people more often than it is hot. Engines keep the
// revision beside it and never look inside.
import type { Run } from '../../core/run/run.ts';

const FORMAT = 3;
/** Without a memory of what secret tools returned. */
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
  // Nobody knows what its tools have returned.
  const isUnsure = format === FORMAT_WITHOUT_MEMORY && whole.status === 'running' && whole.toolCallsCount > 0;
  return isUnsure ? { ...whole, shaping: { ...whole.shaping, secrets: 'lengths' } } : whole;
}

/** JSON drops what is undefined; a run read back has every field again. */
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
