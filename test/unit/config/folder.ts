// A folder of its own for each test, gone when the test is over.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished as anyTestFinished } from 'vitest';

export type OnTestFinished = (handler: () => void) => void;

/**
 * @param onTestFinished  from the test's own context where tests run side by side: the exported one then belongs to any of them
 */
export function testFolder(
  files: Readonly<Record<string, string>> = {},
  onTestFinished: OnTestFinished = anyTestFinished,
): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tollgate-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}
