// `tollgate audit verify`: an exported ledger held to public keys, offline. It must never ask a server, nor say that a bundle
// is sound which it could not read to its end.
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { type BrokenLine, parseLine } from '../verify/lines.ts';
import { readLines } from '../verify/read-lines.ts';
import { type Report, rangeOf } from '../verify/report.ts';
import { parseCheckpoint, parseVerifierKey } from '../verify/signed-note.ts';
import { verifyBundle } from '../verify/verify-bundle.ts';
import { printed } from './output.ts';
import { safe, safeJson } from './terminal.ts';

const EXIT = { sound: 0, faults: 1, notRead: 2, findings: 3 } as const;

interface Flags {
  readonly key: readonly string[];
  readonly checkpoint?: readonly string[];
  readonly json?: boolean;
  readonly strict?: boolean;
}

export function addAuditVerify(audit: Command): void {
  const collect = (value: string, before: readonly string[] = []) => [...before, value];
  audit
    .command('verify <bundle>')
    .description('verify an exported ledger (- is standard input); exit 0 sound, 1 faults, 2 not read, 3 see --strict')
    .requiredOption('--key <key>', 'a file of public keys, or one such line; may be repeated', collect)
    .option('--checkpoint <file>', 'a checkpoint of the run that was kept elsewhere; may be repeated', collect)
    .option('--strict', 'exit 3 if a call has no decision, or an allow has no call')
    .option('--json', 'print the report as JSON')
    // A script that calls this wrongly must not take it for a bundle with faults.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.notRead))
    .action(verify);
}

async function verify(path: string, flags: Flags): Promise<void> {
  try {
    const keys = flags.key.flatMap(keysOf);
    const checkpoints = (flags.checkpoint ?? []).map(checkpointIn);
    const source = path === '-' ? process.stdin : createReadStream(path);
    const report = await verifyBundle(bundleLines(readLines(source), path), { keys, checkpoints });
    await printed(flags.json ? `${safeJson(report)}\n` : textOf(report));
    const sound = flags.strict && report.findingsTotal > 0 ? EXIT.findings : EXIT.sound;
    process.exitCode = report.ok ? sound : EXIT.faults;
  } catch (error) {
    process.stderr.write(`tollgate: ${safe(error instanceof Error ? error.message : String(error))}\n`);
    process.exitCode = EXIT.notRead;
  }
}

/** Most lines before the first line of a bundle: a damaged bundle still has most of its lines. */
const STRANGERS_MAX = 100;

/** Hands the lines on. @throws when none of them is one of a bundle, so that nothing can be said of it */
async function* bundleLines(
  lines: AsyncIterable<string | BrokenLine>,
  path: string,
): AsyncGenerator<string | BrokenLine> {
  let isBundle = false;
  let strangers = 0;
  const held: (string | BrokenLine)[] = [];
  for await (const line of lines) {
    if (!isBundle) {
      isBundle = typeof line === 'string' && parseLine(line) !== undefined;
      held.push(line);
      if (!isBundle && ++strangers < STRANGERS_MAX) continue;
      if (!isBundle) break;
      yield* held.splice(0);
      continue;
    }
    yield line;
  }
  if (!isBundle) throw new Error(`${path === '-' ? 'standard input' : path} is no exported ledger`);
}

/** The keys of a file, one a line, or the key that was given itself. */
function keysOf(keyOrFile: string): string[] {
  if (parseVerifierKey(keyOrFile)) return [keyOrFile];
  if (keyOrFile.includes('+') && !existsSync(keyOrFile))
    throw new Error(`${keyOrFile} is neither a file nor a public key (${KEY_FORM})`);
  const lines = shortFile(keyOrFile).split('\n');
  const keys = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  if (keys.length === 0) throw new Error(`${keyOrFile} holds no public key`);
  const wrong = keys.findIndex((key) => !parseVerifierKey(key));
  if (wrong >= 0) throw new Error(`${keyOrFile}: key ${wrong + 1} is none (${KEY_FORM})`);
  return keys;
}

/** Keys and checkpoints are short. A checkpoint may come from anybody, as the bundle may. */
function shortFile(path: string): string {
  if (statSync(path).size > SHORT_BYTES_MAX) throw new Error(`${path} is larger than ${SHORT_BYTES_MAX} bytes`);
  return readFileSync(path, 'utf8');
}

const SHORT_BYTES_MAX = 2 ** 20;
const KEY_FORM = '<name>+<key hash>+<key>';

/** The note of a file; whatever put it there may have ended it once more. */
function checkpointIn(file: string): string {
  const note = `${shortFile(file).trimEnd()}\n`;
  if (!parseCheckpoint(note)) throw new Error(`${file} holds no checkpoint`);
  return note;
}

function textOf(report: Report): string {
  const { faults, notes, purged, findings, findingsTotal } = report;
  const lines = report.ok
    ? [`sound: run ${report.runId}, ${report.status}`, ...proven(report)]
    : faults.map(({ kind, where, detail }) => `${kind}: ${where}: ${detail}`);
  const more = [...purged.map((range) => `${rangeOf(range)}: the payload was purged`), ...notes];
  const found = findings.map(({ kind, where, detail }) => `  finding  ${kind}: ${where}: ${detail}`);
  if (findingsTotal > findings.length) found.push(`  finding  and ${findingsTotal - findings.length} more`);
  return [...lines, ...found, ...more.map((note) => `  note     ${note}`), ''].map(safe).join('\n');
}

function proven(report: Report): string[] {
  const { treeSize, rootHash, epoch, signers, signedAtMs, durability, checkpoints } = report;
  return [
    `  records  ${treeSize}, none altered, missing, inserted or reordered`,
    `  root     ${rootHash}, epoch ${epoch}`,
    `  signed   by ${signers.join(', ')} in ${checkpoints} checkpoint${checkpoints === 1 ? '' : 's'}, the newest at ${new Date(signedAtMs).toISOString()}, records ${durability}`,
  ];
}
