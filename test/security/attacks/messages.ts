// Messages that no client library would send: made from the descriptor, then broken.
import protobuf from 'protobufjs';
import type { Random } from '../../support/random.ts';
import { delimited, type Type, varint } from '../../support/wire.ts';

const TEXTS = [
  '',
  'a',
  'discord:1',
  'read_file',
  '01890a5d-ac96-774b-bcce-b302099a8057',
  'x'.repeat(600),
  '\u0000',
  '\u202e',
  '__proto__',
  'constructor',
  '💥'.repeat(40),
  '{"a":1}',
  'user:',
  '../../..',
  '%s%n',
];
const NUMBERS = [0, 1, -1, 2, 3, 99, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, 2 ** 63 - 1, -(2 ** 63)];
const DEPTH_MAX = 6;

/** A message of a type with fields of chance, most of them valid in form. */
export function randomMessage(type: Type, random: Random, depth = 0): Buffer {
  const parts: Buffer[] = [];
  for (const field of type.fieldsArray) {
    if (random(3) === 0) continue;
    for (let copies = field.repeated ? random(4) : 1; copies > 0; copies--)
      parts.push(randomField(field, random, depth));
  }
  return Buffer.concat(parts);
}

function randomField(field: protobuf.Field, random: Random, depth: number): Buffer {
  const { id, resolvedType } = field;
  if (field instanceof protobuf.MapField || resolvedType instanceof protobuf.Type) {
    const inner =
      resolvedType instanceof protobuf.Type && depth < DEPTH_MAX
        ? randomMessage(resolvedType, random, depth + 1)
        : randomBytes(random, 8);
    return delimited(
      id,
      field instanceof protobuf.MapField ? Buffer.concat([delimited(1, text(random)), delimited(2, inner)]) : inner,
    );
  }
  if (field.type === 'string' || field.type === 'bytes') return delimited(id, text(random));
  if (field.type === 'double') return Buffer.concat([varint((id << 3) | 1), randomDouble(random)]);
  const number = NUMBERS[random(NUMBERS.length)]!;
  return Buffer.concat([varint(id << 3), varint(BigInt(resolvedType instanceof protobuf.Enum ? random(9) : number))]);
}

function text(random: Random): Buffer {
  return random(12) === 0 ? randomBytes(random, 40) : Buffer.from(TEXTS[random(TEXTS.length)]!);
}

function randomDouble(random: Random): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE([0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e308, 1e-308][random(7)]!);
  return bytes;
}

export function randomBytes(random: Random, lengthMax: number): Buffer {
  return Buffer.from(Array.from({ length: random(lengthMax + 1) }, () => random(256)));
}

/** A message of a type in one of many ways: sound, broken a little, or nothing but chance. */
export function fuzzMessage(type: Type, random: Random): Buffer {
  const bytes = randomMessage(type, random);
  switch (random(10)) {
    case 0:
      return randomBytes(random, 200);
    case 1:
      return bytes.subarray(0, random(bytes.length + 1));
    case 2:
      return Buffer.concat([bytes, bytes]);
    case 3:
      return Buffer.concat([bytes, delimited(1 + random(2_000), randomBytes(random, 20))]);
    case 4:
      return Buffer.concat([randomMessage(type, random), randomBytes(random, 3), bytes]);
    case 5:
      return nested(1 + random(30), random(300));
    case 6:
    case 7: {
      const broken = Buffer.from(bytes);
      for (let flips = 1 + random(4); flips > 0 && broken.length > 0; flips--)
        broken[random(broken.length)]! ^= 1 << random(8);
      return broken;
    }
    default:
      return bytes;
  }
}

/** One field within itself, over and over. */
function nested(field: number, depth: number): Buffer {
  let bytes = Buffer.alloc(0);
  for (let level = 0; level < depth; level++) bytes = delimited(field, bytes) as Buffer<ArrayBuffer>;
  return bytes;
}
