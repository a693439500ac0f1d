// An operation: one row holds everything that a door needs to run an RPC. A row does not know gRPC.
import type { Role } from '../core/role.ts';
import type { Rpcs } from '../gen/tollgate.ts';
import type { CallContext } from '../pdp/call-context.ts';
import type { Decision } from '../pdp/decision/decision.ts';
import type { Pdp } from '../pdp/pdp.ts';
import type { Fields } from './wire/fields.ts';
import type { Pieces } from './wire/pieces.ts';

export type RpcName = keyof Rpcs;
type NameOf<Mode extends Rpcs[RpcName]['mode']> = {
  [Name in RpcName]: Rpcs[Name]['mode'] extends Mode ? Name : never;
}[RpcName];
export type UnaryName = NameOf<'unary'>;
export type StreamName = NameOf<'stream'>;

export const RUNNERS = ['runner', 'controller', 'admin'] as const;
export const CONTROLLERS = ['controller', 'admin'] as const;
export const AUDITORS = ['auditor', 'admin'] as const;
export const ADMINS = ['admin'] as const;

interface Row {
  readonly roles: readonly Role[];
  /** An RPC that a runner must not call is not on the decision listener. */
  readonly listener: 'decision' | 'management';
  /** Which configured limit applies to the bytes of a request. */
  readonly size: 'request' | 'append';
  /**
   * `none` has no effect; `key` remembers the request's idempotency key; `natural` has the same effect however often it is
   * repeated.
   */
  readonly idempotency: 'none' | 'key' | 'natural';
}

interface UnaryRow<Name extends UnaryName, Asked, Answer> extends Row {
  /** `detached` runs to its end even if the caller has gone or its deadline has passed. */
  readonly lifetime: 'call' | 'detached';
  /** @throws Failure invalid_request that names every field that is wrong */
  decode(fields: Fields<Rpcs[Name]['request']>, pdp: Pdp): Asked;
  /** May answer without a promise: a decision that reads nothing is answered without a turn of the event loop. */
  run(context: CallContext, asked: Asked): Answer | Promise<Answer>;
  /** Long lists are encoded piece by piece. */
  encode(answer: Answer): Rpcs[Name]['response'] | Pieces<Rpcs[Name]['response']>;
  /** Decodes requests that would block the event loop on a worker thread. */
  readonly large?: {
    bytesMin(pdp: Pdp): number;
    decode(bytes: Uint8Array, context: CallContext): Promise<Asked>;
  };
  /** The log line of a decision. */
  logged?(asked: Asked, answer: Answer): LoggedDecision;
}

interface StreamRow<Name extends StreamName, Asked, Answer> extends Row {
  /** `endless` may run for ever, so a stop of the server does not wait for it. */
  readonly lifetime: 'call' | 'endless';
  decode(fields: Fields<Rpcs[Name]['request']>, pdp: Pdp): Asked;
  /** @param signal  aborted when the caller goes */
  run(context: CallContext, asked: Asked, signal: AbortSignal): AsyncIterable<Answer>;
  encode(answer: Answer): Rpcs[Name]['response'];
}

export interface LoggedDecision {
  readonly decision: Decision;
  /** Fields beside those of every decision; called only if the line is written. Never a trace id or a tool's arguments. */
  about(): Readonly<Record<string, unknown>>;
}

/** An operation without the types of its messages, as a door runs it. */
export type UnaryOperation = { readonly name: UnaryName; readonly mode: 'unary' } & UnaryRow<
  UnaryName,
  unknown,
  unknown
>;
export type StreamOperation = { readonly name: StreamName; readonly mode: 'stream' } & StreamRow<
  StreamName,
  unknown,
  unknown
>;
export type Operation = UnaryOperation | StreamOperation;

export function unary<Name extends UnaryName, Asked, Answer>(
  name: Name,
  row: UnaryRow<Name, Asked, Answer>,
): UnaryOperation {
  return { ...row, name, mode: 'unary' } as unknown as UnaryOperation;
}

export function stream<Name extends StreamName, Asked, Answer>(
  name: Name,
  row: StreamRow<Name, Asked, Answer>,
): StreamOperation {
  return { ...row, name, mode: 'stream' } as unknown as StreamOperation;
}
