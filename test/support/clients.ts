// Clients as a stranger would make them: proto-loader over the published proto files, sharing no code with the server.
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const SERVICES = ['policy_decision', 'run', 'session', 'agent', 'identity', 'audit', 'server'];

const definition = protoLoader.loadSync(
  SERVICES.map((name) => `tollgate/v1/${name}_service.proto`),
  { includeDirs: ['proto'], keepCase: true, longs: Number, enums: String, oneofs: true },
);
const { tollgate } = grpc.loadPackageDefinition(definition) as unknown as {
  tollgate: { v1: Record<string, grpc.ServiceClientConstructor> };
};

// biome-ignore lint/suspicious/noExplicitAny: tests read answers as a dynamic client does
export type Answer = any;
export type Call = (method: string, request?: object, options?: grpc.CallOptions) => Promise<Answer>;

export interface Clients {
  decisions: Call;
  runs: Call;
  sessions: Call;
  agents: Call;
  identities: Call;
  audit: Call;
  server: Call;
  /** A server stream, read to its end. */
  stream(service: string, method: string, request: object): Promise<Answer[]>;
  raw(service: string): grpc.Client;
  close(): void;
}

/** @param metadata  of every unary call: a token, where callers must be known */
export function clientsOf(
  { decision, management }: { decision: string; management: string },
  metadata = new grpc.Metadata(),
): Clients {
  const open = new Map<string, grpc.Client>();
  const raw = (service: string): grpc.Client => {
    const address = service === 'PolicyDecisionService' || service === 'RunService' ? decision : management;
    const client = open.get(service) ?? new tollgate.v1[service]!(address, grpc.credentials.createInsecure());
    open.set(service, client);
    return client;
  };
  const call =
    (service: string): Call =>
    (method, request = {}, options = {}) =>
      new Promise((resolve, reject) => {
        const client = raw(service) as unknown as Record<string, (...args: unknown[]) => void>;
        client[method]!(
          request,
          metadata,
          { deadline: Date.now() + 30_000, ...options },
          (error: unknown, answer: Answer) => (error ? reject(error) : resolve(answer)),
        );
      });
  return {
    decisions: call('PolicyDecisionService'),
    runs: call('RunService'),
    sessions: call('SessionService'),
    agents: call('AgentService'),
    identities: call('IdentityService'),
    audit: call('AuditService'),
    server: call('ServerService'),
    stream: async (service, method, request) => {
      const client = raw(service) as unknown as Record<string, (request: object) => AsyncIterable<Answer>>;
      const answers: Answer[] = [];
      for await (const answer of client[method]!(request)) answers.push(answer);
      return answers;
    },
    raw,
    close: () => {
      for (const client of open.values()) client.close();
    },
  };
}
