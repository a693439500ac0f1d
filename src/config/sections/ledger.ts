// The ledger: the key that signs checkpoints, its public keys, and how often a run gets a checkpoint.
import { join } from 'node:path';
import type { Places } from '../places.ts';

export interface LedgerConfig {
  /** Undefined: nothing is signed. */
  readonly keyFile: string | undefined;
  /** The configuration names no key file, so a server may create one. */
  readonly mayCreateKey: boolean;
  readonly keyName: string;
  readonly publicKeysFile: string;
  readonly checkpointIntervalMs: number;
}

/**
 * Reads the section `ledger`.
 *
 * @param hasOwnStore  whether the store belongs to this server alone: several servers on one store must not each create a key
 */
export function interpretLedger(
  places: Places,
  { dataDir, hasOwnStore }: { dataDir: string; hasOwnStore: boolean },
): LedgerConfig {
  const { settings } = places;
  const keyName = settings.string('ledger.key_name');
  if (/[\s+\p{Cc}]/u.test(keyName)) places.refuse('ledger.key_name', 'must not contain blanks or +');
  const keyFile = places.pathIfSet('ledger.key_file');
  return {
    keyFile: keyFile ?? (hasOwnStore ? join(dataDir, 'ledger.key') : undefined),
    mayCreateKey: keyFile === undefined,
    keyName,
    publicKeysFile: places.pathIfSet('ledger.public_keys_file') ?? join(dataDir, 'ledger.pub'),
    checkpointIntervalMs: settings.number('ledger.checkpoint_interval_s') * 1000,
  };
}

/** The values of these keys as they are in force. */
export function ledgerSources({ keyFile, publicKeysFile }: LedgerConfig): [string, string][] {
  return [
    ['ledger.key_file', keyFile ?? ''],
    ['ledger.public_keys_file', publicKeysFile],
  ];
}
