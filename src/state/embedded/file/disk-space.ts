// Room on the disk that lmdb must find, taken before it looks. It dies of a full disk in two places: it uses its lock
// file through a writable map, where a page that the disk cannot give is a SIGBUS, and it cannot give up making a store.
import { closeSync, constants, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** More than the 8,272 bytes that lmdb asks for; a longer file only holds more readers. */
const LOCK_FILE_BYTES = 12_288;
/** A new store takes about 60 KiB. */
const NEW_STORE_BYTES = 262_144;
const OWNER_ONLY = 0o600;

/** @throws the file system's error, ENOSPC above all */
export function takeSpace(directory: string, { forNewStore }: { forNewStore: boolean }): void {
  fillLockFile(join(directory, 'lock.mdb'));
  if (forNewStore) tryToWrite(join(directory, 'space'));
}

/** Gives every page of the file its place on the disk. What was in it is of no use: nobody else has the directory open. */
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
