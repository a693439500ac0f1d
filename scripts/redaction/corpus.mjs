// Ten thousand ordinary lines in which there is no secret: prose, code, logs and configuration. The same lines on every machine
// with the same files: written by hand, taken from this project and from packages of one version, and made by grammars from a
// seed.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const LINES = 10_000;
const SEED = 20_260;
/** Of those made by grammars; the rest of what is not written by hand is taken, half prose and half code. */
const MADE = 2_500;
const LINE_LENGTH_MAX = 400;

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BY_HAND = 'scripts/redaction/ordinary-lines.txt';
/** With one version each, in package-lock.json. */
const PACKAGES = ['ajv', 'commander', 'fast-check', 'ioredis', 'lmdb', 'pino', 'prom-client', 'protobufjs', 'yaml'];
const PACKAGE_CODE = [
  'node_modules/@grpc/grpc-js/build/src',
  'node_modules/commander/lib',
  'node_modules/ioredis/built',
  'node_modules/pino/lib',
  'node_modules/yaml/dist',
];

/**
 * @typedef {object} Line
 * @property {'by hand' | 'prose' | 'code' | 'logs and configuration'} kind
 * @property {string} text
 */

/** @returns {Line[]} */
export function corpus() {
  const random = randomFrom(SEED);
  const byHand = linesOf([BY_HAND]).map((text) => lineOf('by hand', text));
  const made = Array.from({ length: MADE }, () => lineOf('logs and configuration', grammarLine(random)));
  const left = LINES - byHand.length - made.length;
  const prose = sample(linesOf(proseFiles()), Math.floor(left / 2), random).map((text) => lineOf('prose', text));
  const code = sample(linesOf(codeFiles()), left - prose.length, random).map((text) => lineOf('code', text));
  return [...byHand, ...made, ...prose, ...code];
}

/** @param {Line['kind']} kind @param {string} text @returns {Line} */
function lineOf(kind, text) {
  return { kind, text };
}

function proseFiles() {
  return ['README.md', 'CHANGELOG.md', ...filesIn('docs', '.md'), ...PACKAGES.map((name) => readmeOf(name))];
}

function codeFiles() {
  const own = [
    ...filesIn('src', '.ts'),
    ...filesIn('proto', '.proto'),
    ...filesIn('deploy', ''),
    'policy.example.yaml',
  ];
  return [...own, ...PACKAGE_CODE.flatMap((folder) => filesIn(folder, '.js'))];
}

/** @param {string} name */
function readmeOf(name) {
  const folder = `node_modules/${name}`;
  const file = readdirSync(join(ROOT, folder)).find((entry) => /^readme\.md$/i.test(entry));
  if (file === undefined) throw new Error(`${folder} has no README`);
  return `${folder}/${file}`;
}

/** What is about secrets shows some, so it is left out. @param {string} folder @param {string} end */
function filesIn(folder, end) {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(end))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
    .filter((file) => !file.includes('redaction') && !file.includes('/gen/'))
    .sort();
}

/** @param {readonly string[]} files */
function linesOf(files) {
  return files
    .flatMap((file) => readFileSync(join(ROOT, file), 'utf8').split('\n'))
    .filter((line) => line.trim() !== '' && line.length <= LINE_LENGTH_MAX);
}

/** Spread evenly over all of them. @param {readonly string[]} lines @param {number} count @param {Random} random */
function sample(lines, count, random) {
  if (lines.length < count) throw new Error(`${lines.length} lines, ${count} are needed`);
  const width = lines.length / count;
  return Array.from({ length: count }, (_, index) => lines[Math.floor((index + random() * 0.999) * width)] ?? '');
}

/** @typedef {() => number} Random */

/** Numbers from 0 up to 1 (mulberry32). @param {number} seed @returns {Random} */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param {Random} random */
function grammarLine(random) {
  const pick = (/** @type {readonly string[]} */ list) => list[Math.floor(random() * list.length)] ?? '';
  const number = (/** @type {number} */ max) => Math.floor(random() * max);
  const hex = (/** @type {number} */ length) => Array.from({ length }, () => '0123456789abcdef'[number(16)]).join('');
  const two = (/** @type {number} */ max) => `${number(max)}`.padStart(2, '0');
  const time = () => `2026-0${1 + number(9)}-${two(28)}T${two(24)}:${two(60)}:${two(60)}.${100 + number(900)}Z`;
  const uuid = () => `${hex(8)}-${hex(4)}-7${hex(3)}-8${hex(3)}-${hex(12)}`;
  const ip = () => `10.${number(256)}.${number(256)}.${number(256)}`;
  const word = () => pick(WORDS);
  const noun = () => pick(INNOCENT);
  const path = () =>
    `/${word()}/${word()}${pick(['', `/${number(9999)}`, `?${word()}=${number(99)}`, `.${pick(['js', 'css', 'png'])}`])}`;
  const grammar = GRAMMARS[number(GRAMMARS.length)];
  if (!grammar) throw new Error('there is no grammar');
  return grammar({ pick, number, hex, time, uuid, ip, word, noun, path });
}

const WORDS =
  'order invoice cart user account session cache worker queue image build deploy report search index page item group email job'.split(
    ' ',
  );
/** What secrets are called, where it is only spoken of. */
const INNOCENT = 'password token key secret auth credential cookie certificate passphrase session'.split(' ');
const LEVELS = ['INFO', 'WARN', 'ERROR', 'DEBUG'];

/**
 * @typedef {object} Maker
 * @property {(list: readonly string[]) => string} pick
 * @property {(max: number) => number} number
 * @property {(length: number) => string} hex
 * @property {() => string} time
 * @property {() => string} uuid
 * @property {() => string} ip
 * @property {() => string} word
 * @property {() => string} noun
 * @property {() => string} path
 */

/** @type {readonly ((make: Maker) => string)[]} */
const GRAMMARS = [
  (m) =>
    `${m.ip()} - - [${m.time()}] "${m.pick(['GET', 'POST', 'PUT'])} ${m.path()} HTTP/1.1" ${m.pick(['200', '304', '401', '404'])} ${m.number(90_000)}`,
  (m) =>
    `${m.time()} ${m.pick(LEVELS)} ${m.word()}: ${m.noun()} ${m.pick(['checked', 'expired', 'not found', 'rotated', 'missing'])} id=${m.number(100_000)} took=${m.number(900)}ms`,
  (m) =>
    JSON.stringify({
      level: m.pick(LEVELS).toLowerCase(),
      time: m.time(),
      msg: `${m.noun()} ${m.pick(['accepted', 'refused', 'renewed'])}`,
      request_id: m.uuid(),
      ms: m.number(900),
    }),
  (m) =>
    JSON.stringify({ id: m.uuid(), name: m.word(), size: m.number(1e6), etag: m.hex(40), tags: [m.word(), m.noun()] }),
  (m) =>
    `${m.time()} [${m.word()}-${m.number(16)}] ${m.pick(LEVELS)} trace=${m.hex(32)} span=${m.hex(16)} ${m.word()} done`,
  (m) => `commit ${m.hex(40)}`,
  (m) =>
    `${m.hex(7)} ${m.pick(['Add', 'Fix', 'Remove', 'Rename'])} ${m.noun()} ${m.pick(['check', 'page', 'tests', 'handling'])} in ${m.word()}`,
  (m) => `sha256:${m.hex(64)}`,
  (m) => `digest: sha256:${m.hex(64)} size: ${m.number(9_999)}`,
  (m) => `"integrity": "sha512-${m.hex(64)}${m.hex(22)}==",`,
  (m) => `${m.word()}_${m.noun()}_${m.pick(['ttl', 'count', 'enabled', 'max_age', 'length'])}: ${m.number(9_000)}`,
  (m) =>
    `${m.word().toUpperCase()}_${m.pick(['PORT', 'HOST', 'LEVEL', 'TIMEOUT_MS'])}=${m.pick(['8080', 'localhost', 'info', '2500'])}`,
  (m) => `${m.noun()}_${m.pick(['ttl', 'expiry', 'lifetime'])}_seconds=${m.number(90_000)}`,
  (m) => `- name: ${m.word()}-${m.noun()}`,
  (m) =>
    `  ${m.pick(['image', 'path', 'host'])}: ${m.word()}.example.org/${m.word()}:${m.number(9)}.${m.number(20)}.${m.number(9)}`,
  (m) => `[${m.word()}.${m.noun()}]`,
  (m) => `${m.pick(['ok', 'not ok'])} ${m.number(400)} - ${m.word()} refuses a wrong ${m.noun()}`,
  (m) =>
    `--- ${m.pick(['PASS', 'FAIL', 'SKIP'])}: Test${m.pick(['Token', 'Password', 'Secret', 'Key', 'Auth'])}${m.pick(['Rotation', 'Expiry', 'Check'])} (${m.number(9)}.${m.number(90)}s)`,
  (m) =>
    `at ${m.pick(['readToken', 'checkPassword', 'Auth.verify', 'loadSecret'])} (/srv/app/${m.word()}/${m.noun()}.js:${m.number(900)}:${m.number(80)})`,
  (m) =>
    `${m.word()}_${m.noun()}s_total{method="${m.pick(['GET', 'POST'])}",code="${m.pick(['200', '401'])}"} ${m.number(1e6)}`,
  (m) => `| ${m.word()} | ${m.noun()} | ${m.number(90)} | ${m.pick(['yes', 'no'])} |`,
  (m) => `UPDATE ${m.word()}s SET ${m.noun()}_expires_at = now() WHERE id = ${m.number(9_999)};`,
  (m) => `INFO  ${m.noun()} ${m.uuid()} ${m.pick(['created', 'revoked', 'expired'])} by user ${m.number(999)}`,
  (m) =>
    `${m.word()}.${m.noun()}.${m.pick(['min_length', 'max_attempts', 'policy'])} = ${m.pick(['12', '5', 'strict', 'off'])}`,
  (m) =>
    `The ${m.noun()} of the ${m.word()} was ${m.pick(['checked', 'changed', 'left as it was'])} ${m.number(30)} days ago.`,
];
