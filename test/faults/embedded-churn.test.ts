// Sessions that come and go for ever, with their charges and keys: what has ended is swept away, its pages are used
// again, and the file stops growing.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openEmbeddedState } from '../../src/state/embedded/state.ts';
import type { State } from '../../src/state/port/state.ts';
import { tablesOf } from '../contract/embedded/tables.ts';
import { charged, created, idIn, MINUTE, operation } from '../contract/fixtures.ts';
import { extent, recordFigure } from '../support/figures.ts';

const SESSIONS = extent({ cut: 20_000, whole: 1_000_000 });
const AT_ONCE = extent({ cut: 500, whole: 2_000 });
/** Far beyond how long anything is kept: an ended session for 15 minutes, a key for up to 30. */
const MS_PER_ROUND = 3 * MINUTE;
const RETENTION_MS = 15 * MINUTE;
const PARTITIONS = 256;
const SAMPLES = 10;

interface Sample {
  readonly sessions: number;
  readonly fileBytes: number;
}

test(`the file stops growing while ${SESSIONS} sessions come and go`, { timeout: 1_800_000 }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-churn-'));
  let nowMs = 1_750_000_000_000;
  const options = { directory, retentionMs: RETENTION_MS, mapSizeBytes: 2 ** 32, now: () => nowMs };
  const state = await openEmbeddedState(options);
  const tables = tablesOf(directory);

  const samples: Sample[] = [];
  const rounds = SESSIONS / AT_ONCE;
  for (let round = 1; round <= rounds; round++) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => live(state, round, index)));
    nowMs += MS_PER_ROUND;
    await sweep(state);
    const { size } = await stat(join(directory, 'data.mdb'));
    samples.push({ sessions: round * AT_ONCE, fileBytes: size });
  }

  const atThird = samples[Math.ceil(rounds / 3) - 1]!;
  const last = samples.at(-1)!;
  const kept = { sessions: await tables.count('session-facts'), keys: await tables.count('operations') };
  const curve = samples.filter((_, index) => (index + 1) % (rounds / SAMPLES) === 0).map(textOf);
  recordFigure('embedded-churn', {
    what: `Embedded store: size of its file while ${SESSIONS} sessions are created, charged, ended and swept, ${AT_ONCE} at a time`,
    result: `${curve.join(', ')}; at the end ${kept.sessions} sessions and ${kept.keys} keys are left`,
  });
  expect(kept.sessions).toBeLessThanOrEqual((AT_ONCE * (RETENTION_MS + MINUTE)) / MS_PER_ROUND + AT_ONCE);
  expect(kept.keys).toBeLessThanOrEqual(2 * AT_ONCE * ((40 * MINUTE) / MS_PER_ROUND));
  expect(last.fileBytes).toBeLessThanOrEqual(1.3 * atThird.fileBytes);
  await state.close();
  // Opening walks through all pages, the free ones too.
  await (await openEmbeddedState(options)).close();
  await rm(directory, { recursive: true });
});

/** One session's life: created and charged with keys; every other one is closed, the rest expire. */
async function live(state: State, round: number, index: number): Promise<void> {
  const sessionId = idIn(index % PARTITIONS);
  const record = await created(state, { sessionId, agentId: `agent-${index}`, timeLimitMs: MINUTE });
  await charged(state, record, { idempotencyKey: operation(`a${round}`) });
  await charged(state, record, { idempotencyKey: operation(`b${round}`) });
  if (index % 2 === 0) await state.closeSession(sessionId, undefined);
}

async function sweep(state: State): Promise<void> {
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
  await Promise.all(
    partitions.map((partition) => state.removeEndedSessions({ partition, endedForMs: RETENTION_MS + 1, limit: 100 })),
  );
}

function textOf({ sessions, fileBytes }: Sample): string {
  return `${Math.round(sessions / 1_000)}k: ${(fileBytes / 1e6).toFixed(1)} MB`;
}
