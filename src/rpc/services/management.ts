// AgentService, IdentityService and ServerService: what controllers and operators do.
import type { Identity } from '../../core/identity.ts';
import { identityProblem } from '../../core/identity.ts';
import { LIMITS } from '../../core/limits.ts';
import { deactivateAgent, reactivateAgent } from '../../pdp/agents.ts';
import { bindIdentity, getIdentity, releaseIdentity } from '../../pdp/identities.ts';
import type { Warning } from '../../telemetry/warnings.ts';
import { encodeAgent, encodeIdentity, secondsAndNanos } from '../encode.ts';
import { DURABILITY, upper } from '../enums.ts';
import type { Fields } from '../fields.ts';
import { idempotencyKeyFrom, PRINCIPAL, TRACE_ID } from '../rules.ts';
import { refuseCredentials } from '../stored-ids.ts';
import type { Operation } from '../unary.ts';

export function agentService(): Record<string, Operation> {
  return {
    DeactivateAgent: async (fields, pdp) => {
      refuseCredentials(fields, pdp, ['agent_id']);
      const agentId = agentIdFrom(fields);
      const { agent, sessionsClosed } = await deactivateAgent(pdp, agentId);
      return { agent: encodeAgent(agentId, agent), sessions_closed: sessionsClosed };
    },
    ReactivateAgent: async (fields, pdp) => {
      refuseCredentials(fields, pdp, ['agent_id']);
      const agentId = agentIdFrom(fields);
      return { agent: encodeAgent(agentId, await reactivateAgent(pdp, agentId)) };
    },
    GetAgent: async (fields, pdp) => {
      const agentId = agentIdFrom(fields);
      return { agent: encodeAgent(agentId, await pdp.state.readAgent(agentId)) };
    },
  };
}

function agentIdFrom(fields: Fields): string {
  const agentId = fields.requiredId('agent_id');
  idempotencyKeyFrom(fields);
  fields.check();
  return agentId;
}

export function identityService(): Record<string, Operation> {
  return {
    BindIdentity: async (fields, pdp) => {
      refuseCredentials(fields.message('identity'), pdp, Object.values(FIELD_NAMES));
      const traceId = fields.requiredId('trace_id', TRACE_ID);
      const ttlMs = fields.durationMs('ttl', TTL) ?? LIMITS.identityTtlMsDefault;
      const identity = identityFrom(fields);
      idempotencyKeyFrom(fields);
      fields.check();
      const { alreadyBound, expiresAtMs } = await bindIdentity(pdp, traceId, identity, ttlMs);
      return { already_bound: alreadyBound, expires_at: secondsAndNanos(expiresAtMs) };
    },
    GetIdentity: async (fields, pdp) => {
      const traceId = fields.requiredId('trace_id', TRACE_ID);
      fields.check();
      const { identity, expiresAtMs } = await getIdentity(pdp, traceId);
      return {
        identity: encodeIdentity(identity),
        ...(expiresAtMs !== undefined && { expires_at: secondsAndNanos(expiresAtMs) }),
      };
    },
    ReleaseIdentity: async (fields, pdp) => {
      const traceId = fields.requiredId('trace_id', TRACE_ID);
      idempotencyKeyFrom(fields);
      fields.check();
      return { released: await releaseIdentity(pdp, traceId) };
    },
  };
}

const TTL = { min: LIMITS.identityTtlMsMin, max: LIMITS.identityTtlMsMax };

const FIELD_NAMES = {
  userId: 'user_id',
  guildId: 'guild_id',
  channelId: 'channel_id',
  platform: 'platform',
  userAliases: 'user_aliases',
} as const satisfies Record<keyof Identity, string>;

function identityFrom(fields: Fields): Identity {
  const given = fields.message('identity');
  if (!given) {
    fields.refuse('identity', 'is required');
    return { userId: '', guildId: undefined, channelId: undefined, platform: undefined, userAliases: [] };
  }
  const identity: Identity = {
    userId: given.requiredId('user_id', LIMITS.userIdBytesMax),
    guildId: given.id('guild_id'),
    channelId: given.id('channel_id'),
    platform: given.id('platform'),
    userAliases: given.texts('user_aliases', LIMITS.userAliasesMax, PRINCIPAL),
  };
  const problem = identity.userId === '' ? undefined : identityProblem(identity);
  if (problem) given.refuse(FIELD_NAMES[problem.field], problem.problem);
  return identity;
}

export interface PolicyInfo {
  readonly revision: string;
  readonly loadedAtMs: number;
  readonly reloads: number;
  readonly reloadFailures: number;
  readonly lastError: string | undefined;
}

/** What the process knows of itself. */
export interface ServerFacts {
  readonly version: string;
  readonly startedAtMs: number;
  readonly policyInfo: () => PolicyInfo;
  readonly warnings: () => readonly Warning[];
  /** @throws Failure wrong_state (policy) when the file is refused; the last good policy stays */
  readonly reloadPolicy: (caller: string) => Promise<void>;
}

export function serverService(facts: ServerFacts): Record<string, Operation> {
  return {
    GetServerInfo: (fields, pdp) => {
      fields.check();
      const { engine, description, durability, lineageChanges, lostWrites } = pdp.state.info;
      const warnings = facts.warnings();
      return {
        version: facts.version,
        engine,
        store: description,
        durability: DURABILITY[upper(durability)],
        policy: encodePolicyInfo(facts.policyInfo()),
        warnings: warnings.map(({ message }) => message),
        active_warnings: warnings.map(({ code, message, sinceMs }) => ({
          code,
          message,
          since: secondsAndNanos(sinceMs),
        })),
        started_at: secondsAndNanos(facts.startedAtMs),
        now: secondsAndNanos(pdp.clock()),
        store_lineage_changes: lineageChanges,
        store_lost_writes: lostWrites,
      };
    },
    ReloadPolicy: async (fields, _pdp, caller) => {
      idempotencyKeyFrom(fields);
      fields.check();
      await facts.reloadPolicy(caller);
      return { policy: encodePolicyInfo(facts.policyInfo()) };
    },
  };
}

function encodePolicyInfo(info: PolicyInfo): object {
  return {
    revision: info.revision,
    loaded_at: secondsAndNanos(info.loadedAtMs),
    reloads: info.reloads,
    reload_failures: info.reloadFailures,
    ...(info.lastError !== undefined && { last_error: info.lastError }),
  };
}
