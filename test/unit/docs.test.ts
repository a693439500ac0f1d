// Holds the documents to what they name: every test that a page calls as its witness is there, every link leads somewhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const PAGES = [
  'README.md',
  ...['docs', 'examples'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md'))
      .map((file) => join(folder, file)),
  ),
];

describe.each(PAGES)('%s', (page) => {
  const text = readFileSync(page, 'utf8');

  test('names no test that is not there', () => {
    const named = [...text.matchAll(/`(test\/[^`\s*]+)`/g)].map(([, path]) => path!);
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });

  test('has no link into nothing', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, link]) => link!);
    expect(links.filter((link) => !existsSync(join(dirname(page), link)))).toEqual([]);
  });
});

describe('the threats of docs/security.md', () => {
  const table = readFileSync('docs/security.md', 'utf8').split('<!-- threats -->')[1]!.split('\n## ')[0]!;
  const rows = [...table.matchAll(/^\| ([A-Z]) \| (.+?) \| (.+?) \| (.+?) \|$/gm)];

  test('are of every kind', () => {
    expect(new Set(rows.map(([, kind]) => kind))).toEqual(new Set('STRIDE'));
    expect(rows.length).toBe(table.trim().split('\n').length - 2);
  });

  test('have each a file of tests to show the protection', () => {
    for (const [, , threat, , shownBy] of rows)
      expect(shownBy, threat).toMatch(/^(`test\/[\w/-]+(\.test)?\.ts`(, )?)+$/);
  });
});
