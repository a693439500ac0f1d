// Clients in three languages behind one interface: a call with a request in JSON, under a service config if one is given.
// The one in Node is made from the published proto files, those in Python and Go are the programs of examples/.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { findPython } from './python.ts';

const run = promisify(execFile);

export interface Question {
  /** host:port, of several replicas each, or unix:path. */
  readonly addresses: readonly string[];
  /** `Service/Method` in tollgate.v1. */
  readonly method: string;
  readonly request: object;
  /** A file with a service config. */
  readonly serviceConfig?: string;
  /** 0 leaves it to the service config. */
  readonly timeoutS?: number;
}

/** As protobuf's JSON has them. */
export interface Outcome {
  // biome-ignore lint/suspicious/noExplicitAny: read as a dynamic client does
  readonly answer?: any;
  readonly status?: { readonly code: number; readonly message: string; readonly details?: readonly Detail[] };
}
export interface Detail {
  readonly '@type': string;
  // biome-ignore lint/suspicious/noExplicitAny: read as a dynamic client does
  readonly [field: string]: any;
}

export interface ForeignClient {
  readonly language: 'Node' | 'Python' | 'Go';
  /** Makes it ready to be asked. @returns why it cannot be had */
  prepare(): Promise<string | undefined>;
  ask(question: Question): Promise<Outcome>;
}

let python = '';
const pythonClient: ForeignClient = {
  language: 'Python',
  async prepare() {
    const found = await findPython();
    python = found.path ?? '';
    return found.missing;
  },
  ask: (question) =>
    outcomeOf(python, ['examples/python/ask.py', ...options('--', question, `ipv4:${question.addresses.join(',')}`)]),
};

export const GO_PROGRAM = resolve('node_modules/.cache/bin/tollgate-ask');

const goClient: ForeignClient = {
  language: 'Go',
  prepare: buildGoClient,
  ask: (question) => outcomeOf(GO_PROGRAM, options('-', question, question.addresses.join(','))),
};

const nodeClient: ForeignClient = {
  language: 'Node',
  prepare: async () => undefined,
  async ask(question) {
    const channel = openChannel(question);
    const { method, request, timeoutS = 10 } = question;
    const options = timeoutS === 0 ? {} : { deadline: Date.now() + timeoutS * 1000 };
    return channel.call(method, request, options).finally(() => channel.close());
  },
};

export const FOREIGN_CLIENTS: readonly ForeignClient[] = [pythonClient, goClient];
export const ALL_CLIENTS: readonly ForeignClient[] = [nodeClient, ...FOREIGN_CLIENTS];

/** A channel of Node's library for many calls. An error has no details here: other suites read them. */
export function openChannel({ addresses, serviceConfig }: Pick<Question, 'addresses' | 'serviceConfig'>) {
  const options = serviceConfig === undefined ? {} : { 'grpc.service_config': readFileSync(serviceConfig, 'utf8') };
  const target = addresses.length === 1 ? addresses[0]! : `ipv4:${addresses.join(',')}`;
  const client = new grpc.Client(target, grpc.credentials.createInsecure(), options);
  return {
    call(name: string, request: object, options: grpc.CallOptions = {}): Promise<Outcome> {
      const [service, method] = name.split('/') as [string, string];
      const { path, requestSerialize, responseDeserialize } = definition[`tollgate.v1.${service}`]![method]!;
      return new Promise((resolve) => {
        client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          request,
          new grpc.Metadata(),
          options,
          (error, answer) => resolve(error ? { status: { code: error.code, message: error.details } } : { answer }),
        );
      });
    },
    close: () => client.close(),
  };
}

const definition = protoLoader.loadSync(
  ['policy_decision', 'run', 'session'].map((name) => `tollgate/v1/${name}_service.proto`),
  { includeDirs: ['proto'], keepCase: true, longs: Number, enums: String, oneofs: true, defaults: true },
) as unknown as Readonly<Record<string, grpc.ServiceDefinition>>;

/** Builds the program of examples/go. @returns why it cannot be had: no Go, or no way to its modules */
export async function buildGoClient(): Promise<string | undefined> {
  try {
    mkdirSync(resolve(GO_PROGRAM, '..'), { recursive: true });
    // Beside the old one and then in its place, in case another suite runs that one.
    await run('go', ['build', '-C', 'examples/go', '-mod=readonly', '-o', `${GO_PROGRAM}.${process.pid}`, '.']);
    await run('mv', [`${GO_PROGRAM}.${process.pid}`, GO_PROGRAM]);
    return undefined;
  } catch (error) {
    const { message, stderr } = error as { message: string; stderr?: string };
    return `no Go program of examples/go: ${stderr?.trim().split('\n').at(-1) || message}`;
  }
}

function options(dashes: string, { addresses, method, request, serviceConfig, timeoutS }: Question, many: string) {
  return [
    ...[`${dashes}address`, addresses.length === 1 ? addresses[0]! : many],
    ...(serviceConfig === undefined ? [] : [`${dashes}service-config`, serviceConfig]),
    ...(timeoutS === undefined ? [] : [`${dashes}timeout`, `${timeoutS}${dashes === '-' ? 's' : ''}`]),
    ...[`tollgate.v1.${method}`, JSON.stringify(request)],
  ];
}

async function outcomeOf(program: string, words: readonly string[]): Promise<Outcome> {
  const { stdout } = await run(program, words);
  return JSON.parse(stdout);
}
