// What must not compile. `npm run types` fails if one of these lines does.
import { expect, test } from 'vitest';
import { RUNNERS, stream, unary } from '../../../src/api/operation.ts';
import { listOf } from '../../../src/api/wire/pieces.ts';
import type * as wire from '../../../src/gen/tollgate.ts';

const ROW = {
  roles: RUNNERS,
  listener: 'decision',
  size: 'request',
  lifetime: 'call',
  idempotency: 'none',
} as const;
const RUN = { run: () => 0 };
const ENCODE = { encode: (): wire.AuthorizeResponse => ({}) };

test('a field that the request does not have cannot be read', () => {
  const operation = unary('Authorize', {
    ...ROW,
    ...RUN,
    ...ENCODE,
    decode: (fields) => {
      fields.id('trace_id');
      // @ts-expect-error: the field is trace_id
      fields.id('trase_id');
      // @ts-expect-error: the field is dry_run
      fields.flag('dryRun');
      // @ts-expect-error: a tool is a text
      fields.flag('tool');
      // @ts-expect-error: a slash context has no trace_id
      fields.message('slash')?.id('trace_id');
    },
  });
  expect(operation.name).toBe('Authorize');
});

test('a field that the response does not have cannot be written', () => {
  // @ts-expect-error: the field is decision
  const misspelt: wire.AuthorizeResponse = { decison: {} };
  // @ts-expect-error: an effect is a number
  const text: wire.Decision = { effect: 'EFFECT_ALLOW' };
  // @ts-expect-error: the field is runs
  listOf<wire.ListRunsResponse>()('run', [], () => ({}));
  // @ts-expect-error: the field is next_page_token
  listOf<wire.ListRunsResponse>()('runs', [], () => ({}), { nextPageToken: '' });
  expect([misspelt, text]).toHaveLength(2);
});

test('a row answers with the response of its own RPC', () => {
  unary('Authorize', { ...ROW, ...RUN, decode: () => 0, ...ENCODE });
  // @ts-expect-error: a session is not the response of Authorize
  unary('Authorize', { ...ROW, ...RUN, decode: () => 0, encode: () => ({ session: {} }) });
});

test('a row says who may call it, and on which listener', () => {
  const { roles, ...withoutRoles } = ROW;
  // @ts-expect-error: the row has no roles
  unary('Authorize', { ...withoutRoles, ...RUN, ...ENCODE, decode: () => 0 });
  const { listener, ...withoutListener } = ROW;
  // @ts-expect-error: the row has no listener
  unary('Authorize', { ...withoutListener, ...RUN, ...ENCODE, decode: () => 0 });
  // @ts-expect-error: there is no such role
  unary('Authorize', { ...ROW, ...RUN, ...ENCODE, decode: () => 0, roles: ['root'] });
  expect([roles, listener]).toEqual([RUNNERS, 'decision']);
});

test('a row has the mode of its RPC, and an RPC of the descriptor', () => {
  // @ts-expect-error: WatchDecisions is a stream
  unary('WatchDecisions', { ...ROW, ...RUN, decode: () => 0, encode: () => ({}) });
  // @ts-expect-error: Authorize is unary
  stream('Authorize', { ...ROW, decode: () => 0, run: async function* () {}, encode: () => ({}) });
  // @ts-expect-error: there is no such RPC
  unary('Authorise', { ...ROW, ...RUN, decode: () => 0, encode: () => ({}) });
});
