// What is stored costs: bytes for each session, remembered key and audit event, indexes and all else included.
import { readdir, stat } from 'node:fs/promises';
import { eventMessages, keyedMessages } from './rows.mjs';
import { RUNS } from './targets.mjs';

const SESSIONS_PER_AGENT = 100;
const AT_A_TIME = 32;

/** @typedef {{ session: number, key: number, event: number }} StorageCost  bytes each */

/**
 * Grows a store by sessions, keys and events, one after the other, and looks what each added.
 *
 * @param {import('./targets.mjs').Target} target
 * @param {import('./load.mjs').LoadGenerators} load
 * @param {() => Promise<number>} sizeOf  bytes of the store
 * @param {{ sessions: number, keys: number, events: number }} amounts
 * @returns {Promise<StorageCost>}
 */
export async function storageCost(target, load, sizeOf, amounts) {
  const empty = await sizeOf();
  await createSessions(target, amounts.sessions);
  const withSessions = await sizeOf();

  const keyed = await target.keyedSessions();
  const beforeKeys = await sizeOf();
  const keysFile = await load.write('storage-keys.bin', keyedMessages(keyed, amounts.keys));
  await load.ghz({ method: 'Authorize', address: target.address, file: keysFile, calls: amounts.keys });
  const withKeys = await sizeOf();

  const runs = await target.startRuns();
  const beforeEvents = await sizeOf();
  const eventsFile = await load.write('storage-events.bin', eventMessages(runs));
  await load.ghz({ method: 'AppendAudit', address: target.address, file: eventsFile, calls: amounts.events });
  const withEvents = await sizeOf();

  return {
    session: (withSessions - empty) / amounts.sessions,
    key: (withKeys - beforeKeys) / amounts.keys,
    event: (withEvents - beforeEvents) / amounts.events,
  };
}

/** @param {import('./targets.mjs').Target} target @param {number} count */
async function createSessions(target, count) {
  let created = 0;
  const worker = async () => {
    while (created < count) await target.createSession(`agent-${Math.floor(created++ / SESSIONS_PER_AGENT)}`);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}

/**
 * Bytes that the files of a folder take on the disk.
 *
 * @param {string} folder
 */
export async function folderBytes(folder) {
  const names = await readdir(folder, { recursive: true });
  const stats = await Promise.all(names.map((name) => stat(`${folder}/${name}`)));
  return stats.reduce((sum, file) => sum + (file.isFile() ? file.blocks * BLOCK_BYTES : 0), 0);
}

/** What `st_blocks` counts in (man 2 stat). */
const BLOCK_BYTES = 512;

/** So many events, over all runs, that each log is well behind its first page. */
export const EVENTS_MIN = RUNS * 50;
