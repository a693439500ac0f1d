// The one table of checks: its order is the contract's, and the Redis script asks in the same order.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CHECKS, sessionChecks, standingChecks } from '../../../../src/core/decision/checks.ts';
import { CHECK_NAMES } from '../../../../src/core/decision/decision.ts';
import { maySeeUsage, type SessionReason } from '../../../../src/core/session/session-reason.ts';
import { CONCEALED_DENIALS } from '../../../../src/state/redis/connection/replies.ts';

const script = readFileSync(new URL('../../../../src/state/redis/lua/charge.lua', import.meta.url), 'utf8');
const ofCharge = CHECKS.filter((check) => check.needs === 'charge');
const reasons: SessionReason[] = ofCharge.flatMap((check) => check.reasons);

test('the table lists every check once, in the order of the stored names', () => {
  expect(CHECKS.map(({ name }) => name)).toEqual([...CHECK_NAMES]);
});

test('the checks of a call are adjacent, since they are asked call by call', () => {
  const places = CHECKS.flatMap(({ needs }, place) => (needs === 'call' ? [place] : []));
  expect(places.at(-1)! - places[0]! + 1).toBe(places.length);
});

test('the checks of the charge come last, and a repeated key skips only the last of them', () => {
  expect(CHECKS.slice(-ofCharge.length)).toEqual(ofCharge);
  const stages = ofCharge.map(({ stage }) => stage);
  const order = ['lookup', 'caller', 'entry', 'use'];
  expect(stages.map((stage) => order.indexOf(stage))).toEqual(
    stages.map((stage) => order.indexOf(stage)).sort((a, b) => a - b),
  );
});

test('the Redis script refuses in the order of the table', () => {
  const body = script.slice(script.indexOf('local function charge('));
  const refusals = [...body.matchAll(/\bden(?:y|ied)\(([A-Z_]+)/g)].map((match) => match[1]);
  expect([...new Set(refusals)]).toEqual(reasons);
});

test('the Redis script hides the numbers of a session from the same callers as core', () => {
  expect(reasons.filter((reason) => !maySeeUsage(reason))).toEqual([...CONCEALED_DENIALS]);
  expect(script).toContain('if is_concealed(code) then return reply.concealed');
});

test.each(ofCharge.flatMap(({ name, reasons }) => reasons.map((reason) => ({ name, reason }))))(
  '$reason fails the check $name, after all checks before it have passed',
  ({ name, reason }) => {
    const checks = sessionChecks(reason);
    expect(checks.at(-1)).toEqual({ name, passed: false, reason });
    expect(checks.map((check) => check.name)).toEqual(ofCharge.map((check) => check.name).slice(0, checks.length));
    expect(checks.slice(0, -1).every((check) => check.passed)).toBe(true);
  },
);

test('an empty batch is asked every check but those of use', () => {
  expect(sessionChecks(undefined)).toHaveLength(ofCharge.length);
  expect(standingChecks().map((check) => check.name)).toEqual(['session', 'agent', 'owner', 'closed', 'expired']);
});
