// The order of checks, in one table. The first check that fails decides, and no later check is asked. The order is part of
// the contract, and the Redis script repeats the rows of the charge; a test holds the two equal.
import { checkIdentity, type FoundIdentity } from '../identity/identity.ts';
import type { Policy } from '../policy/policy.ts';
import type { Run } from '../run/run.ts';
import { checkScope } from '../scope/scope.ts';
import {
  checkAgent,
  checkBudget,
  checkClosed,
  checkExpired,
  checkGrant,
  checkKnown,
  checkOwner,
  checkRate,
  checkSensitivity,
  type EntryQuestion,
  type Refusal,
  type UseQuestion,
} from '../session/charge-checks.ts';
import type { SensitivityLevel, SessionRecord } from '../session/session.ts';
import type { EntryReason, SessionReason, UseReason } from '../session/session-reason.ts';
import { checkSlash } from '../slash/slash.ts';
import { refusedSlash, type SlashWhere, slashSubjectOf } from '../slash/slash-request.ts';
import { checkPrivilege, checkTool } from '../tool/tools.ts';
import type { AssertedFacts } from './asserted-facts.ts';
import { type Check, type CheckName, failed, passed } from './decision.ts';
import { checkRun, isAdmin, scopeFactsOf } from './run-check.ts';

export interface RequestedCall {
  readonly tool: string;
  /** As the request states it; the policy may raise it. */
  readonly sensitivity: SensitivityLevel | undefined;
}

/** The parts of a request that are decided before the session's charge. */
export interface Ask {
  readonly calls: readonly RequestedCall[];
  readonly slash: (SlashWhere & { readonly command: string }) | undefined;
  readonly scope: string | undefined;
  readonly requireIdentity: boolean;
}

export interface Facts {
  readonly identity: FoundIdentity;
  /** Undefined when the request names no run, null when there is no such run. */
  readonly run: Run | null | undefined;
  /** The session that the request names. */
  readonly sessionId?: string | undefined;
}

/** What the checks before the charge look at. */
export interface RequestQuestion {
  readonly policy: Policy;
  readonly assertedFacts: AssertedFacts;
  readonly ask: Ask;
  readonly facts: Facts;
  /** Every principal of the identity; undefined without one. */
  readonly principals: readonly string[] | undefined;
}

/** What the checks of one call look at. */
export interface CallQuestion {
  readonly policy: Policy;
  readonly principals: readonly string[] | undefined;
  readonly call: RequestedCall;
}

/** `run` answers undefined where the check does not apply. */
interface BeforeCharge<Needs extends 'request' | 'call', Question> {
  readonly name: CheckName;
  /** `request`: asked once for a request. `call`: asked for each call, and all checks of a call before the next call. */
  readonly needs: Needs;
  run(question: Question): Check | undefined;
}

/** `run` answers undefined where the check passes. */
interface OfCharge<Stage, Question, R extends SessionReason> {
  readonly name: CheckName;
  readonly needs: 'charge';
  /** A repeated key is asked `lookup`, `caller` and `entry` again, but not `use`. The start of a run asks `lookup` and `entry`. */
  readonly stage: Stage;
  /** Every reason with which the check fails, in the order in which the check looks for them. */
  readonly reasons: readonly R[];
  run(question: Question): Refusal<R> | undefined;
}

type RequestCheck = BeforeCharge<'request', RequestQuestion>;
type CallCheck = BeforeCharge<'call', CallQuestion>;
type ChargeCheck =
  | OfCharge<'lookup', SessionRecord | undefined, 'SESSION_UNKNOWN'>
  | OfCharge<'caller', UseQuestion, 'AGENT_MISMATCH'>
  | OfCharge<'entry', EntryQuestion, EntryReason>
  | OfCharge<'use', UseQuestion, UseReason>;

/** Every check of a decision, in order. */
export const CHECKS: readonly (RequestCheck | CallCheck | ChargeCheck)[] = [
  { name: 'identity', needs: 'request', run: ({ ask, facts }) => checkIdentity(facts.identity, ask.requireIdentity) },
  { name: 'tool', needs: 'call', run: ({ policy, call }) => checkTool(policy, call) },
  { name: 'privilege', needs: 'call', run: ({ policy, principals, call }) => checkPrivilege(policy, principals, call) },
  { name: 'slash', needs: 'request', run: checkRequestedSlash },
  { name: 'run', needs: 'request', run: checkRequestedRun },
  { name: 'scope', needs: 'request', run: checkRequestedScope },
  { name: 'session', needs: 'charge', stage: 'lookup', reasons: ['SESSION_UNKNOWN'], run: checkKnown },
  { name: 'agent', needs: 'charge', stage: 'caller', reasons: ['AGENT_MISMATCH'], run: checkAgent },
  { name: 'owner', needs: 'charge', stage: 'entry', reasons: ['OWNER_MISMATCH'], run: checkOwner },
  { name: 'closed', needs: 'charge', stage: 'entry', reasons: ['SESSION_CLOSED'], run: checkClosed },
  { name: 'expired', needs: 'charge', stage: 'entry', reasons: ['SESSION_EXPIRED'], run: checkExpired },
  { name: 'budget', needs: 'charge', stage: 'use', reasons: ['BUDGET_EXHAUSTED'], run: checkBudget },
  { name: 'grant', needs: 'charge', stage: 'use', reasons: ['TOOL_NOT_GRANTED'], run: checkGrant },
  { name: 'sensitivity', needs: 'charge', stage: 'use', reasons: ['SENSITIVITY_EXCEEDED'], run: checkSensitivity },
  { name: 'rate', needs: 'charge', stage: 'use', reasons: ['RATE_IMPOSSIBLE', 'RATE_LIMITED'], run: checkRate },
];

/** The checks of one call. */
export const CALL_CHECKS = CHECKS.filter((check) => check.needs === 'call');

/** The checks before the charge, with those of the calls together in their place. */
export const STEPS_BEFORE_CHARGE: readonly (RequestCheck | typeof CALL_CHECKS)[] = stepsBeforeCharge();

const OF_CHARGE = CHECKS.filter((check) => check.needs === 'charge');

/** The checks of the charge that look at a session, by stage. */
export const CHARGE_CHECKS = { caller: ofStage('caller'), entry: ofStage('entry'), use: ofStage('use') };

/** The checks that a charge went through: all of them, or those up to the one that failed. */
export function sessionChecks(denial: SessionReason | undefined): Check[] {
  const checks: Check[] = [];
  for (const { name, reasons } of OF_CHARGE) {
    const isFailed = denial !== undefined && (reasons as readonly SessionReason[]).includes(denial);
    if (isFailed) return [...checks, failed(name, denial)];
    checks.push(passed(name));
  }
  return checks;
}

/** The checks of an empty batch, which uses nothing of the session. */
export function standingChecks(): Check[] {
  return OF_CHARGE.filter(({ stage }) => stage !== 'use').map(({ name }) => passed(name));
}

function stepsBeforeCharge(): (RequestCheck | typeof CALL_CHECKS)[] {
  const steps: (RequestCheck | typeof CALL_CHECKS)[] = [];
  for (const check of CHECKS) {
    if (check.needs === 'request') steps.push(check);
    if (check.needs === 'call' && !steps.includes(CALL_CHECKS)) steps.push(CALL_CHECKS);
  }
  return steps;
}

function ofStage<Stage extends ChargeCheck['stage']>(stage: Stage) {
  return OF_CHARGE.filter((check): check is Extract<ChargeCheck, { stage: Stage }> => check.stage === stage);
}

function checkRequestedSlash({ policy, assertedFacts, ask: { slash }, facts }: RequestQuestion): Check | undefined {
  if (!slash) return undefined;
  const subject = slashSubjectOf(facts.identity?.identity, undefined, slash, assertedFacts);
  if ('refusal' in subject) return refusedSlash(subject.refusal);
  return checkSlash(policy, { ...subject.subject, command: slash.command }).check;
}

function checkRequestedRun({
  assertedFacts,
  facts: { run, sessionId },
  principals,
}: RequestQuestion): Check | undefined {
  return run === undefined ? undefined : checkRun(run, { principals, sessionId }, assertedFacts);
}

function checkRequestedScope({ policy, ask, facts: { run }, principals }: RequestQuestion): Check | undefined {
  if (ask.scope === undefined || !run) return undefined;
  const check = checkScope(ask.scope, scopeFactsOf(run), isAdmin(policy, principals));
  return run.callerAsserted ? { ...check, asserted: true } : check;
}
