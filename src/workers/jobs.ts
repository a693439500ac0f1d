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

/** Makes the function that runs the jobs of one thread. The thread keeps what it read, compiled and parsed last. */
export function jobRunner(): (job: Job) => Promise<Answer> {
  const jobs = jobsOf({ request: lastRequest(), rules: lastRules(), policy: lastPolicies() });
  return async (job) => {
    try {
      return { value: jobs[job.name](job as never) };
    } catch (error) {
      if (error instanceof Failure) return { failure: partsOf(error) };
      return { bug: error instanceof Error ? `${error.stack}` : String(error) };
    }
  };
}

interface Kept {
  readonly request: (shared: SharedRequest) => Request;
  readonly rules: (shared: SharedRedaction) => RedactionRules;
  readonly policy: (shared: SharedPolicy) => Policy;
}

type Jobs = { readonly [Name in JobName]: (input: Inputs[Name]) => Outcomes[Name] };

function jobsOf(kept: Kept): Jobs {
  return {
    readAppend: ({ request }) => {
      const { runId, idempotencyKey: operation } = kept.request(request);
      return { runId, operation };
    },
    shapeAppend: ({ request, run, policy, redaction, now }) => {
      const { events } = kept.request(request);
      return packed(shapeAppend(run, events, { policy: kept.policy(policy), redaction: kept.rules(redaction), now }));
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
}

type Request = ReturnType<typeof appendRequestFrom>;

const [appendMethod] = methodsOf('PolicyDecisionService').filter(({ name }) => name === 'AppendAudit');

/** A request is shaped right after it was checked, most often, so the thread decodes it once. */
function lastRequest(): Kept['request'] {
  let last: { readonly id: number; readonly request: Request } | undefined;
  return ({ id, bytes }) => {
    if (last?.id === id) {
      const { request } = last;
      last = undefined;
      return request;
    }
    // Copied: what is decoded must not change under the reader, and decoders know no shared memory.
    const request = appendRequestFrom(new Fields(appendMethod!.decode(Buffer.from(bytes))));
    last = { id, request };
    return request;
  };
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

function lastRules(): Kept['rules'] {
  let last: { readonly id: number; readonly rules: RedactionRules } | undefined;
  return ({ id, data }) => {
    if (last?.id !== id) last = { id, rules: compileRules(data) };
    return last.rules;
  };
}

const POLICIES_MAX = 2;

/** Keeps the policy in force and the one before it, by which an append that has begun is shaped. */
function lastPolicies(): Kept['policy'] {
  const policies = new Map<string, Policy>();
  return ({ revision, document }) => {
    const known = policies.get(revision);
    if (known) return known;
    const parsed = parsePolicy(JSON.parse(Buffer.from(document).toString()));
    if (!('policy' in parsed)) throw new Error('a policy that was in force is refused');
    policies.set(revision, parsed.policy);
    const [oldest] = policies.keys();
    if (policies.size > POLICIES_MAX && oldest !== undefined) policies.delete(oldest);
    return parsed.policy;
  };
}
