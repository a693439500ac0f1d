// Checks whether other users of this host could change the content of a folder, or replace the folder. A server keeps budgets,
// sessions and the ledger key there, which are only as safe as the folder.
//
// WHY NOT every folder above it: containers mount volumes that everyone in them may write to, and a folder of our own in such
// a volume is the way to use it. Whoever may rename that folder is named in docs/security.md.
import { lstatSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { dirname, join, parse, resolve, sep } from 'node:path';

const FOR_OTHERS_TO_WRITE = 0o022;
/** In a sticky folder only the owner of a file may rename or remove it. */
const STICKY = 0o1000;
/** The longest chain of links that is followed. */
const LINKS_MAX = 40;

/** Why other users could write into a folder or replace it; undefined if they cannot. */
export function folderProblem(folder: string): string | undefined {
  const stats = statSync(folder);
  if ((stats.mode & FOR_OTHERS_TO_WRITE) !== 0)
    return `other users may write to it (mode ${modeOf(stats)}): chmod go-w ${folder}`;
  return ownerProblem(stats) ?? linkProblem(folder);
}

/** Why other users could replace a file, which need not exist yet; undefined if they cannot. */
export function fileProblem(file: string): string | undefined {
  const folder = dirname(resolve(file));
  const problem = replaceProblem(folder) ?? linkProblem(file);
  if (problem !== undefined) return problem;
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats && ownerProblem(stats);
}

function replaceProblem(folder: string): string | undefined {
  const stats = statSync(folder);
  if ((stats.mode & FOR_OTHERS_TO_WRITE) !== 0 && (stats.mode & STICKY) === 0) {
    return `other users may write to its folder (mode ${modeOf(stats)}): chmod go-w ${folder}`;
  }
  const owner = ownerProblem(stats);
  return owner && `its folder, ${folder}: ${owner}`;
}

function ownerProblem({ uid }: Stats): string | undefined {
  return isOurs(uid) ? undefined : `it belongs to another user (uid ${uid})`;
}

/** Ours, or of the user who may do anything anyway. */
function isOurs(uid: number): boolean {
  return uid === 0 || process.geteuid === undefined || uid === process.geteuid();
}

/** Follows a path link by link: each link must lie where others cannot replace it. */
function linkProblem(path: string): string | undefined {
  let { root: at, rest } = split(resolve(path));
  for (let links = 0; rest.length > 0; ) {
    const next = join(at, rest[0]!);
    const stats = lstatSync(next, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    rest = rest.slice(1);
    if (!stats.isSymbolicLink()) {
      at = next;
      continue;
    }
    links++;
    if (links > LINKS_MAX) return 'it is reached through a cycle of links';
    if (!isOurs(stats.uid) || replaceProblem(at) !== undefined) {
      return `it is reached through the link ${next}, which other users may replace: name the folder itself`;
    }
    const target = split(resolve(at, readlinkSync(next)));
    at = target.root;
    rest = [...target.rest, ...rest];
  }
  return undefined;
}

function split(path: string): { root: string; rest: readonly string[] } {
  const { root } = parse(path);
  return {
    root,
    rest: path
      .slice(root.length)
      .split(sep)
      .filter((part) => part !== ''),
  };
}

function modeOf({ mode }: Stats): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
