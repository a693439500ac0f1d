// Compiles src/ into dist/ and puts the files that are read at run time (Lua scripts, descriptors, schemas) beside it.
// The new folder takes the old one's place in one step, so that a server that starts during the build never finds a partial one.
import { spawnSync } from 'node:child_process';
import { cpSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const next = `dist.${process.pid}`;
const old = `${next}.old`;

const compiler = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', next];
const { status } = spawnSync(process.execPath, compiler, { stdio: 'inherit' });
if (status === 0) {
  cpSync('src', next, { recursive: true, filter: (path) => !path.endsWith('.ts') });
  try {
    renameSync('dist', old);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  renameSync(next, 'dist');
}
rmSync(next, { recursive: true, force: true });
rmSync(old, { recursive: true, force: true });
process.exit(status ?? 1);
