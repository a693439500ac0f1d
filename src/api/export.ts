// Records as lines of JSON, for readers that keep them elsewhere, and the cursors that say how far such a reader has come.
import { LIMITS } from '../core/limits.ts';
import { isOwnId } from '../core/partition.ts';
import type * as wire from '../gen/tollgate.ts';
import { type ExportedRecord, type ExportPlace, exportEvents } from '../pdp/ledger/export-events.ts';
import { AUDITORS, stream } from './operation.ts';
import type { Fields } from './wire/fields.ts';

export const EXPORT_OPERATIONS = [
  stream('ExportEvents', {
    roles: AUDITORS,
    listener: 'management',
    size: 'request',
    lifetime: 'endless',
    idempotency: 'none',
    decode: (fields) => {
      const request = { after: placeFrom(fields), follow: fields.flag('follow') };
      fields.check();
      return request;
    },
    run: exportEvents,
    encode: (exported): wire.ExportEventsResponse => ({ line: lineOf(exported), cursor: cursorOf(exported.place) }),
  }),
];

/** The payload is inserted as stored text, so that its numbers keep their exact form. */
function lineOf({ runId, record }: ExportedRecord): string {
  const head = JSON.stringify({
    run_id: runId,
    sequence: record.sequence,
    type: record.type,
    occurred_at: new Date(record.occurredAtMs).toISOString(),
    stored_at: new Date(record.storedAtMs).toISOString(),
  });
  if (record.data === undefined) return `${head.slice(0, -1)},"purged":true}`;
  const redactions = record.redactions.map(({ pointer, rule, bytes }) => ({ pointer, rule, length: bytes }));
  return `${head.slice(0, -1)},"payload":${record.data},"redactions":${JSON.stringify(redactions)}}`;
}

function cursorOf({ run, sequence }: ExportPlace): string {
  return Buffer.from(`${run.atMs}/${run.id}/${sequence}`).toString('base64url');
}

/** Absent or empty is the beginning. */
function placeFrom(fields: Fields<wire.ExportEventsRequest>): ExportPlace | undefined {
  const cursor = fields.text('cursor', { bytesMax: LIMITS.pageTokenBytesMax, kind: 'ascii', emptyAllowed: true });
  if (cursor === undefined || cursor === '') return undefined;
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const [, time, id = '', sequence] = /^(\d{1,15})\/([^/]+)\/(\d{1,15})$/.exec(text) ?? [];
  if (time === undefined || !isOwnId(id)) {
    fields.refuse('cursor', 'is not a cursor of this service');
    return undefined;
  }
  return { run: { atMs: Number(time), id }, sequence: Number(sequence) };
}
