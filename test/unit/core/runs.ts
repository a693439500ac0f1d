// A run to start tests from.
import { type NewRun, openRun, type Run } from '../../../src/core/run/run.ts';

/** When the runs of tests start, by the store's clock. */
export const STARTED_AT = 1_700_000_000_000;

const NEW_RUN: NewRun = {
  runId: 'r-1',
  rootRunId: 'r-1',
  parentRunId: undefined,
  continuationParentRunId: undefined,
  continuationSharesCaller: false,
  skillId: 'skill',
  callerId: 'discord:1',
  callerAsserted: false,
  channelId: undefined,
  sessionId: undefined,
  agentId: undefined,
  inputs: undefined,
};

export function aRun(changes: Partial<Run> = {}): Run {
  return { ...openRun(NEW_RUN, STARTED_AT), ...changes };
}
