import { defineConfig } from 'vitest/config';
import { LONG_SUITES, QUICK_SUITES, type Suite } from './test/support/suites.ts';

/** Named after the npm script, because one CI run makes several. */
const report = `test-report-${(process.env.npm_lifecycle_event ?? 'vitest').replaceAll(':', '-')}.json`;

export default defineConfig({
  test: {
    // Most suites wait more than they compute: a worker per core, instead of vitest's one fewer.
    maxWorkers: 2,
    reporters: process.env.CI ? ['default', ['json', { outputFile: report }]] : ['default'],
    projects: [...QUICK_SUITES, ...LONG_SUITES].map(projectOf),
  },
});

function projectOf({ name, include, exclude = [], timeoutMs, needsPrograms }: Suite) {
  return {
    test: {
      name,
      include: [...include],
      exclude: [...exclude],
      testTimeout: timeoutMs,
      hookTimeout: timeoutMs,
      globalSetup: needsPrograms ? ['test/support/global-setup.ts'] : [],
      setupFiles: process.env.TEST_CPU_TIMES ? ['test/support/cpu-time.ts'] : [],
    },
  };
}
