// Wire bytes to messages and back, for the methods of tollgate.v1.
//
// WHY NOT the serializers that proto-loader makes: they turn every message into a second object with defaults, which
// costs a fifth of a small call, and they replace invalid UTF-8 silently. protobufjs, on which proto-loader stands,
// decodes straight into messages whose own properties are exactly the fields that were sent.
import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { Failure } from '../../core/failure.ts';

/** What an invalid UTF-8 string decodes to: a lone surrogate, which no valid UTF-8 can produce. */
export const INVALID_UTF8 = '\ud800';

/** A decoded message: its own properties are the fields that were present on the wire. */
export type Message = Readonly<Record<string, unknown>>;

/** Reads strings strictly, refuses truncated ones, and gives 64-bit integers as numbers (beyond 2^53 as unsafe ones). */
class StrictReader extends protobuf.BufferReader {
  override string(): string {
    const length = this.uint32();
    const start = this.pos;
    const end = start + length;
    if (end > this.len) throw new RangeError('string beyond the end of its message');
    this.pos = end;
    const bytes = this.buf as Buffer;
    const text = bytes.toString('utf8', start, end);
    // Only text with a replacement character can have come from invalid bytes.
    return text.includes('\ufffd') && !isUtf8(bytes.subarray(start, end)) ? INVALID_UTF8 : text;
  }

  override int64(): never {
    return Number(super.int64()) as never;
  }
}

const descriptor = new URL('../../gen/tollgate.json', import.meta.url);
const root = protobuf.Root.fromJSON(JSON.parse(readFileSync(descriptor, 'utf8'))).resolveAll();

export interface Method {
  readonly name: string;
  readonly path: string;
  readonly responseStream: boolean;
  /** @throws Failure undecodable */
  decode(bytes: Buffer): Message;
  encode(response: object): Buffer;
}

/** The methods of one service of tollgate.v1, by name. */
export function methodsOf(service: string): Method[] {
  return root.lookupService(`tollgate.v1.${service}`).methodsArray.map((method) => {
    method.resolve();
    const { resolvedRequestType: request, resolvedResponseType: response } = method;
    if (!request || !response) throw new Error(`unresolved method ${service}.${method.name}`);
    return {
      name: method.name,
      path: `/tollgate.v1.${service}/${method.name}`,
      responseStream: method.responseStream === true,
      decode: (bytes) => decode(request, bytes),
      encode: (message) => response.encode(message).finish() as Buffer,
    };
  });
}

function decode(type: protobuf.Type, bytes: Buffer): Message {
  try {
    return type.decode(new StrictReader(bytes)) as unknown as Message;
  } catch (cause) {
    throw new Failure('undecodable', 'the request message cannot be decoded', { cause });
  }
}

/** The members of an enum of tollgate.v1 by name without its prefix, as core names them. */
export function enumNumbers<Name extends string, Value extends number>(
  type: string,
  prefix: string,
): Readonly<Record<Name, Value>> {
  const { values } = root.lookupEnum(`tollgate.v1.${type}`);
  const entries = Object.entries(values).map(([name, number]) => [name.slice(prefix.length), number]);
  return Object.fromEntries(entries) as Record<Name, Value>;
}
