// Copies of the source with one slip in it, to see that the histories find it. The source itself is never touched.
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Openers } from './lanes.ts';

export interface Slip {
  /** Below src/. */
  readonly file: string;
  /** Stands there once. */
  readonly from: string;
  readonly to: string;
}

export interface SlippedSource {
  readonly open: Required<Openers>;
  remove(): void;
}

/** Loads both engines from a copy of the source in which one piece of text is another. */
export async function loadWithSlip({ file, from, to }: Slip): Promise<SlippedSource> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-slip-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    for (const part of ['core', 'state', 'config', 'startup-error.ts']) {
      cpSync(resolve('src', part), join(folder, 'src', part), { recursive: true });
    }
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const path = join(folder, 'src', file);
    const pieces = readFileSync(path, 'utf8').split(from);
    if (pieces.length !== 2) throw new Error(`${file} holds ${pieces.length - 1} times: ${from}`);
    writeFileSync(path, pieces.join(to));
    const redis: typeof import('../../src/state/redis/state.ts') = await import(join(folder, 'src/state/redis/state.ts'));
    const embedded: typeof import('../../src/state/embedded/state.ts') = await import(
      join(folder, 'src/state/embedded/state.ts')
    );
    return { open: { redis: redis.openRedisState, embedded: embedded.openEmbeddedState }, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
