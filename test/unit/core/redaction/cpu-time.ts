// Measures computation in CPU time, which other processes on the machine do not add to.

/** The least CPU time, in ms, of a few runs; a run within `enoughMs` is not repeated. */
export function leastCpuMs(run: () => unknown, { times = 4, enoughMs = 0 } = {}): number {
  let least = Number.POSITIVE_INFINITY;
  for (let time = 0; time < times && least > enoughMs; time++) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}

const [SHORT, LONG] = [2_000, 16_000];
/** Too short to be measured well, and fast enough for any text of this length. */
const SHORT_MS = 20;
/** Linear time grows eightfold from SHORT to LONG, quadratic time sixty-fourfold. */
const GROWTH_MAX = 24;

/** Whether the time of `run` grows clearly faster than the text that it gets. */
export function growsFasterThanText(run: (text: string) => unknown, textOf: (length: number) => string): boolean {
  const long = textOf(LONG);
  const longMs = leastCpuMs(() => run(long), { enoughMs: SHORT_MS });
  if (longMs <= SHORT_MS) return false;
  const short = textOf(SHORT);
  return longMs > GROWTH_MAX * leastCpuMs(() => run(short));
}
