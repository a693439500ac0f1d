// Server reflection as grpcurl uses it. Each listener describes only its own services.
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenServer, openServer } from '../../support/engines.ts';
import { delimited, METHODS, sendBytes } from '../../support/wire.ts';

const VERSIONS = ['v1', 'v1alpha'] as const;
const DECISION = ['PolicyDecisionService', 'RunService'];
const MANAGEMENT = ['SessionService', 'AgentService', 'IdentityService', 'AuditService', 'ServerService'];
const protos = Object.fromEntries(
  VERSIONS.map((version) => {
    const folder = new URL('../../../node_modules/@grpc/reflection/build/proto', import.meta.url).pathname;
    const definition = protoLoader.loadSync(`grpc/reflection/${version}/reflection.proto`, {
      includeDirs: [folder],
      keepCase: true,
      oneofs: true,
    });
    // biome-ignore lint/suspicious/noExplicitAny: a dynamic client
    return [version, (grpc.loadPackageDefinition(definition) as any).grpc.reflection[version]];
  }),
);

/** One question over one stream. */
function ask(address: string, version: string, question: object): Promise<Record<string, never>> {
  const client = new protos[version].ServerReflection(address, grpc.credentials.createInsecure());
  return new Promise((resolve, reject) => {
    const stream = client.ServerReflectionInfo();
    stream.on('error', reject);
    stream.on('data', (answer: Record<string, never>) => {
      resolve(answer);
      stream.end();
      client.close();
    });
    stream.write(question);
  });
}

describe.each([
  { listener: 'decision' as const, services: DECISION, absent: MANAGEMENT },
  { listener: 'management' as const, services: MANAGEMENT, absent: DECISION },
])('the $listener listener', ({ listener, services, absent }) => {
  let open: OpenServer;
  let address: string;

  beforeAll(async () => {
    open = await openServer('embedded');
    address = open.server[listener];
  });
  afterAll(() => open?.close());

  test.each(VERSIONS)('repeats no long name in an error over %s', async (version) => {
    const asked = { file_containing_symbol: '💥'.repeat(5_000) };
    const { error_response } = (await ask(address, version, asked)) as never as {
      error_response: { error_message: string };
    };
    expect(error_response.error_message).toMatch(/^Symbol not found/);
    expect(error_response.error_message.length).toBeLessThanOrEqual(300);
    expect(error_response.error_message.isWellFormed()).toBe(true);
  });

  test.each(VERSIONS)('lists its own services, health and reflection over %s', async (version) => {
    const answer = (await ask(address, version, { list_services: '' })) as never as {
      list_services_response: { service: { name: string }[] };
    };
    const names = answer.list_services_response.service.map(({ name }) => name);
    // Whether reflection lists itself is the library's affair.
    const listed = names.filter((name) => !name.startsWith('grpc.reflection.'));
    expect(listed.toSorted()).toEqual(
      ['grpc.health.v1.Health', ...services.map((name) => `tollgate.v1.${name}`)].toSorted(),
    );
  });

  test.each(VERSIONS)('describes every service, and every type that it uses, over %s', async (version) => {
    const files = new Map<string, Buffer>();
    const collect = async (question: object): Promise<void> => {
      const answer = (await ask(address, version, question)) as never as {
        file_descriptor_response?: { file_descriptor_proto: Buffer[] };
        error_response?: unknown;
      };
      expect(answer.error_response, JSON.stringify(question)).toBeFalsy();
      for (const bytes of answer.file_descriptor_response!.file_descriptor_proto) {
        const file = FileDescriptor.decode(bytes) as unknown as { name: string; dependency: string[] };
        if (files.has(file.name)) continue;
        files.set(file.name, bytes);
        for (const dependency of file.dependency) {
          if (!files.has(dependency)) await collect({ file_by_filename: dependency });
        }
      }
    };
    for (const service of services) await collect({ file_containing_symbol: `tollgate.v1.${service}` });
    await collect({ file_containing_symbol: 'grpc.health.v1.Health' });
    await collect({ file_containing_symbol: 'google.protobuf.Struct' });
    await collect({
      file_containing_symbol: `tollgate.v1.${services[0]}.${METHODS.find((m) => m.service === services[0])!.name}`,
    });

    const set = descriptor.FileDescriptorSet.decode(
      Buffer.concat([...files.values()].map((file) => delimited(1, file))),
    );
    // biome-ignore lint/suspicious/noExplicitAny: an extension without types of its own
    const root = (protobuf.Root as any).fromDescriptor(set).resolveAll() as protobuf.Root;
    for (const method of METHODS.filter(({ service }) => services.includes(service))) {
      const described = root
        .lookupService(`tollgate.v1.${method.service}`)
        .methods[method.name]!.resolve() as protobuf.Method;
      // Field names are the contract, as they stand in the proto files.
      const namesOf = (type: protobuf.Type) =>
        type.fieldsArray.map(({ id, name }) => `${id} ${snake(name)}`).toSorted();
      expect(namesOf(described.resolvedRequestType!)).toEqual(namesOf(method.request));
      expect(namesOf(described.resolvedResponseType!)).toEqual(namesOf(method.response));
    }
  });

  test.each(VERSIONS)('says NOT_FOUND of what is not there over %s', async (version) => {
    for (const question of [{ file_containing_symbol: 'tollgate.v1.Nothing' }, { file_by_filename: 'nothing.proto' }]) {
      const { error_response } = (await ask(address, version, question)) as never as {
        error_response: { error_code: number };
      };
      expect(error_response.error_code).toBe(grpc.status.NOT_FOUND);
    }
  });

  test('does not have the methods of the other listener', async () => {
    const client = new grpc.Client(address, grpc.credentials.createInsecure());
    for (const method of METHODS.filter(({ service }) => absent.includes(service))) {
      await expect(sendBytes(client, method, Buffer.alloc(0)), method.path).rejects.toMatchObject({
        code: grpc.status.UNIMPLEMENTED,
      });
    }
    client.close();
  });
});

const FileDescriptor = protobuf.Root.fromJSON({
  nested: {
    FileDescriptorProto: {
      fields: { name: { type: 'string', id: 1 }, dependency: { rule: 'repeated', type: 'string', id: 3 } },
    },
  },
}).lookupType('FileDescriptorProto');

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
