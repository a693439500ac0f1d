// Programs that suites need beside Node: found on the machine, or installed from Debian's packages. Never skipped in
// silence.
import { spawnSync } from 'node:child_process';

const found = new Set<string>();

/**
 * Makes sure that a program can be started.
 *
 * @param probe  its name, then arguments under which it ends with 0
 * @throws Error that says what to install
 */
export function ensureProgram(probe: readonly [string, ...string[]], debianPackage: string): void {
  const [program] = probe;
  if (found.has(program)) return;
  if (!answers(probe) && !(install(debianPackage) && answers(probe))) {
    throw new Error(`these tests need ${program}: install it, for instance with apt-get install ${debianPackage}`);
  }
  found.add(program);
}

/** Where a suite can do without a program and say so: why it cannot be had, or undefined when it is there. */
export function whyMissing(probe: readonly [string, ...string[]], debianPackage: string): string | undefined {
  try {
    ensureProgram(probe, debianPackage);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function answers([program, ...args]: readonly [string, ...string[]]): boolean {
  return spawnSync(program, args).status === 0;
}

/** As root only; a service in the package is kept from starting. */
function install(debianPackage: string): boolean {
  if (process.getuid?.() !== 0 || !answers(['apt-get', '--version'])) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  spawnSync('apt-get', ['update'], { env });
  return spawnSync('apt-get', ['install', '-y', '--no-install-recommends', debianPackage], { env }).status === 0;
}
