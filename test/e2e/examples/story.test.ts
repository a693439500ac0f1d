// The story in Node, against a real server.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES, type OpenServer, openServer } from '../../support/engines.ts';

const run = promisify(execFile);

/** Each scene's title, and what its answer must show, line by line. */
const SCENES: readonly (readonly [title: string, answer: readonly (string | RegExp)[]])[] = [
  ['Somebody who knows the user binds an identity to a trace.', ['already_bound: false']],
  [
    'A controller opens a session for the agent: two calls, one tool.',
    ['calls_remaining: 2', 'status: SESSION_STATUS_ACTIVE'],
  ],
  [
    'The agent calls a tool: allowed, one call left.',
    ['effect: EFFECT_ALLOW', 'reason: REASON_ALLOWED', 'calls_remaining: 1'],
  ],
  ['The same key again: replayed, still one left.', ['effect: EFFECT_ALLOW', 'replayed: true', 'calls_remaining: 1']],
  ['Another key: none left.', ['effect: EFFECT_ALLOW', 'calls_remaining: 0']],
  ['A third key: denied.', ['effect: EFFECT_DENY', 'reason: REASON_BUDGET_EXHAUSTED', 'calls_remaining: 0']],
  ['A forged trace: denied.', ['effect: EFFECT_DENY', 'reason: REASON_IDENTITY_UNKNOWN']],
  ['A run starts in that session.', ['caller_id: discord:222', 'status: RUN_STATUS_RUNNING']],
  ["Another user's storage: denied.", ['effect: EFFECT_DENY', 'reason: REASON_SCOPE_OTHER_USER']],
  ['A slash command on the list: allowed.', ['effect: EFFECT_ALLOW', 'canonical_command: status']],
  [
    'One that is not: denied.',
    ['effect: EFFECT_DENY', 'reason: REASON_COMMAND_NOT_ALLOWED', 'canonical_command: stop'],
  ],
  ['The run reports a step and a call of a secret tool.', ['first_sequence: 2', 'last_sequence: 5']],
  ['The run finishes.', ['status: RUN_STATUS_OK']],
  [
    'An auditor lists what it did: numbered, the secret gone.',
    [
      /^1 tollgate.decision: .*SCOPE_OTHER_USER/,
      /^2 step: .*Fetching the page/,
      /^3 resolved_model: .*m-1/,
      /^4 tool_call: .*"args_redacted":true/,
      /^5 tool_result: .*"result_redacted":true/,
    ],
  ],
];

describe.each(ENGINES)('examples/story.mjs on %s', (engine) => {
  let open: OpenServer;
  beforeAll(async () => {
    open = await openServer(engine);
  });
  afterAll(() => open?.close());

  test('every answer is what the story says', async () => {
    const { decision, management } = open.server;
    const { stdout, stderr } = await run(process.execPath, [
      'examples/story.mjs',
      ...['--decision', decision, '--management', management],
    ]);
    expect(stderr).toBe('');
    const scenes = scenesOf(stdout);
    expect(scenes.map(({ title }) => title)).toEqual(SCENES.map(([title]) => title));
    for (const [index, [title, answer]] of SCENES.entries()) {
      for (const line of answer) {
        const expected = typeof line === 'string' ? line : expect.stringMatching(line);
        expect(scenes[index]!.answer, title).toContainEqual(expected);
      }
    }
    expect(scenes.map(({ answer }) => answer).join('\n')).not.toContain('s3cr3t');
  });
});

/** The scenes of what was printed: titles stand at the margin, and answers right of the bar. */
function scenesOf(printed: string): { title: string; answer: string[] }[] {
  return printed
    .trim()
    .split(/\n\n/)
    .map((scene) => {
      const [title = '', ...rows] = scene.split('\n');
      return { title, answer: rows.map((row) => (row.split(' │ ')[1] ?? '').trim()) };
    });
}
