// A session as both engines store it, in two msgpack arrays: facts, which never change, and counters. The Redis scripts read and
// write the same arrays by position, so the positions are part of the stored format.
import { decode, encode } from '@msgpack/msgpack';
import type { Counters, SensitivityLevel, Session, SessionRecord } from '../../core/session/session.ts';
import type { NewSession } from '../port/session.ts';

/** `[version, agent, owner or "", time limit, budget, rate limit or 0, window, ceiling, all tools?, tools, id, chain, intent]`, times in ms. */
export function encodeFacts(session: NewSession): Uint8Array {
  const all = session.grant === 'all';
  return encode([
    1,
    session.agentId,
    session.owner ?? '',
    session.timeLimitMs,
    session.callBudget,
    session.rateLimit ?? 0,
    session.rateWindowMs,
    session.sensitivityCeiling,
    all,
    all ? [] : session.grant,
    session.sessionId,
    session.delegationChain,
    session.declaredIntent,
  ]);
}

/** `[created at, closed at or 0, calls made, window start, window calls, sequence, clock, generation, current keys, previous keys]`, times in ms. */
export function encodeCounters(createdAtMs: number, counters: Counters): Uint8Array {
  const { operations } = counters;
  return encode([
    createdAtMs,
    counters.closedAtMs ?? 0,
    counters.callsMade,
    counters.windowStartMs,
    counters.windowCalls,
    counters.sequence,
    counters.clockMs,
    operations.generation,
    operations.current,
    operations.previous,
  ]);
}

type Facts = [
  number,
  string,
  string,
  number,
  number,
  number,
  number,
  SensitivityLevel,
  boolean,
  string[],
  string,
  string[],
  string,
];
type CounterFields = [number, number, number, number, number, number, number, number, number, number];

/** @throws when the bytes are not what {@link encodeFacts} and {@link encodeCounters} or the scripts write */
export function decodeSession(facts: Uint8Array, counters: Uint8Array): SessionRecord {
  const f = decode(facts) as Facts;
  if (!Array.isArray(f) || f.length !== 13 || f[0] !== 1) throw new Error('session facts: not format 1');
  const c = decodeFields(counters);
  const session: Session = {
    sessionId: f[10],
    agentId: f[1],
    owner: f[2] === '' ? undefined : f[2],
    delegationChain: f[11],
    declaredIntent: f[12],
    grant: f[8] ? 'all' : f[9],
    createdAtMs: c[0],
    timeLimitMs: f[3],
    callBudget: f[4],
    rateLimit: f[5] === 0 ? undefined : f[5],
    rateWindowMs: f[6],
    sensitivityCeiling: f[7],
  };
  return { session, counters: countersOf(c) };
}

/** @throws when the bytes are not what {@link encodeCounters} or the scripts write */
export function decodeCounters(counters: Uint8Array): Counters {
  return countersOf(decodeFields(counters));
}

function decodeFields(counters: Uint8Array): CounterFields {
  const c = decode(counters) as CounterFields;
  if (!Array.isArray(c) || c.length !== 10 || !c.every(Number.isSafeInteger))
    throw new Error('session counters: corrupt');
  return c;
}

function countersOf(c: CounterFields): Counters {
  return {
    closedAtMs: c[1] === 0 ? undefined : c[1],
    callsMade: c[2],
    windowStartMs: c[3],
    windowCalls: c[4],
    sequence: c[5],
    clockMs: c[6],
    operations: { generation: c[7], current: c[8], previous: c[9] },
  };
}
