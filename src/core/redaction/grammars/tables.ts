// Columns under a name of a secret: CSV, tables of Markdown and of database clients, and rows that SQL inserts.
import type { Found } from '../credentials/credentials.ts';
import { type Certainty, certaintyOf, NAME_PARTS } from './key-names.ts';
import { isTaken } from './secret-shapes.ts';
import type { SourceText } from './source-text.ts';

const NAME_CELL = /^[\p{L}_][\p{L}\d_ .()/-]{0,48}$/u;
const RULE_LINE = /^[\s|:+=-]+$/;
const DELIMITERS = ['|', '\t', ',', ';'] as const;
const HEADER_LENGTH_MAX = 1_024;

interface Column {
  readonly index: number;
  readonly certainty: Certainty;
}

/** Cells of columns that are named as secrets. */
export function findInTables(source: SourceText): Found[] {
  const { text } = source;
  const found: Found[] = [];
  const name = new RegExp(NAME_PARTS, 'gi');
  for (let at = 0; at < text.length; ) {
    // Only a line with the name of a secret is a header.
    name.lastIndex = at;
    const hit = name.exec(text);
    if (!hit) break;
    at = Math.max(at, text.lastIndexOf('\n', hit.index) + 1);
    const end = source.lineEnd(at);
    const next = source.nextLine(end);
    const header = end - at <= HEADER_LENGTH_MAX && end > at ? headerOf(text.slice(at, end)) : undefined;
    at = header ? rows(source, next, header, found) : next;
  }
  return found;
}

interface Header {
  readonly delimiter: string;
  readonly count: number;
  readonly columns: readonly Column[];
}

function headerOf(line: string): Header | undefined {
  const delimiter = DELIMITERS.find((one) => line.includes(one));
  if (!delimiter) return undefined;
  const cells = cellsOf(line, 0, delimiter).map(({ start, end }) =>
    line.slice(start, end).replaceAll(/^[\s"'*`]+|[\s"'*`]+$/g, ''),
  );
  const named = cells.filter((cell) => cell !== '');
  if (named.length < 2 || !named.every((cell) => NAME_CELL.test(cell))) return undefined;
  const columns = cells.flatMap((cell, index) => {
    const certainty = certaintyOf(cell);
    return certainty
      ? [{ index, certainty: certainty === 'sure' && delimiter === ',' ? 'likely' : certainty } as Column]
      : [];
  });
  return columns.length > 0 ? { delimiter, count: cells.length, columns } : undefined;
}

/** @returns where the table ends */
function rows(source: SourceText, from: number, { delimiter, count, columns }: Header, found: Found[]): number {
  const { text } = source;
  let line = from;
  for (; line < text.length; line = source.nextLine(line)) {
    const end = source.lineEnd(line);
    const row = text.slice(line, end);
    if (RULE_LINE.test(row) && row.trim() !== '') continue;
    if (!row.includes(delimiter)) break;
    const cells = cellsOf(row, line, delimiter);
    for (const { index, certainty } of columns) {
      const cell = cells[index];
      if (!cell) continue;
      // A row with more cells than the header has a delimiter in a value, and nobody knows in which.
      const until = cells.length > count ? end : cell.end;
      const value = text.slice(cell.start, until).trim();
      const quoted = { quoted: true };
      if (!isTaken(certainty, value.replaceAll(/^["'`*]+|["'`*]+$/g, ''), quoted)) continue;
      const start = cell.start + text.slice(cell.start, until).indexOf(value);
      found.push({ rule: 'key_name', start, end: start + value.length });
    }
  }
  return line;
}

function cellsOf(row: string, offset: number, delimiter: string): { start: number; end: number }[] {
  const cells: { start: number; end: number }[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < row.length; at++) {
    if (row[at] === '"' && delimiter !== '|') isQuoted = !isQuoted;
    else if (row[at] === '\\') at++;
    else if (row[at] === delimiter && !isQuoted) {
      cells.push({ start: offset + start, end: offset + at });
      start = at + 1;
    }
  }
  cells.push({ start: offset + start, end: offset + row.length });
  return cells;
}

const INSERT = /\binto\s{1,8}[\w.`"[\]]{1,128}\s{0,8}\(([^()]{1,1024})\)\s{0,16}values\s{0,16}/gi;
const TUPLE =
  /\s{0,16},?\s{0,16}\(((?:[^()'"]|'(?:[^'\\]|''|\\.){0,4096}'|"(?:[^"\\]|\\.){0,4096}"|\([^()]{0,256}\)){0,256})\)/y;
const SQL_VALUE = /'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|\\.)*"|[^,'"]+/g;

/** Values that SQL inserts into columns named as secrets. */
export function findInInserts(source: SourceText): Found[] {
  const { text } = source;
  const found: Found[] = [];
  for (const match of text.matchAll(INSERT)) {
    const columns = match[1]!.split(',').map((name) => certaintyOf(name.replaceAll(/[\s`"[\]]/g, '')));
    if (columns.every((one) => one === undefined)) continue;
    TUPLE.lastIndex = match.index + match[0].length;
    for (let tuple = TUPLE.exec(text); tuple; tuple = TUPLE.exec(text)) {
      const from = TUPLE.lastIndex - 1 - tuple[1]!.length;
      const values = [...tuple[1]!.matchAll(SQL_VALUE)].filter(([value]) => value.trim() !== '');
      for (const [index, value] of values.entries()) {
        const certainty = columns[index];
        const bare = value[0].trim().replaceAll(/^["']|["']$/g, '');
        if (!certainty || !isTaken(certainty, bare, { quoted: true })) continue;
        const start = from + value.index + value[0].indexOf(bare);
        found.push({ rule: 'key_name', start, end: start + bare.length });
      }
    }
  }
  return found;
}
