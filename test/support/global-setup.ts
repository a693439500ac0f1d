// Runs once before the suites: builds and installs what they share, so that no two of them try at the same time.
import { spawnSync } from 'node:child_process';
import { ensureRedis } from './redis-server.ts';

/** Each project loads this module again, in the same process. */
const DONE = Symbol.for('tollgate.test.global-setup');

export default function setup(): void {
  const shared = globalThis as { [DONE]?: boolean };
  if (shared[DONE]) return;
  const build = spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
  if (build.status !== 0) throw new Error('the build failed');
  ensureRedis();
  shared[DONE] = true;
}
