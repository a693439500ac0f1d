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
 * Whether the policy knows a tool and lets this identity call it. A name that only looks like a listed one is unknown,
 * whatever `unlisted_tools` says: it would else escape what the policy says of the tool that it poses as. The privilege check is asked only where the tool
 * requires one; several are required all together.
 *
 * @param principals  undefined without an identity
 */
export function checkTool(policy: Policy, principals: readonly string[] | undefined, call: ToolCall): Check[] {
  const found = policy.tools(call.tool);
  if (found.kind === 'poses') return [failed('tool', 'TOOL_UNKNOWN')];
  if (found.kind === 'unlisted')
    return [policy.unlistedTools === 'deny' ? failed('tool', 'TOOL_UNKNOWN') : TOOL_PASSED];
  const { rule } = found;
  if (rule.requires.length === 0) return [TOOL_PASSED];
  if (!principals) return [TOOL_PASSED, failed('privilege', 'IDENTITY_REQUIRED')];
  const holdsAll = rule.requires.every((privilege) => holds(policy, principals, privilege));
  return [TOOL_PASSED, holdsAll ? PRIVILEGE_PASSED : failed('privilege', 'PRIVILEGE_REQUIRED')];
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
