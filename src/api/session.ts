// SessionService: a controller creates, reads, lists, closes and purges task sessions.
import { LIMITS } from '../core/limits.ts';
import type * as wire from '../gen/tollgate.ts';
import type { Pdp } from '../pdp/pdp.ts';
import { recordedPurge } from '../pdp/record/recorded-purge.ts';
import { closeSession, createSession, getSession, listSessions, removeEndedSessions } from '../pdp/session/sessions.ts';
import type { NewSession } from '../state/port/session.ts';
import { ADMINS, CONTROLLERS, unary } from './operation.ts';
import { encodeSession } from './wire/encode.ts';
import { SENSITIVITY_NAMES, SESSION_STATUS_NAMES } from './wire/enums.ts';
import type { Fields } from './wire/fields.ts';
import { pageTokenOf, positionFrom } from './wire/page-token.ts';
import { listOf } from './wire/pieces.ts';
import { ID, idempotencyKeyFrom, operationFrom, PRINCIPAL, pageSizeFrom, sensitivityLevel } from './wire/rules.ts';
import { refuseCredentials } from './wire/stored-ids.ts';

const SESSION = { roles: CONTROLLERS, listener: 'management', size: 'request', lifetime: 'call' } as const;

export const SESSION_OPERATIONS = [
  unary('CreateSession', {
    ...SESSION,
    idempotency: 'key',
    decode: createRequestFrom,
    run: (context, { session, operation }) => createSession(context, session, operation),
    encode: (created): wire.CreateSessionResponse => ({ session: encodeSession(created), replayed: created.replayed }),
  }),
  unary('GetSession', {
    ...SESSION,
    idempotency: 'none',
    decode: (fields) => {
      const sessionId = fields.requiredId('session_id');
      fields.check();
      return sessionId;
    },
    run: getSession,
    encode: (session): wire.GetSessionResponse => ({ session: encodeSession(session) }),
  }),
  unary('ListSessions', {
    ...SESSION,
    idempotency: 'none',
    decode: (fields) => {
      const filter = { agentId: fields.id('agent_id'), status: fields.choice('status', SESSION_STATUS_NAMES) };
      const page = { size: pageSizeFrom(fields), after: positionFrom(fields) };
      fields.check();
      return { filter, page };
    },
    run: (context, { filter, page }) => listSessions(context, filter, page),
    encode: ({ sessions, next, total }) =>
      listOf<wire.ListSessionsResponse>()('sessions', sessions, encodeSession, {
        next_page_token: pageTokenOf(next),
        total,
      }),
  }),
  unary('CloseSession', {
    ...SESSION,
    idempotency: 'key',
    decode: (fields) => {
      const sessionId = fields.requiredId('session_id');
      const operation = operationFrom(fields, 'CloseSession', sessionId);
      fields.check();
      return { sessionId, operation };
    },
    run: (context, { sessionId, operation }) => closeSession(context, sessionId, operation),
    encode: (session): wire.CloseSessionResponse => ({ session: encodeSession(session) }),
  }),
  unary('PurgeSessions', {
    ...SESSION,
    roles: ADMINS,
    idempotency: 'natural',
    decode: (fields) => {
      idempotencyKeyFrom(fields);
      fields.check();
    },
    run: (context) =>
      recordedPurge(context, { rpc: 'PurgeSessions', keepsProof: false }, (onRemoved) =>
        removeEndedSessions(context, 0, onRemoved),
      ),
    encode: (purged): wire.PurgeSessionsResponse => ({ purged }),
  }),
];

function createRequestFrom(fields: Fields<wire.CreateSessionRequest>, pdp: Pdp) {
  refuseCredentials(fields, pdp, ['agent_id', 'owner', 'delegation_chain']);
  const tools = fields.message('tools');
  if (tools) refuseCredentials(tools, pdp, ['names']);
  const session: Omit<NewSession, 'sessionId'> = {
    agentId: fields.requiredId('agent_id'),
    owner: fields.text('owner', PRINCIPAL),
    delegationChain: fields.texts('delegation_chain', LIMITS.delegationChainMax, PRINCIPAL),
    declaredIntent:
      fields.text('declared_intent', { bytesMax: LIMITS.declaredIntentBytesMax, kind: 'text', emptyAllowed: true }) ??
      '',
    grant: grantFrom(fields),
    timeLimitMs: fields.durationMs('time_limit', TIME_LIMIT) ?? LIMITS.sessionTimeLimitMsDefault,
    callBudget: fields.integer('call_budget', { min: 0, max: LIMITS.callBudgetMax }) ?? LIMITS.callBudgetDefault,
    rateLimit: fields.integer('rate_limit', { min: 1, max: LIMITS.rateLimitMax }),
    rateWindowMs: fields.durationMs('rate_window', RATE_WINDOW) ?? LIMITS.rateWindowMsDefault,
    sensitivityCeiling: sensitivityLevel(fields.choice('sensitivity_ceiling', SENSITIVITY_NAMES)) ?? INTERNAL,
  };
  if (fields.has('parent_session_id')) fields.refuse('parent_session_id', 'is reserved and must be absent');
  const operation = operationFrom(
    fields,
    'CreateSession',
    session.agentId,
    session.owner,
    session.delegationChain,
    session.declaredIntent,
    session.grant,
    session.timeLimitMs,
    session.callBudget,
    session.rateLimit,
    session.rateWindowMs,
    session.sensitivityCeiling,
  );
  fields.check();
  return { session, operation };
}

const TIME_LIMIT = { min: LIMITS.sessionTimeLimitMsMin, max: LIMITS.sessionTimeLimitMsMax };
const RATE_WINDOW = { min: LIMITS.rateWindowMsMin, max: LIMITS.rateWindowMsMax };
const INTERNAL = 1;

/** The grant is explicit: all tools, or a list that may be empty. An absent grant is refused. */
function grantFrom(fields: Fields<wire.CreateSessionRequest>): NewSession['grant'] {
  const given = fields.oneOf('grant', ['all', 'tools']);
  if (given === undefined) fields.refuse('grant', 'one of all, tools is required');
  if (given !== 'tools') return 'all';
  return fields.message('tools')?.texts('names', LIMITS.grantToolsMax, ID) ?? [];
}
