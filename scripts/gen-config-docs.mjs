// Writes the table of docs/configuration.md from the schema of tollgate.yaml.
// With --check it writes nothing and fails when the page would change.
import { readFileSync, writeFileSync } from 'node:fs';

const SCHEMA = new URL('../src/config/tollgate.schema.json', import.meta.url);
const PAGE = new URL('../docs/configuration.md', import.meta.url);
const BEGIN = '<!-- begin generated: npm run gen:docs -->';
const END = '<!-- end generated -->';

const before = readFileSync(PAGE, 'utf8');
const after = withTable(before, table(JSON.parse(readFileSync(SCHEMA, 'utf8'))));
if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, after);
} else if (before !== after) {
  console.error('docs/configuration.md is stale: npm run gen:docs');
  process.exitCode = 1;
}

function withTable(page, rows) {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error('docs/configuration.md has lost its markers');
  return `${page.slice(0, begin)}${BEGIN}\n\n${rows}\n\n${page.slice(end)}`;
}

function table(schema) {
  const rows = keys(schema, []).map(({ key, node }) => [
    `\`${key}\``,
    node.default === undefined ? node.derived : code(node.default),
    values(node),
    `\`${node.env}\`${node.flag === undefined ? '' : `<br>\`${node.flag}\``}`,
    node.description,
  ]);
  const lines = [['Key', 'Default', 'Values', 'Variable, flag', 'Meaning'], Array(5).fill('---'), ...rows];
  return lines.map((cells) => `| ${cells.map(escapeCell).join(' | ')} |`).join('\n');
}

function keys(node, path) {
  if (node.type !== 'object') return [{ key: path.join('.'), node }];
  return Object.entries(node.properties).flatMap(([name, child]) => keys(child, [...path, name]));
}

function values(node) {
  if (node.enum !== undefined) return node.enum.map(code).join(', ');
  if (node.type === 'boolean') return '`true`, `false`';
  if (node.type === 'integer') return [`${node.minimum} to ${node.maximum}`, node.unit].filter(Boolean).join(' ');
  if (node.type === 'array') return `up to ${node.maxItems} of {${Object.keys(node.items.properties).join(', ')}}`;
  return 'text';
}

function code(value) {
  return `\`${value}\``;
}

function escapeCell(text) {
  return text.replaceAll('|', '\\|');
}
