// The engines from a copy of the source with one slip in it. The source itself is never touched, and knows nothing of it.
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

export interface SlippedEngines {
  readonly open: Required<Openers>;
  /** Removes the copy. */
  remove(): void;
}

/** @throws when the text to replace does not stand in the file once: the slip must then be planted elsewhere */
export async function loadWithSlip({ file, from, to }: Slip): Promise<SlippedEngines> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-slip-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const src = join(folder, 'src');
  try {
    cpSync('src', src, { recursive: true });
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    plant(join(src, file), from, to);
    const redis: typeof import('../../src/state/redis/state.ts') = await import(join(src, 'state/redis/state.ts'));
    const embedded: typeof import('../../src/state/embedded/state.ts') = await import(
      join(src, 'state/embedded/state.ts')
    );
    return { open: { redis: redis.openRedisState, embedded: embedded.openEmbeddedState }, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function plant(path: string, from: string, to: string): void {
  const pieces = readFileSync(path, 'utf8').split(from);
  if (pieces.length !== 2) throw new Error(`${path} holds ${pieces.length - 1} times: ${from}`);
  writeFileSync(path, pieces.join(to));
}
