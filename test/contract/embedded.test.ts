import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open as openLmdb } from 'lmdb';
import { nameKey, time } from '../../src/state/embedded/keys.ts';
import { openEmbeddedState } from '../../src/state/embedded/state.ts';
import { contractSuite, DECISIONS, type Opened, RETENTION_MS } from './suite.ts';

contractSuite('embedded', async (): Promise<Opened> => {
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-contract-'));
  let nowMs = 1_750_000_000_000;
  const now = () => nowMs;
  const bounds = { retentionMs: RETENTION_MS, decisions: DECISIONS, mapSizeBytes: 2 ** 28 };
  const state = await openEmbeddedState({ directory, ...bounds, now });
  return {
    state,
    clock: {
      now,
      advance: async (ms) => {
        nowMs += ms;
      },
    },
    async close() {
      await state.close();
      await rm(directory, { recursive: true });
    },
    async plantIdentity(traceId, bytes, ttlMs) {
      const root = openLmdb<Buffer, Buffer>({ path: directory, noSubdir: false });
      const identities = root.openDB<Buffer, Buffer>('identities', { encoding: 'binary', keyEncoding: 'binary' });
      await identities.put(nameKey(traceId), Buffer.concat([time(nowMs + ttlMs), bytes]));
      // The engine's own handle sees what another one wrote from its next turn on.
      await new Promise((wake) => setTimeout(wake, 10));
    },
  };
});
