// `tollgate audit …`: what is done with the ledgers of runs.
import type { Command } from 'commander';
import { addAuditEvents } from './audit-events.ts';
import { addAuditExport } from './audit-export.ts';
import { addAuditKeys } from './audit-keys.ts';
import { addAuditVerify } from './audit-verify.ts';

export function addAudit(program: Command): void {
  const audit = program.command('audit').description('export the ledger of a run, and verify what was exported');
  addAuditEvents(audit);
  addAuditExport(audit);
  addAuditVerify(audit);
  addAuditKeys(audit);
}
