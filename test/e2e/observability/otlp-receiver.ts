// A collector: OTLP over HTTP as the specification describes it, with protobuf bodies. It shares no code with OpenTelemetry.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import protobuf from 'protobufjs';

/** What is needed of https://github.com/open-telemetry/opentelemetry-proto, by the numbers of its fields. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
    fixed64 start = 7; fixed64 end = 8; repeated KeyValue attributes = 9; repeated Event events = 11; Status status = 15;
  }
  message Event { string name = 2; repeated KeyValue attributes = 3; }
  message Status { string message = 2; int32 code = 3; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { oneof value { string text = 1; bool flag = 2; int64 integer = 3; double number = 4; } }
`);
const REQUEST = root.lookupType('Request');
const OPTIONS = { longs: Number, bytes: Buffer as unknown as typeof String, arrays: true, defaults: true };

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface ReceivedSpan {
  readonly name: string;
  readonly kind: 'INTERNAL' | 'SERVER' | 'CLIENT';
  readonly traceId: string;
  readonly spanId: string;
  /** '' for a root. */
  readonly parentId: string;
  readonly traceState: string;
  readonly events: number;
  readonly isError: boolean;
  readonly statusMessage: string;
  readonly attributes: Attributes;
  readonly resource: Attributes;
}

export interface Collector {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** Every body so far, as it came. */
  readonly bodies: readonly Buffer[];
  readonly headers: readonly Readonly<Record<string, unknown>>[];
  close(): void;
}

/** @param silent  takes what comes and never answers */
export async function startCollector({ silent = false } = {}): Promise<Collector> {
  const spans: ReceivedSpan[] = [];
  const bodies: Buffer[] = [];
  const headers: Record<string, unknown>[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    bodies.push(body);
    headers.push({ ...request.headers, path: request.url, method: request.method });
    if (silent) return;
    spans.push(...spansOf(body));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    bodies,
    headers,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface KeyValue {
  readonly key: string;
  readonly value: {
    readonly text?: string;
    readonly flag?: boolean;
    readonly integer?: number;
    readonly number?: number;
  };
}

const KINDS = ['INTERNAL', 'INTERNAL', 'SERVER', 'CLIENT'] as const;
const STATUS_ERROR = 2;

// biome-ignore lint/suspicious/noExplicitAny: what a decoder without a generated type gives
type Decoded = any;

function spansOf(body: Buffer): ReceivedSpan[] {
  const request: Decoded = REQUEST.toObject(REQUEST.decode(body), OPTIONS);
  return request.resourceSpans.flatMap(({ resource, scopeSpans }: Decoded) =>
    scopeSpans.flatMap(({ spans }: Decoded) =>
      spans.map((span: Decoded) => ({
        name: span.name,
        kind: KINDS[span.kind],
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentId: hex(span.parentSpanId),
        traceState: span.traceState,
        events: span.events.length,
        isError: span.status?.code === STATUS_ERROR,
        statusMessage: span.status?.message ?? '',
        attributes: attributesOf(span.attributes),
        resource: attributesOf(resource.attributes),
      })),
    ),
  );
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function attributesOf(entries: readonly KeyValue[]): Attributes {
  return Object.fromEntries(
    entries.map(({ key, value }) => [key, value.text ?? value.integer ?? value.number ?? value.flag ?? '']),
  );
}
