import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parseYaml, readYaml } from '../../../src/config/files/yaml-source.ts';
import { OddNumber } from '../../../src/core/policy/document.ts';
import { StartupError } from '../../../src/host/startup-error.ts';
import { testFolder } from './folder.ts';

const parse = (text: string) => parseYaml({ text, name: 'a.yaml' });
/** Plain objects with a prototype, which `toEqual` is content with. */
const plain = (text: string) => JSON.parse(JSON.stringify(parse(text).root));

function problemsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof StartupError) return error.problems;
    throw error;
  }
  return [];
}

describe('values', () => {
  test('maps, lists and scalars become plain data', () => {
    expect(plain('a: {b: [1, two, true, null, 1.5]}')).toEqual({ a: { b: [1, 'two', true, null, 1.5] } });
  });

  test.each([
    '007',
    '010',
    '0x10',
    '0x1F',
    '0o17',
    '+5',
    '-0',
    '1e3',
    '-5e17',
    '5000.0',
    '111.0',
    '.5',
    '1.',
    '1.5e1',
    '.inf',
    '-.INF',
    '.nan',
    '1e400',
  ])('%s is an odd number, and never text', (source) => {
    const { id, list } = parse(`id: ${source}\nlist: [${source}]`).root;
    expect(id).toEqual(new OddNumber(source));
    expect(list).toEqual([new OddNumber(source)]);
  });

  test('every whole number in plain digits comes back as it was written', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), (id) => {
        const { id: value } = parse(`id: ${id}`).root;
        expect(String(value)).toBe(String(id));
        expect(typeof value).toBe(id <= 2n ** 53n - 1n && id >= -(2n ** 53n) + 1n ? 'number' : 'bigint');
      }),
    );
  });

  test('what YAML 1.1 would turn into something else stays what it is', () => {
    const text = '%YAML 1.1\n---\na: no\nb: 010\nc: 12:30:45\nd: 1_000\ne: 2026-01-02\nf: 0b11\ng: Yes';
    expect(parse(text).root).toEqual(
      Object.assign(Object.create(null), {
        a: 'no',
        b: new OddNumber('010'),
        c: '12:30:45',
        d: '1_000',
        e: '2026-01-02',
        f: '0b11',
        g: 'Yes',
      }),
    );
    expect(plain('d: {"<<": {x: 1}}')).toEqual({ d: { '<<': { x: 1 } } });
  });

  test('keys that JavaScript objects are born with are keys like any other', () => {
    const { root } = parse('__proto__: {polluted: true}\nconstructor: 1\ntoString: 2');
    expect(Object.keys(root)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.getPrototypeOf(root)).toBeNull();
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(parse('a: 1').root.constructor).toBeUndefined();
  });

  test('any tree of strings survives being written and read', () => {
    const tree = fc.letrec((tie) => ({
      node: fc.oneof({ maxDepth: 3 }, fc.string({ unit: 'grapheme' }), fc.array(tie('node')), tie('map')),
      // The writer leaves `<<` without quotes, and such a key is refused as a merge.
      map: fc.dictionary(
        fc.string({ minLength: 1 }).filter((key) => key !== '<<'),
        tie('node'),
      ),
    })).map;
    fc.assert(
      fc.property(tree, (document) => {
        const text = stringify(document, { aliasDuplicateObjects: false });
        expect(JSON.stringify(parse(text).root)).toBe(JSON.stringify(document));
      }),
    );
  });
});

describe('lines', () => {
  const source = parse('# a comment\nplatforms:\n  discord:\n    admins:\n      - 1\n      - 2\nlast: x\n');

  test('every path has the line its entry stands on', () => {
    expect(source.lineOf(['platforms'])).toBe(2);
    expect(source.lineOf(['platforms', 'discord', 'admins'])).toBe(4);
    expect(source.lineOf(['platforms', 'discord', 'admins', 1])).toBe(6);
    expect(source.lineOf(['last'])).toBe(7);
  });

  test('a path that leads nowhere has the line where it stopped', () => {
    expect(source.lineOf([])).toBe(2);
    expect(source.lineOf(['platforms', 'slack', 'admins'])).toBe(2);
    expect(source.lineOf(['platforms', 'discord', 'admins', 9])).toBe(4);
  });

  test('a path through an alias has the line of what it stands for', () => {
    expect(parse('a: &x\n  b: 1\nc: *x\n').lineOf(['c', 'b'])).toBe(2);
  });
});

describe('what is refused', () => {
  test.each([
    ['a: 1\na: 2', ['a.yaml:2: a: the key is given twice']],
    ['m:\n  1: x\n  "1": y', ['a.yaml:3: m.1: the key is given twice']],
    ['__proto__: 1\n__proto__: 2', ['a.yaml:2: __proto__: the key is given twice']],
    ['a: 1\n---\nb: 2', ['a.yaml:2: a second document begins here, and only one is read']],
    ['- a', ['a.yaml:1: the outermost value must be a map of keys']],
    ['just text', ['a.yaml:1: the outermost value must be a map of keys']],
    ['', ['a.yaml: is empty; write {} for an empty map']],
    ['# only a comment', ['a.yaml: is empty; write {} for an empty map']],
    ['a: *nobody', ['a.yaml:1: a: the alias has no anchor before it']],
    ['a: 1\n? [b]\n: 2', ['a.yaml:2: a key must be a plain word or a string']],
    ['a: !secret x', ['a.yaml:1: Unresolved tag: !secret']],
    ['base: &b {x: 1}\nd: {<<: *b}', ['a.yaml:2: d: `<<` merges nothing: write the keys out']],
    ...['!!int "5"', '!!str 111', '!!bool "true"', '! 111', '!!map {}', '!!seq []'].map(
      (tagged): [string, string[]] => [
        `a: ${tagged}`,
        ['a.yaml:1: a: has a tag, which is not read: write the value plainly, or text in quotes'],
      ],
    ),
    ['!!str a: 1', ['a.yaml:1: a key must be a plain word or a string']],
  ])('%j', (text, problems) => {
    expect(problemsOf(() => parse(text))).toEqual(problems);
  });

  test('a syntax error names its line and does not repeat it', () => {
    const [problem, ...more] = problemsOf(() => parse('a: 1\nurl: "redis://u:hunter2@h" oops\n'));
    expect(problem).toMatch(/^a\.yaml:2: /);
    expect([problem, ...more].join()).not.toMatch(/hunter2|oops/);
  });

  test('aliases of aliases are not followed for ever', () => {
    const laughs = ['a0: &a0 [x, x]'];
    for (let level = 1; level < 20; level++) {
      laughs.push(
        `a${level}: &a${level} [${Array(9)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
      );
    }
    expect(problemsOf(() => parse(laughs.join('\n')))[0]).toContain('follows more than 100 aliases');
    expect(problemsOf(() => parse('a: &a [*a]')).length).toBeGreaterThan(0);
  });

  test('a tree too deep to walk', () => {
    expect(problemsOf(() => parse(`a: ${'['.repeat(40)}${']'.repeat(40)}`))[0]).toContain('nested more than 32 levels');
    expect(problemsOf(() => parse(`a: ${'['.repeat(20_000)}`)).length).toBeGreaterThan(0);
  });

  test('a file that is missing, a folder, too large or not text', () => {
    const folder = testFolder({ 'large.yaml': `a: ${'x'.repeat(1024 * 1024)}` });
    mkdirSync(join(folder, 'folder.yaml'));
    writeFileSync(join(folder, 'bytes.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xff]));
    const read = (name: string) => problemsOf(() => readYaml({ path: join(folder, name), name }));
    expect(read('none.yaml')).toEqual(['none.yaml: does not exist']);
    expect(read('folder.yaml')).toEqual(['folder.yaml: is a folder']);
    expect(read('large.yaml')).toEqual(['large.yaml: is larger than 1048576 bytes']);
    expect(read('bytes.yaml')).toEqual(['bytes.yaml: is not valid UTF-8']);
  });
});
