// The caller's name for a request.

/** An idempotency key in use. It belongs to its rpc and to the session, run, agent or caller that is operated on. */
export interface IdempotencyKey {
  readonly rpc: string;
  /** 1 to 128 printable ASCII characters. */
  readonly key: string;
  /** 16 hex digits over everything that the request asks for. */
  readonly fingerprint: string;
}
