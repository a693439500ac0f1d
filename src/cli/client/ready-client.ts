// Asks a running server over HTTP whether it is ready, as a probe does.
import { get } from 'node:http';
import { dialAddress, type ListenAddress, listenAddressText } from '../../config/listen-address.ts';

const TIMEOUT_MS = 2_000;
const ANSWER_BYTES_MAX = 4_096;

/** Whether the server at this address is ready, and a line that says so. */
export async function checkReady(address: ListenAddress): Promise<{ serving: boolean; lines: readonly string[] }> {
  const dialled = dialAddress(address);
  const where = dialled.kind === 'unix' ? { socketPath: dialled.path } : { host: dialled.host, port: dialled.port };
  const { serving, text } = await ask(where).catch((error: Error) => ({
    serving: false,
    text: `unreachable (${error.message})`,
  }));
  return { serving, lines: [`${listenAddressText(address)}: ${text}`] };
}

function ask(where: object): Promise<{ serving: boolean; text: string }> {
  return new Promise((resolve, reject) => {
    const request = get({ ...where, path: '/readyz', signal: AbortSignal.timeout(TIMEOUT_MS) }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text = (text + part).slice(0, ANSWER_BYTES_MAX);
      });
      response.once('error', reject);
      response.once('end', () => resolve({ serving: response.statusCode === 200, text: text.trim() }));
    });
    request.once('error', reject);
  });
}
