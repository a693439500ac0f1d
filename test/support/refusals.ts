// What a caller is told when something could not be done, decoded as a client of any language would: from the standard
// trailer, by the published definitions of google.rpc.
import grpc from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { expect } from 'vitest';

const { root } = protobuf.parse(
  `
  syntax = "proto3";
  package google.rpc;
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
  message RetryInfo { Duration retry_delay = 1; }
  message FieldViolation { string field = 1; string description = 2; }
  message BadRequest { repeated FieldViolation field_violations = 1; }
  message Violation { string type = 1; string subject = 2; string description = 3; }
  message PreconditionFailure { repeated Violation violations = 1; }
`,
  { keepCase: true },
);
const DETAILS_BYTES_MAX = 2_048;

export interface Refusal {
  /** The name of the canonical code. */
  readonly code: string;
  readonly message: string;
  readonly reason: string;
  readonly requestId: string;
  /** The fields that BadRequest names, in order. */
  readonly fields: readonly string[];
  readonly retryDelayMs: number | undefined;
  readonly preconditions: readonly { readonly type: string; readonly subject: string }[];
}

/** Waits for a call to fail, and holds its details to what every one of Tollgate's must be. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  const error = await call.then(
    (answer) => expect.fail(`expected a refusal, not ${JSON.stringify(answer)?.slice(0, 300)}`),
    (reason: grpc.ServiceError) => reason,
  );
  expect(error, String(error)).toHaveProperty('code');
  return readRefusal(error);
}

export function readRefusal(error: grpc.ServiceError): Refusal {
  const trailers = error.metadata.get('grpc-status-details-bin');
  expect(trailers, `${error.message} has details`).toHaveLength(1);
  const bytes = trailers[0] as Buffer;
  expect(bytes.length).toBeLessThanOrEqual(DETAILS_BYTES_MAX);
  const status = decode('Status', bytes);
  expect(status.code).toBe(error.code);
  expect(status.message).toBe(error.details);

  const details = (status.details as { type_url: string; value: Buffer }[]).map(({ type_url, value }) => {
    const name = type_url.replace('type.googleapis.com/google.rpc.', '');
    return { name, detail: decode(name, value) };
  });
  const all = (name: string) => details.filter((detail) => detail.name === name).map(({ detail }) => detail);
  const infos = all('ErrorInfo');
  expect(infos, 'exactly one ErrorInfo').toHaveLength(1);
  const [info] = infos;
  expect(info.domain).toBe('tollgate');
  expect(info.metadata.request_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const [retry] = all('RetryInfo');
  return {
    code: grpc.status[error.code]!,
    message: error.details,
    reason: info.reason,
    requestId: info.metadata.request_id,
    fields: all('BadRequest').flatMap((bad) => bad.field_violations.map(({ field }: { field: string }) => field)),
    retryDelayMs: retry && Number(retry.retry_delay?.seconds ?? 0) * 1000 + (retry.retry_delay?.nanos ?? 0) / 1e6,
    preconditions: all('PreconditionFailure').flatMap((failure) =>
      failure.violations.map(({ type, subject }: { type: string; subject: string }) => ({ type, subject })),
    ),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: read as a dynamic client does
function decode(name: string, bytes: Buffer): any {
  return root.lookupType(`google.rpc.${name}`).decode(bytes);
}
