// The layout of lmdb's file, as far as the check before opening needs it. lmdb-js supports only little-endian 64-bit machines.
//
// @see mdb.c in lmdb-js; its layout, data version 2, has longer headers than version 1 of LMDB

/** MDB_page_header: number(8) | transaction(8) | key size(2) | flags(2) | lower(2) | upper(2), or pages(4) for the last two. */
export const PAGE_HEADER_BYTES = 24;
export const PAGE = { branch: 0x01, leaf: 0x02, overflow: 0x04, meta: 0x08 } as const;

/** MDB_node: the value's size or the page below, low half(4) | flags(2) | key size(2), then the key and the value. */
export const NODE_HEADER_BYTES = 8;
export const NODE = { plain: 0x00, long: 0x01, tree: 0x02 } as const;
/** MDB_ovpage: where a long value lies: page(8) | transaction(8) | pages(8). */
export const LONG_VALUE_BYTES = 24;

/** MDB_db. */
export const TREE_BYTES = 48;

export interface Tree {
  readonly flags: number;
  readonly depth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly longPages: number;
  readonly entries: number;
  /** Undefined while the tree is empty. */
  readonly root: number | undefined;
}

export function treeAt(bytes: Buffer, at: number): Tree {
  const isEmpty = bytes.readBigInt64LE(at + 40) === -1n;
  return {
    flags: bytes.readUInt16LE(at + 4),
    depth: bytes.readUInt16LE(at + 6),
    branchPages: wordAt(bytes, at + 8),
    leafPages: wordAt(bytes, at + 16),
    longPages: wordAt(bytes, at + 24),
    entries: wordAt(bytes, at + 32),
    root: isEmpty ? undefined : wordAt(bytes, at + 40),
  };
}

/** MDB_meta, behind a page's header: magic(4) | version(4) | address(8) | map size(8) | two trees | last page(8) | transaction(8) | … */
export const META_BYTES = PAGE_HEADER_BYTES + 144;
const MAGIC = 0xbeefc0de;
const VERSION = 2;
/** The flags that lmdb-js writes with Tollgate's options. Other flags mean another layout, or encryption. */
const FREE_FLAGS = 0x08;
const MAIN_FLAGS = 0x00;
/** MDB_OVERLAPPINGSYNC: another program with lmdb-js wrote last, without a flush. It does not change the layout. */
const UNFLUSHED_FLAG = 0x1000;

export interface Meta {
  readonly pageBytes: number;
  /** The lists of free pages. */
  readonly free: Tree;
  /** The named tables. */
  readonly main: Tree;
  readonly lastPage: number;
  /** Counts transactions. The meta with the higher count is in force. */
  readonly transaction: number;
}

/** Reads the meta at the beginning of a page; undefined if there is none. */
export function metaAt(page: Buffer): Meta | undefined {
  const meta = page.subarray(PAGE_HEADER_BYTES);
  if (page.readUInt16LE(18) !== PAGE.meta || meta.readUInt32LE(0) !== MAGIC) return undefined;
  if (meta.readUInt32LE(4) !== VERSION) return undefined;
  const [free, main] = [treeAt(meta, 24), treeAt(meta, 24 + TREE_BYTES)];
  if ((free.flags & ~UNFLUSHED_FLAG) !== FREE_FLAGS || main.flags !== MAIN_FLAGS) return undefined;
  return {
    // The page size is stored in a field that the first tree does not need.
    pageBytes: meta.readUInt32LE(24),
    free,
    main,
    lastPage: wordAt(meta, 120),
    transaction: wordAt(meta, 128),
  };
}

/** Exact below 2^53; page numbers and counts of a sound store are smaller. */
export function wordAt(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
}
