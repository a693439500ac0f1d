// What one call brings to every operation: who calls, until when, and the store as this call may use it.
import type { State } from '../state/port/state.ts';
import type { Pdp } from './pdp.ts';

/** Who calls, for the log and records alone: no decision may rest on it. */
export interface Caller {
  readonly name: string;
  /** When the request arrived, in ms of `performance.now()`. */
  readonly receivedAtMs: number;
}

export interface CallContext {
  readonly pdp: Pdp;
  readonly caller: Caller;
  /** When the caller no longer waits, in ms of `performance.now()`. */
  readonly deadline: number;
  /** The store, bounded by the deadline and observed as part of this call. */
  readonly state: State;
}

/** The context of what the server does by itself. */
export function localContext(pdp: Pdp): CallContext {
  return { pdp, caller: { name: 'local', receivedAtMs: 0 }, deadline: Number.POSITIVE_INFINITY, state: pdp.state };
}

/** The same call for one operation that waits longer for a slow store, but never longer than its caller does. */
export function withTimeout(context: CallContext, timeoutMs: number): CallContext {
  const deadline = Math.min(context.deadline, performance.now() + timeoutMs);
  return { ...context, deadline, state: context.state.withTimeout(deadline) };
}
