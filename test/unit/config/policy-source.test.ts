import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { PolicyParser } from '../../../src/config/files/policy-file.ts';
import { type PolicyReload, PolicySource } from '../../../src/config/files/policy-source.ts';
import { StartupError } from '../../../src/host/startup-error.ts';
import { eventually } from '../../support/times.ts';
import { type OnTestFinished, testFolder } from './folder.ts';

/** Accepts any document with a `rules` key, and breaks on `bug`. */
const parse: PolicyParser<string> = (document) => {
  const { rules, bug } = document as { rules?: string; bug?: string };
  if (bug !== undefined) throw new TypeError('a bug in the parser');
  if (rules === undefined) return { problems: [{ path: ['rules'], message: 'is missing' }] };
  return { policy: String(rules), warnings: [] };
};

function follow(onTestFinished: OnTestFinished, path: string, { watch = true } = {}) {
  const heard: PolicyReload[] = [];
  const source = new PolicySource({ path, parse, onReload: (reload) => void heard.push(reload), now: () => 1234 });
  if (watch) source.follow();
  onTestFinished(() => source.close());
  return { source, heard };
}

/** In which a change is taken over, if it ever will be; the machine may be busy. */
const WITHIN_MS = 2000;

async function becomes(read: () => unknown, expected: unknown): Promise<void> {
  const from = performance.now();
  await eventually(() => {
    expect(read()).toEqual(expected);
    return true;
  });
  const tookMs = performance.now() - from;
  console.log(`a change was taken over after ${tookMs.toFixed(0)} ms, the promise is ${WITHIN_MS} ms`);
  expect(tookMs).toBeLessThan(10 * WITHIN_MS);
}

describe('reload', () => {
  test('a good file replaces the policy, and says which it replaced', async ({ onTestFinished }) => {
    const path = join(testFolder({ 'policy.yaml': 'rules: one' }, onTestFinished), 'policy.yaml');
    const { source, heard } = follow(onTestFinished, path, { watch: false });
    const first = source.current;
    expect(first).toMatchObject({ policy: 'one', loadedAtMs: 1234, warnings: [] });

    writeFileSync(path, 'rules: two');
    const reload = await source.reload('admin');
    expect(reload).toMatchObject({ ok: true, previous: first.revision, revision: source.current.revision });
    expect(source.current.policy).toBe('two');
    expect(heard).toEqual([reload]);
    expect([source.reloads, source.reloadFailures]).toEqual([1, 0]);
  });

  test('a bad file keeps the last good policy, and a mended one clears the error', async ({ onTestFinished }) => {
    const path = join(testFolder({ 'policy.yaml': 'rules: one' }, onTestFinished), 'policy.yaml');
    const { source } = follow(onTestFinished, path, { watch: false });
    const good = source.current;

    writeFileSync(path, 'roles: typo');
    expect(await source.reload('admin')).toMatchObject({ ok: false, revision: good.revision, error: source.lastError });
    expect(source.lastError?.message).toBe(`${path}:1: rules: is missing`);
    expect(source.current).toBe(good);

    writeFileSync(path, 'rules: one # mended');
    expect(await source.reload('admin')).toMatchObject({ ok: true, revision: good.revision, previous: good.revision });
    expect(source.lastError).toBeUndefined();
    expect(source.current).toBe(good);
    expect([source.reloads, source.reloadFailures]).toEqual([0, 1]);
  });

  test('a file that trips the parser is a bad file, not the end of the server', async ({ onTestFinished }) => {
    const path = join(testFolder({ 'policy.yaml': 'rules: one' }, onTestFinished), 'policy.yaml');
    const { source } = follow(onTestFinished, path, { watch: false });
    writeFileSync(path, 'bug: yes');
    expect(await source.reload('admin')).toMatchObject({
      ok: false,
      error: { cause: new TypeError('a bug in the parser') },
    });
    expect(source.current.policy).toBe('one');
  });

  test('without a usable policy there is no beginning', ({ onTestFinished }) => {
    const path = join(testFolder({ 'policy.yaml': 'nothing: here' }, onTestFinished), 'policy.yaml');
    expect(() => follow(onTestFinished, path)).toThrow(StartupError);
  });
});

describe.concurrent('watching', () => {
  test('a file written in place is in force within two seconds', async ({ onTestFinished }) => {
    const path = join(testFolder({ 'policy.yaml': 'rules: one' }, onTestFinished), 'policy.yaml');
    const { source, heard } = follow(onTestFinished, path);
    writeFileSync(path, 'rules: two');
    await becomes(() => source.current.policy, 'two');
    expect(heard).toMatchObject([{ ok: true, revision: source.current.revision }]);
  });

  test('a file of the same size and time renamed into place is in force within two seconds', async ({
    onTestFinished,
  }) => {
    const folder = testFolder({ 'policy.yaml': 'rules: one', 'policy.yaml.new': 'rules: two' }, onTestFinished);
    for (const name of ['policy.yaml', 'policy.yaml.new']) utimesSync(join(folder, name), 1000, 1000);
    const { source } = follow(onTestFinished, join(folder, 'policy.yaml'));
    renameSync(join(folder, 'policy.yaml.new'), join(folder, 'policy.yaml'));
    await becomes(() => source.current.policy, 'two');
  });

  test('a folder that is swapped by its symlink, as Kubernetes does, is in force within two seconds', async ({
    onTestFinished,
  }) => {
    const folder = testFolder({ 'v1/policy.yaml': 'rules: one', 'v2/policy.yaml': 'rules: two' }, onTestFinished);
    symlinkSync('v1', join(folder, '..data'));
    symlinkSync('..data/policy.yaml', join(folder, 'policy.yaml'));
    const { source } = follow(onTestFinished, join(folder, 'policy.yaml'));
    symlinkSync('v2', join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    rmSync(join(folder, 'v1'), { recursive: true });
    await becomes(() => source.current.policy, 'two');
  });

  test('a folder that is away for long is a failure, heard once, and its return a recovery', async ({
    onTestFinished,
  }) => {
    const folder = testFolder({ 'etc/policy.yaml': 'rules: one' }, onTestFinished);
    const { source, heard } = follow(onTestFinished, join(folder, 'etc/policy.yaml'));
    renameSync(join(folder, 'etc'), join(folder, 'away'));
    await becomes(() => source.reloadFailures, 1);
    await sleep(1200);
    expect(source.current.policy).toBe('one');
    mkdirSync(join(folder, 'etc'));
    writeFileSync(join(folder, 'etc/policy.yaml'), 'rules: one');
    await becomes(() => source.lastError, undefined);
    expect(heard.map(({ ok }) => ok)).toEqual([false, true]);
    expect(source.reloads).toBe(0);
  });

  test('a folder that is away for a moment is nothing to speak of', async ({ onTestFinished }) => {
    const folder = testFolder({ 'etc/policy.yaml': 'rules: one' }, onTestFinished);
    const { source, heard } = follow(onTestFinished, join(folder, 'etc/policy.yaml'));
    renameSync(join(folder, 'etc'), join(folder, 'away'));
    await sleep(300);
    renameSync(join(folder, 'away'), join(folder, 'etc'));
    await sleep(WITHIN_MS);
    expect(heard).toEqual([]);
    expect(source.reloadFailures).toBe(0);
  });

  test('a bad file leaves the policy in force and is heard once, and the mended one takes over', async ({
    onTestFinished,
  }) => {
    const path = join(testFolder({ 'policy.yaml': 'rules: one' }, onTestFinished), 'policy.yaml');
    const { source, heard } = follow(onTestFinished, path);
    writeFileSync(path, 'rules: [unclosed');
    await becomes(() => source.reloadFailures, 1);
    await sleep(1200);
    expect(source.current.policy).toBe('one');
    writeFileSync(path, 'rules: two');
    await becomes(() => source.current.policy, 'two');
    expect(heard.map(({ ok }) => ok)).toEqual([false, true]);
  });

  test('a touched file, or one with another comment, swaps nothing', async ({ onTestFinished }) => {
    const path = join(testFolder({ 'policy.yaml': 'rules: one' }, onTestFinished), 'policy.yaml');
    const { source, heard } = follow(onTestFinished, path);
    const first = source.current;
    utimesSync(path, 1000, 1000);
    await sleep(1200);
    writeFileSync(path, '# why\nrules: one');
    await sleep(1200);
    expect(source.current).toBe(first);
    expect(heard).toEqual([]);
  });

  test('a file that is still being written is left alone until it rests', async ({ onTestFinished }) => {
    const path = join(testFolder({ 'policy.yaml': 'rules: one' }, onTestFinished), 'policy.yaml');
    const { source, heard } = follow(onTestFinished, path);
    for (let part = 0; part < 8; part++) {
      writeFileSync(path, `rules: half${'x'.repeat(part)}`);
      await sleep(200);
    }
    expect(heard).toEqual([]);
    writeFileSync(path, 'rules: whole');
    await becomes(() => source.current.policy, 'whole');
    expect(source.reloads).toBe(1);
  });

  test('a closed source follows nothing more', async ({ onTestFinished }) => {
    const path = join(testFolder({ 'policy.yaml': 'rules: one' }, onTestFinished), 'policy.yaml');
    const { source } = follow(onTestFinished, path);
    source.close();
    writeFileSync(path, 'rules: two');
    await sleep(1500);
    expect(source.current.policy).toBe('one');
  });
});
