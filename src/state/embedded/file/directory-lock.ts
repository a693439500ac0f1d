// One process owns a data directory, for as long as it lives and not a moment longer.
//
// WHY NOT a file with a pid in it: it outlives a kill, and a pid is given away again. A lock of the operating system is
// released by the kernel however its owner ends, and held while its owner is stopped.
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
 * Takes a data directory for this process; makes it, readable by its owner alone, if it is not there.
 *
 * @throws StartupError when another process (or another opening in this one) has it, when
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

// A link in its place would have us truncate, and write into, whatever it leads to.
const LOCK_FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;

function openNoLink(directory: string, path: string): number {
  try {
    const fd = openSync(path, LOCK_FLAGS, 0o600);
    if (fstatSync(fd).isFile()) return fd;
    closeSync(fd);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ELOOP')) throw error;
  }
  throw new StartupError(`data directory ${directory} cannot be used: its lock is no file, or a link: remove ${path}`);
}

/**
 * Makes a folder, and those above it.
 *
 * WHY NOT mkdir's `recursive`: where a folder exists and nothing can be made in it (/proc answers ENOENT), Node 20 tries for
 * ever, and hears no signal meanwhile.
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

/** For the message alone; nothing trusts it, so a full disk may leave it out. */
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
