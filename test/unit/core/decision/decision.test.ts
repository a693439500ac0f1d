// What an agent is told: a way on, and nothing by which it could find out what is not its own.
import { describe, expect, test } from 'vitest';
import { MESSAGES, REASONS } from '../../../../src/core/decision/decision.ts';

describe('the message of a decision', () => {
  test('does not tell an unknown session from one of another agent or owner', () => {
    expect(MESSAGES.AGENT_MISMATCH).toBe(MESSAGES.SESSION_UNKNOWN);
    expect(MESSAGES.OWNER_MISMATCH).toBe(MESSAGES.SESSION_UNKNOWN);
  });

  test('does not tell an unknown run from one of another caller', () => {
    expect(MESSAGES.RUN_FOREIGN).toBe(MESSAGES.RUN_UNKNOWN);
  });

  test('shares no further sentence: each other reason has its own', () => {
    const shared = ['SESSION_UNKNOWN', 'AGENT_MISMATCH', 'OWNER_MISMATCH', 'RUN_UNKNOWN', 'RUN_FOREIGN'];
    const others = REASONS.filter((reason) => !shared.includes(reason)).map((reason) => MESSAGES[reason]);
    expect(new Set(others).size).toBe(others.length);
  });

  test('of every denial names a way on behind what happened', () => {
    for (const reason of REASONS) if (reason !== 'ALLOWED') expect(MESSAGES[reason], reason).toMatch(/^[^:]+: \S/);
  });
});
