// npm run bench: Tollgate beside a bare grpc-js echo, in one run on pinned cores. Prints a page and writes it to
// bench/results.md. `--quick` takes a quarter of the time, `--server <path>` measures another build's main.js, and
// `--engine redis` (or embedded) only one of the engines.
//
// It starts everything itself, a redis-server without persistence included, in a folder of its own, and ends only that.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { LoadGenerators } from './load.mjs';
import { RedisMeter } from './measure.mjs';
import { Processes, pinThisProcess, residentBytes } from './processes.mjs';
import { redactionCost } from './redaction.mjs';
import { reportOf } from './report.mjs';
import { Run } from './run.mjs';
import { EVENTS_MIN, folderBytes, storageCost } from './storage.mjs';
import { Echo, requests, startRedis, Target } from './targets.mjs';
import { verification } from './verification.mjs';

const FULL = {
  rounds: 8,
  seconds: 0.8,
  latencyRounds: 3,
  latencySeconds: 1.2,
  endsAfterMs: 420_000,
  patienceMs: 80_000,
  storage: { sessions: 3_000, keys: 20_000, events: 2 * EVENTS_MIN },
  ledgerEvents: 100_000,
};
const QUICK = {
  rounds: 3,
  seconds: 0.3,
  latencyRounds: 1,
  latencySeconds: 0.7,
  endsAfterMs: 95_000,
  patienceMs: 10_000,
  storage: { sessions: 1_000, keys: 5_000, events: EVENTS_MIN },
  ledgerEvents: 10_000,
};
const IDLE_MS = 1_500;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    server: { type: 'string', default: inRepo('dist/main.js') },
    engine: { type: 'string', multiple: true, default: ['redis', 'embedded'] },
  },
});
const processes = new Processes();
process.on('exit', () => processes.killAll());
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

const missing = whatIsMissing();
if (missing === undefined) await bench();
else {
  process.stderr.write(`${missing}\n`);
  process.exitCode = 1;
}

async function bench() {
  pinThisProcess();
  const folder = await mkdtemp(`${tmpdir()}/tollgate-bench-`);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  try {
    const report = await measureAll(folder);
    await writeFile(inRepo('bench/results.md'), report);
    process.stdout.write(report);
  } finally {
    await processes.stopAll();
  }
}

/** @param {string} folder */
async function measureAll(folder) {
  const pace = options.quick ? QUICK : FULL;
  const load = new LoadGenerators(processes, folder);
  const redis = await startRedis(processes, folder);
  const redisClient = new Redis(redis.url);
  const meter = new RedisMeter(redisClient, redis.child.pid ?? 0);

  say('starting');
  const main = resolve(options.server);
  const targets = await Promise.all(
    options.engine.flatMap((engine) =>
      [true, false].map((records) => {
        const store = engine === 'redis' ? `${redis.url}/${databaseOf(records)}` : engine;
        return Target.start(processes, { engine, records, store, main, policy: inRepo('policy.example.yaml'), folder });
      }),
    ),
  );
  const recording = targets.filter(({ records }) => records);
  await sleep(IDLE_MS);
  const idleBytes = byEngine(recording, ({ child }) => residentBytes(child.pid ?? 0));

  say('storage');
  for (const target of targets) await target.prepare();
  /** @type {Record<string, import('./storage.mjs').StorageCost>} */
  const storage = {};
  const storeOf = (/** @type {Target} */ target) => ({
    target,
    sizeOf: () =>
      target.engine === 'redis' ? meter.bytes(databaseOf(target.records)) : folderBytes(target.dataFolder),
  });
  for (const target of recording) {
    const other = targets.find(({ engine, records }) => engine === target.engine && !records);
    const unrecorded = storeOf(/** @type {Target} */ (other));
    storage[target.engine] = await storageCost(storeOf(target), unrecorded, load, pace.storage);
  }

  // Of the embedded engine, which has a key to sign with from its first start on.
  const signing = targets.find(({ engine, records }) => engine === 'embedded' && records);
  if (signing) say('verification');
  const verified = signing && (await verification(signing, { main, folder, events: pace.ledgerEvents }));

  say('redaction');
  const redaction = await redactionCost(main);

  const [first] = targets;
  const echo = await Echo.start(processes, await writeSample(/** @type {Target} */ (first), load));
  const run = new Run({ load, echo, targets, redis: meter, pace });
  say('warming up');
  await run.warmUp();
  say('throughput');
  await run.throughput();
  say('latency');
  await run.latency();
  const effects = await run.verify();

  const report = reportOf({
    run,
    version: await meter.version(),
    cpu: cpus()[0]?.model ?? 'unknown CPU',
    cores: cpus().length,
    quick: options.quick,
    effects,
    storage,
    verified,
    redaction,
    idleBytes,
    loadedBytes: byEngine(recording, ({ child }) => residentBytes(child.pid ?? 0)),
    seconds: performance.now() / 1_000,
  });
  for (const target of targets) target.close();
  redisClient.disconnect();
  return report;
}

/** Which of Redis's databases a server has to itself. @param {boolean} records */
function databaseOf(records) {
  return records ? 0 : 1;
}

/**
 * The response of a real Authorize, for the echo to repeat.
 *
 * @param {Target} target
 * @param {LoadGenerators} load
 */
async function writeSample(target, load) {
  // On a session of its own: what is sent to the others is counted.
  const response = await target.decisions.call('Authorize', requests.authorize(await target.createSession()));
  return load.write('sample.json', Buffer.from(JSON.stringify(response)));
}

/**
 * @template T
 * @param {readonly Target[]} targets
 * @param {(target: Target) => T} value
 * @returns {Record<string, T>}
 */
function byEngine(targets, value) {
  return Object.fromEntries(targets.map((target) => [target.engine, value(target)]));
}

function whatIsMissing() {
  if (cpus().length < 2) return 'bench: needs two cores, one for the server and one for the load';
  if (!existsSync(options.server)) return `bench: ${options.server} is not there; run \`npm run build\` first`;
  const install = {
    taskset: 'apt-get install -y util-linux',
    'redis-server': 'apt-get install -y redis-server',
    h2load: 'apt-get install -y nghttp2-client',
    ghz: 'GOBIN=/usr/local/bin go install github.com/bojand/ghz/cmd/ghz@latest',
  };
  for (const [program, how] of Object.entries(install)) {
    if (spawnSync(program, ['--version']).error) return `bench: ${program} is missing; install it with \`${how}\``;
  }
  return undefined;
}

/** @param {string} path */
function inRepo(path) {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

/** Progress, for whoever watches; the page goes to standard output. @param {string} stage */
function say(stage) {
  process.stderr.write(`${(performance.now() / 1_000).toFixed(0).padStart(4)} s  ${stage}\n`);
}
