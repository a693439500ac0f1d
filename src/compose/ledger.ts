// The key that signs the checkpoints of ledgers.
import type { Config } from '../config/config.ts';
import { type LedgerKey, openLedgerKey } from '../signing/ledger-key.ts';
import type { Warnings } from '../telemetry/warnings.ts';

const UNSIGNED = 'No ledger.key_file is named, so no checkpoint is signed and a run cannot be verified elsewhere.';

/**
 * Opens the ledger key; undefined, with a warning, where none is named. Call it once the store is open: the store locks the
 * data directory, where the key may lie.
 *
 * @throws StartupError when a file cannot be used
 */
export function openLedger({ ledger }: Config, warnings: Warnings): LedgerKey | undefined {
  const { keyFile, mayCreateKey, keyName, publicKeysFile } = ledger;
  if (keyFile !== undefined) return openLedgerKey({ keyFile, mayCreate: mayCreateKey, name: keyName, publicKeysFile });
  warnings.raise('LEDGER_UNSIGNED', UNSIGNED);
  return undefined;
}
