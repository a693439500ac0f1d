// Which role may call what: one row for each RPC of tollgate.v1. Health and reflection are open to whoever reaches a
// listener, for probes carry no credentials and the contract is public.
import type { Role } from '../config/callers-file.ts';

const RUNNERS = ['runner', 'controller', 'admin'] as const;
const CONTROLLERS = ['controller', 'admin'] as const;
const AUDITORS = ['auditor', 'admin'] as const;
const ADMINS = ['admin'] as const;

const ROWS: Readonly<Record<string, readonly Role[]>> = {
  '/tollgate.v1.PolicyDecisionService/Authorize': RUNNERS,
  '/tollgate.v1.PolicyDecisionService/ConsumeBudget': RUNNERS,
  '/tollgate.v1.PolicyDecisionService/ValidateScope': RUNNERS,
  '/tollgate.v1.PolicyDecisionService/CheckSlash': RUNNERS,
  '/tollgate.v1.PolicyDecisionService/DescribeSlashAccess': [...RUNNERS, 'auditor'],
  '/tollgate.v1.PolicyDecisionService/AppendAudit': RUNNERS,
  '/tollgate.v1.RunService/StartRun': RUNNERS,
  '/tollgate.v1.RunService/FinishRun': RUNNERS,
  '/tollgate.v1.RunService/GetRun': RUNNERS,
  '/tollgate.v1.SessionService/CreateSession': CONTROLLERS,
  '/tollgate.v1.SessionService/GetSession': CONTROLLERS,
  '/tollgate.v1.SessionService/ListSessions': CONTROLLERS,
  '/tollgate.v1.SessionService/CloseSession': CONTROLLERS,
  '/tollgate.v1.SessionService/PurgeSessions': ADMINS,
  '/tollgate.v1.AgentService/DeactivateAgent': CONTROLLERS,
  '/tollgate.v1.AgentService/ReactivateAgent': CONTROLLERS,
  '/tollgate.v1.AgentService/GetAgent': CONTROLLERS,
  '/tollgate.v1.IdentityService/BindIdentity': CONTROLLERS,
  '/tollgate.v1.IdentityService/GetIdentity': CONTROLLERS,
  '/tollgate.v1.IdentityService/ReleaseIdentity': CONTROLLERS,
  '/tollgate.v1.AuditService/ListRuns': AUDITORS,
  '/tollgate.v1.AuditService/ListRunEvents': AUDITORS,
  '/tollgate.v1.AuditService/ListChildRuns': AUDITORS,
  '/tollgate.v1.AuditService/GetRunChain': AUDITORS,
  '/tollgate.v1.AuditService/ListFinishedRuns': AUDITORS,
  '/tollgate.v1.AuditService/GetLastRuns': AUDITORS,
  '/tollgate.v1.AuditService/PurgeRuns': ADMINS,
  '/tollgate.v1.AuditService/ExportEvents': AUDITORS,
  '/tollgate.v1.AuditService/PurgePayloads': ADMINS,
  '/tollgate.v1.AuditService/VerifyRun': AUDITORS,
  '/tollgate.v1.AuditService/GetCheckpoint': AUDITORS,
  '/tollgate.v1.AuditService/GetInclusionProof': AUDITORS,
  '/tollgate.v1.AuditService/GetConsistencyProof': AUDITORS,
  '/tollgate.v1.AuditService/ExportRun': AUDITORS,
  '/tollgate.v1.AuditService/GetLedgerKeys': AUDITORS,
  '/tollgate.v1.AuditService/GetDecision': AUDITORS,
  '/tollgate.v1.AuditService/ListDecisions': AUDITORS,
  '/tollgate.v1.AuditService/WatchDecisions': AUDITORS,
  '/tollgate.v1.AuditService/GetPolicy': AUDITORS,
  '/tollgate.v1.ServerService/GetServerInfo': AUDITORS,
  '/tollgate.v1.ServerService/ReloadPolicy': ADMINS,
};

/** @throws Error for an RPC without a row: nobody has said yet who may call it, so the server does not start with it */
export function rolesFor(path: string): ReadonlySet<Role> {
  const roles = Object.hasOwn(ROWS, path) ? ROWS[path] : undefined;
  if (!roles) throw new Error(`${path} has no row in the table of roles`);
  return new Set(roles);
}
