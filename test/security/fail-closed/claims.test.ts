// Whoever a request says it is, in its metadata or in fields that the protocol does not have, changes no decision: who is
// behind a call stands in the trusted record alone. Ten thousand random claims, beside the same requests without them.
import grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenServer, openServer } from '../../support/engines.ts';
import { seeded } from '../../support/random.ts';
import { bound, opened, started } from '../../support/scene.ts';
import { delimited, encodeWire, methodOf, sendBytes, varint, type WireMessage } from '../../support/wire.ts';

const TRIES = 10_000;
const AT_ONCE = 64;
const WITHIN_MS = 15_000;
const SEED = 20_261_124;

const HEADERS = [
  'x-user-id',
  'x-forwarded-user',
  'x-forwarded-email',
  'x-forwarded-for',
  'x-remote-user',
  'x-real-ip',
  'x-original-user',
  'x-auth-request-user',
  'x-goog-authenticated-user-email',
  'x-ms-client-principal-name',
  'x-amzn-oidc-identity',
  'is_admin',
  'is-admin',
  'x-admin',
  'x-is-admin',
  'admin',
  'role',
  'roles',
  'x-role',
  'x-roles',
  'scope',
  'x-scopes',
  'sudo',
  'x-sudo',
  'su',
  'impersonate-user',
  'x-impersonate',
  'on-behalf-of',
  'x-act-as',
  'authorization',
  'proxy-authorization',
  'x-authorization',
  'x-api-key',
  'cookie',
  'x-tenant',
  'x-org-id',
  'x-trace-id',
  'trace_id',
  'session_id',
  'agent_id',
  'x-tollgate-identity',
  'x-tollgate-effect',
  'x-debug',
  'x-dry-run',
  'x-asserted-facts',
  'x-policy',
  'x-envoy-original-path',
  'x-forwarded-client-cert',
  'grpc-metadata-user',
  'grpc-metadata-authorization',
  'grpc-metadata-x-admin',
  'grpcgateway-authorization',
  'grpcgateway-x-user-id',
  'traceparent',
  'tracestate',
  'baggage',
  'b3',
  'x-b3-traceid',
  'x-b3-sampled',
  'x-request-id',
  'x-identity-bin',
  'claims-bin',
];
const WORDS = [
  '111',
  'discord:111',
  'admin',
  'root',
  'true',
  '1',
  'yes',
  'system',
  '*',
  'allow',
  'EFFECT_ALLOW',
  'runner',
  'controller',
  'Bearer admin',
  'Basic YWRtaW46YWRtaW4=',
  'user_id=discord:111,is_admin=true',
  '{"user_id":"111","platform":"discord"}',
  'By=spiffe://x;URI=spiffe://admin',
  '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'eyJhbGciOiJub25lIn0.eyJzdWIiOiJkaXNjb3JkOjExMSJ9.',
  ' ',
  '',
];

interface Asked {
  readonly rpc: string;
  readonly bytes: Buffer;
}

let open: OpenServer;
let asked: Asked[];

beforeAll(async () => {
  open = await openServer('embedded');
  const { clients } = open;
  const trace_id = await bound(clients, { user_id: '222' });
  const { session_id, agent_id } = await opened(clients, { call_budget: 1_000_000 });
  const run = await started(clients, { trace_id, session_id });
  const call = { trace_id, session_id, agent_id, tool: 'read_file', explain: true };
  const { trace_id: _, ...nobody } = call;
  const ask = (rpc: string, request: WireMessage): Asked => ({
    rpc,
    bytes: encodeWire(methodOf(rpc).request, request),
  });
  asked = [
    ask('Authorize', call),
    ask('Authorize', nobody),
    ask('Authorize', { ...call, trace_id: 'forged' }),
    ask('Authorize', { ...call, tool: 'shell_exec' }),
    ask('Authorize', { ...call, slash: { chat_type: 'dm', command: '/stop' } }),
    ask('Authorize', { ...call, run_id: run.run_id, scope: 'user:discord:111' }),
    ask('ConsumeBudget', { session_id, agent_id, calls: [{ tool: 'shell_exec' }], explain: true }),
    ask('ValidateScope', { scope: 'user:discord:222', run_id: run.run_id, explain: true }),
    ask('ValidateScope', { scope: 'user:discord:111', run_id: run.run_id, trace_id, explain: true }),
    ask('CheckSlash', { trace_id, chat_type: 'dm', command: '/stop', explain: true }),
    ask('CheckSlash', { platform: 'discord', chat_type: 'dm', command: '/stop', explain: true }),
    ask('CheckSlash', { platform: 'discord', chat_type: 'dm', command: '/stop', user_id: '111', explain: true }),
  ];
});
afterAll(() => open?.close());

/** What a decision comes down to: everything but its own id, its time and what is left of a budget. */
async function decide({ rpc, bytes }: Asked, metadata?: grpc.Metadata): Promise<object> {
  const method = methodOf(rpc);
  const [answer] = await sendBytes(open.clients.raw(method.service), method, bytes, metadata);
  const { decision, identity } = method.response.toObject(method.response.decode(answer!), { enums: String });
  const { effect, would_be, reason, checks, dry_run, replayed } = decision;
  return { effect, would_be, reason, checks, dry_run, replayed, identity };
}

function claimsOf(random: () => number): grpc.Metadata {
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const metadata = new grpc.Metadata();
  for (let count = 1 + Math.floor(random() * 5); count > 0; count--) {
    const name = random() < 0.9 ? one(HEADERS) : `${one(HEADERS)}-${Math.floor(random() * 1e6)}`;
    const value = name.endsWith('-bin') ? Buffer.from(one(WORDS)) : one(WORDS);
    // The client's own HTTP/2 lets this name, and any that is HTTP's, be there once.
    if (/authorization$|cookie/.test(name)) metadata.set(name, value);
    else metadata.add(name, value);
  }
  return metadata;
}

/** Fields that no request has: of a number below, between or far above its own, each with a claim. */
function unknownFields(random: () => number, rpc: string): Buffer {
  const known = new Set(methodOf(rpc).request.fieldsArray.map(({ id }) => id));
  const fields: Buffer[] = [];
  while (fields.length < 1 + random() * 3) {
    const number = 1 + Math.floor(random() ** 4 * 100_000);
    if (known.has(number)) continue;
    const word = WORDS[Math.floor(random() * WORDS.length)]!;
    fields.push(
      random() < 0.5 ? delimited(number, Buffer.from(word)) : Buffer.concat([varint(number << 3), varint(1)]),
    );
  }
  return Buffer.concat(fields);
}

test('no claim changes a decision', async () => {
  const random = seeded(SEED);
  const without = await Promise.all(asked.map((ask) => decide(ask)));
  expect(new Set(without.map((decision) => (decision as { effect: string }).effect))).toEqual(
    new Set(['EFFECT_ALLOW', 'EFFECT_DENY']),
  );
  const from = performance.now();
  let left = TRIES;
  const work = async () => {
    while (left-- > 0) {
      const index = Math.floor(random() * asked.length);
      const { rpc, bytes } = asked[index]!;
      const metadata = claimsOf(random);
      const claimed = { rpc, bytes: Buffer.concat([bytes, unknownFields(random, rpc)]) };
      expect(await decide(claimed, metadata), `${rpc} with ${JSON.stringify(metadata.getMap())}`).toEqual(
        without[index],
      );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const tookMs = performance.now() - from;
  console.log(`${TRIES} claims in ${(tookMs / 1000).toFixed(1)} s`);
  expect(tookMs).toBeLessThan(10 * WITHIN_MS);
});

test('the same comparison sees a claim that is one: another trace in the request itself', async () => {
  const trace_id = await bound(open.clients, { user_id: '111' });
  const { request } = methodOf('CheckSlash');
  const bytes = encodeWire(request, { trace_id, chat_type: 'dm', command: '/stop', explain: true });
  const claimed = await decide({ rpc: 'CheckSlash', bytes });
  expect(claimed).not.toEqual(await decide(asked[9]!));
  expect(claimed).toMatchObject({ effect: 'EFFECT_ALLOW' });
});
