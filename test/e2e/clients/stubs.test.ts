// Stubs made from the published proto files, in a project of each language that has nothing else: they compile and ask.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findPython } from '../../support/python.ts';
import { type RunningServer, startServer } from '../../support/server.ts';

const run = promisify(execFile);
const PROGRAMS = resolve('test/e2e/clients/stubs');

describe('stubs made from the proto files', () => {
  let server: RunningServer;
  let folder: string;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tollgate-stubs-'));
    return () => rmSync(folder, { recursive: true, force: true });
  });

  async function make(language: string, env: Record<string, string> = {}): Promise<void> {
    const out = join(folder, 'stubs');
    await run(process.execPath, ['scripts/stubs.mjs', language, out], { env: { ...process.env, ...env } });
  }

  test('TypeScript, as ES modules under nodenext', async () => {
    await make('typescript');
    cpSync(join(PROGRAMS, 'client.ts'), join(folder, 'client.ts'));
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const compilerOptions = { module: 'nodenext', target: 'es2022', strict: true, types: ['node'], outDir: 'out' };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['client.ts'] }));
    await run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', folder]);
    const { stdout } = await run(process.execPath, [join(folder, 'out/client.js'), server.decision]);
    expect(stdout).toBe('REASON_IDENTITY_REQUIRED\n');
  });

  test('Python', async (context) => {
    const python = await findPython();
    context.skip(python.missing !== undefined, python.missing);
    await make('python', { PYTHON: python.path! });
    const { stdout } = await run(python.path!, [join(PROGRAMS, 'client.py'), server.decision, join(folder, 'stubs')]);
    expect(stdout).toBe('REASON_IDENTITY_REQUIRED\n');
  });

  test('Go', async (context) => {
    const missing = await run('go', ['version']).then(
      () => undefined,
      () => 'no Go',
    );
    context.skip(missing !== undefined, missing);
    await make('go');
    cpSync(join(PROGRAMS, 'client.go'), join(folder, 'main.go'));
    // The versions that examples/go is held to.
    cpSync('examples/go/go.mod', join(folder, 'go.mod'));
    cpSync('examples/go/go.sum', join(folder, 'go.sum'));
    await run(
      'go',
      ['mod', 'edit', '-module', 'ask', '-replace', 'tollgate/go=./stubs', '-require', 'tollgate/go@v0.0.0'],
      {
        cwd: folder,
      },
    );
    writeFileSync(join(folder, 'stubs/go.mod'), 'module tollgate/go\n\ngo 1.25.0\n');
    await run('go', ['mod', 'tidy'], { cwd: join(folder, 'stubs') });
    await run('go', ['build', '-mod=mod', '-o', 'ask', '.'], { cwd: folder });
    const { stdout } = await run(join(folder, 'ask'), [server.decision]);
    expect(stdout).toBe('REASON_IDENTITY_REQUIRED\n');
  });
});
