// The story in Python, with stubs that share no code with the server.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, type OpenServer, openServer } from '../../support/engines.ts';
import { type FoundPython, findPython } from '../../support/python.ts';

const run = promisify(execFile);

let python: FoundPython;
beforeAll(async () => {
  python = await findPython();
  if (python.missing) console.warn(`skipped: ${python.missing}`);
}, 300_000);
beforeEach((context) => context.skip(python.missing !== undefined, python.missing));

describe.each(ENGINES)('examples/python/story.py on %s', (engine) => {
  let open: OpenServer;
  beforeAll(async () => {
    if (!python.missing) open = await openServer(engine);
  });
  afterAll(() => open?.close());

  const tell = (...args: string[]) => {
    const { decision, management } = open.server;
    return run(python.path!, ['examples/python/story.py', '--decision', decision, '--management', management, ...args]);
  };

  test('every answer is what the story says', async () => {
    const { stdout, stderr } = await tell(...(open.redis ? ['--redis', open.redis.url] : []));
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^The agent calls a tool +ALLOW ALLOWED, 1 left$/m);
    expect(stdout).toMatch(/^The same key again +ALLOW ALLOWED, 1 left, replayed$/m);
    expect(stdout).toMatch(/^A third key +DENY BUDGET_EXHAUSTED, 0 left$/m);
    expect(stdout).toMatch(/^The field at fault +\['call_budget'\]$/m);
    expect(stdout).not.toContain('s3cr3t');
    const foreignRecord = /^Its user may use a session of their own +ALLOW ALLOWED, 1 left$/m;
    if (open.redis) expect(stdout).toMatch(foreignRecord);
    else expect(stdout).not.toMatch(foreignRecord);
  });
});

describe('a story that goes another way', () => {
  let open: OpenServer;
  beforeAll(async () => {
    // Without a policy for discord, the slash command of the story is denied.
    if (!python.missing) open = await openServer('embedded', { policy: 'unknown_platform: deny\n' });
  });
  afterAll(() => open?.close());

  test('is told with exit code 1', async () => {
    const { decision, management } = open.server;
    const story = ['examples/python/story.py', '--decision', decision, '--management', management];
    await expect(run(python.path!, story)).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^A slash command on the list +DENY PLATFORM_UNKNOWN$/m),
      stderr: 'expected: ALLOW ALLOWED\n',
    });
  });
});
