// Set up in each test file when TEST_CPU_TIMES names a file: appends the CPU time of the test file, in seconds, with the
// processes that it started and waited for. Wall time says little on a busy machine; CPU time divides the suites.
import { appendFileSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { afterAll, expect } from 'vitest';

const TICKS_PER_SECOND = 100;

// Hooks end in the reverse order of their registration, so this one runs after those of the test file.
afterAll(() => {
  const file = relative(process.cwd(), expect.getState().testPath ?? 'unknown');
  appendFileSync(process.env.TEST_CPU_TIMES!, `${cpuSeconds().toFixed(1)}\t${file}\n`);
});

/** User and system time of this process and of its children that have ended (proc(5): utime, stime, cutime, cstime). */
function cpuSeconds(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
}
