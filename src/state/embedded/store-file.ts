// lmdb-js crashes the process when it opens a file that is no lmdb file, so that is looked at first.
import { closeSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';

/** mdb.c: MDB_MAGIC, which stands at the begin of the meta page, behind a page header of 24 bytes. */
const MAGIC = 0xbeefc0de;
const MAGIC_OFFSET = 24;

/** Whether lmdb can open what is in a directory: an lmdb file, or none yet. */
export function holdsStoreOrNone(directory: string): boolean {
  const start = Buffer.alloc(MAGIC_OFFSET + 4);
  const length = readStart(join(directory, 'data.mdb'), start);
  if (length === 0) return true;
  const magic = endianness() === 'LE' ? start.readUInt32LE(MAGIC_OFFSET) : start.readUInt32BE(MAGIC_OFFSET);
  return magic === MAGIC;
}

function readStart(path: string, start: Buffer): number {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
  try {
    return readSync(fd, start, 0, start.length, 0);
  } finally {
    closeSync(fd);
  }
}
