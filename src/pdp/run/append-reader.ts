// What would keep the event loop, done somewhere else.
import type { AppendRequest } from './append-audit.ts';

/** Reads and shapes large AppendAudit requests. */
export interface AppendReader {
  /** Smaller requests are read faster than they are handed over. */
  readonly bytesMin: number;
  /** @throws Failure as reading the request here does, overloaded, deadline */
  read(bytes: Uint8Array, asked: { readonly caller: string; readonly deadline: number }): Promise<AppendRequest>;
}
