// Pythons with the packages that a file of requirements names, each made once and kept in the cache folder.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const EXAMPLES = 'examples/python/requirements.txt';
const CACHE = resolve('node_modules/.cache/tollgate-python');
/** Where pip may not reach its index it should say so soon; where it may, the wheels are some 20 MB. */
const PIP_OPTIONS = ['--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '30'];

export type FoundPython =
  | { readonly path: string; readonly missing?: never }
  | { readonly path?: never; readonly missing: string };

/**
 * Finds the interpreter of a virtual environment that holds exactly the required packages, and makes one if need be.
 *
 * @returns its path, or why there is none: no Python 3, no venv module, no way to the packages
 */
export async function findPython(requirements = EXAMPLES): Promise<FoundPython> {
  // Named after the requirements, so that new ones get an environment of their own.
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = join(CACHE, version);
  const path = join(folder, 'bin/python');
  if (existsSync(path)) return { path };
  try {
    await makeEnvironment(folder, requirements);
    return { path };
  } catch (error) {
    return { missing: `no Python with the packages of ${dirname(requirements)}: ${reasonOf(error)}` };
  }
}

/** Makes it elsewhere and moves it into place when it is whole, so that nobody ever finds half of one. */
async function makeEnvironment(folder: string, requirements: string): Promise<void> {
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(CACHE, { recursive: true });
  try {
    await run('python3', ['-m', 'venv', unfinished]);
    // WHY NOT from source: without a wheel, grpcio compiles for half an hour.
    await run(join(unfinished, 'bin/python'), [
      ...['-m', 'pip', 'install', ...PIP_OPTIONS, '--only-binary', ':all:'],
      ...['-r', requirements],
    ]);
    // What is there but cannot be started was made with a Python that has since gone.
    if (!existsSync(join(folder, 'bin/python'))) rmSync(folder, { recursive: true, force: true });
    if (!existsSync(folder)) renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function reasonOf(error: unknown): string {
  const { message, stderr } = error as { message: string; stderr?: string };
  return stderr?.trim().split('\n').at(-1) || message;
}
