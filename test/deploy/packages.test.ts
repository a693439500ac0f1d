// Where the code of others comes from: exact versions, locked by their hashes, listed with licences, free of known faults.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const asked: Record<string, string> = { ...manifest.dependencies, ...manifest.devDependencies };
/** What a Linux of today installs; of the packages for other systems the lock has names only. */
const locked: [path: string, entry: LockedPackage][] = Object.entries<LockedPackage>(lock.packages).filter(
  ([path, { os = ['linux'], cpu = ['x64'], libc = ['glibc'] }]) =>
    path !== '' && os.includes('linux') && (cpu.includes('x64') || cpu.includes('arm64')) && libc.includes('glibc'),
);
const REGISTRY = 'https://registry.npmjs.org/';

interface LockedPackage {
  readonly version: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}

/** Licences that ask for no more than a notice. */
const LICENCES = ['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0'];

const folder = mkdtempSync(join(tmpdir(), 'tollgate-packages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the lock', () => {
  test('is of exact versions, and package.json asks for those', () => {
    for (const [name, version] of Object.entries(asked)) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
      expect(lock.packages[`node_modules/${name}`].version, name).toBe(version);
    }
  });

  test('names a hash for every package, and no place but the public registry', () => {
    for (const [path, { resolved, integrity }] of locked) {
      expect(resolved ?? REGISTRY, path).toContain(REGISTRY);
      expect(integrity, path).toMatch(/^sha512-/);
    }
  });

  test('agrees with package.json as npm sees it', async () => {
    for (const file of ['package.json', 'package-lock.json']) cpSync(file, join(folder, file));
    await run('npm', ['ci', '--dry-run', '--ignore-scripts', '--offline'], { cwd: folder });
  });
});

test('npm run sbom lists every package that runs, each with its licence', async () => {
  for (const file of ['package.json', 'package-lock.json', 'scripts/sbom.mjs']) cpSync(file, join(folder, file));
  await run('npm', ['run', 'sbom'], { cwd: folder });
  const { components } = JSON.parse(readFileSync(join(folder, 'sbom.cdx.json'), 'utf8')) as {
    components: { name: string; version: string; licenses?: { license: { id: string } }[] }[];
  };
  const listed = new Map(components.map((component) => [`${component.name}@${component.version}`, component]));
  const runs = locked.filter(([, { dev }]) => !dev);
  expect(runs.length).toBeGreaterThan(Object.keys(manifest.dependencies).length);
  for (const [path, { version }] of runs) {
    const name = path.split('node_modules/').at(-1);
    const licences = listed.get(`${name}@${version}`)?.licenses?.map(({ license }) => license.id);
    expect(licences, path).toHaveLength(1);
    expect(LICENCES, path).toContain(licences![0]);
  }
  const names = components.map(({ name }) => name);
  for (const name of ['vitest', 'typescript', '@biomejs/biome']) expect(names).not.toContain(name);
});

test('no package has a known fault of high severity', async (context) => {
  for (const scope of [['--omit=dev'], []]) {
    const audited = run('npm', [
      'audit',
      '--audit-level=high',
      '--json',
      '--fetch-retries=0',
      '--fetch-timeout=20000',
      ...scope,
    ]);
    const { stdout, stderr } = await audited.catch((error: { stdout: string; stderr: string }) => error);
    const report = JSON.parse(stdout);
    // Mirrors and machines without a network do not answer; then nothing is known.
    if (!report.metadata) {
      const why = `the registry answers no audit: ${report.message ?? stderr.split('\n')[0]}`;
      console.warn(`skipped: ${why}`);
      context.skip(why);
    }
    const { high, critical } = report.metadata.vulnerabilities;
    expect({ high, critical }, stdout).toEqual({ high: 0, critical: 0 });
  }
});
