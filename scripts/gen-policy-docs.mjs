// Writes the reference of docs/policy.md from the schema of policy.yaml.
// With --check it writes nothing and fails when the page would change.
import { readFileSync, writeFileSync } from 'node:fs';

const SCHEMA = JSON.parse(readFileSync(new URL('../src/config/files/policy.schema.json', import.meta.url), 'utf8'));
const PAGE = new URL('../docs/policy.md', import.meta.url);
const BEGIN = '<!-- begin generated: npm run gen:docs -->';
const END = '<!-- end generated -->';

const before = readFileSync(PAGE, 'utf8');
const begin = before.indexOf(BEGIN);
const end = before.indexOf(END);
if (begin < 0 || end < begin) throw new Error('docs/policy.md has lost its markers');
const after = `${before.slice(0, begin)}${BEGIN}\n\n${reference()}\n\n${before.slice(end)}`;
if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, after);
} else if (before !== after) {
  console.error('docs/policy.md is stale: npm run gen:docs');
  process.exitCode = 1;
}

function reference() {
  const rows = below(SCHEMA, '').map(({ key, node, meaning }) => [
    `\`${key}\``,
    valuesOf(node),
    textOf(node.default),
    (node.examples ?? []).map(code).join('<br>'),
    meaning,
  ]);
  const lines = [['Key', 'Values', 'Default', 'Example', 'Meaning'], Array(5).fill('---'), ...rows];
  return lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}

/** Every key below a node with the schema that counts for it: `tools.<name>.requires`, `commands[].name`. */
function below(node, prefix) {
  const { properties, additionalProperties, items, anyOf } = node;
  const entries = Object.entries(properties ?? {}).flatMap(([name, child]) => keyAndBelow(child, `${prefix}${name}`));
  if (typeof additionalProperties === 'object')
    entries.push(...below(resolved(additionalProperties), `${prefix}<name>.`));
  if (items) entries.push(...below(resolved(items), `${prefix.replace(/\.$/, '')}[].`));
  for (const choice of anyOf ?? []) entries.push(...below(resolved(choice), prefix));
  return entries;
}

function keyAndBelow(child, key) {
  const node = resolved(child);
  return [{ key, node, meaning: child.description }, ...below(node, `${key}.`)];
}

/** What stands beside a reference counts before what it refers to. */
function resolved(node) {
  return node.$ref ? { ...SCHEMA.definitions[node.$ref.split('/').at(-1)], ...node } : node;
}

function valuesOf({ enum: choices, type, items, anyOf, additionalProperties }) {
  if (choices) return choices.map(code).join(', ');
  if (anyOf) return anyOf.map((choice) => valuesOf(resolved(choice))).join(', or ');
  if (type === 'array') return `list of ${plural(resolved(items))}`;
  if (type === 'boolean') return '`true`, `false`';
  if (type === 'string') return 'text';
  return typeof additionalProperties === 'object' ? 'map by name' : 'map';
}

function plural({ type }) {
  const types = [type].flat();
  if (types.includes('integer')) return 'texts or whole numbers';
  return types.includes('object') ? 'maps' : 'texts';
}

function textOf(value) {
  if (value === undefined) return '';
  return typeof value === 'boolean' || /^[a-z_]+$/.test(value) ? code(value) : value;
}

function code(value) {
  return `\`${value}\``;
}
