// Reserves disk space before lmdb opens a store. A full disk kills lmdb in two places: it writes its lock file through a memory
// map, where a missing page raises SIGBUS, and it cannot abort the creation of a store.
import { closeSync, constants, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** More than the 8,272 bytes that lmdb needs; a longer file only has room for more readers. */
const LOCK_FILE_BYTES = 12_288;
/** A new store takes about 60 KiB. */
const NEW_STORE_BYTES = 262_144;
const OWNER_ONLY = 0o600;

/** @throws the error of the file system, mostly ENOSPC */
export function takeSpace(directory: string, { forNewStore }: { forNewStore: boolean }): void {
  fillLockFile(join(directory, 'lock.mdb'));
  if (forNewStore) tryToWrite(join(directory, 'space'));
}

/** Allocates every page of the file on the disk. The old content is not needed: no other process has the directory open. */
function fillLockFile(path: string): void {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, OWNER_ONLY);
  try {
    writeSync(fd, Buffer.alloc(LOCK_FILE_BYTES), 0, LOCK_FILE_BYTES, 0);
  } finally {
    closeSync(fd);
  }
}

function tryToWrite(path: string): void {
  try {
    writeFileSync(path, Buffer.alloc(NEW_STORE_BYTES), { mode: OWNER_ONLY });
  } finally {
    rmSync(path, { force: true });
  }
}
