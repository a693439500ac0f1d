// What most calls need before they can be about anything: an identity, a session, a run, each with names of its own.
import { randomUUID } from 'node:crypto';
import type { Answer, Clients } from './clients.ts';

/** Binds an identity to a fresh trace. @returns the trace's id */
export async function bound({ identities }: Clients, identity: object = {}): Promise<string> {
  const trace_id = `trace-${randomUUID()}`;
  await identities('BindIdentity', { trace_id, identity: { platform: 'discord', user_id: '5', ...identity } });
  return trace_id;
}

/** Creates a session of an agent of its own, for every tool. */
export async function opened({ sessions }: Clients, given: object = {}): Promise<Answer> {
  const grant = 'tools' in given ? {} : { all: {} };
  const { session } = await sessions('CreateSession', { agent_id: `agent-${randomUUID()}`, ...grant, ...given });
  return session;
}

/** Starts a run of a fresh identity, unless a trace is given. */
export async function started(clients: Clients, given: object = {}): Promise<Answer> {
  const subject = 'trace_id' in given || 'caller_id' in given ? {} : { trace_id: await bound(clients) };
  const { run } = await clients.runs('StartRun', { skill_id: 'skill', ...subject, ...given });
  return run;
}

/** An Authorize request for a call that nothing stands in the way of. */
export async function callOf(clients: Clients, given: object = {}): Promise<Answer> {
  const trace_id = await bound(clients);
  const { session_id, agent_id } = await opened(clients);
  return { trace_id, session_id, agent_id, tool: 'read_file', ...given };
}

/** The partition of an id that Tollgate made. */
export function partitionOf(id: string): string {
  return id.slice(-2);
}

/** An own id that nothing has. */
export function unknownId(partition = '00'): string {
  return `01890a5d-ac96-774b-bcce-b302099a80${partition}`;
}
