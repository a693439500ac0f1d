// Long responses, encoded piece by piece. Concatenated protobuf messages are one message whose repeated fields are joined, so
// a list of hundreds is encoded one entry at a time, and other work runs in between.
import { Slice } from '../../pdp/turns.ts';

/** A response in parts, each a message of the same type, in the order of its fields. */
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
 * A list and the fields that follow it in its message: `listOf<ListRunsResponse>()('runs', runs, encodeRun)`.
 *
 * `encode` makes an entry of an item just before the entry is written.
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
