// The file of a store, looked at before lmdb opens it. lmdb trusts what it finds: a file that is none of its own, one
// that was cut off or a page that holds something else kills the process, at once or at some later call.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { META_BYTES, type Meta, metaAt } from './store-layout.ts';
import { checkPages } from './store-pages.ts';

/** mdb.c: the sizes that a page can have. */
const PAGE_BYTES_MIN = 512;
const PAGE_BYTES_MAX = 65_536;
const READ_AHEAD_BYTES = 1_048_576;

/**
 * Whether a directory holds a store; one without a file, or with an empty one, holds none yet.
 *
 * @throws Error that says what is wrong with the file, so that lmdb must not see it
 */
export function holdsSoundStore(directory: string): boolean {
  const fd = openIfThere(join(directory, 'data.mdb'));
  if (fd === undefined) return false;
  try {
    const { size } = fstatSync(fd);
    if (size === 0) return false;
    const first = readMeta(fd, 0);
    if (!first || !isPageSize(first.pageBytes)) throw new Error('data.mdb is no lmdb file');
    const { pageBytes } = first;
    const second = readMeta(fd, pageBytes);
    if (second?.pageBytes !== pageBytes) throw new Error('page 1 is damaged');
    readAhead(fd);
    const read = (page: number, into: Buffer) => readAll(fd, into, page * pageBytes);
    checkPages({ pageBytes, count: Math.floor(size / pageBytes), read }, newer(first, second));
    return true;
  } finally {
    closeSync(fd);
  }
}

/** Opens a file as lmdb will, for reading and writing. */
function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r+');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function readMeta(fd: number, at: number): Meta | undefined {
  const page = Buffer.alloc(META_BYTES);
  readAll(fd, page, at);
  return metaAt(page);
}

function readAll(fd: number, into: Buffer, at: number): void {
  if (readSync(fd, into, 0, into.length, at) !== into.length) throw new Error('data.mdb has been cut off');
}

/** Has the system read the file in one go. The walk jumps about in it, which takes a cold disk three times as long. */
function readAhead(fd: number): void {
  const chunk = Buffer.allocUnsafe(READ_AHEAD_BYTES);
  for (let at = 0, length = 1; length > 0; at += length) length = readSync(fd, chunk, 0, chunk.length, at);
}

function isPageSize(bytes: number): boolean {
  return bytes >= PAGE_BYTES_MIN && bytes <= PAGE_BYTES_MAX && Number.isInteger(Math.log2(bytes));
}

/** The one that lmdb will take. */
function newer(first: Meta, second: Meta): Meta {
  return first.transaction >= second.transaction ? first : second;
}
