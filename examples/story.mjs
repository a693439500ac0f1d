// Runs the calls of the README's story with a real gRPC client against a running
// server, and prints each request beside its answer.
//
//   npm start                     in one terminal
//   npm run story                 in another; --decision and --management name other addresses
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const { values: addresses } = parseArgs({
  options: {
    decision: { type: 'string', default: '127.0.0.1:7070' },
    management: { type: 'string', default: 'unix:data/management.sock' },
  },
});

const { tollgate } = grpc.loadPackageDefinition(
  protoLoader.loadSync(
    ['policy_decision', 'run', 'session', 'identity', 'audit'].map((name) => `tollgate/v1/${name}_service.proto`),
    { includeDirs: ['proto'], keepCase: true, longs: Number, enums: String, oneofs: true },
  ),
);

const clientOf = (service, address) => new tollgate.v1[service](address, grpc.credentials.createInsecure());
const decisions = clientOf('PolicyDecisionService', addresses.decision);
const runs = clientOf('RunService', addresses.decision);
const sessions = clientOf('SessionService', addresses.management);
const identities = clientOf('IdentityService', addresses.management);
const audit = clientOf('AuditService', addresses.management);

// Fresh ids each time, so that the story can run again.
const tale = randomUUID().slice(0, 8);
const trace_id = `trace-${tale}`;
const agent_id = `writer-${tale}`;

// Without a listener the story cannot begin.
for (const [client, address] of [
  [decisions, addresses.decision],
  [sessions, addresses.management],
]) {
  await new Promise((resolve) => client.waitForReady(Date.now() + 3_000, resolve)).then((error) => {
    if (!error) return;
    console.error(
      `no server answers at ${address}: start one with npm start, or name another (--decision, --management)`,
    );
    process.exit(1);
  });
}

await tell('Somebody who knows the user binds an identity to a trace.', identities, 'BindIdentity', {
  trace_id,
  identity: { user_id: '222', platform: 'discord', channel_id: '555' },
});
const { session } = await tell(
  'A controller opens a session for the agent: two calls, one tool.',
  sessions,
  'CreateSession',
  {
    agent_id,
    owner: 'discord:222',
    tools: { names: ['read_file'] },
    call_budget: 2,
  },
);
const call = { trace_id, session_id: session.session_id, agent_id, tool: 'read_file' };

await tell('The agent calls a tool: allowed, one call left.', decisions, 'Authorize', {
  ...call,
  idempotency_key: 'k1',
});
await tell('The same key again: replayed, still one left.', decisions, 'Authorize', { ...call, idempotency_key: 'k1' });
await tell('Another key: none left.', decisions, 'Authorize', { ...call, idempotency_key: 'k2' });
await tell('A third key: denied.', decisions, 'Authorize', { ...call, idempotency_key: 'k3' });
await tell('A forged trace: denied.', decisions, 'Authorize', { ...call, trace_id: 'forged' });

const { run } = await tell('A run starts in that session.', runs, 'StartRun', {
  trace_id,
  session_id: session.session_id,
  skill_id: 'summarize',
});
await tell("Another user's storage: denied.", decisions, 'ValidateScope', {
  run_id: run.run_id,
  scope: 'user:discord:333',
});
await tell('A slash command on the list: allowed.', decisions, 'CheckSlash', {
  trace_id,
  chat_type: 'dm',
  command: '/status',
});
await tell('One that is not: denied.', decisions, 'CheckSlash', { trace_id, chat_type: 'dm', command: '/stop' });

await tell('The run reports a step and a call of a secret tool.', decisions, 'AppendAudit', {
  run_id: run.run_id,
  events: [
    {
      step: {
        iter: 1,
        response: { text: 'Fetching the page.', model: 'm-1', usage: { input_tokens: 120, output_tokens: 8 } },
      },
    },
    { tool_use: { name: 'http_get', id: 'c1', args: '{"authorization":"s3cr3t"}', result: 's3cr3t page' } },
  ],
});
await tell('The run finishes.', runs, 'FinishRun', { run_id: run.run_id, status: 'RUN_STATUS_OK', output: 'done' });
await tellAll('An auditor lists what it did: numbered, the secret gone.', audit, 'ListRunEvents', {
  run_id: run.run_id,
});

for (const client of [decisions, runs, sessions, identities, audit]) client.close();

/** Sends one request and prints it with its answer. */
function tell(title, client, method, request) {
  return new Promise((resolve, reject) => {
    client[method](request, { deadline: Date.now() + 10_000 }, (error, response) => {
      if (error) return reject(error);
      show(title, method, request, [response]);
      resolve(response);
    });
  });
}

async function tellAll(title, client, method, request) {
  const responses = [];
  for await (const response of client[method](request)) responses.push(response);
  show(title, method, request, responses);
}

function show(title, method, request, responses) {
  console.log(`\n${title}`);
  const left = [method, ...lines(request)];
  const right = responses.flatMap((response) => lines(briefly(response)));
  for (let row = 0; row < Math.max(left.length, right.length); row++) {
    console.log(`  ${(left[row] ?? '').padEnd(64)} │ ${right[row] ?? ''}`);
  }
}

/** One line per field, nested messages as JSON. */
function lines(message) {
  return Object.entries(message)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `  ${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`);
}

/** The fields of an answer that a reader wants to see. */
function briefly(response) {
  if (response.event) {
    const { sequence, type, payload } = response.event;
    return { [`${sequence} ${type}`]: plain(payload) };
  }
  const { decision, usage, session, run, canonical_command, ...rest } = response;
  if (session)
    return { session_id: session.session_id, calls_remaining: session.calls_remaining, status: session.status };
  if (run) return { run_id: run.run_id, caller_id: run.caller_id, status: run.status };
  if (!decision) return rest;
  return {
    effect: decision.effect,
    reason: decision.reason,
    message: decision.message,
    replayed: decision.replayed || undefined,
    calls_remaining: usage?.calls_remaining ?? (usage ? 0 : undefined),
    canonical_command,
  };
}

/** A google.protobuf.Struct as plain JSON. */
function plain(struct) {
  return Object.fromEntries(Object.entries(struct.fields).map(([key, value]) => [key, value[value.kind]]));
}
