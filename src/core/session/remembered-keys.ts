// How many idempotency keys a session remembers. Keys are kept in generations: the current one and the one before it.
import { LIMITS } from '../limits.ts';

/** The generation of the last remembered key, and how many keys that generation and the one before it hold. */
export interface OperationCount {
  readonly generation: number;
  readonly current: number;
  readonly previous: number;
}

/** The generation of remembered keys at a time. */
export function generationOf(clockMs: number): number {
  return Math.floor(clockMs / LIMITS.operationGenerationMs);
}

/** The count of remembered keys at a time. Generations older than the previous one are forgotten. */
export function generationAt(operations: OperationCount, clockMs: number): OperationCount {
  const generation = generationOf(clockMs);
  const age = generation - operations.generation;
  if (age <= 0) return operations;
  return { generation, current: 0, previous: age === 1 ? operations.current : 0 };
}
