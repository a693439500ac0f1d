// Requests as bytes of their own making: what no client library would send. Shares the descriptor with the server, and
// none of its code.
import { readFileSync } from 'node:fs';
import grpc from '@grpc/grpc-js';
import protobuf from 'protobufjs';

const descriptor = new URL('../../src/gen/tollgate.json', import.meta.url);
const root = protobuf.Root.fromJSON(JSON.parse(readFileSync(descriptor, 'utf8'))).resolveAll();

export type Type = protobuf.Type;

/** The fields of a message by name: a Buffer is written as it is, a list once for each item. */
export interface WireMessage {
  readonly [field: string]: WireValue;
}
export type WireValue = string | number | bigint | boolean | Buffer | WireMessage | readonly WireValue[];

export interface MethodUnderTest {
  readonly service: string;
  readonly name: string;
  readonly path: string;
  readonly request: Type;
  readonly response: Type;
  readonly responseStream: boolean;
}

const SERVICES = [
  'PolicyDecisionService',
  'RunService',
  'SessionService',
  'AgentService',
  'IdentityService',
  'AuditService',
  'ServerService',
];

/** Every method of the package. */
export const METHODS: readonly MethodUnderTest[] = SERVICES.flatMap((service) =>
  root.lookupService(`tollgate.v1.${service}`).methodsArray.map((method) => ({
    service,
    name: method.name,
    path: `/tollgate.v1.${service}/${method.name}`,
    request: method.resolvedRequestType!,
    response: method.resolvedResponseType!,
    responseStream: method.responseStream === true,
  })),
);

export function methodOf(name: string): MethodUnderTest {
  const method = METHODS.find((candidate) => candidate.name === name);
  if (!method) throw new Error(`no method ${name}`);
  return method;
}

export function encodeWire(type: Type, message: WireMessage): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of Object.entries(message)) {
    const field = type.fields[name];
    if (!field) throw new Error(`${type.name} has no field ${name}`);
    const items = Array.isArray(value) ? value : [value];
    for (const item of items) parts.push(encodeField(field, item));
  }
  return Buffer.concat(parts);
}

function encodeField(field: protobuf.Field, value: WireValue): Buffer {
  if (field.resolvedType instanceof protobuf.Type) {
    return delimited(field.id, Buffer.isBuffer(value) ? value : encodeWire(field.resolvedType, value as WireMessage));
  }
  if (field.type === 'string')
    return delimited(field.id, Buffer.isBuffer(value) ? value : Buffer.from(value as string));
  return Buffer.concat([varint(field.id << 3), varint(value as number | bigint | boolean)]);
}

/** A length-delimited field of any number, so that unknown ones can be made too. */
export function delimited(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

/** Negative numbers are written as ten bytes, as every protobuf encoder does. */
export function varint(value: number | bigint | boolean): Buffer {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Buffer.from(bytes);
}

/** The bytes of a google.protobuf.Struct, `entries` being its keys and the bytes of their google.protobuf.Value. */
export function structBytes(entries: readonly (readonly [key: string | Buffer, value: Buffer])[]): Buffer {
  return Buffer.concat(
    entries.map(([key, value]) => delimited(1, Buffer.concat([delimited(1, Buffer.from(key)), delimited(2, value)]))),
  );
}

export const VALUES = {
  text: (text: string | Buffer) => delimited(3, Buffer.from(text)),
  number: (value: number) => {
    const bytes = Buffer.alloc(9);
    bytes.writeUInt8((2 << 3) | 1);
    bytes.writeDoubleLE(value, 1);
    return bytes;
  },
  struct: (bytes: Buffer) => delimited(5, bytes),
  list: (items: readonly Buffer[]) => delimited(6, Buffer.concat(items.map((item) => delimited(1, item)))),
};

/** Of streams that have no end: it is an answer that they have begun. */
const ENDLESS = ['/tollgate.v1.AuditService/WatchDecisions', '/tollgate.v1.AuditService/ExportEvents'];

/** Sends bytes as they are. @returns the bytes of the answer, of a stream those of its messages. @throws ServiceError */
export function sendBytes(
  client: grpc.Client,
  method: Pick<MethodUnderTest, 'path' | 'responseStream'>,
  bytes: Buffer,
  metadata = new grpc.Metadata(),
): Promise<Buffer[]> {
  const asIs = (buffer: Buffer) => buffer;
  const options = { deadline: Date.now() + 30_000 };
  return new Promise((resolve, reject) => {
    if (!method.responseStream) {
      client.makeUnaryRequest(method.path, asIs, asIs, bytes, metadata, options, (error, answer) =>
        error ? reject(error) : resolve([answer!]),
      );
      return;
    }
    const answers: Buffer[] = [];
    const stream = client.makeServerStreamRequest(method.path, asIs, asIs, bytes, metadata, options);
    if (ENDLESS.includes(method.path)) {
      stream.on('metadata', () => {
        resolve(answers);
        stream.cancel();
      });
    }
    stream
      .on('data', (answer: Buffer) => answers.push(answer))
      .on('end', () => resolve(answers))
      .on('error', reject);
  });
}
