// Messages as a whole: too large, no messages at all, with fields that nobody knows.
import type grpc from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenServer, openServer } from '../../support/engines.ts';
import { readRefusal, refusalOf } from '../../support/refusals.ts';
import { callOf, started } from '../../support/scene.ts';
import { delimited, encodeWire, METHODS, type MethodUnderTest, methodOf, sendBytes } from '../../support/wire.ts';
import { soundMessage } from './field-rules.ts';

const REQUEST_BYTES_MAX = 65_536;
const APPEND_BYTES_MAX = 4_194_304;

let open: OpenServer;

beforeAll(async () => {
  open = await openServer('embedded');
});
afterAll(() => open?.close());

function send(method: MethodUnderTest, bytes: Buffer): Promise<Buffer[]> {
  return sendBytes(open.clients.raw(method.service), method, bytes);
}

/** Fills bytes up to a length with a field that no message has, which every server skips. */
function padded(bytes: Buffer, length: number): Buffer {
  const empty = delimited(1_000, Buffer.alloc(0)).length;
  // The length of the padding is itself written in up to four bytes, not in one.
  for (let room = length - bytes.length - empty; room > 0; room--) {
    const padding = delimited(1_000, Buffer.alloc(room, 0x61));
    if (bytes.length + padding.length === length) return Buffer.concat([bytes, padding]);
  }
  throw new Error(`no padding makes ${length} bytes`);
}

test('an entry of a map without its value has the empty value', async () => {
  const { run_id } = await started(open.clients);
  const method = methodOf('AppendAudit');
  // fields { key: "a" }, and no value.
  const payload = delimited(1, delimited(1, Buffer.from('a')));
  await send(method, encodeWire(method.request, { run_id, events: [{ custom: { type: 'note', payload } }] }));
  const [stored] = await open.clients.stream('AuditService', 'ListRunEvents', { run_id });
  expect(stored.event.payload.fields.a.kind).toBe('nullValue');
});

describe('a request that is too large', () => {
  test.each(METHODS.filter(({ name }) => name !== 'AppendAudit'))(
    'is refused by $name from 64 KiB on',
    async (method) => {
      const sound = encodeWire(method.request, soundMessage(method.request));
      expect(await refusalOf(send(method, padded(sound, REQUEST_BYTES_MAX + 1)))).toMatchObject({
        code: 'RESOURCE_EXHAUSTED',
        reason: 'MESSAGE_TOO_LARGE',
      });
      const error = await send(method, padded(sound, REQUEST_BYTES_MAX)).then(
        () => undefined,
        (reason: grpc.ServiceError) => readRefusal(reason),
      );
      expect(error?.reason).not.toBe('MESSAGE_TOO_LARGE');
    },
  );

  test('is refused by AppendAudit from 4 MiB on, and one of 4 MiB is stored', async () => {
    const { run_id } = await started(open.clients);
    const method = methodOf('AppendAudit');
    const sound = encodeWire(method.request, { run_id, events: [{ error: { message: 'oh' } }] });
    await send(method, padded(sound, APPEND_BYTES_MAX));
    expect(await refusalOf(send(method, padded(sound, APPEND_BYTES_MAX + 1)))).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'MESSAGE_TOO_LARGE',
    });
    expect((await open.clients.runs('GetRun', { run_id })).run.last_sequence).toBe(1);
  });

  test('is not even read where it is far beyond the limit', async () => {
    const method = methodOf('GetSession');
    const call = send(method, Buffer.alloc(1_000_000));
    await expect(call).rejects.toMatchObject({ code: 8 });
    await expect(send(methodOf('AppendAudit'), Buffer.alloc(APPEND_BYTES_MAX + 1_000_000))).rejects.toMatchObject({
      code: 8,
    });
  });
});

describe('bytes that are no message', () => {
  const broken: [title: string, bytes: Buffer][] = [
    ['a text longer than the message', Buffer.from([0x0a, 0x05, 0x61])],
    ['a number without an end', Buffer.from([0x80, 0x80])],
    ['a wire type that does not exist', Buffer.from([0x0f, 0x01])],
    ['a length of four billion', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f])],
    ['a length beyond 64 bits', Buffer.from([0x0a, ...Array.from({ length: 11 }, () => 0xff)])],
  ];
  test.each(broken)('%s is UNDECODABLE for every method', async (_title, bytes) => {
    const answers = await Promise.all(
      METHODS.map(async (method) => {
        const refusal = await refusalOf(send(method, bytes));
        return `${refusal.code} ${refusal.reason}`;
      }),
    );
    expect(new Set(answers)).toEqual(new Set(['INTERNAL UNDECODABLE']));
  });

  test('the server says no more of them than that', async () => {
    const { message } = await refusalOf(send(methodOf('Authorize'), broken[0]![1]));
    expect(message).toBe('the request message cannot be decoded');
  });
});

test('fields that nobody knows are skipped', async () => {
  const method = methodOf('Authorize');
  const bytes = encodeWire(method.request, await callOf(open.clients));
  const strange = Buffer.concat([delimited(77, Buffer.from('x')), bytes, delimited(1_000, Buffer.alloc(100))]);
  const [reply] = await send(method, strange);
  expect(method.response.toObject(method.response.decode(reply!))).toMatchObject({ decision: { effect: 1 } });
});

/** A request that was sound before something was done to its bytes. */
const mutated = fc
  .tuple(
    fc.constantFrom(...METHODS),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom('flip', 'cut', 'insert', 'double'), fc.nat(255)), { maxLength: 6 }),
  )
  .map(([method, changes]) => {
    let bytes = encodeWire(method.request, soundMessage(method.request));
    for (const [place, change, byte] of changes) {
      const at = bytes.length === 0 ? 0 : place % bytes.length;
      const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
      if (change === 'flip') bytes = Buffer.concat([before, Buffer.from([byte]), after.subarray(1)]);
      else if (change === 'cut') bytes = Buffer.from(before);
      else if (change === 'insert') bytes = Buffer.concat([before, Buffer.from([byte]), after]);
      else bytes = Buffer.concat([bytes, bytes]);
    }
    return { method, bytes };
  });

test('no bytes whatever make the server fail by its own fault', async () => {
  await fc.assert(
    fc.asyncProperty(mutated, async ({ method, bytes }) => {
      const refusal = await send(method, bytes).then(
        () => undefined,
        (error: grpc.ServiceError) => readRefusal(error),
      );
      expect(refusal?.reason).not.toBe('INTERNAL');
      expect(refusal?.reason).not.toBe('STATE_UNAVAILABLE');
    }),
    { numRuns: 1_500 },
  );
  expect(open.server.process.exitCode).toBeNull();
});
