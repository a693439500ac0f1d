// Original file: proto/tollgate/v1/ledger.proto

import type { LedgerFault as _tollgate_v1_LedgerFault, LedgerFault__Output as _tollgate_v1_LedgerFault__Output } from '../../tollgate/v1/LedgerFault.ts';
import type { SequenceRange as _tollgate_v1_SequenceRange, SequenceRange__Output as _tollgate_v1_SequenceRange__Output } from '../../tollgate/v1/SequenceRange.ts';
import type { LedgerFinding as _tollgate_v1_LedgerFinding, LedgerFinding__Output as _tollgate_v1_LedgerFinding__Output } from '../../tollgate/v1/LedgerFinding.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * What a verification found.
 */
export interface VerifyRunResponse {
  /**
   * True if nothing is wrong. Everything up to the newest checkpoint is then as it was when it was signed.
   */
  'ok'?: (boolean);
  /**
   * What is wrong, the most exact fault first, at most 100.
   */
  'faults'?: (_tollgate_v1_LedgerFault)[];
  /**
   * How many records the newest checkpoint signs that the ledger fits.
   */
  'tree_size'?: (number | string | Long);
  /**
   * The root of their tree, 32 bytes. Empty if no checkpoint fits.
   */
  'root_hash'?: (Buffer | Uint8Array | string);
  /**
   * How often the store is known to have lost some of this run.
   */
  'epoch'?: (number | string | Long);
  /**
   * How many checkpoints were looked at.
   */
  'checkpoints'?: (number);
  /**
   * The records whose contents were purged.
   */
  'purged'?: (_tollgate_v1_SequenceRange)[];
  /**
   * What is no fault, but to be known.
   */
  'notes'?: (string)[];
  /**
   * Where what the run did and what it was allowed to do do not fit, at most 100 of them. None of them is a fault of the ledger.
   */
  'findings'?: (_tollgate_v1_LedgerFinding)[];
  /**
   * How many findings there are, those that are not listed too.
   */
  'findings_total'?: (number | string | Long);
}

/**
 * What a verification found.
 */
export interface VerifyRunResponse__Output {
  /**
   * True if nothing is wrong. Everything up to the newest checkpoint is then as it was when it was signed.
   */
  'ok'?: (boolean);
  /**
   * What is wrong, the most exact fault first, at most 100.
   */
  'faults'?: (_tollgate_v1_LedgerFault__Output)[];
  /**
   * How many records the newest checkpoint signs that the ledger fits.
   */
  'tree_size'?: (number);
  /**
   * The root of their tree, 32 bytes. Empty if no checkpoint fits.
   */
  'root_hash'?: (Buffer);
  /**
   * How often the store is known to have lost some of this run.
   */
  'epoch'?: (number);
  /**
   * How many checkpoints were looked at.
   */
  'checkpoints'?: (number);
  /**
   * The records whose contents were purged.
   */
  'purged'?: (_tollgate_v1_SequenceRange__Output)[];
  /**
   * What is no fault, but to be known.
   */
  'notes'?: (string)[];
  /**
   * Where what the run did and what it was allowed to do do not fit, at most 100 of them. None of them is a fault of the ledger.
   */
  'findings'?: (_tollgate_v1_LedgerFinding__Output)[];
  /**
   * How many findings there are, those that are not listed too.
   */
  'findings_total'?: (number);
}
