// Writes docs/reasons.md from the comments of the proto files: the reasons of decisions, and those of errors.
// With --check it writes nothing and fails when the page would change.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const PROTO = fileURLToPath(new URL('../proto', import.meta.url));
const PAGE = new URL('../docs/reasons.md', import.meta.url);
const BEGIN = (name) => `<!-- begin generated: npm run gen:docs, ${name} -->`;
const END = '<!-- end generated -->';

const before = readFileSync(PAGE, 'utf8');
const after = [
  ['Reason', decisionReasons()],
  ['ErrorReason', errorReasons()],
].reduce((page, [name, text]) => withPart(page, name, text), before);
if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, after);
} else if (before !== after) {
  console.error('docs/reasons.md is stale: npm run gen:docs');
  process.exitCode = 1;
}

function withPart(page, name, text) {
  const begin = page.indexOf(BEGIN(name));
  const end = page.indexOf(END, begin);
  if (begin < 0 || end < begin) throw new Error(`docs/reasons.md has lost its markers of ${name}`);
  return `${page.slice(0, begin)}${BEGIN(name)}\n\n${text}\n\n${page.slice(end)}`;
}

/** A section each: what it means, and what each of the two readers may do. */
function decisionReasons() {
  return membersOf('decision.proto', 'Reason', 'REASON_')
    .map(({ name, number, comment }) => {
      const [meaning, agent, operator] = comment.split(/ ?(?:Agent|Operator): /);
      if (!meaning || !agent || !operator) throw new Error(`${name} does not say what an agent and an operator may do`);
      return `### ${name}\n\n\`${number}\`. ${meaning}\n\n- *Agent:* ${agent}\n- *Operator:* ${operator}`;
    })
    .join('\n\n');
}

function errorReasons() {
  const rows = membersOf('error.proto', 'ErrorReason', 'ERROR_REASON_').map(({ name, comment }) => {
    const [, meaning, status, advice] = /^(.+?) Status ([A-Z_]+)[,;] (.+)$/.exec(comment) ?? [];
    if (!meaning) throw new Error(`${name} does not say its status`);
    return [`\`${name}\``, `\`${status}\``, meaning, sentence(advice)];
  });
  const lines = [['Reason', 'Status', 'Meaning', 'And then'], Array(4).fill('---'), ...rows];
  return lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}

/** Those that are sent, in the order of their numbers. */
function membersOf(file, name, prefix) {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) =>
    target.startsWith('google/protobuf/') || target.startsWith(PROTO) ? target : join(PROTO, target);
  root.loadSync(join(PROTO, 'tollgate/v1', file), { keepCase: true, alternateCommentMode: true });
  const { values, comments } = root.lookupEnum(`tollgate.v1.${name}`);
  return Object.entries(values)
    .filter(([, number]) => number !== 0)
    .map(([member, number]) => ({
      name: member.slice(prefix.length),
      number,
      comment: (comments[member] ?? '').replaceAll('\n', ' '),
    }));
}

function sentence(text) {
  return text[0].toUpperCase() + text.slice(1);
}
