// Server reflection, v1 and v1alpha, from the descriptors that buf built, so that every import and every field name is
// the same as in the proto files.
//
// WHY NOT descriptors from proto-loader: they lose imports and field names, and `grpcurl describe` then fails on
// well-known types. Of health it writes a map that Go's protobuf refuses, and with it the whole service. The reflection
// library only needs the bytes of each file, so it gets the bytes that buf wrote.
import { readFileSync } from 'node:fs';
import type { Server, ServerDuplexStream } from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import protobuf from 'protobufjs';

// No method names the error details, but a client that shows errors asks for them.
const sets = ['../../gen/tollgate.binpb', '../../gen/google-rpc.binpb', '../../gen/grpc-health.binpb'].map((set) =>
  readFileSync(new URL(set, import.meta.url)),
);
const files = sets.flatMap(fileDescriptors);

/** Lets a server describe these services and every type they use. */
export function addReflection(server: Pick<Server, 'addService'>, services: readonly string[]): void {
  const definition = { files: { fileDescriptorProtos: files } } as unknown as PackageDefinition;
  const addService: Server['addService'] = (service, implementation) => {
    const bounded = Object.entries(implementation).map(([name, handler]) => [
      name,
      (stream: ReflectionStream) => (handler as (stream: ReflectionStream) => void)(withShortErrors(stream)),
    ]);
    server.addService(service, Object.fromEntries(bounded));
  };
  new ReflectionService(definition, { services: [...services] }).addToServer({ addService } as Server);
}

type ReflectionStream = ServerDuplexStream<unknown, { readonly errorResponse?: { errorMessage: string } | null }>;

/** Room for any name that is there. */
const ERROR_LENGTH_MAX = 300;

/** The library repeats the requested name in its errors, at any length. */
function withShortErrors(stream: ReflectionStream): ReflectionStream {
  const write = stream.write.bind(stream) as (response: unknown) => boolean;
  stream.write = ((response: Parameters<ReflectionStream['write']>[0]) => {
    if (response.errorResponse) {
      response.errorResponse.errorMessage = response.errorResponse.errorMessage
        .slice(0, ERROR_LENGTH_MAX)
        .toWellFormed();
    }
    return write(response);
  }) as ReflectionStream['write'];
  return stream;
}

/** google.protobuf.FileDescriptorSet is one repeated field: the files, each kept as the bytes that buf wrote. */
function fileDescriptors(set: Buffer): Buffer[] {
  const reader = protobuf.Reader.create(set);
  const found: Buffer[] = [];
  while (reader.pos < reader.len) {
    reader.uint32();
    found.push(Buffer.from(reader.bytes()));
  }
  return found;
}
