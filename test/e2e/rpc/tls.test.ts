// Listeners with TLS and with client certificates: who is let in, what keeps the server from starting, and certificates
// that are replaced while calls go on.
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bearer, hashOf, newToken, writeCallers } from '../../support/callers.ts';
import { Certificates } from '../../support/certificates.ts';
import { readRefusal } from '../../support/refusals.ts';
import { type RunningServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/times.ts';
import { METHODS, methodOf, sendBytes } from '../../support/wire.ts';

const certificates = new Certificates();
const RUNNER = 'URI:spiffe://example.org/runner';
const METHOD = methodOf('GetRun');
const token = newToken();
let server: RunningServer;

beforeAll(async () => {
  for (const name of ['right', 'wrong']) certificates.authority(name);
  certificates.certificate('server', { by: 'right', names: 'DNS:localhost' });
  certificates.certificate('other', { by: 'right', names: 'DNS:localhost' });
  certificates.certificate('runner', { by: 'right', names: RUNNER });
  certificates.certificate('dns', { by: 'right', names: 'DNS:auditor.example.org' });
  certificates.certificate('stranger', { by: 'right', names: 'URI:spiffe://example.org/stranger' });
  certificates.certificate('longer', { by: 'right', names: 'URI:spiffe://example.org/runner/more' });
  certificates.certificate('two', { by: 'right', names: `${RUNNER},URI:spiffe://example.org/stranger` });
  certificates.certificate('both-kinds', { by: 'right', names: `${RUNNER},DNS:auditor.example.org` });
  certificates.certificate('as-dns', { by: 'right', names: 'DNS:spiffe.example.org' });
  certificates.certificate('wrong-ca', { by: 'wrong', names: RUNNER });
  certificates.certificate('expired', { by: 'right', names: RUNNER, fromDays: -3, untilDays: -1 });
  certificates.certificate('future', { by: 'right', names: RUNNER, fromDays: 1, untilDays: 3 });
  writeCallers(certificates.path('callers.yaml'), [
    { name: 'runner', role: 'runner', certificates: ['uri:spiffe://example.org/runner'] },
    { name: 'auditor', role: 'auditor', certificates: ['dns:auditor.example.org'] },
    { name: 'by-token', role: 'runner', tokens: [hashOf(token)] },
  ]);
  server = await startServer({ args: argsOf() });
});
afterAll(async () => {
  await server?.stop();
  certificates.remove();
});

interface Files {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
}

function settingsOf({ cert = 'server.pem', key = 'server.key', ca = 'right.pem' }: Files = {}): string[] {
  const path = (file: string) => certificates.path(file);
  return [
    `tls.decision.cert_file=${path(cert)}`,
    `tls.decision.key_file=${path(key)}`,
    ...(ca === '' ? [] : [`tls.decision.client_ca_file=${path(ca)}`]),
  ];
}

function argsOf(
  files?: Files,
  more: readonly string[] = [`callers.file=${certificates.path('callers.yaml')}`, 'callers.on=decision'],
) {
  return [...settingsOf(files), ...more].flatMap((setting) => ['--set', setting]);
}

function connect(name: string | undefined, { address = server.decision, ca = 'right.pem' } = {}): grpc.Client {
  const [key, cert] =
    name === undefined ? [null, null] : [certificates.read(`${name}.key`), certificates.read(`${name}.pem`)];
  const credentials = grpc.credentials.createSsl(certificates.read(ca), key, cert);
  return new grpc.Client(address.replace('127.0.0.1', 'localhost'), credentials, {
    'grpc.use_local_subchannel_pool': 1,
  });
}

/** An empty request of a caller who may ask is refused for what it lacks. */
async function codeOf(client: grpc.Client, metadata?: grpc.Metadata): Promise<string> {
  try {
    await sendBytes(client, METHOD, Buffer.alloc(0), metadata);
    return 'OK';
  } catch (error) {
    return grpc.status[(error as grpc.ServiceError).code]!;
  }
}

async function codeAs(name: string | undefined, metadata?: grpc.Metadata): Promise<string> {
  const client = connect(name);
  const code = await codeOf(client, metadata);
  client.close();
  return code;
}

describe('with client certificates', () => {
  test('a known one is let in, by URI and by DNS name, each in its role', async () => {
    expect(await codeAs('runner')).toBe('INVALID_ARGUMENT');
    expect(await codeAs('dns')).toBe('PERMISSION_DENIED');
    const client = connect('dns');
    const describeAccess = METHODS.find(({ name }) => name === 'DescribeSlashAccess')!;
    const error = await sendBytes(client, describeAccess, Buffer.alloc(0)).catch((reason) => reason);
    expect(error?.code ?? grpc.status.OK).not.toBe(grpc.status.PERMISSION_DENIED);
    client.close();
  });

  test.each([
    ['no certificate', undefined],
    ['one of another authority', 'wrong-ca'],
    ['one that has expired', 'expired'],
    ['one that is not valid yet', 'future'],
  ])('%s ends at the handshake', async (_, name) => expect(await codeAs(name)).toBe('UNAVAILABLE'));

  test.each([
    ['a name that nobody has', 'stranger'],
    ['a name that begins as a known one', 'longer'],
    ['two names, one of them known', 'two'],
    ['two names of two kinds, both known', 'both-kinds'],
    ['a name of the other kind', 'as-dns'],
  ])('%s is unknown', async (_, name) => expect(await codeAs(name)).toBe('UNAUTHENTICATED'));

  test('a token that is sent must be right, whatever the certificate', async () => {
    expect(await codeAs('stranger', bearer(token))).toBe('INVALID_ARGUMENT');
    expect(await codeAs('runner', bearer(newToken()))).toBe('UNAUTHENTICATED');
    expect(await codeAs(undefined, bearer(token))).toBe('UNAVAILABLE');
  });

  test('one that ends while its connection lives is unknown from then on', async () => {
    const lifeMs = 4_000;
    certificates.certificate('short', { by: 'right', names: RUNNER, untilDays: lifeMs / 86_400_000 });
    const client = connect('short');
    expect(await codeOf(client)).toBe('INVALID_ARGUMENT');
    await sleep(lifeMs);
    expect(await codeOf(client)).toBe('UNAUTHENTICATED');
    client.close();
  });

  test('plaintext is not answered', async () => {
    const client = new grpc.Client(server.decision, grpc.credentials.createInsecure());
    expect(await codeOf(client)).toBe('UNAVAILABLE');
    client.close();
  });

  test('the refusal has its details', async () => {
    const client = connect('stranger');
    const error = await sendBytes(client, METHOD, Buffer.alloc(0)).catch((reason) => reason);
    expect(readRefusal(error)).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'UNAUTHENTICATED' });
    client.close();
  });
});

describe('the server does not start', () => {
  beforeAll(() => {
    writeFileSync(certificates.path('empty.pem'), '');
    writeFileSync(certificates.path('garbled.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    certificates.certificate('ended', { by: 'right', names: 'DNS:localhost', fromDays: -3, untilDays: -1 });
    certificates.certificate('coming', { by: 'right', names: 'DNS:localhost', fromDays: 1 });
  });

  test.each([
    ['a certificate that is missing', { cert: 'none.pem' }, /cannot read \S+none.pem \(ENOENT\)/],
    ['a key that is missing', { key: 'none.key' }, /cannot read \S+none.key \(ENOENT\)/],
    [
      'the key of another',
      { key: 'other.key' },
      /other.key is not the private key of the certificate in \S+server.pem/,
    ],
    ['a certificate that is empty', { cert: 'empty.pem' }, /empty.pem holds no certificate/],
    ['a certificate that is garbled', { cert: 'garbled.pem' }, /garbled.pem holds a certificate that cannot be read/],
    ['a certificate that has ended', { cert: 'ended.pem', key: 'ended.key' }, /ended.pem expired/],
    [
      'a certificate that is not valid yet',
      { cert: 'coming.pem', key: 'coming.key' },
      /coming.pem is not valid before/,
    ],
    ['client authorities that are missing', { ca: 'none.pem' }, /cannot read \S+none.pem \(ENOENT\)/],
    ['client authorities that are empty', { ca: 'empty.pem' }, /empty.pem holds no certificate/],
    [
      'a client authority that is none',
      { ca: 'runner.pem' },
      /runner.pem holds a certificate that is not a certificate authority/,
    ],
  ])('with %s', async (_, files, said) => {
    await expect(startServer({ args: argsOf(files) })).rejects.toThrow(said);
  });

  test('when other hosts could reach it without client certificates or callers', async () => {
    const args = ['--listen', '0.0.0.0:0', ...argsOf({ ca: '' }, [])];
    await expect(startServer({ args })).rejects.toThrow(/needs TLS and known callers/);
  });
});

test('other hosts may reach a listener with TLS and callers', async () => {
  const open = await startServer({ args: ['--listen', '0.0.0.0:0', ...argsOf()] });
  const client = connect('runner', { address: open.decision.replace('0.0.0.0', 'localhost') });
  expect(await codeOf(client)).toBe('INVALID_ARGUMENT');
  client.close();
  expect(await open.stop()).toBe(0);
});

describe('certificates that are replaced', () => {
  const ROTATIONS = 10;

  test(`${ROTATIONS} times under load: no call fails, new connections see the new one, bad files change nothing`, async () => {
    const files = { cert: 'rotating.pem', key: 'rotating.key', ca: 'clients.pem' };
    certificates.certificate('next', { by: 'right', names: 'DNS:localhost' });
    const install = () => {
      copyFileSync(certificates.path('next.pem'), certificates.path(files.cert));
      copyFileSync(certificates.path('next.key'), certificates.path(files.key));
    };
    install();
    copyFileSync(certificates.path('right.pem'), certificates.path(files.ca));
    const rotating = await startServer({ args: argsOf(files) });
    const address = rotating.decision;
    const codes = new Map<string, number>();
    let isCalling = true;
    const count = (code: string) => codes.set(code, (codes.get(code) ?? 0) + 1);
    const keep = async () => {
      const client = connect('runner', { address });
      while (isCalling) count(await codeOf(client));
      client.close();
    };
    const reconnect = async () => {
      while (isCalling) {
        const client = connect('runner', { address });
        count(await codeOf(client));
        client.close();
        await sleep(20);
      }
    };
    const load = [keep(), keep(), reconnect()];
    const seen = (text: string) => rotating.log.filter((line) => line.includes(text)).length;

    for (let rotation = 1; rotation <= ROTATIONS; rotation++) {
      certificates.certificate('next', { by: 'right', names: 'DNS:localhost' });
      install();
      await eventually(() => seen('certificate in force') === rotation);
    }
    rmSync(certificates.path(files.key));
    await eventually(() => seen('certificate refused, the last good one stays') === 1);
    copyFileSync(certificates.path('other.key'), certificates.path(files.key));
    await eventually(() => seen('certificate refused, the last good one stays') === 2);
    await sleep(200);
    isCalling = false;
    await Promise.all(load);
    expect([...codes.keys()]).toEqual(['INVALID_ARGUMENT']);
    console.log(`${ROTATIONS} rotations and 2 bad ones: ${codes.get('INVALID_ARGUMENT')} calls, none failed`);

    // The authority of clients is replaced as well: those of the old one are strangers to new connections.
    install();
    copyFileSync(certificates.path('wrong.pem'), certificates.path(files.ca));
    await eventually(() => seen('certificate in force') === ROTATIONS + 1);
    for (const [name, code] of [
      ['runner', 'UNAVAILABLE'],
      ['wrong-ca', 'INVALID_ARGUMENT'],
    ] as const) {
      const client = connect(name, { address });
      expect(await codeOf(client)).toBe(code);
      client.close();
    }
    expect(await rotating.stop()).toBe(0);
  });
});
