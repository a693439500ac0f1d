// `tollgate audit …`: what is done with the ledgers of runs.
import type { Command } from 'commander';
import { addAuditCheckpoint } from './audit-checkpoint.ts';
import { addAuditEvents } from './audit-events.ts';
import { addAuditExport } from './audit-export.ts';
import { addAuditKeys } from './audit-keys.ts';
import { addAuditLists } from './audit-lists.ts';
import { addAuditVerify } from './audit-verify.ts';
import { EXIT } from './exit.ts';

export function addAudit(program: Command): void {
  const audit = program
    .command('audit')
    .description('list runs and decisions; export and verify ledgers')
    // A misspelt `verify` must not look like a bundle with faults.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.cannotAsk));
  addAuditExport(audit);
  addAuditVerify(audit);
  addAuditKeys(audit);
  addAuditCheckpoint(audit);
  addAuditEvents(audit);
  addAuditLists(audit);
}
