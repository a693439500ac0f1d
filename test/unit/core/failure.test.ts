// A failure names its subject where its kind needs one: the compiler holds each call to it, and each pair has a reason.
import { expect, test } from 'vitest';
import { Failure, partsOf } from '../../../src/core/failure.ts';
import { statusOf } from '../../../src/rpc/call/status.ts';

test('does not compile without the subject that its kind needs, or with another kind’s', () => {
  // @ts-expect-error: not_found must say what was not found
  expect(() => new Failure('not_found', 'the run is unknown')).not.toThrow();
  // @ts-expect-error: wrong_state must say what is in the wrong state
  expect(() => new Failure('wrong_state', 'the run has finished', {})).not.toThrow();
  // @ts-expect-error: nothing looks a parent run up by name
  expect(() => new Failure('not_found', 'the run is unknown', { subject: 'parent_run' })).not.toThrow();
  // @ts-expect-error: a deadline has no subject
  expect(() => new Failure('deadline', 'the deadline has passed', { subject: 'run' })).not.toThrow();
});

test.each([
  [new Failure('not_found', 'm', { subject: 'run' }), 'RUN_NOT_FOUND'],
  [new Failure('wrong_state', 'm', { subject: 'ledger' }), 'LEDGER_UNSIGNED'],
  [new Failure('state_unavailable', 'm', { subject: 'space' }), 'STATE_FULL'],
  [new Failure('state_unavailable', 'm'), 'STATE_UNAVAILABLE'],
  [new Failure('overloaded', 'm'), 'OVERLOADED'],
] as const)('%# answers with the reason of its kind and subject', (failure, reason) => {
  expect(statusOf(failure, 'id').reason).toBe(reason);
  const { kind, message, subject, fields } = partsOf(failure);
  expect(statusOf(new Failure(kind, message, { subject, fields }), 'id').reason).toBe(reason);
});
