// What is stored costs: bytes for each session, remembered key and audit event, indexes and all else included.
import { readdir, stat } from 'node:fs/promises';
import { eventMessages, keyedMessages } from './rows.mjs';
import { RUNS } from './targets.mjs';

const SESSIONS_PER_AGENT = 100;
const AT_A_TIME = 32;

/** @typedef {{ session: number, key: number, decision: number, event: number }} StorageCost  bytes each */
/** @typedef {{ target: import('./targets.mjs').Target, sizeOf: () => Promise<number> }} Store */

/**
 * Grows a store by sessions, keys and events, one after the other, and looks what each added. Sessions and charges with a
 * key leave records as well, so both are made on a server without records, and the charges on the other one, too.
 *
 * @param {Store} store
 * @param {Store} unrecorded  of the same engine
 * @param {import('./load.mjs').LoadGenerators} load
 * @param {{ sessions: number, keys: number, events: number }} amounts
 * @returns {Promise<StorageCost>}
 */
export async function storageCost({ target, sizeOf }, unrecorded, load, amounts) {
  const empty = await unrecorded.sizeOf();
  await createSessions(unrecorded.target, amounts.sessions);
  const withSessions = await unrecorded.sizeOf();

  const charge = await chargeCost({ target, sizeOf }, load, amounts.keys);
  const key = await chargeCost(unrecorded, load, amounts.keys);

  const runs = await target.startRuns();
  const beforeEvents = await sizeOf();
  const eventsFile = await load.write('storage-events.bin', eventMessages(runs));
  await load.ghz({ method: 'AppendAudit', address: target.address, file: eventsFile, calls: amounts.events });
  const withEvents = await sizeOf();

  return {
    session: (withSessions - empty) / amounts.sessions,
    key,
    decision: charge - key,
    event: (withEvents - beforeEvents) / amounts.events,
  };
}

/** @param {Store} store @param {import('./load.mjs').LoadGenerators} load @param {number} calls  each with a new key */
async function chargeCost({ target, sizeOf }, load, calls) {
  const keyed = await target.keyedSessions();
  const before = await sizeOf();
  const file = await load.write('storage-keys.bin', keyedMessages(keyed, calls));
  await load.ghz({ method: 'Authorize', address: target.address, file, calls });
  return ((await sizeOf()) - before) / calls;
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
