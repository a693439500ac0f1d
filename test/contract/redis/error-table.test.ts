// The table of errors, row by row, against a server that says what a real one says on no test's demand: what the caller
// gets, how often a charge is sent, and that nothing but an answer is taken for one.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CONNECTION_ERRORS, type ErrorRow, SERVER_ERRORS } from '../../../src/state/redis/connection/errors.ts';
import { openRedisState } from '../../../src/state/redis/state.ts';
import { type RespValue, startFakeRedis } from '../../support/fake-redis.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { freePort } from '../../support/redis-server.ts';
import { type created, newSession, step } from '../fixtures.ts';
import { OPTIONS, openReady } from './open.ts';

const TIMEOUT_MS = 1_500;
/** What a busy machine may add, and less than it takes to wait a second time. */
const SLACK_MS = 1_400;
const ROWS = Object.entries(SERVER_ERRORS) as [keyof typeof SERVER_ERRORS, ErrorRow][];
const RECORD = { session: { ...newSession(), createdAtMs: 0 } } as Awaited<ReturnType<typeof created>>;

/** What a server writes behind the word. */
const TEXTS: Partial<Record<keyof typeof SERVER_ERRORS, string>> = {
  ASK: '3999 127.0.0.1:6381',
  BUSY: 'Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
  MOVED: '3999 127.0.0.1:6381',
  NOREPLICAS: 'Not enough good replicas to write.',
  READONLY: "You can't write against a read only replica.",
};

interface Outcome {
  /** `charged` would be an allow. */
  readonly kind: string;
  /** Of the error, as the log gets it. */
  readonly cause: unknown;
  /** How often the server was sent the script. */
  readonly sent: number;
  readonly tookMs: number;
}

/** Charges once against a server that answers every script so. */
async function chargeAgainst(answer: RespValue, { halved = false } = {}): Promise<Outcome> {
  const fake = await startFakeRedis({ answer: ([name]) => (isScript(name) ? answer : undefined) });
  const random = () => (isScript(fake.commands.at(-1)?.[0]) ? 0 : 1);
  const proxy = await startFaultProxy(fake.port, { random });
  proxy.set({ halveShare: halved ? 0.5 : 0 });
  const state = await openReady({ commandTimeoutMs: TIMEOUT_MS, url: `redis://127.0.0.1:${proxy.port}` });
  const from = performance.now();
  const { kind, cause } = await state.charge(step(RECORD)).then(
    ({ kind }) => ({ kind, cause: undefined }),
    (error) => error,
  );
  const tookMs = performance.now() - from;
  const sent = fake.commands.filter(([name]) => isScript(name)).length;
  await state.close();
  await proxy.stop();
  await fake.stop();
  return { kind, cause, sent, tookMs };
}

function isScript(name: string | undefined): boolean {
  return name === 'EVALSHA' || name === 'EVAL';
}

function expectRow({ kind, sent, tookMs }: Outcome, row: ErrorRow): void {
  expect(kind).toBe(row.kind);
  expect(tookMs).toBeLessThan(TIMEOUT_MS + SLACK_MS);
  const isOnce = row.next === 'give_up';
  expect(sent).toBeGreaterThanOrEqual(isOnce ? 1 : 2);
  // A script that the server does not know is sent by its name and then whole, each of six times.
  expect(sent).toBeLessThanOrEqual(isOnce ? 1 : row.outcome === 'unknown' ? 2 : 12);
}

describe.concurrent('a charge that the server answers with', () => {
  test.each(ROWS)('%s, fails as the table says', async (word, row) => {
    const text = `${word} ${TEXTS[word] ?? 'said the server'}`;
    const outcome = await chargeAgainst({ error: text });
    expectRow(outcome, row);
    // Or the time has run out between two of them.
    expect(String(outcome.cause)).toMatch(new RegExp(`${word}|timed out`));
  });

  test.each(ROWS)('%s wrapped by Redis 6.2, fails as the table says', async (word, row) => {
    const text = `ERR Error running script (call to f_0123): @user_script:5: -${word} ${TEXTS[word] ?? 'said the server'}`;
    expectRow(await chargeAgainst({ error: text }), row);
  });

  test.each(ROWS)('%s for its one charge, fails as the table says', async (word, row) => {
    const text = `${word} ${TEXTS[word] ?? 'said the server'}`;
    for (const message of [text, `@user_script: 5: -${text}`]) {
      expectRow(await chargeAgainst([Date.now(), [0, message]]), row);
    }
  });

  test('a word that nobody foresaw, fails as a fault of ours, once', async () => {
    for (const error of ['ERR something new', 'BUSYKEY Target key name already exists.', 'READONLYISH it is not']) {
      expectRow(await chargeAgainst({ error }), CONNECTION_ERRORS.unforeseen);
    }
  });

  test('the end of the line, is sent twice and fails', async () => {
    expectRow(await chargeAgainst({ hangUp: true }), CONNECTION_ERRORS.line_broken);
  });

  test('silence, fails after its time', async () => {
    const outcome = await chargeAgainst({ silent: true });
    expectRow(outcome, CONNECTION_ERRORS.timed_out);
    expect(outcome.tookMs).toBeGreaterThan(TIMEOUT_MS * 0.9);
  });

  test('half a reply and no more, fails after its time', async () => {
    expectRow(await chargeAgainst({ raw: '*2\r\n:1\r\n*16\r\n:1' }), CONNECTION_ERRORS.timed_out);
  });

  test('bytes that are no reply, is sent twice and fails', async () => {
    for (const raw of ['@\x00\xff garbage\r\n', 'HTTP/1.1 400 Bad Request\r\n\r\n']) {
      expectRow(await chargeAgainst({ raw }), CONNECTION_ERRORS.line_broken);
    }
  });

  test('a reply of another shape, is no allow', async () => {
    const nothings: RespValue[] = [
      null,
      'OK',
      1,
      [],
      [Date.now()],
      [Date.now(), null],
      [Date.now(), []],
      [Date.now(), [99]],
      [Date.now(), ['1']],
      [Date.now(), [1, 86_400_000, 100]],
      [Date.now(), [2]],
      [Date.now(), [3]],
      { simple: 'OK' },
    ];
    for (const answer of nothings) {
      const { kind, sent } = await chargeAgainst(answer);
      expect(['internal', 'state_unavailable'], JSON.stringify(answer)).toContain(kind);
      expect(sent).toBeLessThanOrEqual(2);
    }
  });

  test('half a reply and the end of the line, is sent twice and fails', async () => {
    const charged = [Date.now(), [1, 86_400_000, 100, 0, 60_000, 1, 0, 1, 1, 0, 1, 1, 1, 0, 0]];
    expect((await chargeAgainst(charged)).kind).toBe('charged');
    expectRow(await chargeAgainst(charged, { halved: true }), CONNECTION_ERRORS.line_broken);
  });
});

describe('a charge that cannot be sent', () => {
  test('for want of a server, fails at once', async () => {
    const state = await openRedisState({ ...OPTIONS, url: `redis://127.0.0.1:${await freePort()}` });
    const from = performance.now();
    await expect(state.charge(step(RECORD))).rejects.toMatchObject({ kind: CONNECTION_ERRORS.not_sent.kind });
    expect(performance.now() - from).toBeLessThan(SLACK_MS);
    await state.close();
  });
});

test('docs/durability.md has a row for every error of the server', () => {
  const page = readFileSync('docs/durability.md', 'utf8').replace(/ {2,}/g, ' ');
  const rows = ROWS.map(([word, { kind, outcome, next }]) => {
    const status = kind === 'internal' ? 'INTERNAL' : 'UNAVAILABLE';
    return `| \`${word}\` | ${status} | ${outcome.replace('_', ' ')} | ${next.replace('_', ' ')} |`;
  });
  expect(rows.filter((row) => !page.includes(row))).toEqual([]);
});
