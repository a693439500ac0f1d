// What would have made a denied request pass: a sentence for an operator, with the numbers of the record. It must never
// reach an agent, because it tells cases apart for which `MESSAGES` has one text.

import { SENSITIVITIES } from '../session/session.ts';
import type { Reason } from './decision.ts';
import type { CountedCall, DecisionRecord } from './decision-record.ts';

/** Undefined where nothing was refused. */
export function remedyOf(record: DecisionRecord): string | undefined {
  return record.effect === 'ALLOW' ? undefined : REMEDIES[record.reason](record);
}

const REMEDIES = {
  ALLOWED: () => undefined,
  GATING_DISABLED: () => undefined,
  NOTHING_TO_CHARGE: () => 'a batch with at least one call',
  NOT_A_COMMAND: () => 'a text that is a command: one word, or `/` and a word',
  IDENTITY_REQUIRED: ({ checks }) =>
    checks.at(-1)?.name === 'privilege'
      ? 'the trace_id of an identity that holds the privileges that the policy requires for the tool'
      : 'the trace_id of a bound identity',
  IDENTITY_UNKNOWN: () => 'an identity that was bound to the trace and had not expired',
  IDENTITY_MALFORMED: () => 'a readable identity record: release the identity of the trace and bind it again',
  TOOL_UNKNOWN: (record) => `an entry for ${toolOf(record)} under \`tools\` in the policy`,
  PRIVILEGE_REQUIRED: (record) =>
    `${subjectOf(record)} among the holders of each privilege that the policy requires for ${toolOf(record)}`,
  PLATFORM_UNKNOWN: ({ platform }) =>
    `an entry for ${quoted(platform, 'the platform')} under \`platforms\` in the policy`,
  PLATFORM_MISMATCH: ({ platform, principal }) =>
    `the platform of ${quoted(principal, 'the identity')}, not ${quoted(platform, 'another one')}`,
  COMMAND_NOT_ALLOWED: (record) =>
    `${quoted(record.command || undefined, 'the command')} among the commands of users there, or ${subjectOf(record)} among the admins`,
  RUN_UNKNOWN: ({ runId }) => `a run that exists: ${quoted(runId, 'this run')} does not, or it has been purged`,
  RUN_FOREIGN: ({ runId, principal }) =>
    `the caller and the session of the run${runId === undefined ? '' : ` ${JSON.stringify(runId)}`}: ${quoted(principal, 'the identity')} is another caller, or the session is another`,
  ASSERTION_REFUSED: () =>
    'a trusted record instead of the facts that the request asserted, or a wider `asserted_facts`',
  SCOPE_EMPTY_USER: () => 'an id after `user:`',
  SCOPE_OTHER_USER: ({ scope }) =>
    `the scope of the run's own caller: ${quoted(scope, 'this scope')} is another user's`,
  SCOPE_EMPTY_ROOT_RUN: () => 'an id after `root_run:`',
  SCOPE_OTHER_TREE: ({ scope }) => `the root of the run's own tree: ${quoted(scope, 'this scope')} is of another tree`,
  SCOPE_EMPTY_RUN: () => 'an id after `run:`',
  SCOPE_OTHER_RUN: ({ scope }) => `the run itself or its parent: ${quoted(scope, 'this scope')} is neither`,
  SCOPE_UNKNOWN_SHAPE: () => 'one of the shapes skill, user:<id>, root_run:<id>, run:<id>',
  SESSION_REQUIRED: () => 'a session_id and an agent_id in the request',
  SESSION_UNKNOWN: ({ sessionId }) =>
    `a session that exists: ${quoted(sessionId, 'this session')} does not, or it has been forgotten`,
  AGENT_MISMATCH: ({ agentId }) =>
    `the agent of the session: ${quoted(agentId, 'the agent of the request')} is another`,
  OWNER_MISMATCH: ({ principal }) =>
    `the owner of the session, by name or by an alias: ${quoted(principal, 'a request without an identity')} is not the owner`,
  SESSION_CLOSED: () => 'a new session: a closed one stays closed',
  SESSION_EXPIRED: () => 'a new session, with a time_limit that covers the work',
  BUDGET_EXHAUSTED: ({ session, callsTotal }) => {
    if (!session) return 'a session with a larger call_budget';
    const left = session.callBudget - session.before.callsMade;
    const fewer = left > 0 ? `, or no more than ${left} at once` : '';
    return `a call_budget of at least ${session.before.callsMade + callsTotal}${fewer}: ${callsOf(callsTotal)} asked for, ${left} of ${session.callBudget} left`;
  },
  TOOL_NOT_GRANTED: (record) => `a session that grants ${toolOf(record)}`,
  SENSITIVITY_EXCEEDED: (record) => {
    const call = callOf(record);
    const level = call ? ` of at least ${SENSITIVITIES[call.sensitivity]}` : '';
    const isStated = call?.stated === call?.sensitivity;
    const less = isStated ? 'on less sensitive data' : 'with a lower sensitivity in the policy';
    return `a session with a sensitivity_ceiling${level}, or ${toolOf(record)} ${less}`;
  },
  RATE_LIMITED: ({ session, callsTotal, retryAfterMs }) => {
    const wait = retryAfterMs === undefined ? 'the next window' : `the same ${seconds(retryAfterMs)} later`;
    if (session?.rateLimit === undefined) return wait;
    const needed = session.before.windowCalls + callsTotal;
    return `${wait}, or a rate_limit of at least ${needed}: ${callsOf(callsTotal)} asked for, ${session.before.windowCalls} of ${session.rateLimit} made in the window`;
  },
  RATE_IMPOSSIBLE: ({ session, callsTotal }) => {
    const limit = session?.rateLimit === undefined ? 'the rate_limit' : session.rateLimit;
    return `batches of no more than ${limit}, or a rate_limit of at least ${callsTotal}`;
  },
} as const satisfies Record<Reason, (record: DecisionRecord) => string | undefined>;

/** The call that decided, where the record tells which call it was. */
function callOf({ calls, callsTotal, callIndex }: DecisionRecord): CountedCall | undefined {
  // Equal calls are counted together, so a place in the list is a place in the request only if all calls differ.
  const index = calls.length === 1 ? 0 : callIndex;
  const isExact = calls.length === 1 || calls.length === callsTotal;
  return isExact && index !== undefined ? calls[index] : undefined;
}

function toolOf(record: DecisionRecord): string {
  const call = callOf(record);
  if (call) return `the tool ${JSON.stringify(call.tool)}`;
  const { callIndex } = record;
  return callIndex === undefined ? 'the tool' : `the tool of calls[${callIndex}]`;
}

function subjectOf({ principal }: DecisionRecord): string {
  return quoted(principal, 'the principal of the request');
}

function quoted(name: string | undefined, otherwise: string): string {
  return name === undefined ? otherwise : JSON.stringify(name);
}

function callsOf(count: number): string {
  return count === 1 ? '1 call' : `${count} calls`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
