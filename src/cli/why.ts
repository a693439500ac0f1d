// `tollgate why`: explains a decision to an operator.
import type { Command } from 'commander';
import { isOwnId } from '../core/partition.ts';
import { ManagementClient, Unanswered } from './client/management-client.ts';
import { type DecisionJson, getStory, listDenials, type StoryJson } from './decision-json.ts';
import { decisionLine, decisionPage } from './decision-page.ts';
import { EXIT, exitWith } from './exit.ts';
import { addManagementOptions, type ManagementFlags, managementAddress } from './management.ts';
import { printed } from './output.ts';
import { painterFor, safeJson } from './terminal.ts';

interface WhyFlags extends ManagementFlags {
  readonly trace?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

export function addWhy(program: Command): void {
  const command = program
    .command('why <id>')
    .description(
      'why a decision came out as it did: by its id, or the last denial of a session, run or trace; exit 0, 1 or 2',
    );
  addManagementOptions(command)
    .option('--trace <trace_id>', "the decision's trace, to ask how its identity would fare now")
    .option('--all', 'list every denial of the session, run or trace, one per line')
    .option('--json', 'print JSON, one object per line')
    .action((id: string, flags: WhyFlags) => exitWith(() => why(id, flags)));
}

async function why(id: string, flags: WhyFlags): Promise<number> {
  const client = new ManagementClient(managementAddress(flags));
  try {
    const found = await find(client, id, flags.trace);
    if (!found) {
      note('there is no record of a decision with this id, and no denial of a session, run or trace with it');
      return EXIT.nothing;
    }
    await printed(await print(client, found, flags));
    return EXIT.found;
  } finally {
    client.close();
  }
}

interface Found {
  readonly decisionId: string;
  readonly traceId: string | undefined;
  /** The denials of the session, run or trace, the latest first; undefined if the id names a decision. */
  readonly denials: { readonly all: readonly DecisionJson[]; readonly isAll: boolean } | undefined;
}

/** An id does not show what it names, so decisions, sessions, runs and traces are searched in turn. */
async function find(client: ManagementClient, id: string, traceId: string | undefined): Promise<Found | undefined> {
  if (isOwnId(id)) {
    if (await isDecision(client, id)) return { decisionId: id, traceId, denials: undefined };
    for (const of of [{ session_id: id }, { run_id: id }]) {
      const found = foundOf(await listDenials(client, of), traceId);
      if (found) return found;
    }
  }
  const onLong = () => note('no denial among the newest decisions, searching older ones');
  return foundOf(await listDenials(client, { filter: { trace_id: id } }, onLong), id);
}

function foundOf(
  { denials, isAll }: Awaited<ReturnType<typeof listDenials>>,
  traceId: string | undefined,
): Found | undefined {
  return denials[0] && { decisionId: denials[0].decision_id, traceId, denials: { all: denials, isAll } };
}

async function isDecision(client: ManagementClient, id: string): Promise<boolean> {
  try {
    await getStory(client, id);
    return true;
  } catch (error) {
    if (error instanceof Unanswered && error.code === 'NOT_FOUND') return false;
    throw error;
  }
}

async function print(client: ManagementClient, found: Found, { all, json }: WhyFlags): Promise<string> {
  const paint = painterFor(process.stdout, process.env.NO_COLOR);
  const { denials } = found;
  if (all && denials) {
    const lines = denials.all.map((denial) => (json ? safeJson(denial) : decisionLine(denial, paint)));
    return `${lines.join('\n')}\n`;
  }
  const story: StoryJson = await getStory(client, found.decisionId, found.traceId);
  if (json) return `${safeJson(story)}\n`;
  const { policy } = await client.ask('ServerService', 'GetServerInfo', {});
  return `${decisionPage(story, policy.revision, paint)}${moreText(denials)}`;
}

/** Prints to stderr: a program may read stdout. */
function note(text: string): void {
  process.stderr.write(`tollgate: ${text}\n`);
}

function moreText(denials: Found['denials']): string {
  const more = (denials?.all.length ?? 1) - 1;
  if (!denials || more === 0) return '';
  return `\nand ${denials.isAll ? '' : 'at least '}${more} other ${more === 1 ? 'denial' : 'denials'}: --all lists them\n`;
}
