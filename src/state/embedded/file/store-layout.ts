// How lmdb lays out a store's file, as far as it is looked at before lmdb opens it. lmdb-js comes for little-endian
// machines with words of 64 bits.
//
// @see mdb.c in lmdb-js, which has a layout of its own: data version 2 of LMDB, with longer headers than version 1

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
/** The flags that lmdb-js writes for a store of ours. With others it lays the file out, or decrypts it, in another way. */
const FREE_FLAGS = 0x08;
const MAIN_FLAGS = 0x00;
/** MDB_OVERLAPPINGSYNC: some other program of lmdb-js has written last, and not flushed. It says nothing about the layout. */
const UNFLUSHED_FLAG = 0x1000;

export interface Meta {
  readonly pageBytes: number;
  /** The lists of free pages. */
  readonly free: Tree;
  /** The named tables. */
  readonly main: Tree;
  readonly lastPage: number;
  /** Counts transactions; of two metas the one with the higher count is in force. */
  readonly transaction: number;
}

/** A meta as it stands at the begin of a page; undefined when there is none. */
export function metaAt(page: Buffer): Meta | undefined {
  const meta = page.subarray(PAGE_HEADER_BYTES);
  if (page.readUInt16LE(18) !== PAGE.meta || meta.readUInt32LE(0) !== MAGIC) return undefined;
  if (meta.readUInt32LE(4) !== VERSION) return undefined;
  const [free, main] = [treeAt(meta, 24), treeAt(meta, 24 + TREE_BYTES)];
  if ((free.flags & ~UNFLUSHED_FLAG) !== FREE_FLAGS || main.flags !== MAIN_FLAGS) return undefined;
  return {
    // The size of pages has its place in a field that the first tree does not need.
    pageBytes: meta.readUInt32LE(24),
    free,
    main,
    lastPage: wordAt(meta, 120),
    transaction: wordAt(meta, 128),
  };
}

/** Exact below 2^53, and no page number or count of a sound store is above. */
export function wordAt(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
}
