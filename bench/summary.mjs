// The numbers of one row out of its measurements, and how the page writes numbers.
import { median } from './measure.mjs';
import { isTimed, quiet } from './run.mjs';

/** @param {import('./run.mjs').Run} run @param {import('./run.mjs').Series} series */
export function summaryOf(run, series) {
  const { row, server, tool, measurements, latencies } = series;
  const ratios = quiet(series.ratios);
  const over = (/** @type {keyof import('./measure.mjs').Measurement} */ name) =>
    median(quiet(measurements).map((one) => Number(one[name] ?? Number.NaN)));
  const p99 = p99Of(series);
  return {
    name: row?.name ?? 'echo',
    store: row ? server : '',
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
    isTimed: isTimed(series),
    p99OfEcho: row ? p99 / p99Of(run.echoes[tool]) : Number.NaN,
  };
}

/** @param {import('./run.mjs').Series} series */
function p99Of({ latencies }) {
  return median(quiet(latencies).map((one) => one.p99));
}

/** @param {import('./run.mjs').Run} run */
export function recordCosts(run) {
  const authorize = run.series.filter(({ row }) => row?.alsoWithoutRecords);
  return authorize.flatMap((series) => {
    const other = authorize.find(({ engine, server }) => engine === series.engine && server !== series.server);
    if (series.server !== series.engine || !other) return [];
    const [on, off] = [summaryOf(run, series), summaryOf(run, other)];
    const share = median(quiet(pairsOf(series, other)).map((pair) => pair.ratio)) - 1;
    return [{ engine: series.engine, share, onUs: on.serverUs, offUs: off.serverUs }];
  });
}

/**
 * What two servers took in the same rounds, one right after the other.
 *
 * @param {import('./run.mjs').Series} one @param {import('./run.mjs').Series} other
 */
function pairsOf({ measurements }, other) {
  return measurements.flatMap((own, round) => {
    const its = other.measurements[round];
    return its ? [{ ratio: own.serverUs / its.serverUs, foreign: Math.max(own.foreign, its.foreign) }] : [];
  });
}

/** @param {number} value @param {number} digits */
export function fixed(value, digits) {
  return Number.isNaN(value) ? '' : value.toFixed(digits);
}

/** @param {number} share */
export function percent(share) {
  return Number.isNaN(share) ? '' : `${Math.round(share * 100)} %`;
}
