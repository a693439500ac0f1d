// IdentityService: a trusted service says who is behind a trace.
import { type Identity, identityProblem } from '../core/identity/identity.ts';
import { LIMITS } from '../core/limits.ts';
import type * as wire from '../gen/tollgate.ts';
import { bindIdentity, getIdentity, releaseIdentity } from '../pdp/identity/identities.ts';
import { CONTROLLERS, unary } from './operation.ts';
import { encodeIdentity, secondsAndNanos } from './wire/encode.ts';
import type { Fields } from './wire/fields.ts';
import { idempotencyKeyFrom, PRINCIPAL, TRACE_ID } from './wire/rules.ts';
import { refuseCredentials } from './wire/stored-ids.ts';

const IDENTITY = { roles: CONTROLLERS, listener: 'management', size: 'request', lifetime: 'call' } as const;

export const IDENTITY_OPERATIONS = [
  unary('BindIdentity', {
    ...IDENTITY,
    idempotency: 'natural',
    decode: (fields, pdp) => {
      const given = fields.message('identity');
      if (given) refuseCredentials(given, pdp, Object.values(FIELD_NAMES));
      const traceId = fields.requiredId('trace_id', TRACE_ID);
      const ttlMs = fields.durationMs('ttl', TTL) ?? LIMITS.identityTtlMsDefault;
      const identity = identityFrom(fields);
      idempotencyKeyFrom(fields);
      fields.check();
      return { traceId, identity, ttlMs };
    },
    run: (context, { traceId, identity, ttlMs }) => bindIdentity(context, traceId, identity, ttlMs),
    encode: ({ alreadyBound, expiresAtMs }): wire.BindIdentityResponse => ({
      already_bound: alreadyBound,
      expires_at: secondsAndNanos(expiresAtMs),
    }),
  }),
  unary('GetIdentity', {
    ...IDENTITY,
    idempotency: 'none',
    decode: (fields) => {
      const traceId = fields.requiredId('trace_id', TRACE_ID);
      fields.check();
      return traceId;
    },
    run: getIdentity,
    encode: ({ identity, expiresAtMs }): wire.GetIdentityResponse => ({
      identity: encodeIdentity(identity),
      expires_at: expiresAtMs === undefined ? undefined : secondsAndNanos(expiresAtMs),
    }),
  }),
  unary('ReleaseIdentity', {
    ...IDENTITY,
    idempotency: 'natural',
    decode: (fields) => {
      const traceId = fields.requiredId('trace_id', TRACE_ID);
      idempotencyKeyFrom(fields);
      fields.check();
      return traceId;
    },
    run: releaseIdentity,
    encode: (released): wire.ReleaseIdentityResponse => ({ released }),
  }),
];

const TTL = { min: LIMITS.identityTtlMsMin, max: LIMITS.identityTtlMsMax };

const FIELD_NAMES = {
  userId: 'user_id',
  guildId: 'guild_id',
  channelId: 'channel_id',
  platform: 'platform',
  userAliases: 'user_aliases',
} as const satisfies Record<keyof Identity, string>;

function identityFrom(fields: Fields<wire.BindIdentityRequest>): Identity {
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
