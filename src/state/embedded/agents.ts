// Agents: whether an agent is deactivated, and how many live sessions it has. A live session is neither closed nor expired.
import { statusOf } from '../../core/session/session.ts';
import type { AgentRecord } from '../port/agent.ts';
import type { RecordOf } from '../port/decision.ts';
import type { State } from '../port/state.ts';
import { recordOfChange } from './decisions.ts';
import type { Tables, Write } from './file/environment.ts';
import { afterPrefix, nameKey, placeKey, readPlace, readTime, time } from './keys.ts';
import { closing, livePrefix, loadSession } from './session-tables.ts';
import type { Store } from './store.ts';

export function isDeactivated(tables: Tables, agentId: string): boolean {
  return tables.agents.get(nameKey(agentId)) !== undefined;
}

export function liveSessions(tables: Tables, agentId: string, now: number): number {
  return tables['agent-sessions'].getKeysCount(liveRange(agentId, now));
}

/** A session that expires exactly now is still live. */
function liveRange(agentId: string, now: number): { start: Buffer; end: Buffer } {
  const prefix = livePrefix(agentId);
  return { start: placeKey(prefix, now, Buffer.alloc(0)), end: afterPrefix(prefix) };
}

export function readAgent(store: Store, agentId: string): Promise<AgentRecord> {
  return store.environment.query((tables) => agentRecord(tables, agentId, store.now()));
}

export function deactivateAgent(
  store: Store,
  agentId: string,
  recordOf?: RecordOf,
): ReturnType<State['deactivateAgent']> {
  return store.environment.commit((tables) => {
    const now = store.now();
    const { deactivatedAtMs = now } = agentRecord(tables, agentId, now);
    const writes: Write[] = [[tables.agents, nameKey(agentId), time(deactivatedAtMs)]];
    let sessionsClosed = 0;
    for (const key of tables['agent-sessions'].getKeys(liveRange(agentId, now))) {
      const record = loadSession(tables, readPlace(key).id);
      if (!record || statusOf(record, now) !== 'active') continue;
      const { after, writes: closes } = closing(tables, record, { now, keyed: false });
      writes.push(...closes, ...recordOfChange(store, tables, record, { after, recordOf, now }));
      sessionsClosed += 1;
    }
    return { answer: { agent: { deactivatedAtMs, liveSessions: 0 }, sessionsClosed }, writes };
  });
}

export function reactivateAgent(store: Store, agentId: string): Promise<AgentRecord> {
  return store.environment.commit((tables) => {
    const agent = agentRecord(tables, agentId, store.now());
    return { answer: { ...agent, deactivatedAtMs: undefined }, writes: [[tables.agents, nameKey(agentId)]] };
  });
}

function agentRecord(tables: Tables, agentId: string, now: number): AgentRecord {
  const deactivatedAt = tables.agents.get(nameKey(agentId));
  return {
    deactivatedAtMs: deactivatedAt && readTime(deactivatedAt),
    liveSessions: liveSessions(tables, agentId, now),
  };
}
