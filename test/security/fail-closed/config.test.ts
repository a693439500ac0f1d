// A key of the configuration that is left out, left empty or misspelt in its value never opens anything: either the server
// refuses to start and names the key, or what is documented holds. Generated from the schema, so that no key is forgotten.

import { chmodSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type LoadedConfig, loadConfig } from '../../../src/config/config.ts';
import { StartupError } from '../../../src/host/startup-error.ts';
import { tollgate } from '../../support/command.ts';
import { testFolder } from '../../unit/config/folder.ts';
import { GUARDS, NO_GUARDS } from './config-keys.ts';

interface Node {
  readonly type: 'object' | 'string' | 'integer' | 'boolean' | 'array';
  readonly properties?: Readonly<Record<string, Node>>;
  readonly default?: string | number | boolean;
  readonly enum?: readonly string[];
  readonly maximum?: number;
  readonly env?: string;
}
interface Key extends Node {
  readonly key: string;
  readonly path: readonly string[];
}

const SCHEMA: Node = JSON.parse(readFileSync('src/config/tollgate.schema.json', 'utf8'));
const KEYS: readonly Key[] = keysBelow(SCHEMA, []);
const SECTIONS = sectionsBelow(SCHEMA, []);

function keysBelow(node: Node, path: readonly string[]): Key[] {
  if (node.type !== 'object') return [{ ...node, key: path.join('.'), path }];
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => keysBelow(child, [...path, name]));
}

function sectionsBelow({ properties = {} }: Node, path: readonly string[]): (readonly string[])[] {
  return Object.entries(properties).flatMap(([name, child]) =>
    child.type === 'object' ? [[...path, name], ...sectionsBelow(child, [...path, name])] : [],
  );
}

/** What a hurried author, a template without its value or another YAML dialect makes of a key. */
function slipsOf({ type, enum: choices, maximum = 0 }: Key): unknown[] {
  const always = [null, '', [], {}, [null]];
  const notText = [0, 1, true, false, 1.5];
  switch (type) {
    case 'string':
      // Words that a list does not name are slips too, those that look like one most of all.
      return [
        ...always,
        ...notText,
        ...(choices ? [...unlisted('off', choices), 'no', ' ', ...choices.flatMap(lookAlikes)] : []),
      ];
    case 'array':
      return [...always, ...notText, 'text', '[]', [1], ['text'], [{ name: 'a' }], [{ pattern: 'a' }], [[{}]]];
    case 'boolean':
      return [...always, 0, 1, 'true', 'false', 'yes', 'no', 'on', 'off', 'TRUE', ' true', 'null'];
    case 'integer':
      return [...always, true, false, '1', 'ten', '0x10', -1, 1.5, maximum + 1, 2 ** 60, 'null', 'unlimited'];
    default:
      return always;
  }
}

/** A word that a list does not name. */
function unlisted(word: string, choices: readonly string[]): string[] {
  return choices.includes(word) ? [] : [word];
}

function lookAlikes(word: string): string[] {
  return [word.toUpperCase(), ` ${word}`, `${word} `, `${word},${word}`];
}

/** What the same slip is as the text of a variable or of a flag. */
function textSlipsOf({ type, enum: choices = [] }: Key): string[] {
  if (type === 'boolean') return ['', 'True', 'TRUE', '1', '0', 'yes', 'no', 'on', 'off', ' true', 'null'];
  if (type === 'array') return ['', 'null', '[]', '{}', 'text', '[null]', '["text"]', '[{}]', '[{"name":"a"}]', '['];
  if (type === 'integer') return ['', '-1', '1e3', '0x10', '1.5', ' 1', '1 ', 'null', 'unlimited', '00'];
  return ['', ...(choices.length > 0 ? ['null', ...unlisted('off', choices), ...choices.flatMap(lookAlikes)] : [])];
}

function withValue(path: readonly string[], value: unknown): object {
  return path.reduceRight<unknown>((below, name) => ({ [name]: below }), value) as object;
}

type Outcome = { readonly refused: readonly string[] } | { readonly loaded: LoadedConfig };

function load(cwd: string, given: { file?: object; env?: Record<string, string>; set?: string[] }): Outcome {
  try {
    const flags = { ...(given.file && { config: 'tollgate.yaml' }), ...(given.set && { set: given.set }) };
    return { loaded: loadConfig({ flags, env: given.env ?? {}, cwd }) };
  } catch (error) {
    if (error instanceof StartupError) return { refused: error.problems };
    throw error;
  }
}

/** Refused by name, or as if nobody had said anything. */
function expectRefusedOrUnset(outcome: Outcome, unset: LoadedConfig, name: string, about: string): void {
  if ('refused' in outcome) expect(outcome.refused.join('\n'), about).toContain(name);
  else expect(outcome.loaded.config, about).toEqual(unset.config);
}

test('every key is thought about: it guards something, or it does not', () => {
  const named = [...Object.keys(GUARDS), ...NO_GUARDS];
  expect(named.toSorted()).toEqual(KEYS.map(({ key }) => key).toSorted());
});

test.for(Object.entries(GUARDS))('%s, left out, is what the table says', ([key, { unset }], { onTestFinished }) => {
  const folder = testFolder({}, onTestFinished);
  expect(KEYS.find((known) => known.key === key)?.default).toBe(unset);
  const { sources } = loadConfig({ flags: {}, env: {}, cwd: folder });
  const source = sources.find((found) => found.key === key);
  expect(source?.origin).toBe('default');
  if (unset !== undefined) expect(source?.value).toBe(unset);
});

describe('a slip in the value', () => {
  test.for(KEYS)(
    'of $key is refused by name, in a file, in the environment and as a flag',
    (key, { onTestFinished }) => {
      const folder = testFolder({ 'tollgate.yaml': '{}\n' }, onTestFinished);
      const unset = loadConfig({ flags: {}, env: {}, cwd: folder });
      for (const value of slipsOf(key)) {
        const about = `${key.key}: ${JSON.stringify(value)}`;
        const own = testFolder({ 'tollgate.yaml': JSON.stringify(withValue(key.path, value)) }, onTestFinished);
        const outcome = load(own, { file: {} });
        expect('refused' in outcome, about).toBe(true);
        expectRefusedOrUnset(outcome, unset, key.key, about);
      }
      for (const text of textSlipsOf(key)) {
        const about = JSON.stringify(text);
        expectRefusedOrUnset(load(folder, { env: { [key.env!]: text } }), unset, key.env!, `${key.env}=${about}`);
        expectRefusedOrUnset(
          load(folder, { set: [`${key.key}=${text}`] }),
          unset,
          key.key,
          `--set ${key.key}=${about}`,
        );
      }
    },
  );

  test.for(SECTIONS)(
    'of the whole section %s is refused, or it is as if it were not there',
    (path, { onTestFinished }) => {
      const unset = loadConfig({ flags: {}, env: {}, cwd: testFolder({}, onTestFinished) });
      for (const value of [null, '', [], {}, 0, false, true, 'none']) {
        const folder = testFolder({ 'tollgate.yaml': JSON.stringify(withValue(path, value)) }, onTestFinished);
        const outcome = load(folder, { file: {} });
        const about = `${path.join('.')}: ${JSON.stringify(value)}`;
        if ('refused' in outcome) expect(outcome.refused.join('\n'), about).toContain(path.join('.'));
        else expect(outcome.loaded.config.authorize, about).toEqual(unset.config.authorize);
        expect('loaded' in outcome, about).toBe(JSON.stringify(value) === '{}');
      }
    },
  );

  test('of a name is refused too: a switch that is misspelt is one that is off', ({ onTestFinished }) => {
    for (const { path } of KEYS) {
      const misspelt = [...path.slice(0, -1), `${path.at(-1)}s`];
      const folder = testFolder({ 'tollgate.yaml': JSON.stringify(withValue(misspelt, true)) }, onTestFinished);
      const outcome = load(folder, { file: {} });
      expect('refused' in outcome && outcome.refused.join('\n'), misspelt.join('.')).toContain(misspelt.at(-1));
    }
  });

  test('ends a real server before it serves', async ({ onTestFinished }) => {
    const folder = testFolder({ 'tollgate.yaml': 'authorize: { require: { identity: } }\n' }, onTestFinished);
    const { code, stdout, stderr } = await tollgate(['serve', '--listen', '127.0.0.1:0'], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('authorize.require.identity: has no value');
  });
});

describe('a listener that other hosts can reach', () => {
  const whole: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    decision: guarded('decision'),
    management: guarded('management'),
  };
  function guarded(name: string): Record<string, string> {
    return {
      [`listeners.${name}`]: '0.0.0.0:7999',
      [`tls.${name}.cert_file`]: 'cert.pem',
      [`tls.${name}.key_file`]: 'key.pem',
      'callers.file': 'callers.yaml',
      'callers.on': 'both',
    };
  }
  const setsOf = (keys: Readonly<Record<string, string>>) =>
    Object.entries(keys).map(([key, text]) => `${key}=${text}`);

  test.for(Object.entries(whole))('%s is refused unless it has TLS and knows its callers', ([name, keys], t) => {
    const cwd = testFolder({}, t.onTestFinished);
    expect('loaded' in load(cwd, { set: setsOf(keys) })).toBe(true);
    for (const missing of Object.keys(keys)) {
      if (missing === `listeners.${name}` || missing === 'callers.on') continue;
      const { [missing]: _, ...rest } = keys;
      expect('refused' in load(cwd, { set: setsOf(rest) }), `without ${missing}`).toBe(true);
    }
    const other = name === 'decision' ? 'management' : 'decision';
    expect('refused' in load(cwd, { set: setsOf({ ...keys, 'callers.on': other }) })).toBe(true);
  });

  test('is refused in every way to write that address', (t) => {
    const cwd = testFolder({}, t.onTestFinished);
    for (const host of [
      '0.0.0.0',
      '[::]',
      '0',
      '[::ffff:0.0.0.0]',
      '192.168.0.1',
      'example.org',
      '*',
      '127.0.0.1.example.org',
      '0x7f.1',
    ]) {
      for (const key of ['listeners.decision', 'listeners.management', 'observability.listen']) {
        expect('refused' in load(cwd, { set: [`${key}=${host}:7999`] }), `${key}=${host}`).toBe(true);
      }
    }
  });
});

test('the files that a key names must be there: nothing is served without them', async ({ onTestFinished }) => {
  const named: Record<string, string[]> = {
    'policy.file': ['policy.file=nowhere.yaml'],
    'callers.file': ['callers.file=nowhere.yaml'],
    'tls.decision': ['tls.decision.cert_file=nowhere.pem', 'tls.decision.key_file=nowhere.pem'],
    'redaction.known_values_file': ['redaction.known_values_file=nowhere'],
    'redaction.key_file': ['redaction.key_file=nowhere'],
    'store.tls.ca_file': ['store.url=rediss://127.0.0.1:1', 'store.tls.ca_file=nowhere.pem'],
  };
  await Promise.all(
    Object.entries(named).map(async ([about, sets]) => {
      const cwd = testFolder({}, onTestFinished);
      const flags = sets.flatMap((set) => ['--set', set]);
      const { code, stderr } = await tollgate(['serve', '--listen', '127.0.0.1:0', ...flags], { cwd });
      expect({ code, named: stderr.includes('nowhere') }, `${about}: ${stderr}`).toEqual({ code: 1, named: true });
    }),
  );
});

test('what redaction looks for is refused in one line, by `serve` as by `config check`', async ({ onTestFinished }) => {
  const cwd = testFolder({ values: 'correct horse\nhunter2\n', open: 'correct horse\n' }, onTestFinished);
  chmodSync(`${cwd}/values`, 0o600);
  chmodSync(`${cwd}/open`, 0o644);
  const refused: readonly [set: string, line: string][] = [
    ['redaction.known_values_file=values', 'line 2: a value must have at least 8 bytes'],
    ['redaction.known_values_file=open', 'others may read or write it: chmod 600'],
    ['redaction.patterns=[{"name":"broken","pattern":"[a-"}]', 'redaction.patterns[0] (broken): is no RE2 pattern'],
  ];
  for (const [set, line] of refused) {
    for (const command of [
      ['serve', '--listen', '127.0.0.1:0'],
      ['config', 'check'],
    ]) {
      const { code, stdout, stderr } = await tollgate([...command, '--set', set], { cwd });
      expect({ code, stdout, lines: stderr.trim().split('\n').length }, `${command[0]} ${set}: ${stderr}`).toEqual({
        code: 1,
        stdout: '',
        lines: 1,
      });
      expect(stderr).toContain(line);
      expect(stderr).not.toMatch(/hunter2|correct horse/);
    }
  }
});
