// The command-line client of the README.
import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const PACKAGE = 'github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4';
const CACHE = resolve('node_modules/.cache/bin');

export type FoundGrpcurl =
  | { readonly folder: string; readonly missing?: never }
  | { readonly folder?: never; readonly missing: string };

/**
 * Finds grpcurl on the PATH, and installs it beside the packages if need be.
 *
 * @returns the folder that holds it, or why there is none: no Go, or no way to its modules
 */
export async function findGrpcurl(): Promise<FoundGrpcurl> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), CACHE];
  const folder = folders.find((candidate) => candidate !== '' && isExecutable(join(candidate, 'grpcurl')));
  if (folder !== undefined) return { folder };
  try {
    mkdirSync(CACHE, { recursive: true });
    await run('go', ['install', PACKAGE], { env: { ...process.env, GOBIN: CACHE } });
    return { folder: CACHE };
  } catch (error) {
    const { message, stderr } = error as { message: string; stderr?: string };
    return { missing: `no grpcurl, and it cannot be installed: ${stderr?.trim().split('\n').at(-1) || message}` };
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
