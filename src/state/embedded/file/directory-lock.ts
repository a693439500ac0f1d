// Locks a data directory for one process, for the lifetime of the process.
//
// WHY NOT a file with a pid: it outlives a killed process, and pids are reused. The kernel releases an operating system lock
// however its owner ends, and keeps it while the owner is stopped.
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { folderProblem } from '../../../host/private-path.ts';
import { StartupError } from '../../../host/startup-error.ts';
import { directoryRefusal } from '../failures.ts';

export interface DirectoryLock {
  release(): void;
}

/**
 * Locks a data directory for this process. Creates it, accessible to its owner alone, if it does not exist.
 *
 * @throws StartupError when another process, or this one, has locked it, when
 * others may write to it or replace it, when it cannot be used, or when the native module for locks is missing
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const locks = await loadLocks();
  const path = join(directory, 'lock');
  const fd = attempt(directory, () => openLockFile(directory, path));
  try {
    const taken = attempt(directory, () => takeLock(locks, fd));
    if (!taken) throw new StartupError(`data directory ${directory} is in use by ${ownerOf(path)}`);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  // Closing the file releases the lock. The file stays: removing it would let two processes lock two files.
  let held = true;
  return {
    release() {
      if (held) closeSync(fd);
      held = false;
    },
  };
}

async function loadLocks(): Promise<typeof import('fs-native-extensions')> {
  try {
    return await import('fs-native-extensions');
  } catch (cause) {
    const platform = `${process.platform}-${process.arch}`;
    throw new StartupError(
      `the native module fs-native-extensions cannot be loaded on ${platform}: install the packages again on this machine (npm ci), or use Redis`,
      { cause },
    );
  }
}

function openLockFile(directory: string, path: string): number {
  makeFolder(directory);
  const problem = folderProblem(directory);
  if (problem !== undefined) throw new StartupError(`data directory ${directory} cannot be used: ${problem}`);
  return openNoLink(directory, path);
}

// A symbolic link in its place would make this process truncate and write the link's target.
const LOCK_FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;

function openNoLink(directory: string, path: string): number {
  try {
    const fd = openSync(path, LOCK_FLAGS, 0o600);
    if (fstatSync(fd).isFile()) return fd;
    closeSync(fd);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ELOOP')) throw error;
  }
  throw new StartupError(`data directory ${directory} cannot be used: its lock is not a regular file: remove ${path}`);
}

/**
 * Creates a directory and its missing parents.
 *
 * WHY NOT mkdir's `recursive`: in a directory that refuses new entries with ENOENT (/proc does), Node 20 retries forever and
 * handles no signals meanwhile.
 */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    const above = dirname(path);
    if (code !== 'ENOENT' || above === path || existsSync(above)) throw error;
    makeFolder(above);
    mkdirSync(path, { mode: 0o700 });
  }
}

function takeLock({ tryLock }: typeof import('fs-native-extensions'), fd: number): boolean {
  if (!tryLock(fd)) return false;
  noteOwner(fd);
  return true;
}

/** Writes the pid for the message of a later refusal. Nothing relies on it, so an error of a full disk is ignored. */
function noteOwner(fd: number): void {
  ftruncateSync(fd);
  try {
    writeSync(fd, `${process.pid}\n`);
  } catch {}
}

function attempt<T>(directory: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw cause instanceof StartupError ? cause : directoryRefusal(directory, cause);
  }
}

function ownerOf(path: string): string {
  const pid = readFileSync(path, 'utf8').trim();
  return /^\d+$/.test(pid) ? `process ${pid}` : 'another process';
}
