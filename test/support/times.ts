// Times of the wire, and waiting.
import { setTimeout as sleep } from 'node:timers/promises';

interface SecondsAndNanos {
  readonly seconds?: number;
  readonly nanos?: number;
}

/** A Timestamp or a Duration of the wire. */
export function wireTime(ms: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) };
}

export function msOf({ seconds = 0, nanos = 0 }: SecondsAndNanos): number {
  return seconds * 1000 + nanos / 1e6;
}

/** Asks again until the answer is there. @throws the last error, or that it never came */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  { withinMs = 30_000, everyMs = 25 } = {},
): Promise<NonNullable<T>> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      const answer = await ask();
      if (answer) return answer;
      if (Date.now() > deadline) throw new Error(`it never came: ${answer}`);
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await sleep(everyMs);
  }
}
