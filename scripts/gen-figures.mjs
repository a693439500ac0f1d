// Writes the table of measured figures in docs/durability.md from docs/figures/, where the fault suites leave them.
// With --check it writes nothing and fails when the page would change.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const FOLDER = new URL('../docs/figures/', import.meta.url);
const PAGE = new URL('../docs/durability.md', import.meta.url);
const BEGIN = '<!-- begin generated: npm run gen:figures -->';
const END = '<!-- end generated -->';

const before = readFileSync(PAGE, 'utf8');
const begin = before.indexOf(BEGIN);
const end = before.indexOf(END);
if (begin < 0 || end < begin) throw new Error('docs/durability.md has lost its markers');
const after = `${before.slice(0, begin)}${BEGIN}\n\n${table()}\n\n${before.slice(end)}`;
if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, after);
} else if (before !== after) {
  console.error('docs/durability.md is stale: npm run gen:figures');
  process.exitCode = 1;
}

function table() {
  const names = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
  const figures = names.sort().map((file) => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')));
  const rows = figures.map(({ what, result, date, versions }) => [what, result, date, versions]);
  const lines = [['What', 'Result', 'Date', 'Versions'], Array(4).fill('---'), ...rows];
  return lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}
