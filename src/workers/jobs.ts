// What workers do: pure functions over what they are sent. A job never throws; what it fails with is part of its answer.
import { appendRequestFrom } from '../api/wire/append-request.ts';
import { methodsOf } from '../api/wire/codec.ts';
import { Fields } from '../api/wire/fields.ts';
import { loadPolicy } from '../config/files/policy-file.ts';
import { checkedPolicy } from '../config/files/policy-shape.ts';
import { Failure, type FailureParts, partsOf } from '../core/failure.ts';
import { type Policy, parsePolicy } from '../core/policy/policy.ts';
import type { RedactionRules } from '../core/redaction/scanner.ts';
import type { Run } from '../core/run/run.ts';
import { StartupError } from '../host/startup-error.ts';
import { type ShapedAppend, shapeAppend } from '../pdp/run/append-audit.ts';
import { compileRules, type RedactionData } from '../redaction/operator-rules.ts';
import type { IdempotencyKey } from '../state/port/idempotency-key.ts';

/** What each job is given, all of which can be sent to a thread. */
interface Inputs {
  /** Checks an AppendAudit request. */
  readonly readAppend: { readonly request: SharedRequest };
  /** Shapes its events. */
  readonly shapeAppend: {
    readonly request: SharedRequest;
    readonly run: Run;
    readonly policy: SharedPolicy;
    readonly redaction: SharedRedaction;
    readonly now: number;
  };
  /** Reads and checks a policy file. */
  readonly loadPolicy: { readonly path: string };
}

interface Outcomes {
  readonly readAppend: { readonly runId: string; readonly operation: IdempotencyKey | undefined };
  readonly shapeAppend: PackedAppend;
  readonly loadPolicy:
    | { readonly revision: string; readonly document: string; readonly warnings: readonly string[] }
    | { readonly problems: readonly string[] };
}

/** Bytes in memory that all threads share, so that sending them costs nothing. */
export type SharedBytes = Uint8Array;

export interface SharedRequest {
  /** Tells it from all others of this process. */
  readonly id: number;
  readonly bytes: SharedBytes;
}

/** A shaped append whose records lie one behind the other, since one large piece is sent faster than hundreds. */
export interface PackedAppend {
  readonly run: Run;
  readonly records: Uint8Array;
  /** Where each record ends. */
  readonly ends: readonly number[];
}

export interface SharedPolicy {
  readonly revision: string;
  /** The policy's document as JSON. */
  readonly document: SharedBytes;
}

export interface SharedRedaction {
  /** Tells it from all others of this process. */
  readonly id: number;
  readonly data: RedactionData;
}

export type JobName = keyof Inputs;
export type Job<Name extends JobName = JobName> = { [Each in Name]: { readonly name: Each } & Inputs[Each] }[Name];
export type Outcome<Name extends JobName> = Outcomes[Name];

export type Answer =
  | { readonly value: unknown }
  | { readonly failure: FailureParts }
  /** An error that is not a Failure, with its stack. */
  | { readonly bug: string };

export async function runJob(job: Job): Promise<Answer> {
  try {
    return { value: JOBS[job.name](job as never) };
  } catch (error) {
    if (error instanceof Failure) return { failure: partsOf(error) };
    return { bug: error instanceof Error ? `${error.stack}` : String(error) };
  }
}

const JOBS: { readonly [Name in JobName]: (input: Inputs[Name]) => Outcomes[Name] } = {
  readAppend: ({ request }) => {
    const { runId, idempotencyKey: operation } = readRequest(request);
    return { runId, operation };
  },
  shapeAppend: ({ request, run, policy, redaction, now }) => {
    const { events } = readRequest(request);
    read = undefined;
    return packed(shapeAppend(run, events, { policy: policyOf(policy), redaction: rulesOf(redaction), now }));
  },
  loadPolicy: ({ path }) => {
    try {
      const { revision, document, warnings } = loadPolicy(path, checkedPolicy);
      return { revision, document, warnings };
    } catch (error) {
      if (error instanceof StartupError) return { problems: error.problems };
      throw error;
    }
  },
};

const [appendMethod] = methodsOf('PolicyDecisionService').filter(({ name }) => name === 'AppendAudit');

/** The request that this thread read last: most are shaped right after they were checked. */
let read: { readonly id: number; readonly request: ReturnType<typeof appendRequestFrom> } | undefined;

function readRequest({ id, bytes }: SharedRequest): ReturnType<typeof appendRequestFrom> {
  if (read?.id === id) return read.request;
  // Copied: what is decoded must not change under the reader, and decoders know no shared memory.
  const request = appendRequestFrom(new Fields(appendMethod!.decode(Buffer.from(bytes))));
  read = { id, request };
  return request;
}

function packed({ run, records }: ShapedAppend): PackedAppend {
  let end = 0;
  const ends = records.map(({ length }) => {
    end += length;
    return end;
  });
  const bytes = new Uint8Array(end);
  for (const [index, record] of records.entries()) bytes.set(record, ends[index]! - record.length);
  return { run, records: bytes, ends };
}

/** The rules that this thread has made last. */
let rules: { readonly id: number; readonly rules: RedactionRules } | undefined;

function rulesOf({ id, data }: SharedRedaction): RedactionRules {
  if (rules?.id !== id) rules = { id, rules: compileRules(data) };
  return rules.rules;
}

/** The one in force, and the one before: an append that has begun is shaped by what held then. */
const policies = new Map<string, Policy>();
const POLICIES_MAX = 2;

function policyOf({ revision, document }: SharedPolicy): Policy {
  const known = policies.get(revision);
  if (known) return known;
  const parsed = parsePolicy(JSON.parse(Buffer.from(document).toString()));
  if (!('policy' in parsed)) throw new Error('a policy that was in force is refused');
  policies.set(revision, parsed.policy);
  const [oldest] = policies.keys();
  if (policies.size > POLICIES_MAX && oldest !== undefined) policies.delete(oldest);
  return parsed.policy;
}
