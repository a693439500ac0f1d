// The caller's name for a request.

/** An idempotency key in use. It belongs to one RPC and to one session, run, agent or caller. */
export interface IdempotencyKey {
  readonly rpc: string;
  /** 1 to 128 printable ASCII characters. */
  readonly key: string;
  /** 16 hex digits: a hash of everything that the request asks for. */
  readonly fingerprint: string;
}
