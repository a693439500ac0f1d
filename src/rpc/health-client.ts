// Asks a running server how it is, over the same gRPC health service that probes and load balancers ask.
import { Client, credentials } from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { type ListenAddress, listenAddressText } from '../config/listen-address.ts';

const TIMEOUT_MS = 2_000;

/** A line for each listener; serving only if every one of them says so for its first service. */
export async function checkHealth(
  addresses: readonly ListenAddress[],
): Promise<{ serving: boolean; lines: readonly string[] }> {
  const services = ['tollgate.v1.PolicyDecisionService', 'tollgate.v1.SessionService'];
  const answers = await Promise.all(addresses.map((address, index) => ask(address, services[index] ?? '')));
  return {
    serving: answers.every((answer) => answer === 'SERVING'),
    lines: addresses.map((address, index) => `${listenAddressText(address)}: ${answers[index]}`),
  };
}

function ask(address: ListenAddress, service: string): Promise<string> {
  const client = new Client(listenAddressText(address), credentials.createInsecure());
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
