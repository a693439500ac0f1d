// `tollgate audit decisions` and `tollgate audit runs`: what an auditor lists, with the filters of the RPCs, to the last page.
import type { Command } from 'commander';
import { StartupError } from '../host/startup-error.ts';
import { ManagementClient } from './client/management-client.ts';
import { decisionLine } from './decision-page.ts';
import { EXIT, exitWith } from './exit.ts';
import { addManagementOptions, type ManagementFlags, managementAddress } from './management.ts';
import { printed } from './output.ts';
import { painterFor, safeJson } from './terminal.ts';

interface Range extends ManagementFlags {
  readonly from?: string;
  readonly before?: string;
}

interface DecisionFlags extends Range {
  readonly principal?: string;
  readonly agent?: string;
  readonly session?: string;
  readonly run?: string;
  readonly tool?: string;
  readonly effect?: string;
  readonly reason?: string;
  readonly rpc?: string;
  readonly json?: boolean;
}

interface RunFlags extends Range {
  readonly caller?: string;
  readonly agent?: string;
  readonly session?: string;
  readonly skill?: string;
}

const PAGE_SIZE = 500;
const TIME = 'time with its zone, such as 2026-11-30T00:00:00Z';

export function addAuditLists(audit: Command): void {
  addManagementOptions(
    audit.command('decisions').description('list decisions, newest first; exit 0, 1 none found, 2 no answer'),
  )
    .option('--principal <platform:id>', 'decisions for this principal')
    .option('--agent <id>', 'those of one agent')
    .option('--session <id>', 'those of one session')
    .option('--run <id>', 'those that named one run')
    .option('--tool <name>', 'those that list a call of one tool')
    .option('--effect <effect>', 'ALLOW or DENY')
    .option('--reason <reason>', 'one reason, such as BUDGET_EXHAUSTED')
    .option('--rpc <name>', 'those of one operation, such as Authorize')
    .option('--from <time>', `from this ${TIME}`)
    .option('--before <time>', `before this ${TIME}`)
    .option('--json', 'print JSON, one object per line')
    .action((flags: DecisionFlags) => exitWith(() => decisions(flags)));
  addManagementOptions(
    audit.command('runs').description('list runs as JSON Lines, newest first; exit 0, 1 none found, 2 no answer'),
  )
    .option('--caller <platform:id>', 'those of one caller')
    .option('--agent <id>', 'those of one agent')
    .option('--session <id>', 'those of one session')
    .option('--skill <id>', 'those of one skill')
    .option('--from <time>', `started from this ${TIME}`)
    .option('--before <time>', `started before this ${TIME}`)
    .action((flags: RunFlags) => exitWith(() => runs(flags)));
}

function decisions(flags: DecisionFlags): Promise<number> {
  const { principal, agent: agent_id, tool, rpc, effect, reason, session: session_id, run: run_id } = flags;
  const filter = { principal, agent_id, tool, rpc, effect: named('EFFECT_', effect), reason: named('REASON_', reason) };
  const range = { decided_from: timeOf('--from', flags.from), decided_before: timeOf('--before', flags.before) };
  const request = { session_id, run_id, ...range, filter: given(filter) };
  const paint = painterFor(process.stdout, process.env.NO_COLOR);
  const line = flags.json ? safeJson : (record: Parameters<typeof decisionLine>[0]) => decisionLine(record, paint);
  return list(flags, 'ListDecisions', request, (answer) => answer.decisions.map(line));
}

function runs(flags: RunFlags): Promise<number> {
  const { caller: caller_id, agent: agent_id, session: session_id, skill: skill_id } = flags;
  const range = { started_from: timeOf('--from', flags.from), started_before: timeOf('--before', flags.before) };
  const request = { caller_id, agent_id, session_id, skill_id, ...range, include_dry_run: true };
  return list(flags, 'ListRuns', request, (answer) => answer.runs.map(safeJson));
}

async function list(
  flags: ManagementFlags,
  method: string,
  request: object,
  linesOf: (answer: Awaited<ReturnType<ManagementClient['ask']>>) => readonly string[],
): Promise<number> {
  const client = new ManagementClient(managementAddress(flags));
  let hasPrinted = false;
  try {
    for (let page_token: string | undefined; page_token !== ''; ) {
      const page = given({ ...request, page_size: PAGE_SIZE, page_token });
      const answer = await client.ask('AuditService', method, page);
      const lines = linesOf(answer);
      hasPrinted ||= lines.length > 0;
      if (lines.length > 0 && !(await printed(`${lines.join('\n')}\n`))) break;
      page_token = answer.next_page_token as string;
    }
    return hasPrinted ? EXIT.found : EXIT.nothing;
  } finally {
    client.close();
  }
}

/** Without what was not given. */
function given(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function named(prefix: string, name: string | undefined): string | undefined {
  return name === undefined ? undefined : `${prefix}${name.toUpperCase()}`;
}

/** @throws StartupError for a text that is no time, or one whose zone would be a guess */
function timeOf(option: string, text: string | undefined): object | undefined {
  if (text === undefined) return undefined;
  const ms = /(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new StartupError(`${option}: ${JSON.stringify(text)} is not a ${TIME}`);
  return { seconds: Math.floor(ms / 1000), nanos: (((ms % 1000) + 1000) % 1000) * 1_000_000 };
}
