// What a run found, as a page: the machine, the table, and in plain words what falls short of the design's aims.

import { median } from './measure.mjs';
import { LOAD_CORE, NODE_FLAGS, REDIS_CORE, SERVER_CORE } from './processes.mjs';
import { redactionTable } from './redaction.mjs';
import { FOREIGN_MAX, quiet } from './run.mjs';
import { shortfalls } from './shortfalls.mjs';
import { fixed, percent, recordCosts, summaryOf } from './summary.mjs';
import { EVENT_PAYLOAD_BYTES } from './targets.mjs';

/**
 * @typedef {object} Findings
 * @property {import('./run.mjs').Run} run
 * @property {string} version  of Redis
 * @property {string} cpu
 * @property {number} cores
 * @property {boolean} quick
 * @property {number} effects  calls whose effect was counted afterwards
 * @property {Record<string, import('./storage.mjs').StorageCost>} storage  by engine
 * @property {import('./verification.mjs').Verified | undefined} verified
 * @property {readonly import('./redaction.mjs').RedactionCost[]} redaction
 * @property {Record<string, number>} idleBytes  resident, by engine
 * @property {Record<string, number>} loadedBytes
 * @property {number} seconds
 */

/** @param {Findings} findings */
export function reportOf(findings) {
  const below = shortfalls(findings);
  return [
    '# Bench',
    '',
    ...setting(findings),
    '',
    ...table(findings.run),
    '',
    ...recordLines(findings.run),
    '',
    ...storageLines(findings),
    '',
    ...verificationLines(findings),
    '## Redaction',
    '',
    redactionTable(findings.redaction),
    '',
    '## Below the aims',
    '',
    ...(below.length === 0 ? ['Nothing.'] : below.map((line) => `- ${line}`)),
    '',
  ].join('\n');
}

/** @param {Findings} findings */
function setting({ run, version, cpu, cores, quick, effects, seconds }) {
  const redisPlace = REDIS_CORE === LOAD_CORE ? `core ${LOAD_CORE} as well` : `core ${REDIS_CORE}`;
  const all = [...Object.values(run.echoes), ...run.series].flatMap(({ measurements }) => quiet(measurements));
  const foreign = median(all.map((one) => one.foreign));
  return [
    `${new Date().toISOString().slice(0, 10)}, ${quick ? 'quick run' : 'full run'} of ${Math.round(seconds)} s. ` +
      `${cpu}, ${cores} cores; Node ${process.versions.node} with ${NODE_FLAGS.join(' ')}, Redis ${version} over TCP, no persistence.`,
    '',
    `The server under load has core ${SERVER_CORE} to itself; h2load or ghz is on core ${LOAD_CORE}, redis-server on ${redisPlace}. ` +
      (REDIS_CORE === LOAD_CORE
        ? 'Redis and the load generator therefore slow each other: where the server was less than 95 % busy, compare CPU, not calls. '
        : '') +
      `Others took ${percent(foreign)} of a core meanwhile (median of what counts below).` +
      (foreign > FOREIGN_MAX ? ' That is much: the ratios of CPU still tell something, the latencies little.' : ''),
    '',
    `The echo is a bare @grpc/grpc-js server that answers Authorize with one constant message of the same size. "of echo" ` +
      'is the median over rounds of the ratio to the echoes measured right before and after, above 1 is better than the echo. ' +
      `64 calls in flight over 4 connections; latency at ${fixed(run.moderateRates.h2load, 0)} calls/s for all under h2load and ${fixed(run.moderateRates.ghz, 0)} under ghz. ` +
      'ghz takes most of a core itself: compare its rows with its own echo, and their CPU rather than their calls. ' +
      `${effects.toLocaleString('en')} calls that charge or append were sent, and the servers' own counters show exactly as many.`,
  ];
}

const HEADINGS = [
  'call',
  'store',
  'load',
  'calls/s',
  'of echo',
  'CPU µs',
  'of echo',
  'server busy',
  'core 1 busy',
  'p50 ms',
  'p99 ms',
  'p99 / echo',
  'script µs',
  'Redis CPU µs',
  'calls/script',
];

/** @param {import('./run.mjs').Run} run */
function table(run) {
  const rows = [...Object.values(run.echoes), ...run.series].map((series) => cells(summaryOf(run, series)));
  return [HEADINGS, HEADINGS.map((_, index) => (index < 3 ? '---' : '--:')), ...rows].map(
    (row) => `| ${row.join(' | ')} |`,
  );
}

/** @param {ReturnType<typeof summaryOf>} one */
function cells(one) {
  return [
    one.name,
    one.store,
    one.tool,
    fixed(one.callsPerSecond, 0),
    fixed(one.ratio.calls, 2),
    fixed(one.serverUs, 1),
    fixed(one.ratio.cpu, 2),
    percent(one.serverBusy),
    percent(one.loadCoreBusy),
    fixed(one.latency.p50 / 1e3, 2),
    fixed(one.latency.p99 / 1e3, 2),
    fixed(one.p99OfEcho, 1),
    fixed(one.scriptUs, 1),
    fixed(one.redisUs, 1),
    fixed(one.callsPerScript, 1),
  ];
}

/** What it costs a server to record its decisions. @param {import('./run.mjs').Run} run */
function recordLines(run) {
  return recordCosts(run).map(
    ({ engine, share, onUs, offUs }) =>
      `Decision records on ${engine}: Authorize takes ${fixed(onUs, 1)} µs of the server with them and ${fixed(offUs, 1)} µs with ` +
      `decision_log: off; the median of the rounds, in which both are measured one right after the other, is ${percent(share)} more.`,
  );
}

/** @param {Findings} findings */
function verificationLines({ verified }) {
  if (!verified) return [];
  const { records, bundleBytes, exportMs, verifyMs, peakBytes } = verified;
  return [
    `A finished run of ${records.toLocaleString('en')} records on embedded: \`tollgate audit export\` writes ` +
      `${fixed(bundleBytes / 1e6, 0)} MB in ${fixed(exportMs / 1e3, 1)} s, and \`tollgate audit verify\` finds it sound in ` +
      `${fixed(verifyMs / 1e3, 1)} s with at most ${fixed(peakBytes / 1e6, 0)} MB resident, the start of Node included.`,
    '',
  ];
}

/** @param {Findings} findings */
function storageLines({ storage, idleBytes, loadedBytes }) {
  const engines = Object.keys(storage);
  const line = (/** @type {string} */ what, /** @type {(engine: string) => number} */ value) =>
    `| ${what} | ${engines.map((engine) => fixed(value(engine), 0)).join(' | ')} |`;
  return [
    `| bytes | ${engines.join(' | ')} |`,
    `| --- | ${engines.map(() => '--:').join(' | ')} |`,
    line('per session, its place in indexes included', (engine) => storage[engine]?.session ?? Number.NaN),
    line('per remembered key', (engine) => storage[engine]?.key ?? Number.NaN),
    line(
      "per decision record of a charge, its place in the session's list included",
      (engine) => storage[engine]?.decision ?? Number.NaN,
    ),
    line(
      `per audit event (two records, payload ${EVENT_PAYLOAD_BYTES})`,
      (engine) => storage[engine]?.event ?? Number.NaN,
    ),
    line('resident, idle, MB', (engine) => (idleBytes[engine] ?? Number.NaN) / 1e6),
    line('resident after the load, MB', (engine) => (loadedBytes[engine] ?? Number.NaN) / 1e6),
    '',
    'Redis: MEMORY USAGE of all keys. Embedded: growth of the files, pages that are free again included. Sessions and keys on a ' +
      'server with `decision_log: off`; a decision record is what the same keyed charges add where records are kept.',
  ];
}
