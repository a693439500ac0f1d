// The npm package: it holds what runs and nothing else, and serves from an empty folder. Its dependencies are linked from
// here instead of downloaded, each by its name in package.json, so that one that is missing there is missing in the test.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';

let folder: string;
let installed: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-pack-'));
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder]);
  const [tarball] = readdirSync(folder);
  installed = join(folder, 'node_modules', 'tollgate');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, tarball!), '--strip-components=1', '-C', installed]);
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(resolve('node_modules', name), link);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the package holds what runs and nothing else', () => {
  const entries = readdirSync(installed, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1));
  const beside = files.filter((file) => !file.startsWith('dist/')).sort();
  expect(beside).toEqual(['README.md', 'package.json', 'policy.example.yaml', 'tollgate.example.yaml']);
  expect(new Set(files.map((file) => file.slice(file.lastIndexOf('.'))))).toEqual(
    new Set(['.js', '.json', '.lua', '.binpb', '.yaml', '.md']),
  );
});

test('the package serves from an empty folder, with the example policy and its data below that folder', async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), 'tollgate-empty-'));
  t.onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  const main = join(installed, 'dist', 'main.js');
  const listen = ['--listen', `127.0.0.1:${await freePort()}`];
  const server = spawn(process.execPath, [main, 'serve', ...listen], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let notes = '';
  server.stderr.setEncoding('utf8').on('data', (text) => {
    notes += text;
  });
  const ended = new Promise<number | null>((settle) => server.once('close', settle));
  t.onTestFinished(() => void server.kill('SIGKILL'));
  const serving = new Promise<void>((settle) => {
    createInterface({ input: server.stdout }).on('line', (line) => {
      if (JSON.parse(line).msg === 'serving') settle();
    });
  });
  await Promise.race([serving, ended.then((code) => expect.unreachable(`ended with ${code}: ${notes}`))]);

  const health = execFileSync(process.execPath, [main, 'health', ...listen], { cwd, encoding: 'utf8' });
  expect(health.match(/: SERVING$/gm)).toHaveLength(2);
  expect(existsSync(join(cwd, 'data'))).toBe(true);
  server.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(notes).toContain(join(installed, 'policy.example.yaml'));
});
