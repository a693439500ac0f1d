// What falls short of the design's aims, in plain words.
import { fixed, percent, recordCosts, summaryOf } from './summary.mjs';
import { EVENT_PAYLOAD_BYTES } from './targets.mjs';

/** @typedef {import('./report.mjs').Findings} Findings */

/** Section 7 of the design: numbers to hold. */
const AIMS = {
  ratio: { 'Authorize on redis': 0.75, CheckSlash: 0.95, ValidateScope: 0.95 },
  p99OfEcho: 3,
  scriptUs: 20,
  sessionBytes: 1_024,
  keyBytes: 100,
  eventBytes: 350,
  recordsShare: 0.15,
  residentMb: 90,
};

/** Below this the server had time to spare, so calls per second were bounded by something else. */
const BUSY_MIN = 0.95;

/** @param {Findings} findings  @returns {string[]} a sentence each */
export function shortfalls({ run, storage, idleBytes }) {
  const rows = run.series.map((series) => summaryOf(run, series));
  return [
    ...rows.flatMap(ratioShortfalls),
    ...rows.flatMap(latencyShortfalls),
    ...rows.flatMap(scriptShortfalls),
    ...recordCosts(run).flatMap(recordShortfalls),
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
function latencyShortfalls({ name, store, isTimed, p99OfEcho, callsPerSecond }) {
  if (!isTimed || p99OfEcho < AIMS.p99OfEcho) return [];
  if (Number.isNaN(p99OfEcho)) {
    return [`${name} on ${store} cannot do the moderate rate: ${fixed(callsPerSecond, 0)} calls/s are its most.`];
  }
  return [
    `${name} on ${store} has a p99 of ${fixed(p99OfEcho, 1)} times the echo's; the aim is below ${AIMS.p99OfEcho}.`,
  ];
}

/** @param {ReturnType<typeof summaryOf>} row */
function scriptShortfalls({ name, store, charges, scriptUs }) {
  if (!charges || !(scriptUs >= AIMS.scriptUs)) return [];
  return [`${name} on ${store} takes ${fixed(scriptUs, 1)} µs of Redis; the aim is below ${AIMS.scriptUs} µs.`];
}

/** @param {{ engine: string, share: number }} cost */
function recordShortfalls({ engine, share }) {
  if (!(share >= AIMS.recordsShare)) return [];
  const aim = percent(AIMS.recordsShare);
  return [
    `Decision records cost ${percent(share)} of the server's CPU per Authorize on ${engine}; the aim is below ${aim}.`,
  ];
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
