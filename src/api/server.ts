// ServerService: facts about the process and its policy.
import type * as wire from '../gen/tollgate.ts';
import type { PolicyInfo } from '../pdp/server-facts.ts';
import { ADMINS, AUDITORS, unary } from './operation.ts';
import { secondsAndNanos } from './wire/encode.ts';
import { DURABILITY, upper } from './wire/enums.ts';
import { idempotencyKeyFrom } from './wire/rules.ts';

const SERVER = { roles: AUDITORS, listener: 'management', size: 'request', lifetime: 'call' } as const;

export const SERVER_OPERATIONS = [
  unary('GetServerInfo', {
    ...SERVER,
    idempotency: 'none',
    decode: (fields) => fields.check(),
    run: ({ pdp, state }) => ({
      server: pdp.server,
      store: state.info,
      warnings: pdp.server.warnings(),
      now: pdp.clock(),
    }),
    encode: ({ server, store, warnings, now }): wire.GetServerInfoResponse => ({
      version: server.version,
      engine: store.engine,
      store: store.description,
      durability: DURABILITY[upper(store.durability)],
      policy: encodePolicyInfo(server.policyInfo()),
      warnings: warnings.map(({ message }) => message),
      active_warnings: warnings.map(({ code, message, sinceMs }) => ({
        code,
        message,
        since: secondsAndNanos(sinceMs),
      })),
      started_at: secondsAndNanos(server.startedAtMs),
      now: secondsAndNanos(now),
      store_lineage_changes: store.lineageChanges,
      store_lost_writes: store.lostWrites,
    }),
  }),
  unary('ReloadPolicy', {
    ...SERVER,
    roles: ADMINS,
    idempotency: 'natural',
    decode: (fields) => {
      idempotencyKeyFrom(fields);
      fields.check();
    },
    run: async (context) => {
      await context.pdp.server.reloadPolicy(context.caller.name);
      return context.pdp.server.policyInfo();
    },
    encode: (info): wire.ReloadPolicyResponse => ({ policy: encodePolicyInfo(info) }),
  }),
];

function encodePolicyInfo(info: PolicyInfo): wire.PolicyInfo {
  return {
    revision: info.revision,
    loaded_at: secondsAndNanos(info.loadedAtMs),
    reloads: info.reloads,
    reload_failures: info.reloadFailures,
    last_error: info.lastError,
  };
}
