// Server reflection, v1 and v1alpha, from the descriptors that buf built, so that every import and every field name is
// as it stands in the proto files.
//
// WHY NOT descriptors from proto-loader: they lose imports and field names, and `grpcurl describe` then fails on
// well-known types. Of health it writes a map that Go's protobuf refuses, and with it the whole service. The reflection library only asks for the bytes of each file, so it is handed the right ones.
import { readFileSync } from 'node:fs';
import type { Server } from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import protobuf from 'protobufjs';

// Error details are never named by a method, but a client that shows errors asks for them.
const sets = ['./gen/tollgate.binpb', './gen/google-rpc.binpb', './gen/grpc-health.binpb'].map((set) =>
  readFileSync(new URL(set, import.meta.url)),
);
const files = sets.flatMap(fileDescriptors);

/** Lets a server describe these services and every type they use. */
export function addReflection(server: Pick<Server, 'addService'>, services: readonly string[]): void {
  const definition = { files: { fileDescriptorProtos: files } } as unknown as PackageDefinition;
  new ReflectionService(definition, { services: [...services] }).addToServer(server as Server);
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
