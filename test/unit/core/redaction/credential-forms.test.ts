// The table of credential forms: each row is its own test case.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findCredentials } from '../../../../src/core/redaction/credentials/credentials.ts';
import { CREDENTIAL_FORMS, type CredentialForm } from '../../../../src/core/redaction/credentials/forms/index.ts';
import { redact } from '../../../../src/core/redaction/redact.ts';
import { growsFasterThanText } from './cpu-time.ts';

const nameOf = ({ issuer, rule, starts }: CredentialForm) => `${issuer}, ${rule} ${starts.join(' ')}`;

/** The text without what was found in it. */
function without(text: string): string {
  const isFound = new Uint8Array(text.length);
  for (const { start, end } of findCredentials(text)) isFound.fill(1, start, end);
  return Array.from({ length: text.length }, (_, at) => (isFound[at] ? ' ' : text[at])).join('');
}

/** The second half is always part of what is secret. */
function leaks(left: string, { example }: CredentialForm): boolean {
  const half = example.slice(Math.floor(example.length / 2));
  return Array.from({ length: Math.max(1, half.length - 7) }, (_, at) => half.slice(at, at + 8)).some((part) =>
    left.includes(part),
  );
}

const SETTINGS: readonly (readonly [string, (text: string) => string])[] = [
  ['in quotes', (text) => `'${text}'`],
  ['in JSON', (text) => JSON.stringify({ note: text, n: 1 })],
  ['behind an equals sign', (text) => `x=${text}`],
  ['in the query of a URL', (text) => `https://example.org/?a=${text}&b=1`],
  ['behind an underscore', (text) => `MY_${text}`],
  ['behind a hyphen', (text) => `x-${text}`],
  ['at the end of a sentence', (text) => `It was ${text}.`],
  ['in colour', (text) => `\u001b[32m${text}\u001b[0m`],
  ['behind a written line break', (text) => `a line\\n${text}`],
  ['behind a written equals sign', (text) => `x\\x3d${text} x\\u003d${text} x%3D${text} x&#61;${text}`],
];

describe('each form', () => {
  test('is a whole row', () => {
    expect(CREDENTIAL_FORMS.length).toBeGreaterThan(400);
    for (const form of CREDENTIAL_FORMS) {
      expect(form.rule, nameOf(form)).toMatch(/^[a-z_]+$/);
      expect(form.source, nameOf(form)).toMatch(/^https:\/\/[a-z0-9.-]+\/?/);
      const isBegun = form.starts.length === 0 || form.starts.some((start) => form.example.startsWith(start));
      expect(isBegun || form.rest.includes('(?<before>'), nameOf(form)).toBe(true);
    }
  });

  test('is found alone, under its rule', () => {
    for (const form of CREDENTIAL_FORMS) {
      expect(
        findCredentials(form.example).map(({ rule }) => rule),
        nameOf(form),
      ).toContain(form.rule);
    }
  });

  test.each(SETTINGS)('is found %s', (_, setting) => {
    const missed = CREDENTIAL_FORMS.filter((form) => leaks(without(setting(form.example)), form));
    expect(missed.map(nameOf)).toEqual([]);
  });

  test('is found with a character without width, or a colour, in its middle', () => {
    for (const between of ['\u200b', '\u2060', '\u00ad', '\u001b[1m', '\\u200b', '\\\n']) {
      const missed = CREDENTIAL_FORMS.filter((form) => {
        const middle = Math.floor(form.example.length / 2);
        const text = `x ${form.example.slice(0, middle)}${between}${form.example.slice(middle)} y`;
        return without(text).includes(form.example.slice(middle));
      });
      expect(missed.map(nameOf), JSON.stringify(between)).toEqual([]);
    }
  });

  test('leaves its near miss alone', () => {
    for (const form of CREDENTIAL_FORMS) expect(findCredentials(form.nearMiss), nameOf(form)).toEqual([]);
  });
});

describe('a credential in pieces', () => {
  const TOKEN = 'ghp_G0YCaAEK62aYMAEYeg6yqIWeM2au6b8EY2Uu';
  test.each([
    ['a line break', '\n', ''],
    ['an indented line', '\r\n    ', ''],
    ['a written line break', '\\n', ''],
    ['a continued line', '\\\n', ''],
    ['two texts that are added', '" + "', '"'],
    ['two texts on two lines', '"\n  "', '"'],
  ])('is found over %s', (_, between, quote) => {
    const text = `${quote}${TOKEN.slice(0, 22)}${between}${TOKEN.slice(22)}${quote}\n`;
    expect(redact(text).text).not.toContain(TOKEN.slice(22));
  });

  test('is found over many lines, and what follows stays', () => {
    const jwt = `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.${'eyJzdWIiOiIxMjM0NTY3ODkwIn0x'.repeat(8)}.${'a1B2c3D4e5F6g7H8'.repeat(3)}`;
    const text = `${jwt.replaceAll(/.{64}/g, '$&\n')}\nand then\n`;
    expect(redact(text).text).toBe('[redacted: jwt]\nand then\n');
  });

  test('words on lines of their own are no credential', () => {
    const text = 'npm_package\nalpha\nbeta\ngamma\ndelta\nepsilon\nzeta\neta\ntheta\niota\n';
    expect(redact(text).text).toBe(text);
  });
});

describe('credentials that are more than a word', () => {
  test.each([
    ['postgresql://app:p#ss/h?Q@mI8LWc@db:5432/x', 'ss/h?Q@mI8LWc'],
    ['redis://:hunter2hunter@cache:6379/0', 'hunter2hunter'],
    ['mongodb+srv://app:hunter2hunter@a.example.org,b.example.org/db', 'hunter2hunter'],
    ['https://x-access-token:hunter2hunter@example.org/a.git', 'hunter2hunter'],
    ['Server=x;User Id=a;Password=hunter2hunter;', 'hunter2hunter'],
    [
      '{"kty":"OKP","crv":"Ed25519","x":"wEjXtJA1dHl8pKEDKW5FUfPXrg","d":"aIrglvyfbtpzdvIE8YPEL7uLj"}',
      'aIrglvyfbtpzdvIE',
    ],
    ['{"keys":[{"kty":"oct","k":"aIrglvyfbtpzdvIE8YPEL7uLj"}]}', 'aIrglvyfbtpzdvIE'],
    [
      'https://d.cloudfront.net/a?Expires=1&Signature=aIrglvyfbtpzdvIE8YPEL7uLj~-__&Key-Pair-Id=K2JCJMDEHXQW5F',
      'aIrglvyfbtpzdvIE',
    ],
    ['https://acc.blob.core.windows.net/c/b?sv=2024-11-04&sp=rl&sig=Kt53i3hLYZ6BiNLvZMaXJ8%3D', 'sp=rl&sig'],
    [JSON.stringify(Array.from({ length: 64 }, (_, at) => at + 100)), '131,132'],
    [Buffer.from('OPENAI_API_KEY=sk-proj-Yy0IgyoSeCYuASaoGIiMi8CqmqO2o2WOgUmge6k').toString('base64'), 'c2stcHJvai'],
    [
      `tls.key: ${Buffer.from(`-----BEGIN PRIVATE KEY-----\n${'aB3x'.repeat(30)}`).toString('base64')}`,
      'QkVHSU4gUFJJVkFURSBLRVkt',
    ],
    [
      '---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n7/oKrfn8d3Kdfy083LR7\n---- END SSH2 ENCRYPTED PRIVATE KEY ----',
      'oKrfn8d3',
    ],
  ])('go from %s', (text, secret) => {
    expect(redact(text).text).not.toContain(secret);
  });

  test.each([
    'https://example.org:8080/@scope/name',
    'https://example.org/@scope/name@1.2.3',
    'mailto://someone@example.org',
    '{"kty":"OKP","crv":"Ed25519","x":"wEjXtJA1dHl8pKEDKW5FUfPXrg"}',
    'a risk-averse-and-well-meant-slug-with-many-words and task-sk-learn-pipeline-with-many-words',
    'integrity sha512-9Bd/Zzp8b8Nf3kQ1wIoN0tA7vXzUeZ2Jx4Yp5LrSgHcMqWfKdEvTnBiOaRlPuYjGkXs6DmVhCtFyQwAe1I0r2w==',
    'commit d3b07384d113edec49eaa6238ad5ff00d3b07384',
  ])('%s is left alone', (text) => {
    expect(redact(text)).toEqual({ text, redactions: [] });
  });
});

/** What a name or a grammar gives away, not a form. */
const NAMED: ReadonlySet<string> = new Set(['curl_u', 'mysql_p', 'mysql_pass_env', 'xml', 'netrc']);
const { cases } = JSON.parse(readFileSync('test/unit/core/redaction/cases/forms.json', 'utf8')) as {
  cases: { name: string; text: string; secret: string }[];
};

test.each(cases.filter(({ name }) => !NAMED.has(name)))('nothing is left of $name', ({ text, secret }) => {
  expect(redact(text).text).not.toContain(secret);
  expect(redact(JSON.stringify({ note: text })).text).not.toContain(secret);
  expect(redact(text).redactions.length).toBeGreaterThan(0);
});

/** Texts built to hurt a form: it begins again and again, and never ends. */
function hostileTexts({ starts, rest, example, nearMiss }: CredentialForm, length: number): string[] {
  const start = starts[0] ?? example.slice(0, 4);
  const classes = [...new Set(rest.match(/\[[^\]]+\]/g) ?? [])].map(
    (one) => /[A-Za-z0-9]/.exec(one.slice(1))?.[0] ?? 'a',
  );
  const parts = [
    start,
    `${start}-`,
    `_${start}a`,
    nearMiss,
    `${nearMiss}-`,
    example.slice(0, -1),
    `${start}${classes.join('')}-`,
  ];
  return [...parts.map((part) => part.repeat(length / part.length)), start + (classes.at(-1) ?? 'a').repeat(length)];
}

describe('the time of every form', () => {
  test('grows with the length of the text and nothing else', () => {
    const slow = CREDENTIAL_FORMS.flatMap((form) =>
      hostileTexts(form, 1_000)
        .filter((_, index) => growsFasterThanText(findCredentials, (length) => hostileTexts(form, length)[index]!))
        .map((text) => `${nameOf(form)}: ${text.slice(0, 80)}`),
    );
    expect(slow).toEqual([]);
  });

  test('is measured well enough to find a quadratic pattern', () => {
    const quadratic = (text: string) => [...text.matchAll(/[a-z]+_[a-z]+!/g)];
    expect(growsFasterThanText(quadratic, (length) => 'sk_a'.repeat(length / 4))).toBe(false);
    expect(growsFasterThanText(quadratic, (length) => 'a'.repeat(length))).toBe(true);
  });
});
