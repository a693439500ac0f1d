// What a client certificate is worth: nothing unless it was verified, and nothing beside a token of another caller.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Caller } from '../../../src/config/files/callers-file.ts';
import { tokenDigest } from '../../../src/config/files/token.ts';
import { type CertificateFacts, certificateOf, knownCallers } from '../../../src/rpc/call/callers.ts';
import { bearer, hashOf, newToken, writeCallers } from '../../support/callers.ts';
import { Certificates } from '../../support/certificates.ts';
import { type RunningServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/times.ts';
import { methodOf, sendBytes } from '../../support/wire.ts';

const RUNNER = 'uri:spiffe://example.org/runner';
const certificates = new Certificates();

beforeAll(() => {
  for (const name of ['right', 'wrong']) certificates.authority(name);
  certificates.certificate('server', { by: 'right', names: 'DNS:localhost' });
  for (const [name, by] of [
    ['runner', 'right'],
    ['pretender', 'wrong'],
  ] as const)
    certificates.certificate(name, { by, names: 'URI:spiffe://example.org/runner' });
});
afterAll(() => certificates.remove());

/** What a server makes of a client that it lets in whatever it shows. */
async function factsOf(client: string | undefined): Promise<CertificateFacts | undefined> {
  const files = (name: string) => ({ cert: certificates.read(`${name}.pem`), key: certificates.read(`${name}.key`) });
  const ca = certificates.read('right.pem');
  const server = createServer({ ...files('server'), ca, requestCert: true, rejectUnauthorized: false });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const arrived = once(server, 'secureConnection') as Promise<[TLSSocket]>;
  const socket = connect({ port, ca, servername: 'localhost', ...(client === undefined ? {} : files(client)) });
  const [theirs] = await arrived;
  const facts = certificateOf(theirs);
  socket.destroy();
  server.close();
  return facts;
}

describe('a certificate of a client', () => {
  test('that was verified has its name', async () => expect((await factsOf('runner'))?.name).toBe(RUNNER));

  test('that was not verified is none, whatever name it shows', async () => {
    expect(await factsOf('pretender')).toBeUndefined();
    expect(await factsOf(undefined)).toBeUndefined();
  });

  test('is not taken for verified by a grpc-js that is older than the one that asks whether it was', () => {
    const least = [1, 14, 7];
    for (const file of ['node_modules/@grpc/grpc-js/package.json', 'package.json']) {
      const manifest = JSON.parse(readFileSync(file, 'utf8'));
      const version: string = manifest.dependencies?.['@grpc/grpc-js'] ?? manifest.version;
      const parts = version.split('.').map(Number);
      const differs = parts.findIndex((part, at) => part !== least[at]);
      expect(differs === -1 || parts[differs]! > least[differs]!, `${file}: ${version}`).toBe(true);
    }
  });
});

describe('a certificate and a token', () => {
  const runner: Caller = { name: 'runner', role: 'runner' };
  const other: Caller = { name: 'other', role: 'admin' };
  let isThere = true;
  const callers = knownCallers(() => ({
    tokens: [
      { digest: tokenDigest('of-runner'), caller: runner },
      { digest: tokenDigest('of-other'), caller: other },
    ],
    certificates: new Map(isThere ? [[RUNNER, runner]] : []),
  }));
  const shown = (name: string | undefined, endsInMs = 60_000) => ({ name, endsAtMs: Date.now() + endsInMs });
  const nameOf = (authorization: string | undefined, certificate?: CertificateFacts) =>
    callers.identify(authorization, certificate)?.caller.name;

  test('of one caller are that caller, and of two callers are nobody', () => {
    expect(nameOf('Bearer of-runner', shown(RUNNER))).toBe('runner');
    expect(nameOf('Bearer of-other', shown(RUNNER))).toBeUndefined();
    expect(nameOf('Bearer wrong', shown(RUNNER))).toBeUndefined();
    expect(nameOf('Basic x', shown(RUNNER))).toBeUndefined();
  });

  test('are the caller of the token where nobody has the name in the certificate', () => {
    expect(nameOf('Bearer of-other', shown('dns:proxy'))).toBe('other');
    expect(nameOf('Bearer of-other', shown(undefined))).toBe('other');
    expect(nameOf(undefined, shown('dns:proxy'))).toBeUndefined();
  });

  test('are asked for again: one that has ended, or was removed, is nobody by then', () => {
    const ended = callers.identify(undefined, shown(RUNNER, 1_000))!;
    expect(callers.again(ended)?.name).toBe('runner');
    const past = { ...ended, credential: { ...ended.credential, certificate: shown(RUNNER, -1) } };
    expect(callers.again(past)).toBeUndefined();
    isThere = false;
    expect(callers.again(ended)).toBeUndefined();
    isThere = true;
  });
});

describe('a listener that asks for certificates', () => {
  let server: RunningServer;
  const token = newToken();

  beforeAll(async () => {
    writeCallers(certificates.path('callers.yaml'), [
      { name: 'runner', role: 'runner', certificates: [RUNNER] },
      { name: 'other', role: 'runner', tokens: [hashOf(token)] },
    ]);
    const sets = [
      `tls.decision.cert_file=${certificates.path('server.pem')}`,
      `tls.decision.key_file=${certificates.path('server.key')}`,
      `tls.decision.client_ca_file=${certificates.path('right.pem')}`,
      `callers.file=${certificates.path('callers.yaml')}`,
      'callers.on=decision',
    ];
    server = await startServer({ args: sets.flatMap((set) => ['--set', set]) });
  });
  afterAll(() => server?.stop());

  async function codeAs(name: string | undefined, metadata?: grpc.Metadata): Promise<string> {
    const [key, cert] =
      name === undefined ? [null, null] : [certificates.read(`${name}.key`), certificates.read(`${name}.pem`)];
    const credentials = grpc.credentials.createSsl(certificates.read('right.pem'), key, cert);
    const client = new grpc.Client(server.decision.replace('127.0.0.1', 'localhost'), credentials, {
      'grpc.use_local_subchannel_pool': 1,
    });
    const error = await sendBytes(client, methodOf('GetRun'), Buffer.alloc(0), metadata).catch((reason) => reason);
    client.close();
    return grpc.status[(error as grpc.ServiceError).code]!;
  }

  const counted = (reason: string) =>
    eventually(() => server.log.some((line) => line.includes(`"reason":"${reason}"`)));

  test('does not take the certificate of one caller with the token of another', async () => {
    expect(await codeAs('runner')).toBe('INVALID_ARGUMENT');
    expect(await codeAs('runner', bearer(token))).toBe('UNAUTHENTICATED');
  });

  test('tells handshakes that fail apart, and counts them', async () => {
    const port = Number(server.decision.split(':').at(-1));
    const plain = connectTcp(port, '127.0.0.1').on('error', () => undefined);
    plain.resume().write('GET / HTTP/1.1\r\n\r\n');
    await counted('HANDSHAKE_PLAINTEXT');
    expect(await codeAs(undefined)).toBe('UNAVAILABLE');
    await counted('CLIENT_CERTIFICATE_MISSING');
    expect(await codeAs('pretender')).toBe('UNAVAILABLE');
    await counted('CLIENT_CERTIFICATE_REFUSED');
    const broken = connectTcp(port, '127.0.0.1').on('error', () => undefined);
    broken.resume().end(Buffer.from([22, 3, 1, 0, 5, 9, 9, 9, 9, 9]));
    await counted('HANDSHAKE_FAILED');
  });

  test('tells a client of HTTP/1.1 so in its own words, and counts it', async () => {
    const socket = connect({
      port: Number(server.decision.split(':').at(-1)),
      ca: certificates.read('right.pem'),
      servername: 'localhost',
      cert: certificates.read('runner.pem'),
      key: certificates.read('runner.key'),
    });
    socket.on('error', () => undefined);
    let said = '';
    socket.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await eventually(() => said.startsWith('HTTP/1.1 505 '));
    await counted('NOT_HTTP2');
    socket.destroy();
  });
});
