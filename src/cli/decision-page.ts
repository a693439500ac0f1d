// One decision as a person reads it: what was asked, the checks in order, the numbers then, and the way on.
//
// INVARIANT: whatever is shown of a record goes through `safe`, for a caller may have named it.
import { bare, type CheckJson, type DecisionJson, type StoryJson } from './decision-json.ts';
import { named, type Paint, safe } from './terminal.ts';

/** @param revisionInForce  of the policy of the server that was asked */
export function decisionPage(story: StoryJson, revisionInForce: string, paint: Paint): string {
  const record = withNames(story.record);
  const sections = [
    [headline(record, paint), ...rowsOf(aboutOf(record, revisionInForce))],
    ['checks', ...record.checks.map((check) => checkLine(check, paint))],
    numbersOf(record),
    changedOf(record),
    story.remedy === '' ? [] : ['would have passed with', `  ${safe(story.remedy)}`],
    ASKING.has(record.rpc) ? ['the same request now', `  ${nowOf(record, story.now, paint)}`] : [],
  ];
  const shown = sections.filter((lines) => lines.length > 1);
  return `${shown.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** What the others did is no question that could be put again. */
const ASKING: ReadonlySet<string> = new Set(['Authorize', 'ConsumeBudget', 'ValidateScope', 'CheckSlash']);

/** One line of a list of decisions. */
export function decisionLine(found: DecisionJson, paint: Paint): string {
  const record = withNames(found);
  const labelled = (label: string, text: string | undefined) => (text === undefined ? undefined : `${label} ${text}`);
  const parts = [
    paint(timeOf(record.last_at), 'dim'),
    effectText(record.effect, paint),
    bare(record.reason),
    record.rpc,
    labelled('agent', record.agent_id),
    labelled('for', record.principal),
    askedFor(record),
    labelled('scope', record.scope),
    labelled('command', commandOf(record)),
    labelled('session', record.session_id),
    labelled('run', record.run_id),
    `decision ${record.decision_id}`,
    record.asserted ? 'asserted' : undefined,
    record.repeats > 0 ? `again ${timesText(record.repeats)}` : undefined,
  ];
  return parts
    .filter((part) => part !== undefined)
    .map((part, index) => (index < 2 ? part : safe(part)))
    .join('  ');
}

/** The record with what a caller has named as it stands beside other texts. */
function withNames(record: DecisionJson): DecisionJson {
  const names = NAMES.flatMap((field) => (record[field] === undefined ? [] : [[field, named(record[field])]]));
  const calls = record.calls.map((call) => ({ ...call, tool: named(call.tool) }));
  return { ...record, ...Object.fromEntries(names), calls };
}

const NAMES = [
  ...(['caller', 'agent_id', 'session_id', 'run_id', 'principal', 'scope'] as const),
  ...(['platform', 'chat_type', 'command'] as const),
];

function headline({ effect, reason }: DecisionJson, paint: Paint): string {
  return `${effectText(effect, paint)}  ${safe(bare(reason))}`;
}

function effectText(effect: string, paint: Paint): string {
  if (effect === 'EFFECT_ALLOW') return paint('ALLOW', 'green');
  return effect === 'EFFECT_DENY' ? paint('DENY', 'red') : paint('NONE', 'yellow');
}

type Row = readonly [name: string, value: string | undefined];

function aboutOf(record: DecisionJson, revisionInForce: string): Row[] {
  const { decided_at, last_at, repeats, policy_revision } = record;
  const again = repeats > 0 ? `; again ${timesText(repeats)}, last at ${timeOf(last_at)}` : '';
  const force = policy_revision === revisionInForce ? 'in force' : `no longer in force, now ${short(revisionInForce)}`;
  return [
    ['decision', record.decision_id],
    ['at', `${timeOf(decided_at)}${again}`],
    ['asked by', `${record.caller}, ${record.rpc}`],
    ['for', record.principal],
    ['agent', record.agent_id],
    ['session', record.session_id],
    ['run', record.run_id],
    ['call', askedFor(record)],
    ['scope', record.scope],
    ['command', commandOf(record)],
    ['rests on', record.asserted ? 'what the request asserted: see the checks' : undefined],
    ['policy', `${short(policy_revision)}, ${force}`],
    ['took', `${(record.latency * 1000).toFixed(1)} ms until it was recorded`],
  ];
}

function rowsOf(rows: readonly Row[]): string[] {
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(10)}${safe(value)}`]));
}

/** The calls, with the deciding call marked if the record names it. */
function askedFor({ calls, calls_total, call_index }: DecisionJson): string | undefined {
  if (calls.length === 0) return undefined;
  const shown = calls.map(({ tool, sensitivity, count }) => {
    const times = count > 1 ? ` x${count}` : '';
    return `${tool}${times} (${bare(sensitivity).toLowerCase()})`;
  });
  const more = calls_total > listedIn(calls) ? [`and ${calls_total - listedIn(calls)} more`] : [];
  const decided = call_index !== undefined && calls_total > 1 ? [`decided by calls[${call_index}]`] : [];
  return [...shown, ...more, ...decided].join(', ');
}

function commandOf({ command, platform, chat_type }: DecisionJson): string | undefined {
  if (command === undefined) return undefined;
  const where = [platform, chat_type].filter((part) => part !== undefined && part !== '').join(', ');
  const text = command === '' ? 'a command that the policy does not name' : `/${command}`;
  return where === '' ? text : `${text} on ${where}`;
}

function checkLine({ name, passed, reason, asserted }: CheckJson, paint: Paint): string {
  const mark = passed ? paint('pass', 'green') : paint('FAIL', 'red');
  const why = reason === 'REASON_ALLOWED' ? '' : `  ${bare(reason)}`;
  return `  ${mark}  ${safe(`${name}${why}${asserted ? '  (asserted by the request)' : ''}`)}`;
}

function numbersOf({ session, calls_total, retry_after }: DecisionJson): string[] {
  if (!session) return [];
  const { before, after, call_budget, rate_limit } = session;
  const change = (from: number, to: number) => (from === to ? `${from}` : `${from} -> ${to}`);
  const rows: Row[] = [
    ['asked', calls_total === 0 ? undefined : callsText(calls_total)],
    ['budget', `${change(before.calls_made, after.calls_made)} of ${call_budget} calls made`],
    [
      'window',
      rate_limit === undefined
        ? undefined
        : `${change(before.window_calls, after.window_calls)} of ${rate_limit} calls`,
    ],
    ['wait', retry_after === undefined ? undefined : `${retry_after.toFixed(1)} s until the next window`],
  ];
  return ['numbers then', ...rowsOf(rows)];
}

/** What a management operation changed. */
function changedOf({ terms, removal, sessions_closed, previous_policy_revision }: DecisionJson): string[] {
  const rows: Row[] = [
    ...(terms ? termRows(terms) : []),
    ...(removal ? removalRows(removal) : []),
    ['closed', sessions_closed === undefined ? undefined : `${sessions_closed} live sessions`],
    ['before', previous_policy_revision && `policy ${short(previous_policy_revision)}`],
  ];
  return ['changed', ...rowsOf(rows)];
}

function termRows(terms: NonNullable<DecisionJson['terms']>): Row[] {
  const { all_tools, tools, rate_limit, rate_window, owner, delegation_chain, declared_intent } = terms;
  const granted = tools.length === 0 ? 'none' : tools.map(named).join(', ');
  return [
    ['grants', all_tools ? 'every tool' : granted],
    ['budget', callsText(terms.call_budget)],
    ['rate', rate_limit === undefined ? undefined : `${callsText(rate_limit)} in ${rate_window} s`],
    ['ceiling', bare(terms.sensitivity_ceiling).toLowerCase()],
    ['lives', `${terms.time_limit} s`],
    ['owner', owner && named(owner)],
    ['delegated', delegation_chain.length === 0 ? undefined : delegation_chain.map(named).join(' > ')],
    ['intent', declared_intent === '' ? undefined : named(declared_intent)],
  ];
}

function removalRows({ finished_before, keep_proof, removed }: NonNullable<DecisionJson['removal']>): Row[] {
  const count = removed === undefined ? 'about to begin' : `${removed}`;
  return [
    ['purged', keep_proof ? `${count}, contents alone` : count],
    ['ended', finished_before && `before ${timeOf(finished_before)}`],
  ];
}

function nowOf(record: DecisionJson, now: StoryJson['now'], paint: Paint): string {
  if (!now && mayBeAsked(record)) return 'cannot be said without the trace: --trace asks';
  if (!now) return 'cannot be said: the record does not tell all that was asked';
  const failed = now.checks.find(({ passed }) => !passed);
  const stand = now.from_trace ? '' : `; asked for ${record.principal ?? 'nobody'} alone, --trace asks exactly`;
  if (now.effect === 'EFFECT_ALLOW') return `${paint('would pass', 'green')}${safe(stand)}`;
  const verb = now.effect === 'EFFECT_DENY' ? 'would be denied' : 'would permit nothing';
  const check = failed ? `, check ${failed.name}` : '';
  return `${paint(verb, 'red')}: ${safe(`${bare(now.reason)}${check}${stand}`)}`;
}

/** Whether the trace is all that is missing. */
function mayBeAsked({ rpc, trace_hash, run_id, command, calls, calls_total }: DecisionJson): boolean {
  const isInvocation = rpc === 'ValidateScope' && run_id === undefined;
  return trace_hash !== undefined && command !== '' && !isInvocation && listedIn(calls) === calls_total;
}

function listedIn(calls: DecisionJson['calls']): number {
  return calls.reduce((sum, { count }) => sum + count, 0);
}

function timeOf(iso: string): string {
  return iso.replace('T', ' ').replace('Z', ' UTC');
}

function timesText(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function callsText(count: number): string {
  return count === 1 ? '1 call' : `${count} calls`;
}

function short(revision: string): string {
  return revision.slice(0, 12);
}
