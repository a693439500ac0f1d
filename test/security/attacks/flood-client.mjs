// A caller that calls GetRun a thousand times a second, whatever it is answered. Says when it has begun, and at the end
// of its input what it was answered.
// Its arguments: address, token, the request's bytes in hex.
import grpc from '@grpc/grpc-js';

const [address, token, hex] = process.argv.slice(2);
const EVERY_MS = 10;
const AT_ONCE = 10;
const client = new grpc.Client(address, grpc.credentials.createInsecure());
const metadata = new grpc.Metadata();
metadata.set('authorization', `Bearer ${token}`);
const bytes = Buffer.from(hex, 'hex');
const asIs = (buffer) => buffer;
const counts = { OVERLOADED: 0, other: 0 };

await call();
process.stdout.write('begun\n');
const timer = setInterval(() => {
  for (let n = 0; n < AT_ONCE; n++) void call();
}, EVERY_MS);
process.stdin.resume().on('end', () => {
  clearInterval(timer);
  process.stdout.write(`${JSON.stringify(counts)}\n`, () => process.exit(0));
});

function call() {
  return new Promise((resolve) => {
    const deadline = Date.now() + 30_000;
    client.makeUnaryRequest('/tollgate.v1.RunService/GetRun', asIs, asIs, bytes, metadata, { deadline }, (error) => {
      counts[error?.code === grpc.status.RESOURCE_EXHAUSTED ? 'OVERLOADED' : 'other']++;
      resolve();
    });
  });
}
