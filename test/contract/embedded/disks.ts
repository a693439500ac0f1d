// Disks of a test's own: a small one, to be full, and a virtual one, whose power can be cut. Both take root, and a kernel
// that allows mounting; where that is not so, the tests that need them are skipped with the reason in their title.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly folder: string;
  /** Takes all space but so many bytes. */
  fill(leftBytes?: number): void;
  /** Gives back what {@link fill} took. */
  free(): void;
  remove(): void;
}

export interface VirtualDisk {
  readonly folder: string;
  /** From now on the disk fails what is flushed to new places on it: it has promised more than there is behind it. */
  starve(): void;
  feed(): void;
  /** What is on the disk at this moment, in a folder: what a machine finds after its power was cut now. */
  cutPower(): { readonly folder: string; remove(): void };
  remove(): void;
}

const DISK_BYTES = 2 ** 26;
const BEHIND_DISK_BYTES = 2 ** 23;

/** Why there can be no small disk here; undefined where there can. */
export const SMALL_DISK_REFUSED = reasonAgainst(() => smallDisk(2 ** 20).remove());
/** Why there can be no virtual disk here; undefined where there can. */
export const VIRTUAL_DISK_REFUSED = SMALL_DISK_REFUSED ?? reasonAgainst(() => virtualDisk().remove());

/** A title that says why its tests are skipped, if they are. */
export function titled(title: string, refused: string | undefined): string {
  return refused === undefined ? title : `${title} (skipped: ${refused})`;
}

export function smallDisk(bytes: number): SmallDisk {
  const folder = mounted('small', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs']);
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill(leftBytes = 0) {
      const { bavail, bsize } = statfsSync(folder);
      try {
        writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - leftBytes)), { flag: 'a' });
      } catch (error) {
        // Somebody else has taken the last of it first.
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      }
    },
    free: () => rmSync(ballast, { force: true }),
    remove: () => unmount(folder),
  };
}

/** A file system in a file, mounted as a disk of its own. What is not flushed stays in memory and never gets to the file. */
export function virtualDisk(): VirtualDisk {
  const behind = smallDisk(BEHIND_DISK_BYTES);
  const image = join(behind.folder, 'image');
  try {
    writeFileSync(image, '');
    truncateSync(image, DISK_BYTES);
    // Without a journal: a disk that fails then fails what is flushed, and not the whole file system.
    run('mkfs.ext4', ['-q', '-O', '^has_journal', '-m', '0', '-E', 'lazy_itable_init=0,nodiscard', image]);
    const folder = mounted('virtual', ['-o', 'loop,errors=continue', image]);
    return {
      folder,
      starve: () => behind.fill(),
      feed: () => behind.free(),
      cutPower: () => copyOf(image),
      remove() {
        unmount(folder);
        behind.remove();
      },
    };
  } catch (error) {
    behind.remove();
    throw error;
  }
}

function copyOf(image: string): ReturnType<VirtualDisk['cutPower']> {
  const copies = mkdtempSync(join(tmpdir(), 'tollgate-image-'));
  run('cp', ['--sparse=always', image, join(copies, 'image')]);
  const folder = mounted('after-cut', ['-o', 'loop', join(copies, 'image')]);
  return {
    folder,
    remove() {
      unmount(folder);
      rmSync(copies, { recursive: true });
    },
  };
}

function mounted(name: string, args: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), `tollgate-disk-${name}-`));
  try {
    run('mount', [...args, folder]);
  } catch (error) {
    rmdirSync(folder);
    throw error;
  }
  return folder;
}

function unmount(folder: string): void {
  // At once for everybody who looks, and in truth when the last file is closed.
  run('umount', ['--lazy', folder]);
  rmdirSync(folder);
}

function run(command: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error) throw new Error(`${command} cannot be run`);
  if (status !== 0) throw new Error(stderr.trim().split('\n')[0] || `${command} failed`);
}

function reasonAgainst(attempt: () => void): string | undefined {
  if (process.platform !== 'linux') return 'it mounts as Linux does';
  if (process.getuid?.() !== 0) return 'it takes root to mount a disk';
  try {
    attempt();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'no disk can be mounted';
  }
}
