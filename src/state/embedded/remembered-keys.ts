// Remembered idempotency keys: `generation(4) | scope | name(12)`. A scope is an own id (16 bytes) or the hash of an
// agent's or caller's name (32).
//
// The generation comes first, so that forgetting is removing from one end of one table, whatever became of the session
// or run; a key is asked for by its full name, so nothing needs to list those of one scope.
import { generationOf } from '../../core/session/session.ts';
import { operationName } from '../codec/operation-record.ts';
import type { IdempotencyKey } from '../port/idempotency-key.ts';
import type { Table, Tables, Write } from './file/environment.ts';
import { integer } from './keys.ts';

type Named = Pick<IdempotencyKey, 'rpc' | 'key'>;

const GENERATION_BYTES = 4;
/** With every key that is remembered so many forgotten ones go, so that they never pile up. */
const FORGOTTEN_PER_KEY = 2;

export class RememberedKeys {
  /** Nothing is left that was forgotten by this generation. */
  #sweptGeneration = -1;

  /** What is remembered of a key in any of these generations. */
  recall(table: Table, scope: Buffer, named: Named, generations: readonly number[]): Buffer | undefined {
    const name = operationName(named);
    for (const generation of generations) {
      const value = table.get(keyOf(generation, scope, name));
      if (value) return value;
    }
    return undefined;
  }

  /** Remembers a key, and forgets some that are out of date. */
  remember(
    tables: Tables,
    { scope, named, generation, value }: { scope: Buffer; named: Named; generation: number; value: Buffer },
    now: number,
  ): Write[] {
    const write: Write = [tables.operations, keyOf(generation, scope, operationName(named)), value];
    return [write, ...this.#forgetSome(tables, now)];
  }

  #forgetSome(tables: Tables, now: number): Write[] {
    const generation = generationOf(now);
    if (this.#sweptGeneration === generation) return [];
    const forgotten = this.forget(tables, now, FORGOTTEN_PER_KEY);
    if (forgotten.length < FORGOTTEN_PER_KEY) this.#sweptGeneration = generation;
    return forgotten;
  }

  /** Removes up to `limit` keys of generations that nobody asks for any more. */
  forget({ operations }: Tables, now: number, limit: number): Write[] {
    // One generation more than is asked for: a clock that is set back asks again for what was just out of date.
    const oldest = generationOf(now) - 2;
    if (oldest <= 0) return [];
    const keys = operations.getKeys({ start: Buffer.from([0]), end: integer(oldest, GENERATION_BYTES), limit });
    return Array.from(keys, (key): Write => [operations, key]);
  }
}

/** The generations in which a key of an agent or a caller may be: they have no clock of their own, so one ahead, too. */
export function generationsAround(now: number): number[] {
  const generation = generationOf(now);
  return [generation, generation - 1, generation + 1];
}

function keyOf(generation: number, scope: Buffer, name: Buffer): Buffer {
  return Buffer.concat([integer(Math.max(generation, 0), GENERATION_BYTES), scope, name]);
}
