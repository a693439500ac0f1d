// What a secret tool returned, told again later in its run: over the operations, with two servers on one store.
import { expect } from 'vitest';
import { BUILT_IN } from '../../src/core/redaction/scanner.ts';
import type { AuditEvent } from '../../src/core/run/audit.ts';
import type { CallContext } from '../../src/pdp/call-context.ts';
import { appendAudit } from '../../src/pdp/run/append-audit.ts';
import { finishRun, getRun } from '../../src/pdp/run/runs.ts';
import { plainContext, withParts } from '../support/pdp.ts';
import { newRun, started } from './fixtures.ts';
import type { AddCase, Opened } from './suite.ts';

const SECRET = 'amber-falcon-77';
const OTHER_KEY = 'f'.repeat(32);
const TOKENS = { input: 0, output: 0, thinking: 0, cacheRead: 0 };

const step = (text: string): AuditEvent => ({
  kind: 'step',
  iter: 1,
  response: { text, toolCalls: [], tokens: TOKENS },
});
const use = (name: string, args: string, result: string): AuditEvent => ({
  kind: 'tool_use',
  name,
  id: 'c',
  args,
  result,
});
const error = (message: string): AuditEvent => ({ kind: 'error', message });

const REPEATS: readonly AuditEvent[] = [
  step(`a later step says ${SECRET}`),
  error(`an error says ${SECRET}`),
  { kind: 'custom', type: 'note', payload: JSON.stringify({ [SECRET]: [SECRET] }) },
  use('read_file', JSON.stringify({ path: SECRET }), `it holds ${SECRET}`),
];

/** Everything that a store holds of a run. */
async function storedOf({ state }: Opened, runId: string): Promise<string> {
  const { stored } = await state.readRun(runId);
  const log = await state.readLog(runId, { afterSequence: 0, limit: 10_000 });
  return [JSON.stringify(stored?.run), ...log.map((bytes) => Buffer.from(bytes).toString('utf8'))].join('\n');
}

const append = (context: CallContext, runId: string, events: readonly AuditEvent[]) =>
  appendAudit(context, { runId, events, idempotencyKey: undefined });

const finish = (context: CallContext, runId: string) =>
  finishRun(context, {
    runId,
    status: 'error',
    output: `done with ${SECRET}`,
    error: `failed with ${SECRET}`,
    runtimeMs: undefined,
    operation: undefined,
  });

export function secretMemoryCases(add: AddCase): void {
  add('what a secret tool returned is told nowhere in its run, whichever server is told it', async (opened) => {
    const { state, clock } = opened;
    const [one, other] = [plainContext(state, clock.now), plainContext(state, clock.now)];
    const { run } = await started(state, newRun(clock.now()));
    await append(one, run.runId, [use('http_get', '{}', `{"token":"${SECRET}"}`)]);
    await append(other, run.runId, [step('right after it, nothing is kept'), ...REPEATS]);
    await append(one, run.runId, REPEATS);
    const header = (await getRun(other, run.runId)).shaping;
    expect(JSON.stringify(header.secrets)).not.toContain('falcon');
    await finish(other, run.runId);
    const stored = await storedOf(opened, run.runId);
    expect(stored).not.toMatch(/amber|falcon/);
    expect(stored).not.toContain('right after');
    // The rest of each text is there.
    for (const text of ['a later step says', 'an error says', 'it holds', 'done with', 'failed with']) {
      expect(stored).toContain(`${text} [redacted: secret_result]`);
    }
    expect((await getRun(one, run.runId)).shaping.secrets).toBeUndefined();
  });

  add('a run that has used no secret tool keeps its texts: the twin', async (opened) => {
    const { state, clock } = opened;
    const { run } = await started(state, newRun(clock.now()));
    await append(plainContext(state, clock.now), run.runId, [
      use('read_file', '{}', `{"note":"${SECRET}"}`),
      ...REPEATS,
    ]);
    expect(await storedOf(opened, run.runId)).toContain(SECRET);
  });

  add('appends at one time, one of them of a secret tool, leave nothing of it behind it', async (opened) => {
    const { state, clock } = opened;
    const pdps = Array.from({ length: 4 }, () => plainContext(state, clock.now));
    const { run } = await started(state, newRun(clock.now()));
    // Each appends a secret of its own and repeats it, all against one header.
    const secrets = pdps.map((_, index) => `amber-falcon-8${index}`);
    await Promise.all(
      pdps.map(async (context, index) => {
        await append(context, run.runId, [use('mcp_call', '{}', secrets[index]!), step('x')]);
        await append(context, run.runId, [error(`again ${secrets[index]}`)]);
      }),
    );
    await append(pdps[0]!, run.runId, [error(secrets.join(' and '))]);
    expect(await storedOf(opened, run.runId)).not.toMatch(/falcon-8/);
  });

  add('a server with another key keeps lengths only, and so does every server after it', async (opened) => {
    const { state, clock } = opened;
    const context = plainContext(state, clock.now);
    const redaction = () => ({ ...BUILT_IN, memoryKey: OTHER_KEY });
    const stranger = withParts(context, { redaction });
    const { run } = await started(state, newRun(clock.now()));
    await append(context, run.runId, [use('http_get', '{}', SECRET), step('x')]);
    await append(stranger, run.runId, [...REPEATS, use('http_get', '{}', 'another-secret-9')]);
    await append(context, run.runId, REPEATS);
    await finish(context, run.runId);
    const stored = await storedOf(opened, run.runId);
    expect(stored).not.toMatch(/amber|falcon|another-secret/);
    expect(stored).toContain('[redacted: after_secret]');
    expect(stored).not.toContain('a later step says');
  });
}
