import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open as openLmdb } from 'lmdb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openEmbeddedState } from '../../../src/state/embedded/state.ts';
import { created } from '../fixtures.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tollgate-opening-'));
});
afterEach(async () => {
  vi.doUnmock('lmdb');
  vi.doUnmock('fs-native-extensions');
  vi.resetModules();
  await rm(directory, { recursive: true });
});

function open() {
  return openEmbeddedState({ directory, retentionMs: 900_000, mapSizeBytes: 2 ** 28 });
}

describe('opening a store in a directory', () => {
  test('names the directory and how durable its answers are', async () => {
    const state = await open();
    expect(state.info).toEqual({
      engine: 'embedded',
      description: `embedded lmdb in ${directory}`,
      durability: 'flushed',
      warnings: [],
      isFull: false,
      lineageChanges: 0,
      lostWrites: 0,
    });
    await state.close();
  });

  test('refuses a directory that is open already, and leaves it open', async () => {
    const state = await open();
    await expect(open()).rejects.toThrow(`data directory ${directory} is in use by process ${process.pid}`);
    expect(await state.now()).toBeGreaterThan(0);
    await state.close();
    await (await open()).close();
  });

  test('refuses a store of another format, every time and in one line', async () => {
    await (await open()).close();
    const root = openLmdb<Buffer, Buffer>({ path: directory, noSubdir: false, encoding: 'binary' });
    const meta = root.openDB<Buffer, Buffer>('meta', { encoding: 'binary', keyEncoding: 'binary' });
    await meta.put(Buffer.from('format'), Buffer.from('99'));
    await root.close();
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(open()).rejects.toThrow(/^data directory \S+ has format 99 and this version reads format 2: .+$/);
    }
  });

  test('refuses a file that is no store, in one line, and makes one of an empty file', async () => {
    const path = join(directory, 'data.mdb');
    for (const content of ['no store at all'.repeat(1_000), 'short', Buffer.alloc(20_000)]) {
      await writeFile(path, content);
      await expect(open()).rejects.toThrow(/^data directory \S+ holds no usable store \(.+\): .+$/);
    }
    await writeFile(path, '');
    await (await open()).close();
  });

  test('refuses a truncated file in one line that names the remedy, wherever it ends', async () => {
    const path = join(directory, 'data.mdb');
    const state = await open();
    for (let index = 0; index < 30; index++) await created(state, { agentId: `agent-${index}` });
    await state.close();
    const whole = await readFile(path);
    for (let bytes = whole.length - 1; bytes > 0; bytes -= 3_000) {
      await writeFile(path, whole.subarray(0, bytes));
      await expect(open()).rejects.toThrow(
        /^data directory \S+ holds no usable store \(data\.mdb (is truncated|is not an lmdb file).*\): restore it from a copy, or move it away and start empty, which forgets .+$/,
      );
    }
    await writeFile(path, whole);
    await (await open()).close();
  });

  test('refuses to start without a native module, whichever is missing', async () => {
    for (const missing of ['lmdb', 'fs-native-extensions']) {
      vi.resetModules();
      vi.doMock(missing, () => {
        throw new Error('no native build was found');
      });
      const fresh = await import('../../../src/state/embedded/state.ts');
      const opening = fresh.openEmbeddedState({ directory, retentionMs: 1, mapSizeBytes: 2 ** 20 });
      await expect(opening).rejects.toThrow(new RegExp(`^the native module ${missing} cannot be loaded on .+$`));
      vi.doUnmock(missing);
    }
    await (await open()).close();
  });
});
