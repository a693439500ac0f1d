// Long answers, encoded piece by piece. A message of protobuf may be written as several, one behind the other: fields that are
// repeated go on where they were. So a list of hundreds is encoded an entry at a time, with turns for others in between.
import { Slice } from '../../pdp/turns.ts';

/** A response of which each part is one, too, in the order of their fields. */
export class Pieces<Message extends object> {
  readonly #parts: Iterable<Message>;

  constructor(parts: Iterable<Message>) {
    this.#parts = parts;
  }

  /** @throws what encoding a part throws */
  async encode(encodePart: (part: Message) => Uint8Array): Promise<Buffer> {
    const slice = new Slice();
    const encoded: Uint8Array[] = [];
    for (const part of this.#parts) {
      encoded.push(encodePart(part));
      if (slice.isOver) await slice.next();
    }
    return Buffer.concat(encoded);
  }
}

type Entry<Field> = Exclude<Field, undefined> extends readonly (infer Item)[] ? Item : never;

/**
 * A list and what stands behind it in its message, as `listOf<ListRunsResponse>()('runs', runs, encodeRun)`.
 *
 * The encoder makes an entry of an item; it is called only when it is the item's turn to be written.
 */
export function listOf<Message extends object>() {
  return <Name extends keyof Message, T>(
    field: Name,
    items: readonly T[],
    encode: (item: T) => Entry<Message[Name]>,
    rest: Partial<Message> = {},
  ): Pieces<Message> =>
    new Pieces<Message>(
      (function* () {
        for (const item of items) yield { [field]: [encode(item)] } as unknown as Message;
        yield rest as Message;
      })(),
    );
}
