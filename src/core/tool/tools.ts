// The tool catalogue's checks, and what the policy adds to what a request says of a call.
import { type Check, failed, passed } from '../decision/decision.ts';
import { visibleForm } from '../policy/look-alike.ts';
import { findTool, type Policy } from '../policy/policy.ts';
import type { SensitivityLevel } from '../session/session.ts';
import type { StoreRule } from './tool-catalogue.ts';
import { matchPattern } from './tool-pattern.ts';

interface ToolCall {
  readonly tool: string;
  /** As the request states it; undefined when it states none. */
  readonly sensitivity: SensitivityLevel | undefined;
}

const TOOL_PASSED = passed('tool');
const PRIVILEGE_PASSED = passed('privilege');

/**
 * Whether the policy knows a tool. A name that only looks like a listed one is unknown, whatever `unlisted_tools` says: it
 * would otherwise escape the rules of the tool that it imitates.
 */
export function checkTool(policy: Policy, call: ToolCall): Check {
  const found = policy.tools(call.tool);
  const isUnknown = found.kind === 'poses' || (found.kind === 'unlisted' && policy.unlistedTools === 'deny');
  return isUnknown ? failed('tool', 'TOOL_UNKNOWN') : TOOL_PASSED;
}

/**
 * Whether an identity holds every privilege that a tool requires; undefined where the tool requires none.
 *
 * @param principals  undefined without an identity
 */
export function checkPrivilege(
  policy: Policy,
  principals: readonly string[] | undefined,
  call: ToolCall,
): Check | undefined {
  const requires = findTool(policy, call.tool)?.requires ?? [];
  if (requires.length === 0) return undefined;
  if (!principals) return failed('privilege', 'IDENTITY_REQUIRED');
  const holdsAll = requires.every((privilege) => holds(policy, principals, privilege));
  return holdsAll ? PRIVILEGE_PASSED : failed('privilege', 'PRIVILEGE_REQUIRED');
}

/** No entry, no privilege. */
function holds(policy: Policy, principals: readonly string[], privilege: string): boolean {
  const holders = policy.privileges.get(privilege);
  return holders !== undefined && principals.some((principal) => holders.has(principal));
}

/** The higher of what the policy says of the tool and what the request says of the call; public if neither does. */
export function effectiveSensitivity(policy: Policy, call: ToolCall): SensitivityLevel {
  const stated = call.sensitivity ?? 0;
  const required = findTool(policy, call.tool)?.sensitivity ?? 0;
  return Math.max(stated, required) as SensitivityLevel;
}

/** Whether a tool's arguments and results must never be stored. Names are compared by what is visible of them, in any case. */
export function isSecretTool({ secretTools }: Policy, name: string): boolean {
  if (name === '') return false;
  const form = visibleForm(name);
  return matchPattern(secretTools.always, form) ?? matchPattern(secretTools.stated, form) ?? false;
}

/** What may be stored of a tool's arguments and results. That a tool is secret counts for more than any rule. */
export function storeRuleOf(policy: Policy, name: string): StoreRule {
  if (isSecretTool(policy, name)) return 'lengths';
  return matchPattern(policy.stores, visibleForm(name)) ?? (policy.auditProfile === 'compatible' ? 'all' : 'lengths');
}
