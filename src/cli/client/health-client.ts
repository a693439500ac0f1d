// Checks a running server over the gRPC health service that probes and load balancers use.
import { isIP } from 'node:net';
import { type ChannelCredentials, Client, credentials } from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { dialAddress, type ListenAddress, listenAddressText } from '../../config/listen-address.ts';
import type { TlsFiles } from '../../config/sections/listeners.ts';

const TIMEOUT_MS = 2_000;

interface AskedListener {
  readonly address: ListenAddress;
  readonly tls: TlsFiles | undefined;
}

/** A line for each listener; serving only if every one of them says so for its first service. */
export async function checkHealth(
  listeners: readonly AskedListener[],
): Promise<{ serving: boolean; lines: readonly string[] }> {
  const services = ['tollgate.v1.PolicyDecisionService', 'tollgate.v1.SessionService'];
  const answers = await Promise.all(listeners.map((listener, index) => ask(listener, services[index] ?? '')));
  return {
    serving: answers.every((answer) => answer === 'SERVING'),
    lines: listeners.map(({ address }, index) => `${listenAddressText(address)}: ${answers[index]}`),
  };
}

function ask({ address, tls }: AskedListener, service: string): Promise<string> {
  if (tls?.clientCa !== undefined) {
    return Promise.resolve('asks for a client certificate; set observability.listen to check over HTTP instead');
  }
  if (address.kind === 'tcp' && address.port === 0) {
    return Promise.resolve('unknown: the configured port is 0; name the port on which the server listens');
  }
  const dialled = dialAddress(address);
  const client = new Client(listenAddressText(dialled), credentialsOf(tls), {
    // TLS does not allow an address as a server name, and Node would warn on standard error.
    ...(tls && dialled.kind === 'tcp' && isIP(dialled.host) !== 0 && { 'grpc.ssl_target_name_override': 'localhost' }),
  });
  const check = healthService.Check;
  if (!check) throw new Error('the health service has no Check');
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      check.path,
      check.requestSerialize,
      check.responseDeserialize,
      { service },
      { deadline: Date.now() + TIMEOUT_MS },
      (error, response) => {
        client.close();
        resolve(error ? `unreachable (${error.message})` : String((response as { status: string }).status));
      },
    );
  });
}

/**
 * The certificate is for the names that callers use, not for an address of this host, so it is not checked. The request holds
 * no secret, and a process that could impersonate the listener on this host could take its port as well.
 */
function credentialsOf(tls: TlsFiles | undefined): ChannelCredentials {
  if (!tls) return credentials.createInsecure();
  return credentials.createSsl(null, null, null, { rejectUnauthorized: false });
}
