// What a run found, as a page: the machine, the table, and in plain words what falls short of the design's aims.

import { median } from './measure.mjs';
import { LOAD_CORE, NODE_FLAGS, REDIS_CORE, SERVER_CORE } from './processes.mjs';
import { FOREIGN_MAX, quiet } from './run.mjs';
import { EVENT_PAYLOAD_BYTES } from './targets.mjs';

/** Section 7 of the design: numbers to hold. */
const AIMS = {
  ratio: { 'Authorize on redis': 0.75, CheckSlash: 0.95, ValidateScope: 0.95 },
  p99OfEcho: 3,
  scriptUs: 20,
  sessionBytes: 1_024,
  keyBytes: 100,
  eventBytes: 350,
  residentMb: 90,
};

/** Below this the server had time to spare, so calls per second were bounded by something else. */
const BUSY_MIN = 0.95;

/**
 * @typedef {object} Findings
 * @property {import('./run.mjs').Run} run
 * @property {string} version  of Redis
 * @property {string} cpu
 * @property {number} cores
 * @property {boolean} quick
 * @property {number} effects  calls whose effect was counted afterwards
 * @property {Record<string, import('./storage.mjs').StorageCost>} storage  by engine
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
    ...storageLines(findings),
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

/** @param {import('./run.mjs').Run} run @param {import('./run.mjs').Series} series */
function summaryOf(run, series) {
  const { row, engine, tool, measurements, latencies } = series;
  const ratios = quiet(series.ratios);
  const over = (/** @type {keyof import('./measure.mjs').Measurement} */ name) =>
    median(quiet(measurements).map((one) => Number(one[name] ?? Number.NaN)));
  const p99 = p99Of(series);
  return {
    name: row?.name ?? 'echo',
    store: row ? engine : '',
    tool,
    charges: row?.charges ?? false,
    callsPerSecond: over('callsPerSecond'),
    serverUs: over('serverUs'),
    serverBusy: over('serverBusy'),
    loadCoreBusy: over('loadCoreBusy'),
    scriptUs: row?.counted ? over('scriptUs') : Number.NaN,
    redisUs: row?.counted ? over('redisUs') : Number.NaN,
    callsPerScript: row?.charges ? over('callsPerScript') : Number.NaN,
    ratio: { calls: median(ratios.map(({ calls }) => calls)), cpu: median(ratios.map(({ cpu }) => cpu)) },
    latency: { p50: median(quiet(latencies).map((one) => one.p50)), p99 },
    p99OfEcho: row ? p99 / p99Of(run.echoes[tool]) : Number.NaN,
  };
}

/** @param {import('./run.mjs').Series} series */
function p99Of({ latencies }) {
  return median(quiet(latencies).map((one) => one.p99));
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
      `per audit event (two records, payload ${EVENT_PAYLOAD_BYTES})`,
      (engine) => storage[engine]?.event ?? Number.NaN,
    ),
    line('resident, idle, MB', (engine) => (idleBytes[engine] ?? Number.NaN) / 1e6),
    line('resident after the load, MB', (engine) => (loadedBytes[engine] ?? Number.NaN) / 1e6),
    '',
    'Redis: MEMORY USAGE of all keys. Embedded: growth of the files, pages that are free again included.',
  ];
}

/** @param {Findings} findings  @returns {string[]} a sentence each */
function shortfalls({ run, storage, idleBytes }) {
  const rows = run.series.map((series) => summaryOf(run, series));
  return [
    ...rows.flatMap(ratioShortfalls),
    ...rows.flatMap(latencyShortfalls),
    ...rows.flatMap(scriptShortfalls),
    ...Object.entries(storage).flatMap(storageShortfalls),
    ...Object.entries(idleBytes).flatMap(([engine, bytes]) =>
      bytes < AIMS.residentMb * 1e6
        ? []
        : [`The idle server on ${engine} takes ${fixed(bytes / 1e6, 0)} MB; the aim is below ${AIMS.residentMb} MB.`],
    ),
  ];
}

/** @param {ReturnType<typeof summaryOf>} row */
function ratioShortfalls({ name, store, ratio, serverBusy }) {
  const aims = /** @type {Record<string, number | undefined>} */ (AIMS.ratio);
  const aim = aims[name] ?? aims[`${name} on ${store}`];
  if (aim === undefined || (ratio.calls >= aim && ratio.cpu >= aim)) return [];
  const excuse =
    serverBusy < BUSY_MIN ? ` (the server was ${percent(serverBusy)} busy, so its CPU is what counts)` : '';
  return [
    `${name} on ${store} reaches ${fixed(ratio.calls, 2)} of the echo in calls and ${fixed(ratio.cpu, 2)} in CPU${excuse}; the aim is ${aim}.`,
  ];
}

/** @param {ReturnType<typeof summaryOf>} row */
function latencyShortfalls({ name, store, p99OfEcho, callsPerSecond }) {
  if (p99OfEcho < AIMS.p99OfEcho) return [];
  if (Number.isNaN(p99OfEcho)) {
    return [`${name} on ${store} cannot do the moderate rate: ${fixed(callsPerSecond, 0)} calls/s are its most.`];
  }
  return [
    `${name} on ${store} has a p99 of ${fixed(p99OfEcho, 1)} times the echo's; the aim is below ${AIMS.p99OfEcho}.`,
  ];
}

/** @param {ReturnType<typeof summaryOf>} row */
function scriptShortfalls({ name, charges, scriptUs }) {
  if (!charges || !(scriptUs >= AIMS.scriptUs)) return [];
  return [`${name} takes ${fixed(scriptUs, 1)} µs of Redis; the aim is below ${AIMS.scriptUs} µs.`];
}

/** @param {[string, import('./storage.mjs').StorageCost]} entry */
function storageShortfalls([engine, { session, key, event }]) {
  const eventMax = AIMS.eventBytes + EVENT_PAYLOAD_BYTES;
  return [
    ...(session <= AIMS.sessionBytes
      ? []
      : [`A session takes ${fixed(session, 0)} bytes on ${engine}; the aim is ${AIMS.sessionBytes}.`]),
    ...(key <= AIMS.keyBytes
      ? []
      : [`A remembered key takes ${fixed(key, 0)} bytes on ${engine}; the aim is ${AIMS.keyBytes}.`]),
    ...(event <= eventMax
      ? []
      : [
          `An audit event takes ${fixed(event, 0)} bytes on ${engine}; the aim is ${AIMS.eventBytes} and the payload, ${eventMax}.`,
        ]),
  ];
}

/** @param {number} value @param {number} digits */
function fixed(value, digits) {
  return Number.isNaN(value) ? '' : value.toFixed(digits);
}

/** @param {number} share */
function percent(share) {
  return Number.isNaN(share) ? '' : `${Math.round(share * 100)} %`;
}
