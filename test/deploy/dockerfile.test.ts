// deploy/Dockerfile without a builder: a linter reads it, and its steps are repeated in a folder, whose server must run.
import { execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lastOf, readDockerfile, type Stage } from '../support/dockerfile.ts';
import { freePort } from '../support/free-port.ts';
import { findPython } from '../support/python.ts';

const run = promisify(execFile);

const FILE = 'deploy/Dockerfile';
const stages = readDockerfile(FILE);
const image = stages.at(-1)!;
const stage = (name: string) => stages.find((candidate) => candidate.name === name)!;
const USER = 65_532;

describe('the Dockerfile', () => {
  let hadolint: string;
  let missing: string | undefined;
  beforeAll(async () => {
    const python = await findPython('test/deploy/requirements.txt');
    missing = python.missing;
    if (missing) console.warn(`skipped: ${missing}`);
    else hadolint = join(dirname(python.path!), 'hadolint');
  }, 300_000);

  test('passes a linter that finds fault with what is not like it', async (context) => {
    context.skip(missing !== undefined, missing);
    expect(await run(hadolint, ['--no-color', FILE])).toMatchObject({ stdout: '', stderr: '' });
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-dockerfile-'));
    const worse = join(folder, 'Dockerfile');
    writeFileSync(
      worse,
      readFileSync(FILE, 'utf8')
        .replace(`USER ${USER}:${USER}`, 'USER root')
        .replace(/^FROM \S+$/m, 'FROM node:latest'),
    );
    const faults = await run(hadolint, ['--no-color', worse]).catch(({ stdout }: { stdout: string }) => ({ stdout }));
    expect(faults.stdout).toMatch(/DL3002/);
    expect(faults.stdout).toMatch(/DL3007/);
    rmSync(folder, { recursive: true });
  });

  test('runs as a numbered user who is not root, and is stopped by the signal that the server heeds', () => {
    expect(lastOf(image, 'USER')).toBe(`${USER}:${USER}`);
    expect(lastOf(image, 'STOPSIGNAL')).toBe('SIGTERM');
    expect(image.instructions.some(({ name, value }) => name === 'COPY' && value.includes('--chown'))).toBe(false);
  });

  test('takes exactly the locked packages, and runs none of their install scripts', () => {
    const installs = stages.flatMap(({ instructions }) => instructions.filter(({ value }) => value.startsWith('npm ')));
    expect(installs.map(({ value }) => value)).toEqual([
      'npm ci --ignore-scripts',
      'npm run build',
      'npm ci --omit=dev --ignore-scripts',
    ]);
  });

  test('gets no build arguments and no secrets', () => {
    const names = stages.flatMap(({ instructions }) => instructions.map(({ name }) => name));
    expect(names).not.toContain('ARG');
    expect(names).not.toContain('ADD');
    expect(lastOf(image, 'ENV')).toBe('NODE_ENV=production TOLLGATE_DATA_DIR=/data');
  });

  test('shows the builder what it copies and nothing else', () => {
    const lines = readFileSync(`${FILE}.dockerignore`, 'utf8').split('\n');
    const [first, ...shown] = lines.filter((line) => line !== '' && !line.startsWith('#'));
    expect(first).toBe('*');
    const copied = stages.flatMap(({ copies }) => copies.flatMap(({ from, sources }) => (from ? [] : sources)));
    expect(shown.toSorted()).toEqual([...new Set(copied)].map((path) => `!${path}`).toSorted());
  });
});

describe('what the image holds', () => {
  const root = mkdtempSync(join(tmpdir(), 'tollgate-image-'));
  const app = join(root, 'app');
  const data = join(root, 'data');
  // Only root can become the image's user.
  const user = process.getuid?.() === 0 ? { uid: USER, gid: USER } : {};

  beforeAll(async () => {
    chmodSync(root, 0o755);
    // As the image makes it: its user's, and nobody else's to write to.
    mkdirSync(data, { mode: 0o700 });
    if (user.uid !== undefined) chownSync(data, user.uid, user.gid);
    const folders = new Map([['packages', join(root, 'packages')]]);
    const packages = copyStage(stage('packages'), folders.get('packages')!);
    await run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'], {
      cwd: packages,
    });
    folders.set('build', join(root, 'build'));
    const build = copyStage(stage('build'), folders.get('build')!);
    symlinkSync(resolve('node_modules'), join(build, 'node_modules'));
    await run('npm', ['run', 'build'], { cwd: build });
    copyStage(image, app, folders);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test('is enough to serve, to answer its health check and to stop, as a user who owns none of it', async () => {
    const env = {
      PATH: process.env.PATH!,
      NODE_ENV: 'production',
      TOLLGATE_DATA_DIR: data,
      TOLLGATE_LISTENERS_DECISION: `127.0.0.1:${await freePort()}`,
    };
    const health = healthCommand();
    const ask = () => run(process.execPath, health, { cwd: app, env, ...user });
    await expect(ask()).rejects.toMatchObject({ code: 1 });

    const child = spawn(process.execPath, startCommand(), {
      cwd: app,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...user,
    });
    const exited = new Promise((settle) => child.once('exit', (code, signal) => settle(code ?? signal)));
    let stderr = '';
    child.stderr.on('data', (text) => (stderr += text));
    await new Promise<void>((settle, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => line.includes('"serving"') && settle());
      exited.then((end) => reject(new Error(`it ended with ${end}: ${stderr}`)));
    });
    expect((await ask()).stdout).toMatch(/SERVING[\s\S]*SERVING/);
    child.kill(lastOf(image, 'STOPSIGNAL') as NodeJS.Signals);
    expect(await exited).toBe(0);
  });

  test('is no test, no source and no package that only developers need', async () => {
    const { stdout } = await run('find', ['.', '-maxdepth', '1', '-mindepth', '1'], { cwd: app });
    expect(stdout.trim().split('\n').toSorted()).toEqual([
      './dist',
      './node_modules',
      './package.json',
      './policy.example.yaml',
    ]);
    const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
    const listed = (await run('ls', ['node_modules'], { cwd: app })).stdout.split('\n');
    for (const name of ['vitest', 'typescript', 'fast-check']) {
      expect(manifest.devDependencies).toHaveProperty(name);
      expect(listed).not.toContain(name);
    }
  });
});

/** Repeats the COPY lines of a stage. */
function copyStage({ copies }: Stage, folder: string, stageFolders = new Map<string, string>()): string {
  mkdirSync(folder, { recursive: true });
  for (const { from, sources, target } of copies) {
    for (const source of sources) {
      const origin = from === undefined ? resolve(source) : join(stageFolders.get(from)!, source.replace('/app/', ''));
      const isFolder = target.endsWith('/');
      cpSync(origin, join(folder, isFolder ? join(target, basename(source)) : target), { recursive: true });
    }
  }
  return folder;
}

function startCommand(): string[] {
  const [node, ...words] = [...JSON.parse(lastOf(image, 'ENTRYPOINT')), ...JSON.parse(lastOf(image, 'CMD'))];
  expect(node).toBe('node');
  return words;
}

function healthCommand(): string[] {
  const [node, ...words] = JSON.parse(/CMD (\[.*\])$/.exec(lastOf(image, 'HEALTHCHECK'))![1]!);
  expect(node).toBe('node');
  return words;
}
