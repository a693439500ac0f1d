// Policies by revision: kept while a record may name them, and no more of them than their maximum.
import { expect } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import { type AddCase, DECISIONS } from './suite.ts';

const DAY = 86_400_000;
const revisionOf = (number: number) => number.toString(16).padStart(64, '0');
const policyOf = (number: number, inForceAtMs = number) => ({
  revision: revisionOf(number),
  document: `{"admins":["discord:${number}","é"]}`,
  inForceAtMs,
});

export function policyCases(add: AddCase): void {
  add('a policy is read as it was kept first, whoever keeps it again', async ({ state }) => {
    const { revision, document } = policyOf(1);
    expect(await state.readPolicy(revision)).toBeUndefined();
    await state.keepPolicy(policyOf(1, 1_000));
    await state.keepPolicy(policyOf(1, 2_000));
    expect(await state.readPolicy(revision)).toEqual({ document, inForceAtMs: 1_000 });
    expect(await state.readPolicy(revisionOf(2))).toBeUndefined();
  });

  add('a policy outlives every record that names it, counted from when it was last in force', async (opened) => {
    const { state, clock } = opened;
    await state.keepPolicy(policyOf(3));
    await clock.advance(DECISIONS.retentionMs);
    await state.keepPolicy(policyOf(3));
    await clock.advance(DECISIONS.retentionMs);
    expect(await state.readPolicy(revisionOf(3))).toBeDefined();
    // Behind what decisions and runs are kept at most in the suite.
    await clock.advance(31 * DAY);
    expect(await state.readPolicy(revisionOf(3))).toBeUndefined();
    // It comes into force anew.
    await state.keepPolicy(policyOf(4));
    await state.keepPolicy(policyOf(3));
    expect(await state.readPolicy(revisionOf(3))).toMatchObject({ document: policyOf(3).document });
  });

  add('of too many policies the one that was in force longest ago goes', async ({ state, clock }) => {
    for (let number = 1; number <= LIMITS.policiesKeptMax; number++) await state.keepPolicy(policyOf(number));
    await clock.advance(1_000);
    await state.keepPolicy(policyOf(1));
    await clock.advance(1_000);
    const last = LIMITS.policiesKeptMax + 1;
    await state.keepPolicy(policyOf(last));
    const found = await Promise.all([1, 2, 3, last].map((number) => state.readPolicy(revisionOf(number))));
    expect(found[0]).toBeDefined();
    expect(found[3]).toBeDefined();
    const all = await Promise.all(Array.from({ length: last }, (_, index) => state.readPolicy(revisionOf(index + 1))));
    expect(all.filter((policy) => policy !== undefined)).toHaveLength(LIMITS.policiesKeptMax);
  });
}
