// Prometheus's own tool, which checks rules and metrics as Prometheus will read them.
import { execFile, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const CACHE = resolve('node_modules/.cache/bin');
const UNPACKED = 'usr/bin/promtool';

export type FoundPromtool =
  | { readonly path: string; readonly missing?: never }
  | { readonly path?: never; readonly missing: string };

/**
 * Finds promtool on the PATH, and takes it out of Debian's package if need be.
 *
 * WHY NOT installing that package: it brings a server and its users, of which nothing is needed.
 *
 * @returns its path, or why there is none
 */
export async function findPromtool(): Promise<FoundPromtool> {
  const cached = join(CACHE, 'promtool');
  if (existsSync(cached)) return { path: cached };
  if (await run('promtool', ['--version']).then(Boolean, () => false)) return { path: 'promtool' };
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'promtool-'));
  try {
    const download = () => run('apt-get', ['download', 'prometheus'], { cwd: folder });
    // A machine that is just made has no lists of packages yet.
    await download().catch(() => run('apt-get', ['update']).then(download));
    const file = readdirSync(folder).find((name) => name.endsWith('.deb'));
    await run('dpkg-deb', ['--extract', file ?? '', folder], { cwd: folder });
    chmodSync(join(folder, UNPACKED), 0o755);
    renameSync(join(folder, UNPACKED), cached);
    return { path: cached };
  } catch (error) {
    const { message, stderr } = error as { message: string; stderr?: string };
    return { missing: `no promtool, and it cannot be had: ${stderr?.trim().split('\n').at(-1) || message}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs it to its end. @param input  what it reads from its standard input */
export function promtool(path: string, args: readonly string[], input = ''): Promise<{ code: number; text: string }> {
  const child = spawn(path, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (text += part));
  child.stdin.on('error', () => {}).end(input);
  return new Promise((settle, reject) => {
    child.once('error', reject);
    child.once('close', (code) => settle({ code: code ?? -1, text }));
  });
}
