// What a history's wishes come to, given how a session stands at the moment: counts and moments at the very limits.
import { LIMITS } from '../../src/core/limits.ts';
import { generationOf } from '../../src/core/session/remembered-keys.ts';
import {
  type Call,
  clockOf,
  endsAtMs,
  type SensitivityLevel,
  type SessionRecord,
} from '../../src/core/session/session.ts';
import { usageOf } from '../../src/core/session/usage.ts';
import { RETENTION_MS } from '../contract/suite.ts';
import type { ChargeWish, Moment } from './history.ts';

export function principalsOf(wanted: ChargeWish['principals'], owner = 'discord:1'): readonly string[] | undefined {
  if (wanted === 'owner') return [owner];
  if (wanted === 'owner last') return ['github:alice', `${owner}0`, owner];
  return wanted;
}

export function callsOf(wish: ChargeWish, record: SessionRecord | undefined, now: number): Call[] {
  const { count, tool, odd } = wish;
  const call = { tool: tool === 'granted' ? grantedTool(record) : tool, sensitivity: levelOf(wish, record) };
  const calls: Call[] = Array.from({ length: countOf(count, record, now) }, () => call);
  if (odd && calls.length > 0) calls[odd.place % calls.length] = { tool: odd.tool, sensitivity: odd.sensitivity };
  return calls;
}

function grantedTool(record: SessionRecord | undefined): string {
  const grant = record?.session.grant ?? 'all';
  return (grant === 'all' ? undefined : grant.at(-1)) ?? 'read';
}

function levelOf({ sensitivity }: ChargeWish, record: SessionRecord | undefined): SensitivityLevel {
  if (typeof sensitivity === 'number') return sensitivity;
  return clamp((record?.session.sensitivityCeiling ?? 0) + sensitivity.aboveCeiling, 3) as SensitivityLevel;
}

/** A number, or as many as the budget or the window has left, or one more or less. */
function countOf(count: ChargeWish['count'], record: SessionRecord | undefined, now: number): number {
  if (typeof count === 'number') return count;
  if (!record) return 1;
  const { callsRemaining, rate } = usageOf(record.session, record.counters, now);
  const left = count.of === 'budget' ? callsRemaining : (rate?.remaining ?? 1);
  return clamp(left + count.offset, LIMITS.callsMax);
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(value, 0), max);
}

/** When something changes for a session, or for the clock alone; undefined without a session to change. */
export function momentOf(moment: Moment, record: SessionRecord | undefined, now: number): number | undefined {
  if (moment === 'next generation') return (generationOf(now) + 1) * LIMITS.operationGenerationMs;
  if (!record) return undefined;
  const { session, counters } = record;
  switch (moment) {
    case 'time limit':
      return session.createdAtMs + session.timeLimitMs;
    case 'window end':
      return counters.windowStartMs + session.rateWindowMs;
    case 'retention end':
      return endsAtMs(session, counters) + RETENTION_MS;
    case 'key forgotten':
      return (generationOf(clockOf(counters, now)) + 2) * LIMITS.operationGenerationMs;
  }
}
