// `tollgate watch`: decisions as a server makes them, a line each, for as long as it is left running.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { type Answer, ManagementClient, Unanswered } from './client/management-client.ts';
import { decisionLine } from './decision-page.ts';
import { EXIT, exitWith } from './exit.ts';
import { addManagementOptions, type ManagementFlags, managementAddress } from './management.ts';
import { printed } from './output.ts';
import { type Paint, painterFor, safe, safeJson } from './terminal.ts';

interface WatchFlags extends ManagementFlags {
  readonly deny?: boolean;
  readonly agent?: string;
  readonly session?: string;
  readonly json?: boolean;
}

export function addWatch(program: Command): void {
  const command = program
    .command('watch')
    .description('show decisions as this server makes them; each replica shows only its own');
  addManagementOptions(command)
    .option('--deny', 'denials only')
    .option('--agent <id>', 'those of one agent only')
    .option('--session <id>', 'those of one session only')
    .option('--json', 'print JSON, one object per line')
    .action((flags: WatchFlags) => exitWith(() => watch(flags)));
}

const WAIT_MS_MIN = 250;
const WAIT_MS_MAX = 5_000;

async function watch(flags: WatchFlags): Promise<number> {
  const client = new ManagementClient(managementAddress(flags));
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  try {
    await follow(client, flags, ending);
    return EXIT.found;
  } finally {
    client.close();
  }
}

/** Reconnects to a server that goes away. A server that was never there, or that refuses, is an error. */
async function follow(client: ManagementClient, flags: WatchFlags, ending: AbortController): Promise<void> {
  const { signal } = ending;
  let wasOpen = false;
  let isGone = false;
  let waitMs = WAIT_MS_MIN;
  const onOpen = () => {
    note(wasOpen ? 'listening again; what was decided meanwhile is not shown' : 'listening');
    wasOpen = true;
    isGone = false;
    waitMs = WAIT_MS_MIN;
  };
  while (!signal.aborted) {
    try {
      // Whoever read along, `head` for instance, has had enough.
      if (!(await tail(client, flags, { signal, onOpen }))) ending.abort();
    } catch (error) {
      if (!wasOpen || !(error instanceof Unanswered) || !error.isLost) throw error;
      if (!isGone) note(`the server is gone (${error.message}), asking again`);
      isGone = true;
    }
    await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    waitMs = Math.min(2 * waitMs, WAIT_MS_MAX);
  }
}

/** @returns false if the reader has closed standard output */
async function tail(
  client: ManagementClient,
  { deny, agent, session, json }: WatchFlags,
  listening: { signal: AbortSignal; onOpen: () => void },
): Promise<boolean> {
  const paint = painterFor(process.stdout, process.env.NO_COLOR);
  const filter = { ...(deny && { effect: 'EFFECT_DENY' }), ...(agent !== undefined && { agent_id: agent }) };
  const request = { filter, ...(session !== undefined && { session_id: session }) };
  for await (const item of client.listen('AuditService', 'WatchDecisions', request, listening)) {
    const line = json ? safeJson(item) : lineOf(item, paint);
    // A reader that is slow slows the stream down, and the server then says how much it left out.
    if (!(await printed(`${line}\n`))) return false;
  }
  return true;
}

function lineOf({ record, gap }: Answer, paint: Paint): string {
  return record ? decisionLine(record, paint) : paint(`decisions left out here: ${gap.missed}`, 'yellow');
}

/** Beside the output, which may be read by a program. */
function note(text: string): void {
  process.stderr.write(`tollgate: ${safe(text)}\n`);
}
