import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Reason } from '../../../../src/core/decision/decision.ts';
import { checkScope, type ScopeFacts } from '../../../../src/core/scope/scope.ts';
import { expectNothingElse, readVectors } from '../../../vectors/cases.ts';

interface Case {
  id: string;
  input: {
    invocation: {
      caller_id: string;
      run_id: string;
      root_run_id: string;
      parent_run_id: string;
      continuation: { parent_run_id: string } | null;
    };
    scope: string;
    is_admin: boolean;
  };
  expect: { allow: boolean; reason?: string; message?: string; message_starts_with?: string };
  note?: string;
}

const facts: ScopeFacts = {
  callerId: 'discord:1',
  runId: 'r-1',
  rootRunId: 'root-1',
  parentRunId: 'p-1',
  continuationParentRunId: 'c-0',
};
const unset: ScopeFacts = { callerId: '', runId: '', rootRunId: '', parentRunId: '', continuationParentRunId: '' };

describe('scope vectors', () => {
  for (const { id, input, expect: expected, note } of readVectors<{ cases: Case[] }>('scope').cases) {
    test(note ? `${id}: ${note}` : id, () => {
      const { invocation, scope, is_admin } = input;
      const check = checkScope(
        scope,
        {
          callerId: invocation.caller_id,
          runId: invocation.run_id,
          rootRunId: invocation.root_run_id,
          parentRunId: invocation.parent_run_id,
          continuationParentRunId: invocation.continuation?.parent_run_id ?? '',
        },
        is_admin,
      );
      // Message texts are not part of the contract.
      const { allow, reason, message: _, message_starts_with: __, ...rest } = expected;
      expectNothingElse(rest);
      expect(check).toEqual({ name: 'scope', passed: allow, reason: allow ? 'ALLOWED' : `SCOPE_${reason}` });
    });
  }
});

test('each listed shape opens for the fact that it names', () => {
  const open = ['skill', 'user:discord:1', 'root_run:root-1', 'run:r-1', 'run:p-1', 'run:c-0'];
  for (const scope of open) expect(checkScope(scope, facts, false).passed, scope).toBe(true);
});

test('a fact opens no scope of another kind', () => {
  for (const scope of ['user:r-1', 'root_run:r-1', 'root_run:p-1', 'run:root-1', 'run:discord:1']) {
    expect(checkScope(scope, facts, false).passed, scope).toBe(false);
  }
});

const piece = fc.constantFrom(
  'skill',
  'user',
  'root_run',
  'run',
  ':',
  ' ',
  'discord:1',
  'r-1',
  'root-1',
  'p-1',
  'RUN',
  '',
);
const anyScope = fc.oneof(
  fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary' }),
);

test('nothing but a listed shape is ever allowed, admin or not', () => {
  fc.assert(
    fc.property(anyScope, fc.boolean(), fc.constantFrom(facts, unset), (scope, isAdmin, given) => {
      const hasShape = scope === 'skill' || /^(user|root_run|run):./su.test(scope);
      const check = checkScope(scope, given, isAdmin);
      if (!hasShape) expect(check.passed).toBe(false);
      if (hasShape && isAdmin) expect(check.passed).toBe(true);
    }),
  );
});

test('with no fact set, only the skill scope is open', () => {
  fc.assert(
    fc.property(anyScope, (scope) => {
      expect(checkScope(scope, unset, false).passed).toBe(scope === 'skill');
    }),
  );
});

test('a scope that a run may touch, an admin may touch', () => {
  fc.assert(
    fc.property(anyScope, (scope) => {
      if (checkScope(scope, facts, false).passed) expect(checkScope(scope, facts, true).passed).toBe(true);
    }),
  );
});

test('the empty id is refused before anything is compared', () => {
  const expected: [string, Reason][] = [
    ['user:', 'SCOPE_EMPTY_USER'],
    ['root_run:', 'SCOPE_EMPTY_ROOT_RUN'],
    ['run:', 'SCOPE_EMPTY_RUN'],
  ];
  for (const [scope, reason] of expected) {
    for (const isAdmin of [true, false]) {
      expect(checkScope(scope, unset, isAdmin)).toEqual({ name: 'scope', passed: false, reason });
    }
  }
});
