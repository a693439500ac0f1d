// Descriptors: how many a configuration may need, what the system allows, and one warning when there are none left.
import { expect, test } from 'vitest';
import {
  checkDescriptors,
  descriptorsAllowed,
  descriptorsNeeded,
  watchDescriptors,
} from '../../../src/compose/descriptors.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { createLogger } from '../../../src/telemetry/log.ts';
import { Warnings } from '../../../src/telemetry/warnings.ts';

const lines: Record<string, unknown>[] = [];
const log = createLogger({ level: 'info', destination: { write: (line) => lines.push(JSON.parse(line)) } });
const { config } = loadConfig({ flags: { set: ['limits.connections=500'] }, env: {}, cwd: '/' });

test('both listeners count, and what the process opens beside them', () => {
  expect(descriptorsNeeded(config)).toBe(2 * 500 + 128);
  const listen = { kind: 'unix', path: '/x' } as const;
  expect(descriptorsNeeded({ ...config, observability: { listen } })).toBe(2 * 500 + 32 + 128);
});

test('the limit is the soft one of the process', () => {
  const table = (soft: string) =>
    `Limit  Soft Limit  Hard Limit  Units\nMax open files            ${soft}      4096      files\n`;
  expect(descriptorsAllowed(() => table('1024'))).toBe(1024);
  expect(descriptorsAllowed(() => table('unlimited'))).toBe(Number.POSITIVE_INFINITY);
  expect(
    descriptorsAllowed(() => {
      throw new Error('no /proc');
    }),
  ).toBeUndefined();
  expect(descriptorsAllowed()).toBeGreaterThan(0);
});

test('a limit that is too low is a warning at the start, one that is enough or unknown is none', () => {
  for (const allowed of [1_128, undefined]) {
    const warnings = new Warnings(log);
    watchDescriptors(config, warnings, allowed)();
    expect(warnings.list()).toEqual([]);
  }
  const warnings = new Warnings(log);
  watchDescriptors(config, warnings, 1_127)();
  expect(warnings.list()).toMatchObject([{ code: 'DESCRIPTORS_LOW', message: expect.stringContaining('1128') }]);
});

test('descriptors that run out are one line, and one when there are some again', () => {
  const warnings = new Warnings(log);
  const fail = (code: string) => () => {
    throw Object.assign(new Error(code), { code });
  };
  lines.length = 0;
  for (let round = 0; round < 5; round++) checkDescriptors(warnings, fail('EMFILE'));
  expect(lines).toMatchObject([{ level: 'warn', warning: 'DESCRIPTORS_EXHAUSTED' }]);
  checkDescriptors(warnings, fail('EACCES'));
  expect(warnings.list()).toHaveLength(1);
  checkDescriptors(warnings);
  expect(warnings.list()).toEqual([]);
  expect(lines).toHaveLength(2);
});
