// AgentService: deactivates and reactivates agents.
import type * as wire from '../gen/tollgate.ts';
import type { Pdp } from '../pdp/pdp.ts';
import { deactivateAgent, reactivateAgent } from '../pdp/session/agents.ts';
import { CONTROLLERS, unary } from './operation.ts';
import { encodeAgent } from './wire/encode.ts';
import type { Fields } from './wire/fields.ts';
import { idempotencyKeyFrom, type Keyed } from './wire/rules.ts';
import { refuseCredentials } from './wire/stored-ids.ts';

const AGENT = { roles: CONTROLLERS, listener: 'management', size: 'request', lifetime: 'call' } as const;

export const AGENT_OPERATIONS = [
  unary('DeactivateAgent', {
    ...AGENT,
    idempotency: 'natural',
    decode: storedAgentIdFrom,
    run: async (context, agentId) => ({ agentId, ...(await deactivateAgent(context, agentId)) }),
    encode: ({ agentId, agent, sessionsClosed }): wire.DeactivateAgentResponse => ({
      agent: encodeAgent(agentId, agent),
      sessions_closed: sessionsClosed,
    }),
  }),
  unary('ReactivateAgent', {
    ...AGENT,
    idempotency: 'natural',
    decode: storedAgentIdFrom,
    run: async (context, agentId) => ({ agentId, agent: await reactivateAgent(context, agentId) }),
    encode: ({ agentId, agent }): wire.ReactivateAgentResponse => ({ agent: encodeAgent(agentId, agent) }),
  }),
  unary('GetAgent', {
    ...AGENT,
    idempotency: 'none',
    decode: (fields) => {
      const agentId = fields.requiredId('agent_id');
      fields.check();
      return agentId;
    },
    run: async (context, agentId) => ({ agentId, agent: await context.state.readAgent(agentId) }),
    encode: ({ agentId, agent }): wire.GetAgentResponse => ({ agent: encodeAgent(agentId, agent) }),
  }),
];

function storedAgentIdFrom(fields: Fields<Keyed & { readonly agent_id?: string | undefined }>, pdp: Pdp): string {
  refuseCredentials(fields, pdp, ['agent_id']);
  const agentId = fields.requiredId('agent_id');
  idempotencyKeyFrom(fields);
  fields.check();
  return agentId;
}
