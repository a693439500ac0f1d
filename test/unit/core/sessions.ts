// Sessions and charges to start tests from.
import type { Call, SensitivityLevel } from '../../../src/core/session/session.ts';
import type { ChargeStep } from '../../../src/state/port/charge.ts';
import type { IdempotencyKey } from '../../../src/state/port/idempotency-key.ts';
import type { NewSession } from '../../../src/state/port/session.ts';

export const CREATED_AT = 1_700_000_000_000;

/** Own ids of partition 0, one per number. */
export function sessionIdOf(number: number): string {
  return `00000000-0000-7000-8000-${number.toString(16).padStart(10, '0')}00`;
}

export function aSession(changes: Partial<NewSession> = {}): NewSession {
  return {
    sessionId: sessionIdOf(1),
    agentId: 'agent',
    owner: undefined,
    delegationChain: [],
    declaredIntent: '',
    grant: 'all',
    timeLimitMs: 3_600_000,
    callBudget: 10,
    rateLimit: undefined,
    rateWindowMs: 60_000,
    sensitivityCeiling: 1,
    ...changes,
  };
}

export function calls(count: number, tool = 'read_file', sensitivity: SensitivityLevel = 0): Call[] {
  return Array.from({ length: count }, () => ({ tool, sensitivity }));
}

export function aCharge(changes: Partial<ChargeStep> = {}): ChargeStep {
  return {
    sessionId: sessionIdOf(1),
    agentId: 'agent',
    principals: undefined,
    calls: calls(1),
    decisionId: sessionIdOf(0),
    idempotencyKey: undefined,
    identity: undefined,
    ...changes,
  };
}

export function operationOf(key: string, fingerprint = '0123456789abcdef', rpc = 'ConsumeBudget'): IdempotencyKey {
  return { rpc, key, fingerprint };
}
