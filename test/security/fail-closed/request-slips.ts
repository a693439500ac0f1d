// Requests as a hurried or hostile client makes them of a sound one: a field left out, empty, holding what some language
// calls nothing, or of another wire type than its own.
import type protobuf from 'protobufjs';
import { delimited, encodeWire, type Type, varint, type WireMessage, type WireValue } from '../../support/wire.ts';

export interface Slip {
  /** As the descriptor names it: `AuthorizeRequest.scope`. */
  readonly field: string;
  readonly kind: 'absent' | 'empty' | 'nothing' | 'wrong type' | 'twice';
  readonly about: string;
  readonly bytes: Buffer;
}

/** What languages and templates print for a value that is not there. */
const NOTHINGS = ['null', 'undefined', 'None', 'nil', '0', 'false', 'true', '*', ' ', '%00', '{}', '[]', 'NaN', '-1'];

/** Every slip in every optional field of a request, those of the messages that it holds too. */
export function slipsOf(type: Type, message: WireMessage): Slip[] {
  return type.fieldsArray.flatMap((field) => [
    ...(isOptional(field) ? slipsAt(type, message, field) : []),
    ...slipsBelow(type, message, field),
  ]);
}

/** A field whose absence the protocol can tell: of a oneof, a mere presence among them, or a message. */
export function isOptional(field: protobuf.Field): boolean {
  return field.partOf !== null || (isMessage(field) && !field.repeated);
}

function isMessage({ resolvedType }: protobuf.Field): boolean {
  return resolvedType !== null && 'fieldsArray' in resolvedType;
}

function slipsAt(type: Type, message: WireMessage, field: protobuf.Field): Slip[] {
  const { [field.name]: given, ...others } = message;
  const rest = encodeWire(type, others);
  const name = `${type.name}.${field.name}`;
  const slip = (kind: Slip['kind'], about: string, raw: Buffer): Slip => ({
    field: name,
    kind,
    about: `${name}: ${about}`,
    bytes: Buffer.concat([rest, raw]),
  });
  const { id } = field;
  const slips: Slip[] = given === undefined ? [] : [slip('absent', 'left out', Buffer.alloc(0))];
  if (field.type === 'string' || isMessage(field)) {
    const empty = delimited(id, Buffer.alloc(0));
    slips.push(slip('empty', 'empty', empty));
    if (given !== undefined)
      slips.push(slip('twice', 'given, then empty', Buffer.concat([encodeOne(type, field, given), empty])));
    slips.push(
      slip('wrong type', 'a number', tagged(id, 0, varint(1))),
      slip('wrong type', 'the number 0', tagged(id, 0, varint(0))),
    );
  } else {
    slips.push(
      slip('empty', 'zero', tagged(id, 0, varint(0))),
      slip('wrong type', 'a text', delimited(id, Buffer.from('1'))),
    );
    slips.push(slip('wrong type', 'an empty text', delimited(id, Buffer.alloc(0))));
    slips.push(slip('nothing', 'a number that means nothing', tagged(id, 0, varint(99))));
  }
  if (field.type === 'string') {
    for (const text of NOTHINGS) slips.push(slip('nothing', JSON.stringify(text), delimited(id, Buffer.from(text))));
  }
  slips.push(slip('wrong type', '64 fixed bits', tagged(id, 1, Buffer.alloc(8))));
  slips.push(slip('wrong type', '32 fixed bits', tagged(id, 5, Buffer.alloc(4))));
  slips.push(slip('wrong type', 'a group', Buffer.concat([tagged(id, 3), tagged(id, 4)])));
  return slips;
}

function slipsBelow(type: Type, message: WireMessage, field: protobuf.Field): Slip[] {
  const given = message[field.name];
  if (given === undefined || !isMessage(field)) return [];
  const [inner, ...further] = (field.repeated ? given : [given]) as readonly WireMessage[];
  if (!inner) return [];
  return slipsOf(field.resolvedType as Type, inner).map((slip) => ({
    ...slip,
    bytes: encodeWire(type, { ...message, [field.name]: field.repeated ? [slip.bytes, ...further] : slip.bytes }),
  }));
}

function encodeOne(type: Type, field: protobuf.Field, value: WireValue): Buffer {
  return encodeWire(type, { [field.name]: value });
}

function tagged(id: number, wireType: number, bytes: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([varint((id << 3) | wireType), bytes]);
}
