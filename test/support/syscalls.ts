// What a program asks of the kernel, and what systemd's filter would let it ask.
import { spawnSync } from 'node:child_process';

/**
 * The system calls of a trace that strace has written with `-f -o`, and the families of the sockets among them.
 */
export function readTrace(text: string): { calls: Set<string>; families: Set<string> } {
  const calls = new Set([...text.matchAll(/^\d+ +([a-z][a-z0-9_]*)\(/gm)].map(([, name]) => name!));
  const families = new Set([...text.matchAll(/^\d+ +socket(?:pair)?\((AF_\w+)/gm)].map(([, name]) => name!));
  return { calls, families };
}

/** The calls that the lines of a `SystemCallFilter=` leave: a list of sets first, then others taken away with `~`. */
export function allowedCalls(lines: readonly string[]): Set<string> {
  const sets = readSets();
  const expand = (name: string): string[] => (name.startsWith('@') ? (sets.get(name) ?? []).flatMap(expand) : [name]);
  // Always there, as systemd.exec(5) says.
  const allowed = new Set(expand('@default'));
  for (const line of lines) {
    const isTaken = line.startsWith('~');
    for (const call of line.replace('~', '').split(/\s+/).flatMap(expand)) {
      if (isTaken) allowed.delete(call);
      else allowed.add(call);
    }
  }
  return allowed;
}

function readSets(): Map<string, string[]> {
  const { stdout } = spawnSync('systemd-analyze', ['syscall-filter', '--no-pager'], { encoding: 'utf8' });
  const sets = new Map<string, string[]>();
  let members: string[] = [];
  for (const line of stdout.split('\n')) {
    if (line.startsWith('@')) {
      members = [];
      sets.set(line.trim(), members);
    } else if (/^\s+[@a-z]/.test(line)) members.push(line.trim());
  }
  return sets;
}
