// Runs a command with another release of Node: node scripts/with-node.mjs 26 -- <command> [arguments]
// Installs the pinned binary from the registry into node_modules/.cache, and puts it first on PATH.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';

const RELEASES = { 26: '26.10.0' };

const [major, dashes, command, ...args] = process.argv.slice(2);
const version = RELEASES[major];
if (version === undefined || dashes !== '--' || command === undefined) {
  console.error(`usage: node scripts/with-node.mjs ${Object.keys(RELEASES).join('|')} -- <command> [arguments]`);
  process.exit(2);
}

const platform = `node-${process.platform}-${process.arch}`;
const folder = resolve('node_modules/.cache', `node-${version}`);
const binaries = resolve(folder, 'node_modules', platform, 'bin');
if (!existsSync(binaries)) {
  mkdirSync(folder, { recursive: true });
  const install = ['install', '--no-audit', '--no-fund', '--no-save', '--prefix', folder, `${platform}@${version}`];
  run('npm', install, process.env);
}
run(command, args, { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH}` });

/** Runs a program to its end, and ends this one when it fails. */
function run(program, words, env) {
  const { status, error } = spawnSync(program, words, { stdio: 'inherit', env });
  if (error) console.error(`${program}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}
