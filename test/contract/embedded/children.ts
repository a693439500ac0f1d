// Processes of their own that use the engine, for what only processes can show: locks, and being killed.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export interface BuiltEngine {
  /** Starts `test/contract/embedded/<script>` with the built engine's folder and then `args` as its arguments. */
  start(script: string, ...args: string[]): Child;
  remove(): void;
}

/** Compiles the engine for children, which run plain JavaScript. */
export function buildEngine(): BuiltEngine {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-engine-'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const config = {
    extends: resolve('tsconfig.build.json'),
    compilerOptions: {
      outDir: join(folder, 'dist'),
      rootDir: resolve('src'),
      typeRoots: [resolve('node_modules/@types')],
    },
    include: [resolve('src/state/embedded')],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', join(folder, 'tsconfig.json')]);
  return {
    start: (script, ...args) => new Child(script, [join(folder, 'dist/state/embedded'), ...args]),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

export class Child {
  /** Everything that the child has said, line by line; complete once {@link kill} has returned. */
  readonly lines: string[] = [];
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(script: string, args: readonly string[]) {
    this.#process = spawn(process.execPath, [join(import.meta.dirname, script), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const reader = createInterface({ input: this.#process.stdout! });
    reader.on('line', (line) => this.lines.push(line));
    this.#ended = Promise.all([once(this.#process, 'exit'), once(reader, 'close')]);
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** Waits until the child has said so many lines. */
  async said(count: number): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (this.lines.length < count) {
      if (Date.now() > deadline || this.#process.exitCode !== null) throw new Error('the child has gone silent');
      await new Promise((wake) => setTimeout(wake, 5));
    }
  }

  /** Waits until it has ended of itself, or is killed for taking too long. @returns the signal that ended it, if one did */
  async ended(withinMs = 60_000): Promise<NodeJS.Signals | null> {
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), withinMs);
    await this.#ended;
    clearTimeout(timer);
    return this.#process.signalCode;
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  async stop(): Promise<void> {
    process.kill(this.pid, 'SIGSTOP');
  }
}
