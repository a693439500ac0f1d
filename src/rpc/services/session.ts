// SessionService: a controller opens, shows, lists, closes and clears away task sessions.
import { LIMITS } from '../../core/limits.ts';
import { closeSession, createSession, getSession, listSessions, removeEndedSessions } from '../../pdp/sessions.ts';
import type { NewSession } from '../../state/port.ts';
import { encodeSession } from '../encode.ts';
import { SESSION_STATUS_NAMES } from '../enums.ts';
import type { Fields } from '../fields.ts';
import { pageTokenOf, positionFrom } from '../page-token.ts';
import { listOf } from '../pieces.ts';
import { ID, idempotencyKeyFrom, operationFrom, PRINCIPAL, pageSizeFrom } from '../rules.ts';
import { refuseCredentials } from '../stored-ids.ts';
import type { Operation } from '../unary.ts';
import { sensitivityFrom } from './policy-decision.ts';

export function sessionService(): Record<string, Operation> {
  return {
    CreateSession: async (fields, pdp) => {
      refuseCredentials(fields, pdp, ['agent_id', 'owner', 'delegation_chain']);
      refuseCredentials(fields.message('tools'), pdp, ['names']);
      const { session, operation } = createRequestFrom(fields);
      const created = await createSession(pdp, session, operation);
      return { session: encodeSession(created), replayed: created.replayed };
    },
    GetSession: async (fields, pdp) => {
      const sessionId = fields.requiredId('session_id');
      fields.check();
      return { session: encodeSession(await getSession(pdp, sessionId)) };
    },
    ListSessions: async (fields, pdp) => {
      const filter = { agentId: fields.id('agent_id'), status: fields.choice('status', SESSION_STATUS_NAMES) };
      const page = { size: pageSizeFrom(fields), after: positionFrom(fields) };
      fields.check();
      const { sessions, next, total } = await listSessions(pdp, filter, page);
      return listOf('sessions', sessions, encodeSession, { next_page_token: pageTokenOf(next), total });
    },
    CloseSession: async (fields, pdp) => {
      const sessionId = fields.requiredId('session_id');
      const operation = operationFrom(fields, 'CloseSession', sessionId);
      fields.check();
      return { session: encodeSession(await closeSession(pdp, sessionId, operation)) };
    },
    PurgeSessions: async (fields, pdp) => {
      idempotencyKeyFrom(fields);
      fields.check();
      return { purged: await removeEndedSessions(pdp, 0) };
    },
  };
}

function createRequestFrom(fields: Fields) {
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
    sensitivityCeiling: sensitivityFrom(fields, 'sensitivity_ceiling') ?? INTERNAL,
  };
  if (fields.has('parent_session_id')) fields.refuse('parent_session_id', 'is reserved and must not be given');
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

/** The grant is explicit: all tools, or a list that may be empty; saying nothing is not saying "all". */
function grantFrom(fields: Fields): NewSession['grant'] {
  const given = fields.oneOf('grant', ['all', 'tools']);
  if (given === undefined) fields.refuse('grant', 'one of all, tools is required');
  if (given !== 'tools') return 'all';
  return fields.message('tools')?.texts('names', LIMITS.grantToolsMax, ID) ?? [];
}
