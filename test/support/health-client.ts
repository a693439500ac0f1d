// A client of grpc.health.v1 that shares no code with the server.
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { protoPath } from 'grpc-health-check';

const { grpc: loaded } = grpc.loadPackageDefinition(
  protoLoader.loadSync(protoPath, { keepCase: true, enums: String, defaults: true }),
  // biome-ignore lint/suspicious/noExplicitAny: a dynamic client
) as any;

export interface HealthClient {
  check(service: string): Promise<string>;
  list(): Promise<Record<string, string>>;
  /** What a Watch has said so far, and the status with which it ended. */
  watch(service: string): { said: string[]; cancel(): void; readonly ended: Promise<number> };
  close(): void;
}

export function healthClient(address: string): HealthClient {
  const client = new loaded.health.v1.Health(address, grpc.credentials.createInsecure());
  const call = (method: string, request: object) =>
    new Promise<{ status: string; statuses: Record<string, { status: string }> }>((resolve, reject) => {
      client[method](request, { deadline: Date.now() + 30_000 }, (error: unknown, answer: never) =>
        error ? reject(error) : resolve(answer),
      );
    });
  return {
    check: async (service) => (await call('Check', { service })).status,
    list: async () => {
      const { statuses } = await call('List', {});
      return Object.fromEntries(Object.entries(statuses).map(([name, { status }]) => [name, status]));
    },
    watch: (service) => {
      const stream = client.Watch({ service });
      const said: string[] = [];
      stream.on('data', ({ status }: { status: string }) => said.push(status));
      const ended = new Promise<number>((resolve) => {
        stream.on('error', (error: grpc.ServiceError) => resolve(error.code));
        stream.on('end', () => resolve(grpc.status.OK));
      });
      return { said, cancel: () => stream.cancel(), ended };
    },
    close: () => client.close(),
  };
}
