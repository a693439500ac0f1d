// `tollgate audit checkpoint`: the newest checkpoint of a run, to be kept where the run's ledger is not. It shows later, by
// `audit verify --checkpoint`, that a bundle is older or tells of another history.
import type { Command } from 'commander';
import { ManagementClient } from './client/management-client.ts';
import { exitWith, unlessUnknown } from './exit.ts';
import { addManagementOptions, type ManagementFlags, managementAddress } from './management.ts';
import { printed } from './output.ts';

export function addAuditCheckpoint(audit: Command): void {
  const command = audit
    .command('checkpoint <run>')
    .description('print the newest checkpoint of a run, to keep elsewhere; exit 0, 1 unknown run, 2 no answer');
  addManagementOptions(command).action((runId: string, flags: ManagementFlags) =>
    exitWith(() => printCheckpoint(runId, flags)),
  );
}

async function printCheckpoint(runId: string, flags: ManagementFlags): Promise<number> {
  const client = new ManagementClient(managementAddress(flags));
  try {
    return await unlessUnknown('run', async () => {
      const { checkpoint } = await client.ask('AuditService', 'GetCheckpoint', { run_id: runId });
      await printed(checkpoint);
    });
  } finally {
    client.close();
  }
}
