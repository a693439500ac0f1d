import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkCall } from '../../../../src/core/decision/authorize.ts';
import type { RequestedCall } from '../../../../src/core/decision/checks.ts';
import { failed, passed } from '../../../../src/core/decision/decision.ts';
import type { Policy } from '../../../../src/core/policy/policy.ts';
import type { SensitivityLevel } from '../../../../src/core/session/session.ts';
import { effectiveSensitivity, isSecretTool, storeRuleOf } from '../../../../src/core/tool/tools.ts';
import { policyOf } from '../policies.ts';

/** The tool and privilege checks of one call. */
function checkCallOf(policy: Policy, principals: readonly string[] | undefined, call: RequestedCall) {
  return checkCall({ policy, principals, call });
}

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
    expect(checkCallOf(policy, undefined, call('unlisted'))).toEqual([passed('tool')]);
    expect(checkCallOf(strict, undefined, call('unlisted'))).toEqual([failed('tool', 'TOOL_UNKNOWN')]);
    expect(checkCallOf(strict, undefined, call('read_file'))).toEqual([passed('tool')]);
    expect(checkCallOf(strict, undefined, call('constructor'))).toEqual([failed('tool', 'TOOL_UNKNOWN')]);
  });

  test('asks for an identity only where a privilege is required', () => {
    expect(checkCallOf(policy, undefined, call('shell_exec'))).toEqual([
      passed('tool'),
      failed('privilege', 'IDENTITY_REQUIRED'),
    ]);
    expect(checkCallOf(policy, ['discord:123'], call('read_file'))).toEqual([passed('tool')]);
  });

  test('grants a privilege to its principals and to no one else', () => {
    const privilegeOf = (principals: string[], tool: string) => checkCallOf(policy, principals, call(tool)).at(-1);
    expect(privilegeOf(['discord:123'], 'shell_exec')).toEqual(passed('privilege'));
    expect(privilegeOf(['slack:1', 'discord:123'], 'shell_exec')).toEqual(passed('privilege'));
    expect(privilegeOf(['123'], 'shell_exec')).toEqual(failed('privilege', 'PRIVILEGE_REQUIRED'));
    expect(privilegeOf(['discord:1234'], 'shell_exec')).toEqual(failed('privilege', 'PRIVILEGE_REQUIRED'));
    expect(privilegeOf([], 'shell_exec')).toEqual(failed('privilege', 'PRIVILEGE_REQUIRED'));
    expect(privilegeOf(['discord:123'], 'nobody_may')).toEqual(failed('privilege', 'PRIVILEGE_REQUIRED'));
  });

  test('several privileges are required all together, be it through several principals', () => {
    const last = (...principals: string[]) => checkCallOf(policy, principals, call('admin_all')).at(-1)?.passed;
    expect(last('discord:123')).toBe(false);
    expect(last('slack:9')).toBe(false);
    expect(last('discord:123', 'slack:9')).toBe(true);
    expect(last('discord:7')).toBe(true);
  });

  test('one principal more never turns an allow into a denial', () => {
    const principal = fc.constantFrom('discord:123', 'discord:7', 'slack:9', 'slack:1');
    fc.assert(
      fc.property(fc.array(principal), principal, fc.constantFrom(...Object.keys(tools)), (few, one, tool) => {
        const passes = (principals: string[]) => checkCallOf(policy, principals, call(tool)).every((c) => c.passed);
        if (passes(few)) expect(passes([...few, one])).toBe(true);
      }),
    );
  });
});

describe('an entry about one thing', () => {
  const wide = { requires: ['ROOT'], sensitivity: 'restricted', secret: true, store: 'none' };
  const nested = policyOf({
    privileges,
    tools: {
      'gh_*': wide,
      gh_delete: { store: 'lengths' },
      'gh_admin_*': { sensitivity: 'confidential' },
      gh_admin_ban: { secret: false },
      gh_open: { requires: [] },
    },
  });
  const mayCall = (tool: string) => checkCallOf(nested, ['discord:123'], call(tool)).every(({ passed }) => passed);

  test('drops nothing of what a wider one says about another', () => {
    for (const tool of ['gh_list', 'gh_delete', 'gh_admin_x', 'gh_admin_ban']) expect(mayCall(tool), tool).toBe(false);
    expect(['gh_delete', 'gh_admin_x', 'gh_admin_ban'].map((tool) => effectiveSensitivity(nested, call(tool)))).toEqual(
      [3, 2, 2],
    );
    expect([isSecretTool(nested, 'gh_delete'), isSecretTool(nested, 'gh_admin_ban')]).toEqual([true, false]);
    expect(storeRuleOf(nested, 'gh_admin_ban')).toBe('none');
  });

  test('drops what it states itself, and nothing more', () => {
    expect(mayCall('gh_open')).toBe(true);
    expect(effectiveSensitivity(nested, call('gh_open'))).toBe(3);
  });

  test('adding an entry that states nothing changes nothing', () => {
    const name = fc.constantFrom('gh_list', 'gh_delete', 'gh_admin_ban', 'other');
    const pattern = fc.constantFrom('*', 'gh_list', 'gh_*', 'gh_a*', 'gh_delete', 'other');
    fc.assert(
      fc.property(name, pattern, (tool, added) => {
        const tools = { 'g*': wide, 'gh_admin_*': { requires: [] } };
        const before = policyOf({ privileges, tools });
        const after = policyOf({ privileges, tools: { ...tools, [added]: tools[added as 'g*'] ?? {} } });
        const all = (p: typeof policy) => [
          checkCallOf(p, [], call(tool)),
          effectiveSensitivity(p, call(tool)),
          isSecretTool(p, tool),
        ];
        expect(all(after)).toEqual(all(before));
      }),
    );
  });
});

describe('a name that looks like a listed one', () => {
  const listing = policyOf({
    privileges,
    tools: {
      shell_exec: { requires: ['ROOT'] },
      'mcp__gh__*': {},
      mcp__gh__drop: { requires: ['ROOT'] },
      'any_*': {},
      any_file: { requires: ['ROOT'] },
      Straße: {},
    },
  });
  const reasonOf = (tool: string) => checkCallOf(listing, ['discord:123'], call(tool)).at(-1)?.reason;

  test.each([
    ['in capitals', 'SHELL_EXEC'],
    ['with a blank behind', 'shell_exec '],
    ['with a blank before', '\u00a0shell_exec'],
    ['in full width', 'ｓｈｅｌｌ＿ｅｘｅｃ'],
    ['with a long s', 'ſhell_exec'],
    ['with a zero-width space', 'shell\u200b_exec'],
    ['with a soft hyphen', 'shell\u00ad_exec'],
    ['with a bidi control', '\u202eshell_exec'],
    ['with a variation selector', 'shell_exec\ufe0f'],
    ['with a tag', 'shell_exec\u{e0041}'],
    ['with a filler', 'shell_exec\u3164'],
    ['with a blank of Braille', 'shell_exec\u2800'],
    ['with the prefix in capitals', 'MCP__GH__list'],
    ['with something in the prefix', 'mcp\u200b__gh__list'],
    ['behind a listed prefix', 'mcp__gh__DROP'],
    ['behind a shorter prefix', 'any_FİLE'],
    ['with what is sharp written out', 'strasse'],
  ])('%s is unknown', (_title, tool) => {
    expect(reasonOf(tool)).toBe('TOOL_UNKNOWN');
  });

  test.each([
    ['shell_exec', 'PRIVILEGE_REQUIRED'],
    ['mcp__gh__drop', 'PRIVILEGE_REQUIRED'],
    ['mcp__gh__list', 'ALLOWED'],
    ['mcp__gh__LIST', 'ALLOWED'],
    ['any_thing', 'ALLOWED'],
    ['Straße', 'ALLOWED'],
    ['shell_exec2', 'ALLOWED'],
    ['shell-exec', 'ALLOWED'],
    ['OTHER', 'ALLOWED'],
    ['\u200b', 'ALLOWED'],
  ])('%j is what it is', (tool, reason) => {
    expect(reasonOf(tool)).toBe(reason);
  });

  test('two listed names that look alike are both listed, and a third is neither', () => {
    const both = policyOf({ tools: { keys: {}, Keys: {} } });
    const kinds = ['keys', 'Keys', 'KEYS'].map((name) => both.tools(name).kind);
    expect(kinds).toEqual(['listed', 'listed', 'poses']);
  });

  test('an entry of which nothing is visible makes no other name unknown', () => {
    const odd = policyOf({ tools: { '\u200b*': {}, ' *': {}, '\u00ad': {} } });
    expect(odd.tools('read_file').kind).toBe('unlisted');
  });

  test('no listed name poses as another, and no name is both listed by its bytes and a pose', () => {
    const unit = fc.constantFrom('a', 'A', 'ａ', '_', ' ', '\u200b', 'ß', 'i', 'İ');
    const name = fc.string({ unit, minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 4 }), (names) => {
        const tools = policyOf({ tools: Object.fromEntries(names.map((one) => [one, {}])) }).tools;
        for (const one of names) expect(tools(one).kind).toBe('listed');
      }),
    );
  });

  test('a secret tool is secret however it is dressed up', () => {
    const secret = policyOf({ tools: { vault_read: { secret: true }, 'pay_*': { store: 'none' } } });
    for (const name of ['VAULT_READ', 'vault\u200b_read', 'ｖault_read '])
      expect(isSecretTool(secret, name), name).toBe(true);
    expect(storeRuleOf(secret, 'PAY\u00ad_now')).toBe('none');
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
