// The table of operations: every RPC of tollgate.v1 has one row. Every door reads this table.
import type { ServiceName } from '../gen/tollgate.ts';
import { AGENT_OPERATIONS } from './agent.ts';
import { RUN_QUERY_OPERATIONS } from './audit.ts';
import { DECISION_QUERY_OPERATIONS } from './decisions.ts';
import { EXPORT_OPERATIONS } from './export.ts';
import { IDENTITY_OPERATIONS } from './identity.ts';
import { LEDGER_OPERATIONS } from './ledger.ts';
import type { Operation } from './operation.ts';
import { POLICY_DECISION_OPERATIONS } from './policy-decision.ts';
import { RUN_OPERATIONS } from './run.ts';
import { SERVER_OPERATIONS } from './server.ts';
import { SESSION_OPERATIONS } from './session.ts';

const BY_SERVICE: Readonly<Record<ServiceName, readonly Operation[]>> = {
  PolicyDecisionService: POLICY_DECISION_OPERATIONS,
  RunService: RUN_OPERATIONS,
  SessionService: SESSION_OPERATIONS,
  AgentService: AGENT_OPERATIONS,
  IdentityService: IDENTITY_OPERATIONS,
  AuditService: [...RUN_QUERY_OPERATIONS, ...DECISION_QUERY_OPERATIONS, ...LEDGER_OPERATIONS, ...EXPORT_OPERATIONS],
  ServerService: SERVER_OPERATIONS,
};

/** The services whose operations are on a listener. */
export function servicesOf(listener: Operation['listener']): readonly ServiceName[] {
  return SERVICES.filter((service) => BY_SERVICE[service].some((operation) => operation.listener === listener));
}

export const OPERATIONS: readonly Operation[] = Object.values(BY_SERVICE).flat();
export const SERVICES = Object.keys(BY_SERVICE) as readonly ServiceName[];

/** @throws Error for an RPC without a row, so that the server does not start with it */
export function operationOf(service: ServiceName, name: string): Operation {
  const operation = BY_SERVICE[service].find((one) => one.name === name);
  if (!operation) throw new Error(`${service}.${name} has no row in the table of operations`);
  return operation;
}
