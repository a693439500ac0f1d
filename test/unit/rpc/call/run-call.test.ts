// One call is answered exactly once and gives its place back exactly once, whatever throws on the way.
import { Metadata } from '@grpc/grpc-js';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Operation, RUNNERS, stream, unary } from '../../../../src/api/operation.ts';
import { methodsOf } from '../../../../src/api/wire/codec.ts';
import { Pieces } from '../../../../src/api/wire/pieces.ts';
import { Failure } from '../../../../src/core/failure.ts';
import { BUILT_IN } from '../../../../src/core/redaction/scanner.ts';
import type * as wire from '../../../../src/gen/tollgate.ts';
import type { Reply } from '../../../../src/rpc/call/call.ts';
import { ANYONE, keepIdentified } from '../../../../src/rpc/call/callers.ts';
import { DecisionLog } from '../../../../src/rpc/call/decision-log.ts';
import type { Edge } from '../../../../src/rpc/call/edge.ts';
import { InFlight } from '../../../../src/rpc/call/in-flight.ts';
import { callRunner } from '../../../../src/rpc/call/run-call.ts';
import { StreamChecks } from '../../../../src/rpc/call/stream-checks.ts';
import type { State } from '../../../../src/state/port/state.ts';
import { FoldedLines } from '../../../../src/telemetry/folded-lines.ts';
import { FoldedLog } from '../../../../src/telemetry/folded-log.ts';
import { createLogger } from '../../../../src/telemetry/log.ts';
import type { Metrics } from '../../../../src/telemetry/metrics.ts';
import { OutageLog } from '../../../../src/telemetry/outage-log.ts';
import { plainContext } from '../../../support/pdp.ts';

const ROW = {
  roles: RUNNERS,
  listener: 'decision',
  size: 'request',
  lifetime: 'call',
  idempotency: 'none',
} as const;
const DECODE = { decode: () => 'request' };
const RESPONSE: wire.GetRunResponse = { run: { run_id: 'r' } };

interface Faults {
  /** Telemetry throws whenever a call ends. */
  readonly metrics?: boolean;
  /** The reply throws instead of sending. */
  readonly send?: boolean;
  readonly fail?: boolean;
}

let lines: Record<string, unknown>[];
let answers: string[];
let inFlight: InFlight;
beforeEach(() => {
  lines = [];
  answers = [];
  inFlight = new InFlight({ max: 10, maxPerCaller: 10 });
});

const throwing = (what: string) => () => {
  throw new Error(`${what} throws`);
};

function edgeOf(faults: Faults): Edge {
  const log = createLogger({ level: 'debug', destination: { write: (line) => lines.push(JSON.parse(line)) } });
  return {
    pdp: plainContext({} as State, Date.now).pdp,
    callers: ANYONE,
    openStreams: new StreamChecks(),
    inFlight,
    refusals: new FoldedLog(log),
    storeFailures: new FoldedLines(log, 'more'),
    outage: new OutageLog(log),
    decisionLog: new DecisionLog(log, () => BUILT_IN),
    telemetry: { metrics: faults.metrics ? BROKEN_METRICS : undefined, traces: undefined },
    draining: new AbortController().signal,
    stopping: new AbortController().signal,
    bytesMax: { request: 100, append: 100 },
  };
}

const BROKEN_METRICS = {
  ofRpc: () => ({ answered: throwing('answered'), failed: throwing('failed') }),
} as unknown as Metrics;

/** Runs one call. @returns when the call has been answered and its promises have settled */
async function call(operation: Operation, faults: Faults = {}): Promise<void> {
  const incoming = {
    metadata: new Metadata(),
    request: Buffer.alloc(0),
    getDeadline: () => Number.POSITIVE_INFINITY,
    call: { stream: {} },
  };
  keepIdentified(incoming.call.stream, ANYONE.identify(undefined, undefined)!);
  const service = operation.mode === 'stream' ? 'AuditService' : 'RunService';
  const method = methodsOf(service).find(({ name }) => name === operation.name)!;
  const settled = new Promise<void>((resolve) => {
    const answer = (text: string, isFaulty: boolean | undefined) => {
      setImmediate(resolve);
      if (isFaulty) throw new Error(`${text} cannot be sent`);
      answers.push(text);
    };
    const reply: Reply = {
      send: () => answer('message', faults.send),
      end: () => answer('end', undefined),
      fail: ({ details }) => answer(details!, faults.fail),
    };
    callRunner(edgeOf(faults), operation, method)(incoming, reply);
  });
  await settled;
}

const WAYS: readonly (readonly [string, Operation])[] = [
  ['at once', unary('GetRun', { ...ROW, ...DECODE, run: () => 0, encode: () => RESPONSE })],
  ['by a promise', unary('GetRun', { ...ROW, ...DECODE, run: async () => 0, encode: () => RESPONSE })],
  ['in pieces', unary('GetRun', { ...ROW, ...DECODE, run: () => 0, encode: () => new Pieces([RESPONSE]) })],
  [
    'after decoding elsewhere',
    unary('GetRun', {
      ...ROW,
      ...DECODE,
      large: { bytesMin: () => 0, decode: async () => 'request' },
      run: () => 0,
      encode: () => RESPONSE,
    }),
  ],
];

describe.each(WAYS)('a response that is made %s', (_way, operation) => {
  test('is sent once', async () => {
    await call(operation);
    expect(answers).toEqual(['message']);
    expect(inFlight.count).toBe(0);
    expect(lines).toEqual([]);
  });

  test('stays the only answer if telemetry throws after it', async () => {
    await call(operation, { metrics: true });
    expect(answers).toEqual(['message']);
    expect(inFlight.count).toBe(0);
    expect(lines).toMatchObject([{ level: 'error', rpc: 'GetRun', msg: 'failed after the answer' }]);
  });

  test('becomes one error if it cannot be sent', async () => {
    await call(operation, { send: true });
    expect(answers).toEqual(['internal error']);
    expect(inFlight.count).toBe(0);
  });

  test('leaves no place taken if neither it nor an error can be sent', async () => {
    await call(operation, { send: true, fail: true });
    expect(answers).toEqual([]);
    expect(inFlight.count).toBe(0);
  });
});

const refuse = () => {
  throw new Failure('not_found', 'there is no such run', { subject: 'run' });
};
const FAILING: readonly (readonly [string, Operation])[] = [
  ['decode', unary('GetRun', { ...ROW, decode: refuse, run: () => 0, encode: () => RESPONSE })],
  ['run', unary('GetRun', { ...ROW, ...DECODE, run: refuse, encode: () => RESPONSE })],
  ['a rejected run', unary('GetRun', { ...ROW, ...DECODE, run: async () => refuse(), encode: () => RESPONSE })],
  ['encode', unary('GetRun', { ...ROW, ...DECODE, run: () => 0, encode: refuse })],
  ['encode after a promise', unary('GetRun', { ...ROW, ...DECODE, run: async () => 0, encode: refuse })],
  ['the log line', unary('GetRun', { ...ROW, ...DECODE, run: async () => 0, encode: () => RESPONSE, logged: refuse })],
  [
    'decoding elsewhere',
    unary('GetRun', {
      ...ROW,
      ...DECODE,
      large: { bytesMin: () => 0, decode: async () => refuse() },
      run: () => 0,
      encode: () => RESPONSE,
    }),
  ],
];

describe.each(FAILING)('an error of %s', (_where, operation) => {
  test.each([false, true])('is the only answer (telemetry throws: %s)', async (metrics) => {
    await call(operation, { metrics });
    expect(answers).toEqual(['there is no such run']);
    expect(inFlight.count).toBe(0);
  });
});

describe('a stream', () => {
  const events = (run: () => AsyncIterable<unknown>) =>
    stream('ListRunEvents', { ...ROW, ...DECODE, roles: ['admin'], run, encode: () => ({}) });
  const two = events(async function* () {
    yield 1;
    yield 2;
  });
  const broken = events(async function* () {
    yield 1;
    refuse();
  });

  test.each([false, true])('ends once (telemetry throws: %s)', async (metrics) => {
    await call(two, { metrics });
    await new Promise(setImmediate);
    expect(answers).toEqual(['message', 'message', 'end']);
    expect(inFlight.count).toBe(0);
  });

  test.each([false, true])('fails once (telemetry throws: %s)', async (metrics) => {
    await call(broken, { metrics });
    await new Promise(setImmediate);
    expect(answers).toEqual(['message', 'there is no such run']);
    expect(inFlight.count).toBe(0);
  });
});
