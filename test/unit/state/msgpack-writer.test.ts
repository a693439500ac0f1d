// Compares the writer with the package whose bytes it must produce: stored records and aggregated denials depend on them.
import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MsgpackWriter } from '../../../src/state/codec/msgpack-writer.ts';

type Value = number | string | undefined | Uint8Array;

const lengths = [0, 1, 31, 32, 63, 64, 255, 256, 65_535, 65_536];
const integer = fc.oneof(
  fc.maxSafeNat(),
  fc.constantFrom(0, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER),
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  // Halves of surrogate pairs as well.
  fc.string({ unit: 'binary', maxLength: 100 }).map((letters) => letters.slice(1, -1)),
  fc
    .tuple(fc.constantFrom('a', 'é', '한', '𝒳'), fc.constantFrom(...lengths))
    .map(([letter, times]) => letter.repeat(times)),
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.constantFrom(0, 255, 256, 65_535).map((length) => new Uint8Array(length)),
);

test('every value that a context can hold gets the same bytes as from the package', () => {
  const writer = new MsgpackWriter();
  fc.assert(
    fc.property(fc.array(fc.oneof(integer, text, bytes, fc.constant(undefined)), { maxLength: 20 }), (values) => {
      writer.begin();
      writer.array(values.length);
      for (const value of values) write(writer, value);
      expect(writer.taken().equals(encode(values))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('begin discards what was written and not taken', () => {
  const writer = new MsgpackWriter();
  writer.begin();
  writer.text('left over');
  writer.begin();
  writer.nil();
  expect(writer.taken().toString('hex')).toBe('c0');
});

test('taken bytes do not change with later writes', () => {
  const writer = new MsgpackWriter();
  writer.begin();
  writer.text('first');
  const taken = writer.taken();
  writer.begin();
  writer.text('other');
  expect(taken.toString('latin1')).toBe('\xa5first');
});

function write(writer: MsgpackWriter, value: Value): void {
  if (typeof value === 'number') writer.integer(value);
  else if (value instanceof Uint8Array) {
    const at = writer.binary(value.length);
    writer.target.set(value, at);
  } else writer.text(value);
}
