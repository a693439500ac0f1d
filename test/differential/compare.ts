// Asks the model and the engines the same thing and compares what they answer.
import { inspect, isDeepStrictEqual } from 'node:util';
import type { SessionLimits } from '../../src/core/session/session.ts';
import type { State } from '../../src/state/port/state.ts';
import type { Engine } from './lanes.ts';

/** An engine does not answer as the model does. */
export class Disagreement extends Error {
  override readonly name = 'Disagreement';
}

/** @throws Disagreement unless every engine gives exactly the expected answer */
export async function expectOfAll(
  engines: readonly Engine[],
  expected: unknown,
  ask: (state: State) => unknown,
): Promise<void> {
  const answers = await Promise.all(engines.map(({ state }) => answerOf(() => ask(state))));
  const wanted = plain(expected);
  for (const [index, { name }] of engines.entries()) {
    const given = plain(answers[index]);
    if (!isDeepStrictEqual(given, wanted)) throw disagreement(name, wanted, given);
  }
}

export function disagreement(name: string, expected: unknown, given: unknown): Disagreement {
  const show = (value: unknown) => inspect(value, { depth: 9, breakLength: 120, sorted: true });
  return new Disagreement(`${name} differs from the model\nmodel: ${show(expected)}\n${name}: ${show(given)}`);
}

/** What is thrown counts as an answer that the model never gives. */
async function answerOf(ask: () => unknown): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    return { threw: error };
  }
}

/**
 * An answer as it is compared. Only one thing is left out: a type lets an engine hand over its whole session where
 * the port asks for the session's limits, and then the limits alone count.
 */
function plain(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(plain);
  if (typeof answer !== 'object' || answer === null) return answer;
  const { limits, charged, ...rest } = answer as { limits?: SessionLimits; charged?: unknown };
  return {
    ...rest,
    ...('charged' in answer ? { charged: plain(charged) } : {}),
    ...(limits ? { limits: limitsOf(limits) } : {}),
  };
}

function limitsOf({ createdAtMs, timeLimitMs, callBudget, rateLimit, rateWindowMs }: SessionLimits): SessionLimits {
  return { createdAtMs, timeLimitMs, callBudget, rateLimit, rateWindowMs };
}
