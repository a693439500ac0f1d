// Whether a request may assert who it speaks for. A check that rests on an assertion says so in the decision.

/** `decisions`: an `invocation` or a `user_id` in a decision request; `all`: also the caller of a run that is started. */
export type AssertedFacts = 'none' | 'decisions' | 'all';

export function mayAssert(assertedFacts: AssertedFacts, where: 'decision' | 'run_caller'): boolean {
  return assertedFacts === 'all' || (assertedFacts === 'decisions' && where === 'decision');
}
