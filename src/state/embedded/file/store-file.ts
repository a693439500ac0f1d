// Checks the file of a store before lmdb opens it. lmdb trusts the file: a foreign file, a truncated file or a damaged page kills
// the process, at once or in a later call.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { META_BYTES, type Meta, metaAt } from './store-layout.ts';
import { checkPages } from './store-pages.ts';

/** The limits of the page size in mdb.c. */
const PAGE_BYTES_MIN = 512;
const PAGE_BYTES_MAX = 65_536;
const READ_AHEAD_BYTES = 1_048_576;

/**
 * Whether a directory holds a store. A missing or empty file means that it holds none yet.
 *
 * @throws Error that says what is wrong with the file; lmdb must not open it
 */
export function holdsSoundStore(directory: string): boolean {
  const fd = openIfThere(join(directory, 'data.mdb'));
  if (fd === undefined) return false;
  try {
    const { size } = fstatSync(fd);
    if (size === 0) return false;
    const first = readMeta(fd, 0);
    if (!first || !isPageSize(first.pageBytes)) throw new Error('data.mdb is not an lmdb file');
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

/** Opens a file for reading and writing, as lmdb will. */
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
  if (readSync(fd, into, 0, into.length, at) !== into.length) throw new Error('data.mdb is truncated');
}

/** Reads the file sequentially into the page cache. The check reads at random, which takes three times as long on a cold disk. */
function readAhead(fd: number): void {
  const chunk = Buffer.allocUnsafe(READ_AHEAD_BYTES);
  for (let at = 0, length = 1; length > 0; at += length) length = readSync(fd, chunk, 0, chunk.length, at);
}

function isPageSize(bytes: number): boolean {
  return bytes >= PAGE_BYTES_MIN && bytes <= PAGE_BYTES_MAX && Number.isInteger(Math.log2(bytes));
}

/** Returns the meta that lmdb will use. */
function newer(first: Meta, second: Meta): Meta {
  return first.transaction >= second.transaction ? first : second;
}
