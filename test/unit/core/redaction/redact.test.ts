import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact, redactName } from '../../../../src/core/redaction/redact.ts';
import { randomFrom } from '../../../support/random.ts';
import { leastCpuMs } from './cpu-time.ts';
import { type Secret, secretsOf } from './secrets.ts';

/** No part of a secret long enough to be of use may stay. */
const PART = 12;

function leaks(stored: string, { secret }: Secret): boolean {
  for (let at = 0; at + PART <= secret.length; at += PART) {
    if (stored.includes(secret.slice(at, at + PART))) return true;
  }
  return false;
}

describe('credentials', () => {
  const seed = Date.now() % 2 ** 31;
  const random = randomFrom(seed);
  const CONTEXTS: ((text: string) => string)[] = [
    (text) => text,
    (text) => `the key is ${text}, keep it safe`,
    (text) => `x=${text}`,
    (text) => `curl -H '${text}' https://example.org`,
    (text) => `(${text})`,
    (text) => `${'lorem ipsum '.repeat(500)}${text} dolor`,
    (text) => JSON.stringify({ note: text, n: 1 }),
    (text) => JSON.stringify({ list: [1, { deep: [text] }] }),
    (text) => JSON.stringify({ body: JSON.stringify({ note: text }) }),
    (text) => JSON.stringify({ [text]: 1 }),
    (text) => JSON.stringify({ [text]: { password: 'x' } }),
    (text) => `${JSON.stringify({ body: JSON.stringify({ note: text }) })}\nexit code 0`,
    (text) => JSON.stringify({ body: JSON.stringify({ note: text, n: 1 }) }).slice(0, -6),
    (text) => Array.from({ length: 6 }).reduce<string>((inner) => JSON.stringify({ inner }), text),
    (text) => `${'{"a":['.repeat(500)}${JSON.stringify(text)}${']}'.repeat(500)}`,
    (text) => `{"note":"${escapedAll(text)}"}`,
    (text) => `{"note":"${escapedAll(text)}"} and then`,
    (text) => `https://example.org/?next=${encodeURIComponent(`?q=${text}`)}&n=1`,
    (text) => `a line\\n${text}`,
    (text) => `\u001b[31m${text}\u001b[0m`,
    (text) => JSON.stringify(JSON.stringify([text])),
  ];

  test('of every kind are taken out, wherever they stand', () => {
    let planted = 0;
    while (planted < 2_000) {
      for (const secret of secretsOf(random)) {
        const context = CONTEXTS[random(CONTEXTS.length)]!;
        const { text, redactions } = redact(context(secret.text));
        expect(leaks(JSON.stringify(redactions), secret), `${secret.kind} of seed ${seed} in ${context}`).toBe(false);
        expect(leaks(text, secret), `${secret.kind} of seed ${seed} in ${context}: ${text.slice(0, 300)}`).toBe(false);
        expect(redactions.length).toBeGreaterThan(0);
        planted += 1;
      }
    }
  });

  test('behind the colour of a terminal, which begins like a list, go as a whole', () => {
    const jwt = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NTY3ODkwIn0', 'c2lnbmF0dXJlLW9mLXRoaXM'].join('.');
    expect(redact(`\u001b[31m${jwt}\u001b[0m`).text).toBe('\u001b[31m[redacted: jwt]\u001b[0m');
    expect(redact(`[0, ${jwt}]`).text).toBe('[0, [redacted: jwt]]');
  });

  test('in ordinary text are seldom seen where there are none', () => {
    const lines = ordinaryLines();
    const seen = lines.filter((line) => redact(line).redactions.length > 0);
    const share = (100 * seen.length) / lines.length;
    console.log(`False positives: ${seen.length} of ${lines.length} ordinary lines (${share.toFixed(3)} %)`);
    expect(lines.length).toBeGreaterThan(5_000);
    expect(share, seen.slice(0, 5).join('\n')).toBeLessThan(1);
  });
});

/** Each character as JSON may write it. */
function escapedAll(text: string): string {
  return Array.from({ length: text.length }, (_, at) => {
    return `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }).join('');
}

/** Prose, code, data and ids: what the project and its packages say in their own files. */
function ordinaryLines(): string[] {
  const pages = [
    'README.md',
    'CHANGELOG.md',
    ...files('docs', '.md'),
    ...files('src', '.ts'),
    ...files('proto', '.proto'),
  ];
  const packages = ['ajv', 'pino', 'lmdb', 'ioredis', 'yaml', 'fast-check'];
  const readmes = packages.map((name) => join('node_modules', name, 'README.md'));
  const texts = [...pages, ...readmes, 'package-lock.json'].map((file) => readFileSync(file, 'utf8'));
  return texts.flatMap((text) => text.split('\n')).filter((line) => line.trim() !== '');
}

function files(folder: string, end: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(end) && !file.includes('redaction'))
    .map((file) => join(folder, file));
}

describe('names of keys', () => {
  test.each([
    ['{"password":"hunter2"}', '/password'],
    ['{"db_password":"hunter2"}', '/db_password'],
    ['{"dbPassword": "hunter2"}', '/dbPassword'],
    ['{"API-KEY":"hunter2"}', '/API-KEY'],
    ['{"x":{"Authorization":"hunter2"}}', '/x/Authorization'],
    ['[{"access_token":"hunter2"}]', '/0/access_token'],
    ['{"credentials":{"user":"hunter2","n":[1,"hunter2"]},"b":1}', '/credentials'],
    ['{"secret":hunter2}', '/secret'],
    ['{"a":"{\\"client_secret\\":\\"hunter2\\"}"}', '/a/client_secret'],
    ['{"pass\\u0077ord":"hunter2"}', '/password'],
    ['{"a/b~c":{"token":"hunter2"}}', '/a~1b~0c/token'],
    ['{"password":"hunter2","password":1}', '/password'],
    ['{"password":"hunter2', '/password'],
    ['{"secrets":["hunter2", "hunter2', '/secrets'],
    ['  {"a":1,"password":"hunter2"}', '/password'],
    ['{"body":"{\\"password\\":\\"hunter2', '/body/password'],
    ['{"log":"a\nb","body":"{\\"password\\":\n\\"hunter2\\"}"}', '/body/password'],
    ['"{\\"password\\":\\"hunter2\\"}"', '/password'],
    ['{"a":1}\n{"credentials":{"x":"hunter2"}}\n', '/credentials'],
    [`${'['.repeat(300)}{"password":["hunter2","hunter2"]}${']'.repeat(300)}`, '/0'.repeat(128)],
    ['{"headers":[["authorization","hunter2"]]}', '/headers/0/1'],
    ['{"headers":[{"name":"X-Api-Key","value":"hunter2"}]}', '/headers/0/value'],
    ['{"env":[{"Value":{"x":["hunter2"]},"Key":"DB_PASSWORD"}]}', '/env/0/Value'],
    ['{"rawHeaders":["Host","x","Authorization","hunter2"]}', '/rawHeaders/3'],
    ['{"argv":["prog","--password","hunter2","-v"]}', '/argv/2'],
    ['{"env":["DB_PASSWORD=hunter2"]}', '/env/0'],
    ['{"body":"a=1&password=hunter2&b=2"}', '/body'],
    ['{"user[password]":"hunter2"}', '/user[password]'],
    ['{"pass\u200bword_2":"hunter2"}', '/pass\u200bword_2'],
    ['{"apiKeys":["hunter2"]}', '/apiKeys'],
  ])('of %s are seen', (text, pointer) => {
    const redacted = redact(text);
    expect(redacted.text).not.toContain('hunter2');
    expect(redacted.redactions[0]).toMatchObject({ pointer, rule: 'key_name' });
  });

  test('are seen in what only looks like JSON', () => {
    for (const text of [
      '{password: hunter2}',
      "{'api_key': 'hunter2'}",
      '{"a":1} {"password":"hunter2"}',
      '{token=hunter2}',
      '{token: {value: [hunter2]}}',
      "{'cookies': ['hunter2', 'hunter2']}",
      '{"a":1,,} {"password":{"x":"hunter2"}}',
      '[5" disk] then {"password": "hunter2"}',
    ]) {
      expect(redact(text).text, text).not.toContain('hunter2');
    }
  });

  test('are seen in plain text', () => {
    for (const text of [
      'password=hunter2',
      'export DB_PASSWORD="hunter2" && run',
      'db:\n  password: hunter2\n',
      'prog --api-key hunter2 --verbose',
      'prog --password=hunter2',
      'Set-Cookie: id=hunter2; Path=/',
      "curl -H 'X-Api-Key: hunter2' https://example.org",
      'Authorization: Token hunter2',
      'https://example.org/?a=1&access_token=hunter2#top',
      'password%3Dhunter2',
      'answered {"status":401,"password":"hunter2"} at last',
      'said {\\"password\\": \\"hunter2\\"} and',
      '//registry.example.org/:_authToken=hunter2',
    ]) {
      const redacted = redact(text);
      expect(redacted.text, text).not.toContain('hunter2');
      expect(redacted.redactions, text).toMatchObject([{ rule: 'key_name' }]);
      expect(redact(redacted.text).text, text).toBe(redacted.text);
    }
  });

  test('in a name are parts of it, and credentials are none', () => {
    const token = `ghp_${'A'.repeat(36)}`;
    expect(redactName('auth:login').text).toBe('auth:login');
    expect(redactName(`token:${token}`).text).toBe('token:[redacted: github_token]');
  });

  test('in prose and code do not take what is no secret', () => {
    for (const text of [
      'the password is asked for twice',
      'function login(token: string, password?: string) {}',
      'const token = fetchToken();',
      'if (password === undefined) return;',
      'npm_package_name=a max_tokens=4096 next_page_token=abc',
    ]) {
      expect(redact(text), text).toEqual({ text, redactions: [] });
    }
  });

  test.each([
    'max_tokens',
    'tokens',
    'next_page_token',
    'tokenizer',
    'secretary',
    'author',
    'key',
    'passwordless',
    'id',
  ])('such as %s are left alone', (name) => {
    const text = JSON.stringify({ [name]: 'value' });
    expect(redact(text)).toEqual({ text, redactions: [] });
  });

  test('the length that is told is that of what was taken out', () => {
    expect(redact('{"password":"äb"}').redactions).toEqual([{ pointer: '/password', rule: 'key_name', bytes: 5 }]);
    expect(redact(`key AKIA${'A'.repeat(16)}`).redactions).toEqual([
      { pointer: '', rule: 'aws_access_key', bytes: 20 },
    ]);
  });
});

/** Values among which some say of others what they are. */
const jsonValues = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.jsonValue(),
    fc.constantFrom('authorization', '--token', 'x', '{"password":"x"}', 'pin=1'),
    fc.dictionary(fc.constantFrom('name', 'value', 'Key', 'secret', 'a'), tie('value')),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
})).value;

describe('what is left', () => {
  test('is as it was written: digits, order, double keys, blanks', () => {
    const text = '{ "n": 12345678901234567890.10, "a":1,"a" : 2, "password" : "xy" , "e":1E+2 }';
    expect(redact(text).text).toBe(
      '{ "n": 12345678901234567890.10, "a":1,"a" : 2, "password" : "[redacted: key_name]" , "e":1E+2 }',
    );
  });

  test('is the whole text where nothing is secret', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const { redactions, text: left } = redact(text);
        if (redactions.length === 0) expect(left).toBe(text);
      }),
    );
  });

  test('of JSON is JSON', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('password', 'a', 'api_token', 'b'), jsonValues), (value) => {
        const { text } = redact(JSON.stringify(value));
        const left = JSON.parse(text);
        for (const key of ['password', 'api_token'] as const) {
          const isGroup = typeof value[key] === 'object' && value[key] !== null;
          if (isGroup) expect(left[key]).toBe('[redacted: key_name]');
        }
        if ('a' in value && !JSON.stringify(value.a).includes('token'))
          expect(Object.keys(left)).toEqual(Object.keys(value));
      }),
    );
  });

  test('has nothing left to take out', () => {
    const random = randomFrom(7);
    for (const { text } of secretsOf(random)) {
      const once = redact(JSON.stringify({ text, password: text }));
      expect(redact(once.text).text).toBe(once.text);
    }
  });
});

test('time grows with the length and nothing else', () => {
  const LENGTH = 200_000;
  const hostile = [
    'eyJ',
    'eyJaaaaaaaaaaa.',
    '://a:',
    '://',
    'a:b@',
    'Bearer ',
    '-----BEGIN PRIVATE KEY-----',
    'ghp_',
    'sk-',
    'xoxb-1-',
    '[',
    '{"a":',
    '{"a":[',
    '"',
    '\\',
    '{"password":',
    'password=',
    '{ password = ',
    'AKIA',
    '1:',
    ' ',
    '\t"',
    '💥',
    '%41',
    '[[',
    '["-a",',
    '["cookie",',
    '{"name":"token","value":',
    '{}',
    'token:',
    'token={',
    'token="',
    '\\"token\\":\\"',
    '--a ',
    'pass',
    '&sig=',
    '\\n',
    '\u001b[0m',
  ];
  for (const part of hostile) {
    for (const start of ['', '{', '{"a":"', 'token=[']) {
      const text = start + part.repeat(LENGTH / part.length);
      const tookMs = leastCpuMs(() => redact(text), { enoughMs: 2_000 });
      expect(tookMs, `${start}${part} took ${tookMs} ms`).toBeLessThan(2_000);
    }
  }
});
