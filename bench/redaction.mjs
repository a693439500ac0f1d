// What redaction costs for each KB of text: in this process, of the build that is measured, without a server.
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { corpus } from '../scripts/redaction/corpus.mjs';
import { median } from './measure.mjs';

const TEXT_LENGTH = 60_000;
const ROUNDS = 9;
/** So long at least is one round, or the clock's steps show. */
const ROUND_MS = 30;

/**
 * @typedef {object} RedactionCost
 * @property {string} kind
 * @property {number} usPerKb  median of the rounds, with the built-in rules
 * @property {number} usPerKbAdded  with an operator's patterns and known values, and a run's memory of secrets as well
 */

/**
 * @param {string} main  the build's main.js
 * @returns {Promise<RedactionCost[]>}
 */
export async function redactionCost(main) {
  const load = (/** @type {string} */ path) => import(new URL(path, pathToFileURL(main)).href);
  const { BUILT_IN, scannerFor, scannerOf } = await load('core/redaction/scanner.js');
  const { remember } = await load('core/redaction/memory/secret-memory.js');
  const { compileRules } = await load('redaction/operator-rules.js');
  const memoryKey = '0123456789abcdef'.repeat(2);
  const rules = compileRules({
    patterns: [
      { name: 'acme_key', pattern: '(?i)acme-[0-9a-f]{32}' },
      { name: 'employee', pattern: '\\bE[0-9]{7}\\b' },
    ],
    knownValues: Array.from({ length: 100 }, (_, index) => `known-value-${1_000_000 + index * 7_919}`),
    memoryKey,
  });
  const runId = 'run';
  const secrets = remember(undefined, [lines('secret', 400)], { key: memoryKey, runId });
  const builtIn = scannerOf(BUILT_IN);
  const added = scannerFor({ runId, shaping: { secrets } }, rules);
  return Object.entries(texts()).map(([kind, text]) => ({
    kind,
    usPerKb: usPerKb(builtIn.text, text),
    usPerKbAdded: usPerKb(added.text, text),
  }));
}

/** @returns {Record<string, string>} */
function texts() {
  const all = corpus();
  const of = (/** @type {string} */ kind) =>
    filled(
      all
        .filter((line) => line.kind === kind)
        .map(({ text }) => text)
        .join('\n'),
    );
  const rows = Array.from({ length: 600 }, (_, id) => ({
    id,
    name: `item ${id}`,
    tags: ['a', 'b'],
    note: 'left as it was',
  }));
  const half = TEXT_LENGTH / 2;
  return {
    prose: of('prose'),
    code: of('code'),
    JSON: JSON.stringify(rows).slice(0, TEXT_LENGTH),
    'hostile: brackets': '['.repeat(TEXT_LENGTH),
    'hostile: names without values': filled('password= token: '),
    'hostile: layers of percent-encoding': `%${'25'.repeat(200)}${'['.repeat(2_000)}`,
    'hostile: JSON within JSON': nested(half),
    'hostile: beginnings of credentials': filled('eyJhbGciOi. ghp_x AKIA1 -----BEGIN PRIVATE KEY----- '),
  };
}

/** @param {string} text */
function filled(text) {
  return text.repeat(Math.ceil(TEXT_LENGTH / text.length)).slice(0, TEXT_LENGTH);
}

/** @param {string} word @param {number} count */
function lines(word, count) {
  return Array.from({ length: count }, (_, index) => `${word}${index}`).join('\n');
}

/** @param {number} length */
function nested(length) {
  let text = '{"a":"b"}';
  while (text.length < length) text = JSON.stringify({ text });
  return text;
}

/** @param {(text: string) => unknown} scan @param {string} text */
function usPerKb(scan, text) {
  const kb = Buffer.byteLength(text) / 1_000;
  const once = timeOf(scan, text, 1);
  const times = Math.max(1, Math.ceil(ROUND_MS / once));
  const rounds = Array.from({ length: ROUNDS }, () => timeOf(scan, text, times) / times);
  return (median(rounds) * 1_000) / kb;
}

/** @param {(text: string) => unknown} scan @param {string} text @param {number} times */
function timeOf(scan, text, times) {
  const begin = performance.now();
  for (let index = 0; index < times; index++) scan(text);
  return performance.now() - begin;
}

/** The table of the page. @param {readonly RedactionCost[]} costs */
export function redactionTable(costs) {
  return [
    '| text | µs per KB, built-in rules | µs per KB, with 2 patterns, 100 known values and a memory of 400 tokens |',
    '| --- | ---: | ---: |',
    ...costs.map(
      ({ kind, usPerKb, usPerKbAdded }) => `| ${kind} | ${usPerKb.toFixed(1)} | ${usPerKbAdded.toFixed(1)} |`,
    ),
  ].join('\n');
}
