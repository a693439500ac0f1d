// `tollgate audit keys`: the public keys that exported ledgers are verified with, a line each, as `audit verify --key` takes
// them.
import type { Command } from 'commander';
import { ManagementClient } from './client/management-client.ts';
import { EXIT, exitWith } from './exit.ts';
import { addManagementOptions, type ManagementFlags, managementAddress } from './management.ts';
import { printed } from './output.ts';
import { safe } from './terminal.ts';

export function addAuditKeys(audit: Command): void {
  const command = audit
    .command('keys')
    .description('print the public keys of all checkpoints; exit 0, 1 no key, 2 no answer');
  addManagementOptions(command).action((flags: ManagementFlags) => exitWith(() => printKeys(flags)));
}

async function printKeys(flags: ManagementFlags): Promise<number> {
  const client = new ManagementClient(managementAddress(flags));
  try {
    const { keys = [] } = (await client.ask('AuditService', 'GetLedgerKeys', {})) as { keys?: readonly string[] };
    if (keys.length === 0) {
      process.stderr.write('tollgate: the server has no ledger key\n');
      return EXIT.nothing;
    }
    await printed(keys.map((key) => `${safe(key)}\n`).join(''));
    return EXIT.found;
  } finally {
    client.close();
  }
}
