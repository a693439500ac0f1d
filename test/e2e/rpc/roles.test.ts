// Who may call what: every RPC of the descriptor with every role, and what each listener does not have.
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operationOf } from '../../../src/api/operations.ts';
import type { ServiceName } from '../../../src/gen/tollgate.ts';
import { bearer, makeCallers, newToken, ROLES, type RoleName, type TestCallers } from '../../support/callers.ts';
import { readRefusal } from '../../support/refusals.ts';
import { type RunningServer, startServer } from '../../support/server.ts';
import { METHODS, type MethodUnderTest, sendBytes } from '../../support/wire.ts';

/** What the roles are for, in words of their own: services, without those methods that only an admin may call. */
const ADMIN_ONLY = ['PurgeSessions', 'PurgeRuns', 'PurgePayloads', 'ReloadPolicy'];
const SERVICES: Readonly<Record<Exclude<RoleName, 'admin'>, readonly string[]>> = {
  runner: ['PolicyDecisionService', 'RunService'],
  controller: ['PolicyDecisionService', 'RunService', 'SessionService', 'AgentService', 'IdentityService'],
  auditor: ['AuditService'],
};
const AUDITORS_TOO = ['GetServerInfo', 'DescribeSlashAccess'];

function isAllowed(role: RoleName, { service, name }: MethodUnderTest): boolean {
  if (role === 'admin') return true;
  if (ADMIN_ONLY.includes(name)) return false;
  return SERVICES[role].includes(service) || (role === 'auditor' && AUDITORS_TOO.includes(name));
}

/** What an empty request of someone who may call gets. All others are refused for what they lack. */
const EMPTY_IS_FINE = [
  'ListRuns',
  'ListSessions',
  'ListDecisions',
  'WatchDecisions',
  'ExportEvents',
  'PurgeSessions',
  'GetServerInfo',
  'ReloadPolicy',
  'GetLastRuns',
  'GetLedgerKeys',
];
/** The rest is on the management listener. */
const DECISION_SERVICES = ['PolicyDecisionService', 'RunService'];

let callers: TestCallers;
let server: RunningServer;
let clients: Record<'decision' | 'management', grpc.Client>;

beforeAll(async () => {
  callers = makeCallers();
  server = await startServer({ args: ['--set', `callers.file=${callers.file}`] });
  const open = (address: string) => new grpc.Client(address, grpc.credentials.createInsecure());
  clients = { decision: open(server.decision), management: open(server.management) };
});
afterAll(async () => {
  for (const client of Object.values(clients ?? {})) client.close();
  await server?.stop();
  rmSync(dirname(callers.file), { recursive: true });
});

function listenerOf({ service }: MethodUnderTest): 'decision' | 'management' {
  return DECISION_SERVICES.includes(service) ? 'decision' : 'management';
}

async function codeOf(method: MethodUnderTest, metadata?: grpc.Metadata, listener = listenerOf(method)) {
  try {
    await sendBytes(clients[listener], method, Buffer.alloc(0), metadata);
    return 'OK';
  } catch (error) {
    const refused = error as grpc.ServiceError;
    if (refused.code !== grpc.status.UNIMPLEMENTED) readRefusal(refused);
    return grpc.status[refused.code];
  }
}

describe.each(METHODS.map((method) => [method.path, method] as const))('%s', (path, method) => {
  test('has a row in the table', () => expect(operationOf(...serviceAndName(path)).roles.length).toBeGreaterThan(0));

  test('nobody unknown may call it', async () => {
    expect(await codeOf(method)).toBe('UNAUTHENTICATED');
    expect(await codeOf(method, bearer(newToken()))).toBe('UNAUTHENTICATED');
  });

  test.each(ROLES)('as %s', async (role) => {
    const code = await codeOf(method, bearer(callers.tokens[role]));
    if (!isAllowed(role, method)) return expect(code).toBe('PERMISSION_DENIED');
    expect(code).toBe(EMPTY_IS_FINE.includes(method.name) ? 'OK' : 'INVALID_ARGUMENT');
  });

  test('is not there on the other listener', async () => {
    const other = listenerOf(method) === 'decision' ? 'management' : 'decision';
    expect(await codeOf(method, bearer(callers.tokens.admin), other)).toBe('UNIMPLEMENTED');
  });
});

test('an RPC without a row is refused before the server starts', () => {
  expect(() => operationOf('AuditService', 'NewMethod')).toThrow(/has no row/);
  expect(() => operationOf('AuditService', 'constructor')).toThrow(/has no row/);
});

function serviceAndName(path: string): [ServiceName, string] {
  const [, service, name] = /^\/tollgate\.v1\.(\w+)\/(\w+)$/.exec(path)!;
  return [service as ServiceName, name!];
}
