// What every part of this engine is handed.
import { Encoder } from '@msgpack/msgpack';
import { operationName, uuidBytes } from '../codec/operation-record.ts';
import type { Operation } from '../port.ts';
import type { Connection } from './client.ts';
import type { Scripts } from './scripts.ts';

export interface Store {
  readonly connection: Connection;
  readonly scripts: Scripts;
  /** The clock as scripts take it: '' for the server's own, or ms that a test has injected. */
  readonly clock: () => string;
  readonly identityKeyPrefix: string;
  readonly retentionMs: number;
  readonly runRetentionMs: number;
}

/** WHY: the driver writes any other byte array as a list of decimal numbers. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const encoder = new Encoder();

/** One encoder for all, because a new one allocates its buffer anew; what it returns is copied out. */
export function packed(value: unknown): Buffer {
  return Buffer.from(encoder.encodeSharedRef(value));
}

const NO_DECISION = Buffer.alloc(16);

/** An operation as scripts take it: fingerprint (8 bytes), the id of the decision it led to (16, or zeros), name (12). */
export function operationBytes(operation: Operation, decisionId?: string): Buffer {
  const decision = decisionId === undefined ? NO_DECISION : uuidBytes(decisionId);
  return Buffer.concat([Buffer.from(operation.fingerprint, 'hex'), decision, operationName(operation)], 36);
}

export const NO_BYTES = Buffer.alloc(0);
