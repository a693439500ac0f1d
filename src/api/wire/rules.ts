// Rules of request fields that several RPCs share.
import { LIMITS, pageSizeOf } from '../../core/limits.ts';
import { isOwnId, partitionOf } from '../../core/partition.ts';
import { SENSITIVITIES, type Sensitivity, type SensitivityLevel } from '../../core/session/session.ts';
import { type FingerprintPart, fingerprintOf } from '../../pdp/fingerprint.ts';
import type { IdempotencyKey } from '../../state/port/idempotency-key.ts';
import type { Fields } from './fields.ts';

/** Later than every time that a request can name. */
export const TIME_MS_MAX = 253_402_300_800_000;
export const TRACE_ID = LIMITS.traceIdBytesMax;
export const ID = { bytesMax: LIMITS.idBytesMax, kind: 'id' } as const;
export const PRINCIPAL = { bytesMax: LIMITS.principalBytesMax, kind: 'id' } as const;
/** Free text: within the size of the message, control characters allowed, never invalid UTF-8. */
export const TEXT = { bytesMax: Number.MAX_SAFE_INTEGER, kind: 'text', emptyAllowed: true } as const;
export const SCOPE = { bytesMax: LIMITS.scopeBytesMax, kind: 'id', emptyAllowed: true } as const;
export const COMMAND = { bytesMax: LIMITS.commandBytesMax, kind: 'text', emptyAllowed: true } as const;
/** Blanks around a chat type do not matter, and some blanks are control characters. */
export const CHAT_TYPE = { bytesMax: LIMITS.idBytesMax, kind: 'text', emptyAllowed: true } as const;
const KEY = { bytesMax: LIMITS.idempotencyKeyBytesMax, kind: 'ascii' } as const;

export interface Keyed {
  readonly idempotency_key?: string | undefined;
}

/** The idempotency key in use, with a fingerprint over what else the request asks for. */
export function operationFrom(
  fields: Fields<Keyed>,
  rpc: string,
  ...content: readonly FingerprintPart[]
): IdempotencyKey | undefined {
  const key = idempotencyKeyFrom(fields);
  // Invalid content may have no fingerprint, so `check` refuses it first.
  if (key === undefined) return undefined;
  fields.check();
  return { rpc, key, fingerprint: fingerprintOf(rpc, ...content) };
}

/** Checks the key of an operation that is idempotent by nature; the key is not stored. */
export function idempotencyKeyFrom(fields: Fields<Keyed>): string | undefined {
  return fields.text('idempotency_key', KEY);
}

export function pageSizeFrom(fields: Fields<{ readonly page_size?: number | undefined }>): number {
  return pageSizeOf(fields.integer('page_size', { min: -(2 ** 31), max: 2 ** 31 - 1 }) ?? 0);
}

/** A tree of runs is in one partition, so ids of two partitions cannot belong to one tree. */
export function refuseTwoPartitions(
  fields: Fields<object>,
  name: string,
  ...ids: readonly (string | undefined)[]
): void {
  const own = ids.filter((id): id is string => id !== undefined && isOwnId(id));
  if (new Set(own.map(partitionOf)).size > 1) fields.refuse(name, 'belongs to another partition than the other ids');
}

/** The level of a sensitivity, as core compares it. */
export function sensitivityLevel(sensitivity: Sensitivity | undefined): SensitivityLevel | undefined {
  return sensitivity && (SENSITIVITIES.indexOf(sensitivity) as SensitivityLevel);
}
