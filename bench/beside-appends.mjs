// node bench/beside-appends.mjs: how late decisions are while another caller appends 4 MiB without pause, and while nobody does;
// rounds of both take turns. `--server <path>` measures another build's main.js. Prints its figures.
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Processes } from './processes.mjs';
import { connect, DECISION_SERVICE } from './protocol.mjs';
import { requests, Target } from './targets.mjs';

const ROUNDS = 4;
const ROUND_MS = 3_000;
const PAUSE_MS = 5;
const EVENTS = 100;
const LINE = 'const total = items.reduce((sum, { price }) => sum + price, 0); // see https://example.org/docs?page=2\n';

if (process.send) await appendForEver();
else await measure();

async function measure() {
  const here = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
  const { values } = parseArgs({ options: { server: { type: 'string', default: here('dist/main.js') } } });
  const folder = await mkdtemp(`${tmpdir()}/tollgate-bench-`);
  const processes = new Processes();
  const target = await Target.start(processes, {
    engine: 'embedded',
    records: true,
    store: 'embedded',
    main: resolve(values.server),
    policy: here('policy.example.yaml'),
    folder,
    cores: '0,1',
  });
  await target.prepare();
  const run = await target.startRun();
  /** @type {{ alone: number[], beside: number[] }} */
  const latencies = { alone: [], beside: [] };
  let appends = 0;
  for (let round = 0; round < ROUNDS; round++) {
    latencies.alone.push(...(await decide(target)));
    const other = fork(fileURLToPath(import.meta.url), [target.address, run]);
    other.on('message', () => appends++);
    await sleep(1_000);
    latencies.beside.push(...(await decide(target)));
    other.kill();
  }
  const [alone, beside] = [p(latencies.alone), p(latencies.beside)];
  process.stdout.write(
    `Authorize alone: p50 ${alone[0]} ms, p99 ${alone[1]} ms; beside ${appends} appends of 4 MiB: p50 ${beside[0]} ms, p99 ${beside[1]} ms\n`,
  );
  target.close();
  await processes.stopAll();
  await rm(folder, { recursive: true, force: true });
}

/** One call after the other, with a pause between them. @param {Target} target */
async function decide(target) {
  const latencies = [];
  for (const endMs = performance.now() + ROUND_MS; performance.now() < endMs; await sleep(PAUSE_MS)) {
    const startMs = performance.now();
    await target.decisions.call('Authorize', requests.authorize(target.sessions.authorize));
    latencies.push(performance.now() - startMs);
  }
  return latencies;
}

/** @param {number[]} latencies @returns {string[]} p50 and p99 */
function p(latencies) {
  const sorted = latencies.toSorted((a, b) => a - b);
  return [0.5, 0.99].map((share) => (sorted[Math.floor(share * sorted.length)] ?? Number.NaN).toFixed(2));
}

async function appendForEver() {
  const [, , address, run_id] = process.argv;
  const client = connect(DECISION_SERVICE, address ?? '');
  const body = LINE.repeat(210).slice(0, 20_700);
  const tool_use = { name: 'read_file', id: 'i', args: body, result: body };
  const request = { run_id, events: Array.from({ length: EVENTS }, () => ({ tool_use })) };
  for (;;) {
    await client.call('AppendAudit', request);
    process.send?.('appended');
  }
}
