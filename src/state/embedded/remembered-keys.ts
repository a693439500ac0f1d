// Remembered idempotency keys: `generation(4) | scope | name(12)`. A scope is the id of a session or run (16 bytes) or the
// hash of an agent's or caller's name (32).
//
// The generation comes first, so that old keys are removed from one end of the table, whether or not their session or run
// still exists. Keys are read by their full name; nothing lists the keys of one scope.
import { generationOf } from '../../core/session/remembered-keys.ts';
import { operationName } from '../codec/operation-record.ts';
import type { IdempotencyKey } from '../port/idempotency-key.ts';
import type { Table, Tables, Write } from './file/environment.ts';
import { integer } from './keys.ts';

type Named = Pick<IdempotencyKey, 'rpc' | 'key'>;

const GENERATION_BYTES = 4;
/** How many outdated keys are removed with every new key, so that they do not pile up. */
const FORGOTTEN_PER_KEY = 2;

export class RememberedKeys {
  /** The latest generation at which no outdated keys were left. */
  #sweptGeneration = -1;

  /** Reads what is remembered of a key in any of these generations. */
  recall(table: Table, scope: Buffer, named: Named, generations: readonly number[]): Buffer | undefined {
    const name = operationName(named);
    for (const generation of generations) {
      const value = table.get(keyOf(generation, scope, name));
      if (value) return value;
    }
    return undefined;
  }

  /** Remembers a key, and removes some outdated keys. */
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

  /** Removes up to `limit` keys of outdated generations. */
  forget({ operations }: Tables, now: number, limit: number): Write[] {
    // One generation more than needed is kept: after the clock is set back, the generation just outdated is needed again.
    const oldest = generationOf(now) - 2;
    if (oldest <= 0) return [];
    const keys = operations.getKeys({ start: Buffer.from([0]), end: integer(oldest, GENERATION_BYTES), limit });
    return Array.from(keys, (key): Write => [operations, key]);
  }
}

/** The generations that can hold a key of an agent or a caller. They have no session clock, so the next one counts, too. */
export function generationsAround(now: number): number[] {
  const generation = generationOf(now);
  return [generation, generation - 1, generation + 1];
}

function keyOf(generation: number, scope: Buffer, name: Buffer): Buffer {
  return Buffer.concat([integer(Math.max(generation, 0), GENERATION_BYTES), scope, name]);
}
