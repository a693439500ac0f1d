// A process of callers that never pause: each has a channel and a session of its own, and calls Authorize under a new
// idempotency key as soon as the one before is answered. A number on standard input is answered by "reached" once every
// caller has had so many further answers. At the end of its input it lets its calls end and prints what became of them.
//
// Its one argument is JSON: addresses, sessions [{trace_id, session_id, agent_id}], serviceConfig,
// waitForReady, retries (false switches off the ones that gRPC makes by itself).
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const { addresses, sessions, serviceConfig, waitForReady, retries } = JSON.parse(process.argv[2]);

const definition = protoLoader.loadSync('tollgate/v1/policy_decision_service.proto', {
  includeDirs: ['proto'],
  keepCase: true,
  longs: Number,
  enums: String,
});
const { PolicyDecisionService } = grpc.loadPackageDefinition(definition).tollgate.v1;
const CALL_MS = 120_000;

let stopping = false;
const latenciesMs = [];
const failures = [];

const allowed = sessions.map(() => 0);
let goals;

process.stdin.on('end', () => {
  stopping = true;
});
process.stdin.on('data', (text) => {
  goals = allowed.map((count) => count + Number(text));
});

const charged = await Promise.all(sessions.map(callOn));
process.stdout.write(`${JSON.stringify({ charged, failures, slowestMs: Math.max(...latenciesMs) })}\n`);
process.exit(0);

/** Calls until told to stop. @returns the session and how many of its calls were allowed, and how many of those again */
async function callOn({ trace_id, session_id, agent_id }, caller) {
  const target = addresses.length === 1 ? addresses[0] : `ipv4:${addresses.join(',')}`;
  const client = new PolicyDecisionService(target, grpc.credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_retries': retries ? 1 : 0,
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 200,
    ...(serviceConfig && { 'grpc.service_config': JSON.stringify(serviceConfig) }),
  });
  let replayed = 0;
  for (let i = 0; !stopping; i++) {
    const metadata = new grpc.Metadata({ waitForReady });
    const request = {
      trace_id,
      session_id,
      agent_id,
      tool: 'read_file',
      idempotency_key: `${process.pid}-${caller}-${i}`,
    };
    const from = performance.now();
    try {
      const { decision } = await new Promise((resolve, reject) => {
        client.Authorize(request, metadata, { deadline: Date.now() + CALL_MS }, (error, answer) =>
          error ? reject(error) : resolve(answer),
        );
      });
      if (decision.effect !== 'EFFECT_ALLOW') throw new Error(`${decision.effect} ${decision.reason}`);
      allowed[caller] += 1;
      tellIfReached();
      if (decision.replayed) replayed += 1;
      latenciesMs.push(performance.now() - from);
    } catch (error) {
      failures.push(`${error.code} ${error.details ?? error.message}`);
    }
  }
  client.close();
  return { session_id, allowed: allowed[caller], replayed };
}

function tellIfReached() {
  if (!goals?.every((goal, caller) => allowed[caller] >= goal)) return;
  goals = undefined;
  process.stdout.write('reached\n');
}
