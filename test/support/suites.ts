// The division of the test files into suites. vitest.config.ts makes a project of each, `npm test` runs the quick ones and
// `npm run test:long` the others; test/unit/suites.test.ts holds both scripts to run every test file exactly once.

export interface Suite {
  readonly name: string;
  readonly include: readonly string[];
  readonly exclude?: readonly string[];
  /** For each test. The machine may be busy: ten times what the slowest test takes on an idle one. */
  readonly timeoutMs: number;
  /** Whether the suite starts the built server, or a redis-server. */
  readonly needsPrograms: boolean;
}

/** What `npm test` leaves to the long suites, for the time it takes: each file more than 10 s, on an idle machine. */
const SLOW_CONTRACT = [
  'test/contract/embedded/full-disk.test.ts',
  'test/contract/redis/data-loss.test.ts',
  'test/contract/redis/figures.test.ts',
  'test/contract/redis/login-rotation.test.ts',
  'test/contract/redis/schedules.test.ts',
];
const SLOW_DIFFERENTIAL = ['test/differential/isolation.test.ts', 'test/differential/slips.test.ts'];
const SLOW_RPC = ['test/e2e/rpc/removed-callers.test.ts', 'test/e2e/rpc/tls.test.ts'];
const SLOW_SECURITY = ['test/security/fail-closed/claims.test.ts'];

/** The folders of e2e and security that `npm test` runs, too. All others there are long. */
const QUICK_E2E = ['test/e2e/rpc/**/*.test.ts', 'test/e2e/examples/story.test.ts'];
const QUICK_SECURITY = ['test/security/fail-closed/**/*.test.ts'];

export const QUICK_SUITES: readonly Suite[] = [
  { name: 'unit', include: below('unit'), timeoutMs: 30_000, needsPrograms: false },
  { name: 'vectors', include: below('vectors'), timeoutMs: 60_000, needsPrograms: true },
  { name: 'contract', include: below('contract'), exclude: SLOW_CONTRACT, timeoutMs: 180_000, needsPrograms: true },
  {
    name: 'differential',
    include: below('differential'),
    exclude: SLOW_DIFFERENTIAL,
    timeoutMs: 180_000,
    needsPrograms: true,
  },
  { name: 'e2e', include: QUICK_E2E, exclude: SLOW_RPC, timeoutMs: 180_000, needsPrograms: true },
  { name: 'security', include: QUICK_SECURITY, exclude: SLOW_SECURITY, timeoutMs: 120_000, needsPrograms: true },
];

export const LONG_SUITES: readonly Suite[] = [
  { name: 'contract-long', include: SLOW_CONTRACT, timeoutMs: 300_000, needsPrograms: true },
  { name: 'differential-long', include: SLOW_DIFFERENTIAL, timeoutMs: 300_000, needsPrograms: true },
  { name: 'e2e-rpc-long', include: SLOW_RPC, timeoutMs: 300_000, needsPrograms: true },
  { name: 'security-slow', include: SLOW_SECURITY, timeoutMs: 300_000, needsPrograms: true },
  { name: 'e2e-long', include: below('e2e'), exclude: QUICK_E2E, timeoutMs: 300_000, needsPrograms: true },
  {
    name: 'security-long',
    include: below('security'),
    exclude: QUICK_SECURITY,
    timeoutMs: 300_000,
    needsPrograms: true,
  },
  { name: 'faults', include: below('faults'), timeoutMs: 600_000, needsPrograms: true },
  { name: 'deploy', include: below('deploy'), timeoutMs: 300_000, needsPrograms: true },
];

function below(folder: string): string[] {
  return [`test/${folder}/**/*.test.ts`];
}
