// The wire as the bench speaks it: messages and clients out of proto/, and requests as bytes for the load generators.
import { fileURLToPath } from 'node:url';
import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

export const DECISION_SERVICE = 'tollgate.v1.PolicyDecisionService';

const FOLDER = fileURLToPath(new URL('../proto', import.meta.url));
const FILES = ['policy_decision', 'run', 'session', 'identity'].map((name) => `tollgate/v1/${name}_service.proto`);

// WHY NOT the defaults of grpc's examples (strings for enums and 64-bit integers, every absent field filled in): they
// make the echo some percent slower, and every ratio better than it is.
/** @type {Record<string, any>} */
export const services = loadSync(FILES, { includeDirs: [FOLDER], keepCase: true, longs: Number, enums: Number });

/**
 * A client whose calls are promises.
 *
 * @param {string} service  its full name
 * @param {string} address
 * @returns {{ call: (method: string, request: object) => Promise<any>, close: () => void }}
 */
export function connect(service, address) {
  const Client = makeGenericClientConstructor(services[service], service);
  const client = /** @type {any} */ (new Client(address, credentials.createInsecure()));
  const deadlineMs = 10_000;
  return {
    call: (method, request) =>
      new Promise((resolve, reject) => {
        const answer = (/** @type {Error | null} */ error, /** @type {any} */ response) =>
          error ? reject(error) : resolve(response);
        client[method](request, { deadline: Date.now() + deadlineMs }, answer);
      }),
    close: () => client.close(),
  };
}

/**
 * @param {string} method  of the decision service
 * @param {object} request
 * @returns {Buffer}
 */
export function encodeRequest(method, request) {
  return services[DECISION_SERVICE][method].requestSerialize(request);
}

/**
 * @param {string} method  of the decision service
 * @param {object} response
 * @returns {number} bytes on the wire, with gRPC's five
 */
export function responseBytes(method, response) {
  return FRAME_HEADER_BYTES + services[DECISION_SERVICE][method].responseSerialize(response).length;
}

const FRAME_HEADER_BYTES = 5;

/**
 * A message as h2load posts it: not compressed, its length, its bytes.
 *
 * @param {Buffer} message
 */
export function grpcFrame(message) {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

/**
 * Messages as `ghz --binary-file` reads them: each behind its length as a varint.
 *
 * @param {readonly Buffer[]} messages
 */
export function countPrefixed(messages) {
  return Buffer.concat(messages.flatMap((message) => [varint(message.length), message]));
}

/** @param {number} value */
function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
