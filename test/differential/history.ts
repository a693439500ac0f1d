// Random histories of sessions and agents as plain data, so that fast-check can shrink and print them. A step names its
// session by how long ago that was created and its moment by what shall be reached, so every part of a history is one.
import fc from 'fast-check';
import { LIMITS } from '../../src/core/limits.ts';
import type { SensitivityLevel } from '../../src/core/session/session.ts';
import type { NewSession } from '../../src/state/port/session.ts';
import { RETENTION_MS } from '../contract/suite.ts';
import { FOREIGN_IDS, LOOK_ALIKES } from './names.ts';

export interface History {
  readonly startMs: number;
  /** Different names. */
  readonly agents: readonly string[];
  /** Different partitions. */
  readonly partitions: readonly number[];
  readonly steps: readonly Step[];
}

export type Step =
  | {
      readonly op: 'create';
      readonly agent: number;
      readonly partition: number;
      readonly maxLive: number | { readonly aboveLive: number };
      readonly session: Omit<NewSession, 'sessionId' | 'agentId'>;
      readonly key: Key | undefined;
    }
  /** All asked for in one turn of the event loop. */
  | { readonly op: 'charge'; readonly charges: readonly ChargeWish[] }
  /** Of one session with each of these keys, and before all but the first of them some time passes. */
  | {
      readonly op: 'close';
      readonly target: Target;
      readonly keys: readonly (Key | undefined)[];
      readonly meanwhile: Moment | undefined;
    }
  | { readonly op: 'read'; readonly target: Target }
  | { readonly op: 'deactivateAgent' | 'reactivateAgent' | 'readAgent'; readonly agent: number }
  | { readonly op: 'page'; readonly partition: number; readonly limit: number; readonly after: After | undefined }
  /** Until nothing is left to remove, `limit` at a time; when a session has ended for about so long, if one is named. */
  | {
      readonly op: 'remove';
      readonly partition: number;
      readonly endedForMs: number;
      readonly limit: number;
      readonly about: { readonly back: number; readonly offsetMs: number } | undefined;
    }
  | { readonly op: 'bind'; readonly trace: number; readonly who: Who }
  | { readonly op: 'release'; readonly trace: number }
  /** Sets the clock back if negative. */
  | { readonly op: 'wait'; readonly ms: number }
  | { readonly op: 'reach'; readonly moment: Moment; readonly target: Target; readonly offsetMs: number }
  /** Takes steps just after a moment, and is set back to it or before it. */
  | {
      readonly op: 'cross';
      readonly moment: Moment;
      readonly target: Target;
      readonly offsetMs: number;
      readonly steps: readonly Step[];
    };

/** `back` counts from the session that was created last, of all or of the live ones; a foreign id is taken as it is. */
export type Target =
  | { readonly back: number; readonly form: 'live' | 'any' | 'upper case' | 'other partition' }
  | string;
export type Who = 'alice' | 'bob';
/** The bytes of an identity record that a charge insists on. */
export type Guarded = 'bound' | Who | 'cut' | 'empty';
export type Moment = 'time limit' | 'window end' | 'retention end' | 'next generation' | 'key forgotten';

export interface Key {
  readonly name: string;
  readonly rpc: 'Authorize' | 'ConsumeBudget';
  /** A repeat with another content asks for something else under the same key. */
  readonly content: 0 | 1;
}

export interface ChargeWish {
  readonly target: Target;
  /** A number means one of the history's agents. */
  readonly agent: 'own' | 'look-alike' | number | string;
  readonly principals: 'owner' | 'owner last' | readonly string[] | undefined;
  readonly count: number | { readonly of: 'budget' | 'rate'; readonly offset: number };
  readonly tool: 'granted' | string;
  readonly sensitivity: SensitivityLevel | { readonly aboveCeiling: number };
  /** One call of the batch that differs. */
  readonly odd: { readonly place: number; readonly tool: string; readonly sensitivity: SensitivityLevel } | undefined;
  readonly key: Key | undefined;
  readonly guard: { readonly trace: number; readonly bytes: Guarded } | undefined;
}

export interface After {
  readonly back: number;
  readonly offsetMs: number;
  readonly id: 'own' | 'none';
}

const GENERATION_MS = LIMITS.operationGenerationMs;
/** A generation of remembered keys begins here. */
const EPOCH_MS = 2_900_000 * GENERATION_MS;

const AGENTS = 3;
const PARTITIONS = 2;
const TOOLS = [
  'read',
  'write',
  'Read',
  '__proto__',
  'constructor',
  'length',
  '0',
  '1',
  'é'.normalize('NFC'),
  'é'.normalize('NFD'),
  'read\u200b',
];
const PRINCIPALS = ['discord:1', 'discord:12', 'github:é'.normalize('NFC'), 'github:é'.normalize('NFD'), '1', 'a:}'];
const KEY_NAMES = ['k1', 'k2', 'k3', '}', '__proto__', '~'.repeat(LIMITS.idempotencyKeyBytesMax)];

/** Given once in so many times, else undefined. */
function oncePer<T>(times: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

const aboutZero = fc.constantFrom(-1, 0, 1);
const agent = fc.nat(AGENTS - 1);
const partition = fc.nat(PARTITIONS - 1);
const level = fc.constantFrom<SensitivityLevel>(0, 1, 2, 3);
const back = fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: fc.nat(2) }, fc.nat(9));

const target: fc.Arbitrary<Target> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({ back, form: fc.constantFrom('live' as const, 'live' as const, 'any' as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ back, form: fc.constantFrom('upper case' as const, 'other partition' as const) }),
  },
  { weight: 1, arbitrary: fc.constantFrom(...FOREIGN_IDS, '0199f3a0-1111-7abc-8def-00000000ab07') },
);

const content = fc.oneof({ weight: 3, arbitrary: fc.constant(0 as const) }, fc.constant(1 as const));

/** Few names, so that they repeat. */
const key: fc.Arbitrary<Key | undefined> = oncePer(
  2,
  fc.record({
    name: fc.oneof({ weight: 3, arbitrary: fc.constantFrom('k1', 'k2') }, fc.constantFrom(...KEY_NAMES)),
    rpc: fc.oneof({ weight: 5, arbitrary: fc.constant('Authorize' as const) }, fc.constant('ConsumeBudget' as const)),
    content,
  }),
);

/** Small numbers, where the limits of small batches lie, and the ends of what may be asked for. */
const session: fc.Arbitrary<Omit<NewSession, 'sessionId' | 'agentId'>> = fc.record({
  owner: oncePer(2, fc.constantFrom(...PRINCIPALS)),
  delegationChain: fc.array(fc.constantFrom(...LOOK_ALIKES), { maxLength: 3 }),
  declaredIntent: fc.constantFrom('', 'sort the mail 📬', 'é', '\u0000'),
  grant: fc.oneof(
    { weight: 2, arbitrary: fc.constant('all' as const) },
    { weight: 1, arbitrary: fc.array(fc.constantFrom(...TOOLS), { maxLength: 1 }) },
    { weight: 3, arbitrary: fc.array(fc.constantFrom(...TOOLS), { minLength: 1, maxLength: 5 }) },
  ),
  timeLimitMs: fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(LIMITS.sessionTimeLimitMsMin, 10_000, 90_000) },
    { weight: 3, arbitrary: fc.integer({ min: 300_000, max: 3_000_000 }) },
    { weight: 4, arbitrary: fc.constantFrom(3_600_000, LIMITS.sessionTimeLimitMsMax) },
  ),
  callBudget: fc.oneof(
    { weight: 3, arbitrary: fc.nat(12) },
    { weight: 1, arbitrary: fc.integer({ min: 250, max: 260 }) },
    { weight: 3, arbitrary: fc.constantFrom(1_000, LIMITS.callBudgetMax) },
  ),
  rateLimit: fc.oneof(
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 5 }) },
    { weight: 1, arbitrary: fc.constantFrom(256, LIMITS.rateLimitMax) },
  ),
  rateWindowMs: fc.constantFrom(LIMITS.rateWindowMsMin, LIMITS.rateWindowMsMin, 60_000, LIMITS.rateWindowMsMax),
  sensitivityCeiling: level,
});

const creation = fc.record({
  op: fc.constant('create' as const),
  agent,
  partition,
  maxLive: fc.oneof(
    { weight: 4, arbitrary: fc.record({ aboveLive: fc.constantFrom(0, 1, 1, 2) }) },
    { weight: 1, arbitrary: fc.constantFrom(0, 1, 3, 1_000) },
  ),
  session,
  key,
});

const wish: fc.Arbitrary<ChargeWish> = fc.record({
  target,
  agent: fc.oneof(
    { weight: 20, arbitrary: fc.constant('own' as const) },
    { weight: 1, arbitrary: fc.constant('look-alike' as const) },
    { weight: 1, arbitrary: agent },
    { weight: 1, arbitrary: fc.constantFrom(...LOOK_ALIKES) },
  ),
  principals: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('owner' as const, 'owner last' as const) },
    { weight: 1, arbitrary: fc.subarray(PRINCIPALS) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  ),
  count: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 1, max: 3 }) },
    { weight: 4, arbitrary: fc.record({ of: fc.constantFrom('budget' as const, 'rate' as const), offset: aboutZero }) },
    { weight: 1, arbitrary: fc.constantFrom(0, 255, LIMITS.callsMax) },
  ),
  tool: fc.oneof({ weight: 9, arbitrary: fc.constant('granted' as const) }, fc.constantFrom(...TOOLS)),
  sensitivity: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0 as const) },
    { weight: 4, arbitrary: fc.record({ aboveCeiling: fc.constantFrom(0, 0, 0, 1, -1) }) },
    { weight: 1, arbitrary: level },
  ),
  odd: oncePer(6, fc.record({ place: fc.nat(3), tool: fc.constantFrom(...TOOLS), sensitivity: level })),
  key,
  guard: oncePer(
    8,
    fc.record({
      trace: fc.nat(1),
      bytes: fc.constantFrom<Guarded>('bound', 'bound', 'bound', 'alice', 'bob', 'cut', 'empty'),
    }),
  ),
});

/**
 * How far a clock may be set back behind the latest time that it has shown: less than the ten minutes for which stores
 * keep what that time let them drop (SLACK_MS in src/state/redis/lua/parts/limits.lua). Further back, what a store has
 * dropped for good stays dropped, and the model, which drops nothing, is no measure any more.
 */
export const BACK_MS_MAX = 540_000;

const wait = fc.oneof(
  { weight: 8, arbitrary: fc.nat(3_000) },
  { weight: 4, arbitrary: fc.nat(60_000) },
  { weight: 1, arbitrary: fc.nat(1_500_000) },
  { weight: 1, arbitrary: fc.constantFrom(GENERATION_MS, RETENTION_MS, LIMITS.sessionTimeLimitMsMax) },
  { weight: 4, arbitrary: fc.nat(15_000).map((ms) => -ms) },
  { weight: 1, arbitrary: fc.nat(BACK_MS_MAX).map((ms) => -ms) },
);

const straightStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: creation },
  {
    weight: 22,
    arbitrary: fc.record({
      op: fc.constant('charge' as const),
      charges: fc.oneof(
        { weight: 6, arbitrary: fc.array(wish, { minLength: 1, maxLength: 1 }) },
        { weight: 1, arbitrary: fc.array(wish, { minLength: 2, maxLength: 5 }) },
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('close' as const),
      target,
      keys: fc.oneof(
        { weight: 3, arbitrary: fc.array(key, { minLength: 1, maxLength: 1 }) },
        fc.tuple(key, content).map(([same, other]) => [same, same && { ...same, content: other }]),
        fc.array(key, { minLength: 2, maxLength: 4 }),
      ),
      meanwhile: oncePer(3, fc.constantFrom<Moment>('next generation', 'key forgotten')),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('read' as const), target }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('deactivateAgent' as const), agent }) },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constantFrom('reactivateAgent' as const, 'reactivateAgent' as const, 'readAgent' as const),
      agent,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('page' as const),
      partition,
      limit: fc.constantFrom(1, 2, 3, 100),
      after: oncePer(
        2,
        fc.record({ back, offsetMs: aboutZero, id: fc.constantFrom('own' as const, 'own' as const, 'none' as const) }),
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('remove' as const),
      partition,
      endedForMs: fc.constantFrom(0, 0, 1, 60_000, RETENTION_MS, RETENTION_MS + 1),
      limit: fc.constantFrom(1, 2, 100),
      about: oncePer(2, fc.record({ back, offsetMs: aboutZero })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('bind' as const),
      trace: fc.nat(1),
      who: fc.constantFrom('alice' as const, 'bob' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('release' as const), trace: fc.nat(1) }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('wait' as const), ms: wait }) },
  {
    weight: 6,
    arbitrary: fc.record({
      op: fc.constant('reach' as const),
      moment: fc.constantFrom<Moment>(
        ...Array<Moment>(8).fill('window end'),
        ...['time limit' as const, 'time limit' as const, 'retention end' as const],
        ...['next generation' as const, 'key forgotten' as const, 'key forgotten' as const],
      ),
      target: fc.record({ back, form: fc.constantFrom('live' as const, 'live' as const, 'any' as const) }),
      offsetMs: aboutZero,
    }),
  },
);

const BIND: Step = { op: 'bind', trace: 0, who: 'alice' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: straightStep },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('cross' as const),
      moment: fc.constantFrom<Moment>('time limit', 'time limit', 'window end', 'retention end', 'next generation'),
      target: fc.record({ back, form: fc.constant('live' as const) }),
      offsetMs: fc.constantFrom(0, 0, -1, -10_000),
      steps: fc.array(straightStep, { minLength: 1, maxLength: 2 }),
    }),
  },
);

export const history: fc.Arbitrary<History> = fc
  .record({
    startMs: fc
      .oneof(fc.constantFrom(0, 1, GENERATION_MS - 1), fc.nat(GENERATION_MS - 1))
      .map((offsetMs) => EPOCH_MS + offsetMs),
    agents: fc.uniqueArray(fc.constantFrom(...LOOK_ALIKES), { minLength: AGENTS, maxLength: AGENTS }),
    partitions: fc.uniqueArray(fc.constantFrom(0, 7, 0x7d, 255), { minLength: PARTITIONS, maxLength: PARTITIONS }),
    created: fc.array(creation, { minLength: 1, maxLength: 2 }),
    steps: fc.array(step, { maxLength: 56, size: 'max' }),
  })
  .map(({ created, steps, ...rest }) => ({ ...rest, steps: [BIND, ...created, ...steps] }));
