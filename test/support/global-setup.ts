// Once before all suites: what they share is built and installed, so that no two of them try at the same time.
import { spawnSync } from 'node:child_process';
import { ensureRedis } from './redis-server.ts';

export default function setup(): void {
  const build = spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
  if (build.status !== 0) throw new Error('the build failed');
  ensureRedis();
}
