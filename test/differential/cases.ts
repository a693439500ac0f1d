// Histories in which an engine once differed from the model, as small as they could be made. A history that fast-check
// prints can be put here as it is.
import type { NewSession } from '../../src/state/port/session.ts';
import type { History, Step } from './history.ts';

const MINUTE = 60_000;
const START_MS = 1_740_000_000_000;

function create(session: Partial<NewSession> = {}): Step {
  return {
    op: 'create',
    agent: 0,
    partition: 0,
    maxLive: 9,
    session: {
      owner: undefined,
      delegationChain: [],
      declaredIntent: '',
      grant: 'all',
      timeLimitMs: 60 * MINUTE,
      callBudget: 10,
      rateLimit: undefined,
      rateWindowMs: MINUTE,
      sensitivityCeiling: 1,
      ...session,
    },
    key: undefined,
  };
}

function wait(ms: number): Step {
  return { op: 'wait', ms };
}

const DEACTIVATE: Step = { op: 'deactivateAgent', agent: 0 };
const READ_AGENT: Step = { op: 'readAgent', agent: 0 };
const REMOVE: Step = { op: 'remove', partition: 0, endedForMs: 0, limit: 1, about: undefined };

function historyOf(...steps: Step[]): History {
  return { startMs: START_MS, agents: ['a', 'b', 'c'], partitions: [0, 7], steps };
}

export const CASES: Readonly<Record<string, History>> = {
  'a session that expired before another was created lives again when the clock is set back': historyOf(
    create({ timeLimitMs: 5 * MINUTE }),
    wait(5 * MINUTE + 1),
    create(),
    wait(-1),
    READ_AGENT,
    DEACTIVATE,
  ),
  'a session that expired before its agent was deactivated lives again when the clock is set back': historyOf(
    create({ timeLimitMs: 5 * MINUTE }),
    wait(5 * MINUTE + 1),
    DEACTIVATE,
    wait(-1),
    READ_AGENT,
    DEACTIVATE,
  ),
  'a session that expired and was removed does not live again when the clock is set back': historyOf(
    create({ timeLimitMs: 5 * MINUTE }),
    wait(5 * MINUTE + 1),
    REMOVE,
    wait(-1),
    READ_AGENT,
  ),
};
