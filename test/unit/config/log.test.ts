import { execFileSync, spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createLogger, errorFields } from '../../../src/telemetry/log.ts';
import { testFolder } from './folder.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

function capture() {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({ level: 'info', destination: { write: (line) => lines.push(JSON.parse(line)) } });
  return { log, lines };
}

test('a line is JSON with an ISO time, a level by name and who wrote it', () => {
  const { log, lines } = capture();
  log.info({ decisions: 3 }, 'ready');
  log.debug('not at this level');
  expect(lines).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      service: 'tollgate',
      pid: process.pid,
      decisions: 3,
      msg: 'ready',
    },
  ]);
});

test('passwords, authorizations and tokens are masked three levels deep', () => {
  const { log, lines } = capture();
  log.info({ password: 'hunter2', store: { token: 'hunter2', login: { authorization: 'hunter2' } } }, 'connected');
  expect(JSON.stringify(lines)).not.toContain('hunter2');
  expect(lines[0]).toMatchObject({ password: '***', store: { token: '***', login: { authorization: '***' } } });
});

describe('errorFields', () => {
  test('names type, message, code, stack and every cause', () => {
    const error = new RangeError('too far', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) });
    expect(errorFields(error)).toEqual({
      error: {
        type: 'RangeError',
        message: 'too far',
        stack: error.stack,
        cause: { type: 'Error', message: 'refused', code: 'ECONNREFUSED', stack: expect.any(String) },
      },
    });
  });

  test('leaves out what a driver hangs onto its errors', () => {
    const error = Object.assign(new Error('WRONGTYPE'), { command: { name: 'set', args: ['hunter2'] } });
    expect(JSON.stringify(errorFields(error))).not.toContain('hunter2');
  });

  test('ends where causes go in circles, and takes what is no error', () => {
    const error = new Error('round');
    error.cause = error;
    expect(JSON.stringify(errorFields(error)).length).toBeLessThan(100_000);
    expect(errorFields('plain')).toEqual({ error: { type: 'string', message: 'plain' } });
    expect(errorFields(Object.create(null)).error.type).toBe('object');
  });
});

test('a flush before an exit waits for a pipe that is slow to empty, and without it lines are lost', {
  timeout: 60_000,
}, () => {
  const folder = testFolder({
    'tsconfig.json': JSON.stringify({
      extends: `${ROOT}tsconfig.json`,
      compilerOptions: { noEmit: false, rootDir: ROOT, outDir: '.', typeRoots: [`${ROOT}node_modules/@types`] },
      include: [],
      files: [`${ROOT}src/telemetry/log.ts`],
    }),
    'package.json': '{"type":"module"}',
    'main.js': `
      import { createLogger, openOutput } from './src/telemetry/log.js';
      const output = openOutput();
      const log = createLogger({ level: 'info', destination: output });
      for (let line = 0; line < 3000; line++) log.info({ line, filling: 'x'.repeat(100) }, 'busy');
      if (process.argv[2] === 'flush') await output.flush(20_000);
      process.exit(3);`,
  });
  symlinkSync(`${ROOT}node_modules`, join(folder, 'node_modules'));
  execFileSync(process.execPath, [`${ROOT}node_modules/typescript/bin/tsc`, '-p', folder]);

  const linesThrough = (how: string) => {
    const slowly = `{ ${process.execPath} ${folder}/main.js ${how}; echo "exit $?" >&2; } | { sleep 1; wc -l; }`;
    const { stdout, stderr } = spawnSync('/bin/sh', ['-c', slowly], { encoding: 'utf8' });
    expect(stderr).toBe('exit 3\n');
    return Number(stdout);
  };
  expect(linesThrough('flush')).toBe(3000);
  expect(linesThrough('')).toBeLessThan(3000);
});
