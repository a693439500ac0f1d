import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { parseYaml } from '../../../src/config/files/yaml-source.ts';
import { KEYS } from '../../../src/config/keys.ts';
import { valueAt } from '../../../src/config/layers.ts';
import { testFolder } from './folder.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const EXAMPLE = readFileSync(`${ROOT}tollgate.example.yaml`, 'utf8');

test('the table of docs/configuration.md is what the schema says', () => {
  const { status, stderr } = spawnSync(process.execPath, [`${ROOT}scripts/gen-config-docs.mjs`, '--check'], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('docs/reasons.md is what the comments of the proto files say', () => {
  const { status, stderr } = spawnSync(process.execPath, [`${ROOT}scripts/gen-reason-docs.mjs`, '--check'], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('tollgate.example.yaml holds every key with its default, and mentions those that have none', () => {
  const { root } = parseYaml({ text: EXAMPLE, name: 'tollgate.example.yaml' });
  for (const { key, path, default: value } of KEYS) {
    expect([key, valueAt(root, path)]).toEqual([key, value]);
    expect(EXAMPLE).toMatch(new RegExp(`^ *(# )?${path.at(-1)}: `, 'm'));
  }
});

test('tollgate.example.yaml is a configuration that can be used', () => {
  const cwd = testFolder({ 'tollgate.yaml': EXAMPLE });
  expect(loadConfig({ flags: {}, env: {}, cwd }).config).toEqual(loadConfig({ flags: {}, env: {}, cwd: cwd }).config);
});

test('the figures of docs/durability.md are those that were measured last', () => {
  const { status, stderr } = spawnSync(process.execPath, [`${ROOT}scripts/gen-figures.mjs`, '--check'], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
