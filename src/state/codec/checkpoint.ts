// A checkpoint: the text that is signed (C2SP tlog-checkpoint), and its stored form. The stored form includes the tree's
// frontier, so that the next checkpoint need not read the log from its beginning.
//
//   version(1) = 1 | number(4) | epoch(4) | size(8) | time, ms(8) | count(1) | the frontier's hashes(32 each) | the signed note
import type { Frontier } from '../../core/ledger/merkle.ts';
import type { RunStatus } from '../../core/run/run.ts';
import type { Durability } from '../port/store.ts';

const VERSION = 1;
const HEADER_BYTES = 26;
const HASH_BYTES = 32;

export interface CheckpointFacts {
  readonly runId: string;
  /** How often the store is known to have lost changes of this run. */
  readonly epoch: number;
  readonly size: number;
  readonly root: Uint8Array;
  readonly atMs: number;
  /** The durability level of every signed record. */
  readonly durability: Durability;
  /** For a finished run: its status, and the hash of its run line. */
  readonly end: { readonly status: RunStatus; readonly lineHash: Uint8Array } | undefined;
}

export interface StoredCheckpoint {
  /** Counts the run's checkpoints from 1, including removed ones. */
  readonly number: number;
  readonly epoch: number;
  readonly atMs: number;
  readonly frontier: Frontier;
  readonly note: string;
}

/** @see https://c2sp.org/tlog-checkpoint */
export function checkpointText({ runId, epoch, size, root, atMs, durability, end }: CheckpointFacts): string {
  const lines = [
    `tollgate/${runId}/${epoch}`,
    size,
    base64(root),
    `time ${atMs}`,
    `durability ${durability}`,
    ...(end ? [`run ${end.status} ${base64(end.lineHash)}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

export function encodeCheckpoint({ number, epoch, atMs, frontier, note }: StoredCheckpoint): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(VERSION, 0);
  header.writeUInt32BE(number, 1);
  header.writeUInt32BE(epoch, 5);
  header.writeBigUInt64BE(BigInt(frontier.size), 9);
  header.writeBigUInt64BE(BigInt(atMs), 17);
  header.writeUInt8(frontier.hashes.length, 25);
  return Buffer.concat([header, ...frontier.hashes, Buffer.from(note)]);
}

/** @throws when the bytes are not what {@link encodeCheckpoint} writes */
export function decodeCheckpoint(stored: Uint8Array): StoredCheckpoint {
  const bytes = Buffer.from(stored);
  const noteAt = HEADER_BYTES + HASH_BYTES * (bytes[25] ?? 0);
  if (bytes[0] !== VERSION || bytes.length <= noteAt) throw new Error(`checkpoint: not version ${VERSION}`);
  const hashes = [];
  for (let at = HEADER_BYTES; at < noteAt; at += HASH_BYTES) hashes.push(bytes.subarray(at, at + HASH_BYTES));
  return {
    number: bytes.readUInt32BE(1),
    epoch: bytes.readUInt32BE(5),
    atMs: Number(bytes.readBigUInt64BE(17)),
    frontier: { size: Number(bytes.readBigUInt64BE(9)), hashes },
    note: bytes.toString('utf8', noteAt),
  };
}

/**
 * Whether the values stored beside a note agree with the note. A wrong frontier would go into the next checkpoint, which would
 * then sign a root that fits no records.
 *
 * @param root  the root of the frontier
 */
export function isOfItsNote(
  { epoch, atMs, frontier, note }: StoredCheckpoint,
  runId: string,
  root: Uint8Array,
): boolean {
  return note.startsWith(`tollgate/${runId}/${epoch}\n${frontier.size}\n${base64(root)}\ntime ${atMs}\n`);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
