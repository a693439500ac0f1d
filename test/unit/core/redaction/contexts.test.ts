import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { redact } from '../../../../src/core/redaction/redact.ts';
import { ORDINARY } from './ordinary.ts';

interface Case {
  readonly name: string;
  readonly text: string;
  readonly secret: string;
}

const file = new URL('./fixtures/contexts.json', import.meta.url);
const CASES: readonly Case[] = JSON.parse(readFileSync(file, 'utf8')).cases;

/** No part of this length may stay. */
const PART = 6;

function partLeft(stored: string, secret: string): string | undefined {
  for (let at = 0; at + PART <= secret.length; at++) {
    const part = secret.slice(at, at + PART);
    if (stored.includes(part)) return part;
  }
  return undefined;
}

/** A secret that no form tells, but where it stands. */
const PLANTED = 'Xk29fjQpLm47vTzR';
describe('a secret in a context that names it', () => {
  test.each(CASES)('$name', ({ text, secret }) => {
    expect(partLeft(redact(text).text, secret)).toBeUndefined();
  });

  test.each(MORE())('%s', (text) => {
    expect(partLeft(redact(text).text, PLANTED), redact(text).text).toBeUndefined();
  });
});

/** Further contexts, one a line of the table of grammars at least. */
function MORE(): string[] {
  const S = PLANTED;
  return [
    `DB_PASS=${S}`,
    `db_pw: ${S}`,
    `SecretString: ${S}`,
    `auth_key=${S}`,
    `{"next_page_token":"${S}"}`,
    `{"tokens":{"a":{"b":"${S}"}}}`,
    `<password>${S}</password>`,
    `<a:Password><![CDATA[x<y${S}]]></a:Password>`,
    `<add key="ApiKey" value="${S}"/>`,
    `<input type="hidden" name="csrf_token" value="${S}">`,
    `<input value="${S}" type="password">`,
    `<string name="api_key">${S}</string>`,
    `<key>password</key>\n<string>${S}</string>`,
    `<property name="password" value='${S}'/>`,
    `- name: API_TOKEN\n  value: "${S}"`,
    `- value: ${S}\n  name: API_TOKEN`,
    `password: |\n  first line\n  ${S}\nuser: x`,
    `password: >\n\n  ${S}`,
    `password:\n  - ${S}`,
    `password: abc\n  ${S}`,
    `machine h login me password ${S}`,
    `machine h login me password ${S} account x`,
    `user,password\nann,${S}\nbob,a,${S}`,
    `user;api_key;n\nann;${S};1`,
    `| user | **API key** |\n| --- | --- |\n| ann | \`${S}\` |`,
    ` user | password \n------+---------\n ann  | ${S}\n`,
    `INSERT INTO users (name, password) VALUES ('ann', '${S}')`,
    `insert into t (a, api_key) values (1, 'x'), (2, '${S}')`,
    `CREATE USER x IDENTIFIED BY PASSWORD '${S}'`,
    `SET PASSWORD FOR 'x' = '${S}'`,
    `ENV API_KEY ${S}`,
    `ARG TOKEN=${S}`,
    `setx API_KEY "${S}" /M`,
    `set PASSWORD=${S}`,
    `define("SECRET_KEY", "${S}")`,
    `curl -u admin:${S} https://example.org`,
    `curl -uadmin:${S} https://example.org`,
    `mysqldump -p${S} db`,
    `mysql --password ${S} db`,
    `sshpass -p '${S}' ssh h`,
    `redis-cli -a ${S} ping`,
    `openssl enc -k ${S}`,
    `openssl rsa -passin pass:${S}`,
    `docker login -u x -p ${S} registry`,
    `echo ${S} | docker login --password-stdin`,
    `echo "root:${S}" | chpasswd`,
    `htpasswd -nb user ${S}`,
    `smbclient -U user%${S} //h/s`,
    `ConvertTo-SecureString "${S}" -AsPlainText -Force`,
    `ConvertTo-SecureString -String "${S}" -AsPlainText`,
    `$env:API_KEY="${S}"`,
    `$Env:PASSWORD = '${S}'`,
    `[db]\npassword = ${S}`,
    `db.password:${S}`,
    `db.password ${S}`,
    `password = '''${S}'''`,
    `default_password => "${S}"`,
    `:password => '${S}'`,
    `['password' => '${S}']`,
    `$config['db_password'] = '${S}';`,
    `password := "${S}"`,
    `var password string = "${S}"`,
    `private static final String PASSWORD = "${S}";`,
    `String password = "abc" + "${S}";`,
    `password = ("abc"\n  "${S}")`,
    `password = "abc" \\\n  "${S}"`,
    `(password . "${S}")`,
    `(setq password "${S}")`,
    `apiVersion: v1\nkind: Secret\ndata:\n  anything: ${S}\n  more: |\n    ${S}\n`,
    `{"query":"mutation","variables":{"password":"${S}"}}`,
    `Set-Cookie: session=${S}; Path=/`,
    `Cookie: a=b; sid=${S}`,
    `Authorization: ${S}`,
    `Authorization: Token ${S}`,
    `Authorization: Digest username="u", realm="r", response="${S}"`,
    `Proxy-Authorization: Custom ${S}`,
    `X-Api-Key: ${S}`,
    `https://user:${S}@example.org/`,
    `postgres://u:p/${S}@h/d`,
    `postgres://u:p#${S}@h/d`,
    `Server=x;Uid=a;Pwd=${S};Database=d`,
    `jdbc:mysql://h/d?user=a&password=${S}`,
    `jdbc:sqlserver://h;user=a;password=${S};`,
    `db.example.org:5432:app:ann:${S}`,
    `[default]\naws_secret_access_key = ${S}`,
    `grant_type=password&username=a&password=${S}`,
    `client_secret=${S}&x=1`,
    `password is ${S}`,
    `the password for admin is ${S}.`,
    `the password '${S}' works`,
    `password -> ${S}`,
    `pw ${S}`,
    `Passwort: ${S}`,
    `Kennwort = ${S}`,
    `mot de passe : ${S}`,
    `motdepasse=${S}`,
    `contraseña: ${S}`,
    `*Password*: ${S}`,
    `__API key__: ${S}`,
    `- **Token:** \`${S}\``,
    `password%253D${S}`,
    `{"a":"password\\u003d${S}"}`,
    `password&#61;${S}`,
    `password=[redacted: x]${S}`,
    `password=[redacted: key_name] ${S}`,
    `password: !!str ${S}`,
    `password=$(echo ${S})`,
    `password="\${X}${S}"`,
    `password: string${S}`,
    `token=undefined;${S}`,
    `password=getenv("X")${S}`,
    `password: any-horse-battery-9 ${S}`,
    `DB_PASSWORD="aB3(x${S}"`,
    `const token = process.env.TOKEN || '${S}';`,
    `password = os.environ.get("PW", "${S}")`,
    `password <<EOF\nx\nEOF\npassword = <<EOF\n${S}\nEOF`,
  ];
}

test.each([
  ['DB_PASSWORD="aB3(x9!kQ7zR"', 'aB3(x9!kQ7zR'],
  ['password: any-horse-battery-9', 'any-horse-battery-9'],
  ['password=correct horse battery staple', 'correct horse battery staple'],
  ['password="string theory"', 'string theory'],
  ['password="nullable"', 'nullable'],
  ['password: none-of-yours', 'none-of-yours'],
  ['api_key="getenv(abc"', 'getenv(abc'],
])('an exemption covers a whole value, not the beginning of %s', (text, secret) => {
  expect(partLeft(redact(text).text, secret)).toBeUndefined();
});

/** Whatever may stand in a value. */
const DELIMITERS = [
  ',',
  ';',
  '&',
  ')',
  '(',
  '"',
  "'",
  '`',
  '>',
  '<',
  '|',
  '\\',
  ' ',
  ': ',
  '=',
  '#',
  '}',
  ']',
  '{',
  '[',
  '/',
  '?',
  '@',
  '$',
  '%',
  '+',
  '.',
  '*',
  '!',
  '~',
  '^',
  '--',
  '""',
  "''",
  '\t',
  '://',
  ' = ',
  '[redacted: x]',
];

interface Context {
  readonly around: (value: string) => string;
  /** What really ends a value here, so that what follows is none of it. */
  readonly ends: readonly string[];
}

const LINE: readonly string[] = [];
const WORD = [' ', '\t', ': ', ' = ', '[redacted: x]', '"', "'", '""', "''", '`', '\\'];
const FUZZED: readonly Context[] = [
  ...[
    'password=',
    'password: ',
    'DB_PASS=',
    'export API_KEY=',
    '  db_password: ',
    'X-Api-Key: ',
    'Authorization: Token ',
    '**Password:** ',
    '- API key: ',
    'secret key = ',
    'password         = ',
    'Passwort: ',
  ].map((before) => ({ around: (value: string) => `${before}${value}`, ends: LINE })),
  { around: (value) => `Password:\n${value}`, ends: [' ', '\t', ': ', ' = ', '[redacted: x]', '='] },
  { around: (value) => `password: |\n  ${value}\n`, ends: LINE },
  { around: (value) => `password: >-\n  ${value}\nother: x`, ends: LINE },
  { around: (value) => `kind: Secret\nstringData:\n  x: ${value}\n`, ends: LINE },
  { around: (value) => JSON.stringify({ password: value }), ends: LINE },
  { around: (value) => JSON.stringify({ a: JSON.stringify({ api_key: value }) }), ends: LINE },
  { around: (value) => `password = ${JSON.stringify(value)}`, ends: LINE },
  { around: (value) => `const password: string = ${JSON.stringify(value)};`, ends: LINE },
  { around: (value) => `password='${value}'`, ends: LINE },
  { around: (value) => `password = b"${value}"`, ends: LINE },
  { around: (value) => `export DB_PASSWORD=$'${value}'`, ends: LINE },
  { around: (value) => `env:\n  - name: DB_PASSWORD\n    value: ${value}\n`, ends: LINE },
  { around: (value) => `<password>${value}</password>`, ends: ['<'] },
  { around: (value) => `--B\r\nContent-Disposition: form-data; name="password"\r\n\r\n${value}\r\n--B--`, ends: LINE },
  { around: (value) => `https://maps.x/y?access_token=${value}`, ends: [' ', '\t', ': ', ' = ', '[redacted: x]'] },
  { around: (value) => `tool --password=${value}`, ends: WORD },
  { around: (value) => `ENV DB_PASSWORD ${value}`, ends: LINE },
  { around: (value) => `aws configure set aws_secret_access_key ${value}`, ends: LINE },
];

describe('nothing of a value is left, whatever stands in it', () => {
  test.each(FUZZED.map((context) => [context.around('…'), context] as const))('%j', (_, { around, ends }) => {
    const left: string[] = [];
    for (const delimiter of DELIMITERS.filter((one) => !ends.includes(one))) {
      for (const before of ['abc', 'aB3', 'null', 'true', 'x', 'getenv(', '']) {
        const text = around(`${before}${delimiter}${PLANTED}`);
        const stored = redact(text).text;
        if (partLeft(stored, PLANTED)) left.push(`${text} => ${stored}`);
      }
    }
    expect(left.slice(0, 5), `${left.length} left`).toEqual([]);
  });
});

test('ordinary short texts are left as they are', () => {
  expect(ORDINARY.length).toBeGreaterThanOrEqual(120);
  const changed = ORDINARY.filter((text) => redact(text).text !== text);
  expect(changed).toEqual([]);
});
