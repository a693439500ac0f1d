// Compiles src/ into dist/ and puts the files that are read at run time (Lua scripts, descriptors, schemas) beside it.
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
const tsc = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
cpSync('src', 'dist', {
  recursive: true,
  filter: (path) => !path.endsWith('.ts'),
});
