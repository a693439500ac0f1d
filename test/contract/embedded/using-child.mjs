// Opens a store and uses all of it: every operation, on whatever is there. Says how that went, unless it dies of it.
import { randomUUID } from 'node:crypto';

const [engine, directory] = process.argv.slice(2);
const { openEmbeddedState } = await import(`${engine}/state.js`);

const DAY = 24 * 3_600_000;
const PARTITIONS = 256;
const IDENTITY = { platform: 'discord', userId: '111', guildId: undefined, channelId: undefined, userAliases: [] };
let nowMs = Date.now();
let failed = 0;

const state = await openEmbeddedState({
  directory,
  retentionMs: 900_000,
  runRetentionMs: DAY,
  mapSizeBytes: 2 ** 28,
  now: () => nowMs,
}).catch((error) => {
  console.log(`refused: ${error.message}`);
  process.exit(0);
});

const { sessions, runs } = await everything();
await Promise.all(sessions.map(useSession));
await Promise.all(runs.map(useRun));
await Promise.all(
  Array.from({ length: 300 }, (_, index) => attempt(() => state.createSession(session(index), 9, undefined))),
);
for (const agentId of ['agent-1', 'agent-2', 'agent-3']) {
  await attempt(() => state.deactivateAgent(agentId));
  await attempt(() => state.reactivateAgent(agentId));
}
nowMs += 3 * DAY;
for (let partition = 0; partition < PARTITIONS; partition++) {
  await attempt(() => state.removeEndedSessions({ partition, endedForMs: 900_000, limit: 100 }));
}
await attempt(() => state.close());
console.log(`used: ${failed} calls failed`);
process.exit(0);

async function everything() {
  const [sessions, runs] = [[], []];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const page = await attempt(() => state.pageSessions({ partition, after: undefined, limit: 500 }));
    sessions.push(...(page?.records ?? []));
    for (const index of ['started', 'finished', 'touched']) {
      const found = await attempt(() => state.pageRuns({ partition, index, descending: true, limit: 500 }));
      runs.push(...(found?.runs ?? []));
    }
  }
  return { sessions, runs };
}

async function useSession({ session: { sessionId, agentId, owner } }) {
  for (const key of ['k0', 'k1', 'new']) {
    await attempt(() =>
      state.charge({
        sessionId,
        agentId,
        principals: owner === undefined ? undefined : [owner],
        calls: [{ tool: 'search', sensitivity: 0 }],
        decisionId: randomUUID(),
        idempotencyKey: { rpc: 'Authorize', key, fingerprint: '00112233445566ff' },
        identity: undefined,
      }),
    );
  }
  await attempt(() => state.bindIdentity(`trace-${sessionId}`, IDENTITY, 60_000));
  await attempt(() => state.readIdentity(`trace-${sessionId}`));
  await attempt(() => state.closeSession(sessionId, undefined));
}

async function useRun({ run: { runId } }) {
  const found = await attempt(() => state.readRun(runId, undefined));
  await attempt(() => state.readLog(runId, { afterSequence: 0, limit: 500 }));
  if (!found?.stored) return;
  const { run, revision } = found.stored;
  const records = [Buffer.alloc(300), Buffer.alloc(9_000)];
  const after = { ...run, lastSequence: run.lastSequence + records.length };
  await attempt(() => state.commitRun({ run: after, expectedRevision: revision, records, idempotencyKey: undefined }));
  await attempt(() => state.removeRun(runId, revision + 1));
}

function session(index) {
  return {
    sessionId: `${randomUUID().slice(0, -2)}${(index % PARTITIONS).toString(16).padStart(2, '0')}`,
    agentId: `other-${index}`,
    owner: undefined,
    delegationChain: [],
    declaredIntent: '',
    grant: 'all',
    timeLimitMs: DAY,
    callBudget: 100,
    rateLimit: undefined,
    rateWindowMs: 60_000,
    sensitivityCeiling: 1,
  };
}

/** A call may fail, as a call; anything else than a failure of the port is a fault of the engine. */
async function attempt(call) {
  try {
    return await call();
  } catch (error) {
    if (error.kind !== 'internal' && error.kind !== 'state_unavailable') throw error;
    failed += 1;
    return undefined;
  }
}
