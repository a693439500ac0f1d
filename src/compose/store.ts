// Opens the store that the configuration names, and logs its events.
import type { Config } from '../config/config.ts';
import { lockDirectory } from '../state/embedded/file/directory-lock.ts';
import type { State } from '../state/port/state.ts';
import type { RedisEvent } from '../state/redis/state.ts';
import type { Logger } from '../telemetry/log.ts';
import type { OutageLog } from '../telemetry/outage-log.ts';
import type { Warnings } from '../telemetry/warnings.ts';
import { StoreLogin } from './store-login.ts';

interface StoreTelemetry {
  readonly log: Logger;
  readonly warnings: Warnings;
  readonly outage: OutageLog;
  /** Runs when the replication history of the store changes: stored data may be lost. */
  readonly onOtherHistory: () => void;
}

interface OpenedStore {
  readonly state: State;
  /** Undefined for a store in this process. */
  readonly login: StoreLogin | undefined;
  readonly close: () => Promise<void>;
}

/**
 * Opens the state and locks the data directory, which may hold the embedded store and both sockets.
 *
 * @throws StartupError when the directory or the store cannot be used
 */
export async function openStore(config: Config, telemetry: StoreTelemetry): Promise<OpenedStore> {
  if (config.store.kind === 'embedded') {
    // The embedded store locks the directory itself.
    const state = await openEmbedded(config);
    return { state, login: undefined, close: () => state.close() };
  }
  const lock = await lockDirectory(config.dataDir);
  try {
    return await openRedis(config, telemetry, lock.release);
  } catch (error) {
    lock.release();
    throw error;
  }
}

// Each engine is loaded only where it is used.
async function openEmbedded(config: Config): Promise<State> {
  const { openEmbeddedState } = await import('../state/embedded/state.ts');
  const { mapSizeBytes } = config.store;
  return openEmbeddedState({ directory: config.dataDir, mapSizeBytes, ...retentionOf(config) });
}

async function openRedis(config: Config, telemetry: StoreTelemetry, release: () => void): Promise<OpenedStore> {
  const { openRedisState } = await import('../state/redis/state.ts');
  const { url, sentinelPassword, commandTimeoutMs, writeTimeouts, confirm, require, identityKeyPrefix } = config.store;
  const login = new StoreLogin(config, telemetry);
  try {
    const state = await openRedisState({
      url: url.reveal(),
      sentinelPassword: sentinelPassword?.reveal(),
      login,
      commandTimeoutMs,
      writeTimeoutMs: Math.max(writeTimeouts.appendMs, writeTimeouts.finishMs),
      confirm,
      require,
      identityKeyPrefix,
      ...retentionOf(config),
      onEvent: (event) => tell(telemetry, event),
    });
    const close = () =>
      state.close().finally(() => {
        login.close();
        release();
      });
    return { state, login, close };
  } catch (error) {
    login.close();
    throw error;
  }
}

function tell({ log, outage, onOtherHistory }: StoreTelemetry, event: RedisEvent): void {
  switch (event.kind) {
    case 'ready':
      log.info({ store: event.info.description, durability: event.info.durability }, 'the store is ready');
      outage.ready();
      break;
    case 'lost':
      outage.lost(event.cause);
      break;
    case 'lineage_changed':
      onOtherHistory();
      log.warn(
        { from: event.from, to: event.to },
        'the replication history of the store has changed: a failover or a restart',
      );
      break;
    case 'rolled_back': {
      const { kind, id, changes } = event.rollBack;
      log.error({ [`${kind}_id`]: id, changes }, 'the store has lost acknowledged changes');
      break;
    }
    case 'data_lost':
      onOtherHistory();
      log.error({ loss: event.loss }, 'the store has lost its data');
      break;
  }
}

function retentionOf({ sessions, runs, decisions }: Config) {
  const runRetentionMs = runs.retentionMs + runs.idleTimeoutMs;
  return { retentionMs: sessions.endedRetentionMs, runRetentionMs, decisions };
}
