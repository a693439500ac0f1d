import { expect, test } from 'vitest';
import { callersParser } from '../../../src/config/files/callers-file.ts';
import { loadPolicy } from '../../../src/config/files/policy-file.ts';
import { newToken, tokenDigest, tokenHash } from '../../../src/config/files/token.ts';
import { StartupError } from '../../../src/host/startup-error.ts';
import { testFolder } from './folder.ts';

const HASH = `sha256:${tokenDigest('a').toString('hex')}`;

function read(text: string, areCertificatesAsked = true) {
  const folder = testFolder({ 'callers.yaml': text });
  return loadPolicy(`${folder}/callers.yaml`, callersParser(areCertificatesAsked)).policy;
}

function problems(text: string, areCertificatesAsked = true): string {
  try {
    read(text, areCertificatesAsked);
    return '';
  } catch (error) {
    if (error instanceof StartupError) return error.problems.join('\n').replaceAll(/^.*callers.yaml/gm, 'callers.yaml');
    throw error;
  }
}

test('tokens and certificates lead to their callers', () => {
  const book = read(`
callers:
  - name: agents
    role: runner
    tokens: ["${HASH}"]
    certificates: ["uri:spiffe://example.org/ns/agents/sa/runner", dns:runner.example.org]
  - {name: ops, role: admin, certificates: ["dns:ops.example.org"]}
`);
  expect(book.tokens).toEqual([{ digest: tokenDigest('a'), caller: { name: 'agents', role: 'runner' } }]);
  expect(Object.fromEntries(book.certificates)).toEqual({
    'uri:spiffe://example.org/ns/agents/sa/runner': { name: 'agents', role: 'runner' },
    'dns:runner.example.org': { name: 'agents', role: 'runner' },
    'dns:ops.example.org': { name: 'ops', role: 'admin' },
  });
});

test.each([
  ['{}', 'callers.yaml:1: callers: must be a list of at most 1000'],
  ['callers: []', 'callers.yaml:1: callers: must be a list of at least one caller'],
  [
    'callers: [{name: a, role: root, tokens: [x]}]',
    'callers[0].role: must be one of runner, controller, auditor, admin',
  ],
  ['callers: [{name: A b, role: admin, tokens: [x]}]', 'callers[0].name: must be lower-case'],
  ['callers: [{name: a, role: admin}]', 'callers[0]: needs a token or a certificate'],
  ['callers: [{name: a, role: admin, tokens: []}]', 'callers[0]: needs a token or a certificate'],
  ['callers: [{name: a, role: admin, tokens: null}]', 'callers[0].tokens: must be a list'],
  ['callers: [{name: a, role: admin, tokens: [secret]}]', 'callers[0].tokens[0]: must be sha256:'],
  ['callers: [{name: a, role: admin, token: x}]', 'callers[0].token: is not a key of a caller'],
  [
    'callers: [{name: a, role: admin, certificates: [example.org]}]',
    'callers[0].certificates[0]: must be uri: or dns:',
  ],
  ['callers: [{name: a, role: admin, certificates: ["dns:*.example.org"]}]', 'certificates[0]: must be uri: or dns:'],
  [
    `callers: [{name: a, role: admin, tokens: ["${HASH}"]}, {name: b, role: runner, tokens: ["${HASH}"]}]`,
    'callers[1].tokens[0]: is already in the file',
  ],
  [
    `callers: [{name: a, role: admin, tokens: ["${HASH}"]}, {name: a, role: runner, certificates: ["dns:a"]}]`,
    'callers[1].name: is already the name of another caller',
  ],
])('%s is refused', (text, problem) => expect(problems(text)).toContain(problem));

test('names in certificates that nobody asks for are refused', () => {
  expect(problems('callers: [{name: a, role: admin, certificates: ["dns:a"]}]', false)).toContain(
    'callers[0].certificates[0]: no listener that needs known callers asks for certificates',
  );
});

test('an error line never quotes a token that was written down in the clear', () => {
  expect(problems('callers: [{name: a, role: admin, tokens: [hunter2-hunter2]}]')).not.toContain('hunter2');
});

test('a token in the clear is told from one with a mistake in it, and neither is quoted', () => {
  const token = newToken();
  const mistyped = `${token.slice(0, 10)}${token[10] === 'A' ? 'B' : 'A'}${token.slice(11)}`;
  const said = (text: string) => problems(`callers: [{name: a, role: admin, tokens: ["${text}"]}]`);
  expect(said(token)).toContain('is a token in the clear: write its hash');
  expect(said(mistyped)).toContain('it looks like a token with a typing error');
  for (const text of [token, mistyped]) expect(said(text)).not.toContain(text.slice(3, 40));
  expect(said(tokenHash(token))).toBe('');
});
