// One call, from its admission to its answer.
//
// INVARIANT: a call is answered exactly once and gives its place back exactly once. Telemetry and the log come after the
// answer, and a fault in them is logged and changes nothing.
import type { Metadata } from '@grpc/grpc-js';
import { type Identified, identifiedOf, requireRole } from './callers.ts';
import type { Endpoint } from './endpoint.ts';
import type { CallObserver } from './observer.ts';
import { logFailure, logFault, statusReply } from './report.ts';
import type { StatusReply } from './status.ts';

/** A call as grpc-js passes it to a handler. */
export interface IncomingCall {
  readonly metadata: Metadata;
  readonly request: Buffer;
  getDeadline(): Date | number;
}

/** The way back to the caller. */
export interface Reply {
  /** Aborted when the caller goes; only a stream has one. */
  readonly signal?: AbortSignal;
  /** Sends one message. @returns a promise while the connection takes no more */
  send(bytes: Buffer): void | Promise<void>;
  /** Ends a stream after its last message. */
  end?(): void;
  fail(error: StatusReply['error']): void;
}

export class Call {
  readonly reply: Reply;
  readonly #endpoint: Endpoint;
  readonly #observer: CallObserver;
  /** The caller's name, once it is known. */
  #caller: string | undefined;
  #hasPlace = false;
  #isAnswered = false;

  constructor(endpoint: Endpoint, observer: CallObserver, reply: Reply) {
    this.#endpoint = endpoint;
    this.#observer = observer;
    this.reply = reply;
  }

  /**
   * Finds the caller, checks its role and takes a place among the calls in flight.
   *
   * @throws Failure caller_unknown, caller_not_allowed or overloaded
   */
  admit(incoming: IncomingCall): Identified {
    const identified = identifiedOf(incoming);
    this.#caller = identified.caller.name;
    requireRole(identified.caller, this.#endpoint.roles);
    this.#endpoint.edge.inFlight.begin(this.#caller);
    this.#hasPlace = true;
    return identified;
  }

  /** Answers a unary call. If sending throws, the call is not answered yet. */
  answer(bytes: Buffer, response: object): void {
    this.reply.send(bytes);
    this.#answered(response);
  }

  /** Ends a stream with status OK. */
  end(): void {
    this.reply.end?.();
    this.#answered(undefined);
  }

  /** Answers with the status of an error. An error after the answer is only logged. */
  fail(error: unknown): void {
    if (this.#isAnswered) {
      this.#log(error);
      return;
    }
    this.#isAnswered = true;
    const status = statusReply(error);
    try {
      this.reply.fail(status.error);
    } catch (fault) {
      this.#log(fault);
    }
    this.#leave();
    try {
      logFailure(this.#endpoint, this.#caller, status, error);
      this.#observer.failed(status);
    } catch (fault) {
      this.#log(fault);
    }
  }

  #answered(response: object | undefined): void {
    this.#isAnswered = true;
    this.#leave();
    try {
      this.#observer.answered(response);
    } catch (fault) {
      this.#log(fault);
    }
  }

  #leave(): void {
    if (!this.#hasPlace) return;
    this.#hasPlace = false;
    this.#endpoint.edge.inFlight.end(this.#caller!);
  }

  #log(fault: unknown): void {
    logFault(this.#endpoint, this.#caller, fault);
  }
}
