// A long run, taken away and verified: what `tollgate audit export` and `tollgate audit verify` take for it.
import { spawn } from 'node:child_process';
import { stat, writeFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { NODE_FLAGS } from './processes.mjs';
import { BATCH_EVENTS, requests } from './targets.mjs';

const STATUS_OK = 2;
/** Printed at the end by the process itself: whoever looks from outside may miss the peak. The system counts in KiB. */
const TELL_PEAK = `data:text/javascript,process.on('exit',()=>process.stderr.write('peak '+process.resourceUsage().maxRSS+'\\n'))`;

/**
 * @typedef {object} Verified
 * @property {number} records
 * @property {number} bundleBytes
 * @property {number} exportMs
 * @property {number} verifyMs
 * @property {number} peakBytes  resident, of the verifier
 */

/**
 * @param {import('./targets.mjs').Target} target
 * @param {{ main: string, folder: string, events: number }} how
 * @returns {Promise<Verified>}
 */
export async function verification(target, { main, folder, events }) {
  const runId = await target.startRun();
  for (let sent = 0; sent < events; sent += BATCH_EVENTS) {
    await target.decisions.call('AppendAudit', requests.appendAudit(runId, BATCH_EVENTS));
  }
  await target.runService.call('FinishRun', { run_id: runId, status: STATUS_OK });

  const tollgate = (/** @type {string[]} */ ...words) => command([main, 'audit', ...words], folder);
  const server = ['--server', target.management];
  const keys = `${folder}/keys.txt`;
  await writeFile(keys, (await tollgate('keys', ...server)).output);
  const bundle = `${folder}/run.jsonl`;
  const exported = await tollgate('export', runId, ...server, '--out', bundle);
  const verified = await tollgate('verify', bundle, '--key', keys);
  return {
    records: await target.recordsStored([runId]),
    bundleBytes: (await stat(bundle)).size,
    exportMs: exported.ms,
    verifyMs: verified.ms,
    peakBytes: verified.peakBytes,
  };
}

/**
 * @param {readonly string[]} words
 * @param {string} cwd
 * @returns {Promise<{ output: string, ms: number, peakBytes: number }>}
 */
function command(words, cwd) {
  const { PATH, HOME } = process.env;
  const start = performance.now();
  const child = spawn('node', [...NODE_FLAGS, '--import', TELL_PEAK, ...words], { cwd, env: { PATH, HOME } });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const peakKib = Number(/^peak (\d+)$/m.exec(errors)?.[1]);
      if (code === 0) resolve({ output, ms: performance.now() - start, peakBytes: peakKib * 1024 });
      else reject(new Error(`${words.join(' ')} ended with ${code}: ${output}${errors}`));
    });
  });
}
