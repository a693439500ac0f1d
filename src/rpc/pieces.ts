// Long answers, encoded piece by piece. A message of protobuf may be written as several, one behind the other: fields that are
// repeated go on where they were. So a list of hundreds is encoded an entry at a time, with turns for others in between.
import { Slice } from '../pdp/turns.ts';
import type { Method } from './codec.ts';

/** A response of which each part is one, too, in the order of their fields. */
export class Pieces {
  readonly parts: Iterable<object>;

  constructor(parts: Iterable<object>) {
    this.parts = parts;
  }

  /** @throws what encoding a part throws */
  async encode(method: Method): Promise<Buffer> {
    const slice = new Slice();
    const encoded: Buffer[] = [];
    for (const part of this.parts) {
      encoded.push(method.encode(part));
      if (slice.isOver) await slice.next();
    }
    return Buffer.concat(encoded);
  }
}

/**
 * A list and what stands behind it in its message.
 *
 * @param encode  makes an entry of an item; called only when it is its turn to be written
 */
export function listOf<T>(field: string, items: readonly T[], encode: (item: T) => object, rest: object = {}): Pieces {
  return new Pieces(
    (function* () {
      for (const item of items) yield { [field]: [encode(item)] };
      yield rest;
    })(),
  );
}
