// What every ratio is held against: the least that a @grpc/grpc-js server can do with an Authorize call. It decodes the
// request as proto-loader does and encodes one constant response, the very one that Tollgate gave to a sample call.
//
// usage: node echo-server.mjs <file with the response as JSON>; prints its port on a line of its own
import { readFileSync } from 'node:fs';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { DECISION_SERVICE, services } from './protocol.mjs';

const response = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
/** @type {import('@grpc/grpc-js').handleUnaryCall<object, object>} */
const answer = (_call, callback) => callback(null, response);

const server = new Server();
server.addService({ Authorize: services[DECISION_SERVICE].Authorize }, { Authorize: answer });
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
