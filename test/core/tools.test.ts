import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failed, passed } from '../../src/core/decision.ts';
import type { SensitivityLevel } from '../../src/core/session.ts';
import { checkTool, effectiveSensitivity, isSecretTool } from '../../src/core/tools.ts';
import { policyOf } from './policies.ts';

const tools = {
  shell_exec: { requires: ['UNSANDBOXED_EXEC'], sensitivity: 'confidential' },
  admin_all: { requires: ['UNSANDBOXED_EXEC', 'ROOT'] },
  nobody_may: { requires: ['MISSING'] },
  read_file: {},
};
const privileges = { UNSANDBOXED_EXEC: ['discord:123', 'discord:7'], ROOT: ['discord:7', 'slack:9'] };
const policy = policyOf({ tools, privileges });
const strict = policyOf({ tools, privileges, unlisted_tools: 'deny' });
const call = (tool: string, sensitivity?: SensitivityLevel) => ({ tool, sensitivity });

describe('the tool catalogue', () => {
  test('leaves tools that no rule lists to the session, or denies them', () => {
    expect(checkTool(policy, undefined, call('unlisted'))).toEqual([passed('tool')]);
    expect(checkTool(strict, undefined, call('unlisted'))).toEqual([failed('tool', 'TOOL_UNKNOWN')]);
    expect(checkTool(strict, undefined, call('read_file'))).toEqual([passed('tool')]);
    expect(checkTool(strict, undefined, call('constructor'))).toEqual([failed('tool', 'TOOL_UNKNOWN')]);
  });

  test('asks for an identity only where a privilege is required', () => {
    expect(checkTool(policy, undefined, call('shell_exec'))).toEqual([
      passed('tool'),
      failed('privilege', 'IDENTITY_REQUIRED'),
    ]);
    expect(checkTool(policy, ['discord:123'], call('read_file'))).toEqual([passed('tool')]);
  });

  test('grants a privilege to its principals and to no one else', () => {
    const privilegeOf = (principals: string[], tool: string) => checkTool(policy, principals, call(tool)).at(-1);
    expect(privilegeOf(['discord:123'], 'shell_exec')).toEqual(passed('privilege'));
    expect(privilegeOf(['slack:1', 'discord:123'], 'shell_exec')).toEqual(passed('privilege'));
    expect(privilegeOf(['123'], 'shell_exec')).toEqual(failed('privilege', 'PRIVILEGE_REQUIRED'));
    expect(privilegeOf(['discord:1234'], 'shell_exec')).toEqual(failed('privilege', 'PRIVILEGE_REQUIRED'));
    expect(privilegeOf([], 'shell_exec')).toEqual(failed('privilege', 'PRIVILEGE_REQUIRED'));
    expect(privilegeOf(['discord:123'], 'nobody_may')).toEqual(failed('privilege', 'PRIVILEGE_REQUIRED'));
  });

  test('several privileges are required all together, be it through several principals', () => {
    const last = (...principals: string[]) => checkTool(policy, principals, call('admin_all')).at(-1)?.passed;
    expect(last('discord:123')).toBe(false);
    expect(last('slack:9')).toBe(false);
    expect(last('discord:123', 'slack:9')).toBe(true);
    expect(last('discord:7')).toBe(true);
  });

  test('one principal more never turns an allow into a denial', () => {
    const principal = fc.constantFrom('discord:123', 'discord:7', 'slack:9', 'slack:1');
    fc.assert(
      fc.property(fc.array(principal), principal, fc.constantFrom(...Object.keys(tools)), (few, one, tool) => {
        const passes = (principals: string[]) => checkTool(policy, principals, call(tool)).every((c) => c.passed);
        if (passes(few)) expect(passes([...few, one])).toBe(true);
      }),
    );
  });
});

describe('sensitivity', () => {
  test('is the higher of the policy and the request, and public if neither says', () => {
    expect(effectiveSensitivity(policy, call('shell_exec'))).toBe(2);
    expect(effectiveSensitivity(policy, call('shell_exec', 1))).toBe(2);
    expect(effectiveSensitivity(policy, call('shell_exec', 3))).toBe(3);
    expect(effectiveSensitivity(policy, call('read_file'))).toBe(0);
    expect(effectiveSensitivity(policy, call('unlisted', 1))).toBe(1);
  });
});

describe('secret tools', () => {
  const marked = policyOf({
    tools: {
      'vault_*': { secret: true },
      vault_ping: { secret: false },
      vault_read: { requires: ['ROOT'] },
      http_public: { secret: false },
      Keys: { secret: true },
      keys: { secret: false },
    },
    redaction: { secret_tools: ['Wallet_*', 'sign'] },
  });

  test('some are secret without any policy', () => {
    const empty = policyOf({});
    for (const name of ['mcp_call', 'email_send', 'http_get', 'http_', 'webhook_fire', 'HTTP_Post', 'MCP_CALL']) {
      expect(isSecretTool(empty, name), name).toBe(true);
    }
    for (const name of ['', 'http', 'xhttp_get', 'email_send_bulk', 'mcp_call2', 'webhook', 'read_file']) {
      expect(isSecretTool(empty, name), name).toBe(false);
    }
  });

  test('the policy adds to them, in any case', () => {
    for (const name of ['vault_open', 'VAULT_open', 'wallet_pay', 'WALLET_', 'Sign']) {
      expect(isSecretTool(marked, name), name).toBe(true);
    }
    expect(isSecretTool(marked, 'signal')).toBe(false);
  });

  test('only a more exact entry that says so is less secret, and what is built in stays secret', () => {
    expect(isSecretTool(marked, 'vault_ping')).toBe(false);
    expect(isSecretTool(marked, 'vault_read')).toBe(true);
    expect(isSecretTool(marked, 'http_public')).toBe(true);
  });

  test('of two entries that differ in case alone, the one that keeps the secret counts', () => {
    expect(isSecretTool(marked, 'keys')).toBe(true);
    expect(isSecretTool(marked, 'KEYS')).toBe(true);
  });

  test('the empty name is no secret, even where every tool is', () => {
    const all = policyOf({ redaction: { secret_tools: ['*'] } });
    expect(isSecretTool(all, 'anything')).toBe(true);
    expect(isSecretTool(all, '')).toBe(false);
  });
});
