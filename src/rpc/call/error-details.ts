// google.rpc.Status with its standard details, as clients of every language decode them from the trailer
// `grpc-status-details-bin`.
import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import type { FieldProblem } from '../../core/failure.ts';

const descriptor = new URL('../../gen/google-rpc.json', import.meta.url);
const root = protobuf.Root.fromJSON(JSON.parse(readFileSync(descriptor, 'utf8')));
const Status = root.lookupType('google.rpc.Status');

export interface ErrorDetails {
  readonly code: number;
  readonly message: string;
  readonly reason: string;
  readonly requestId: string;
  readonly fields: readonly FieldProblem[];
  readonly retryAfterMs: number | undefined;
  /** What is in the wrong state, for a failed precondition. */
  readonly precondition: string | undefined;
}

/** Some clients and proxies drop large trailers or hang on them; 2 KiB pass everywhere. */
const BYTES_MAX = 2_048;
/** More never fit. A small request can have thousands of problems, and encoding each count would take minutes. */
const FIELDS_MAX = 100;

/** The bytes of `grpc-status-details-bin`, at most 2 KiB: field problems beyond that are left out. */
export function encodeErrorDetails(error: ErrorDetails): Buffer {
  for (let shown = Math.min(error.fields.length, FIELDS_MAX); ; shown--) {
    const bytes = encode({ ...error, fields: error.fields.slice(0, shown) });
    if (bytes.length <= BYTES_MAX || shown === 0) return bytes;
  }
}

function encode({ code, message, reason, requestId, fields, retryAfterMs, precondition }: ErrorDetails): Buffer {
  const details = [any('ErrorInfo', { reason, domain: 'tollgate', metadata: { request_id: requestId } })];
  if (fields.length > 0) details.push(any('BadRequest', { field_violations: fields }));
  if (retryAfterMs !== undefined) {
    const retry_delay = { seconds: Math.floor(retryAfterMs / 1000), nanos: (retryAfterMs % 1000) * 1e6 };
    details.push(any('RetryInfo', { retry_delay }));
  }
  if (precondition !== undefined) {
    details.push(
      any('PreconditionFailure', { violations: [{ type: reason, subject: precondition, description: message }] }),
    );
  }
  return Status.encode({ code, message, details }).finish() as Buffer;
}

function any(name: string, message: object): object {
  const value = root.lookupType(`google.rpc.${name}`).encode(message).finish();
  return { type_url: `type.googleapis.com/google.rpc.${name}`, value };
}
