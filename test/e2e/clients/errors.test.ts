// Errors as clients in Python and Go take them apart, each with the standard messages of google.rpc that its language has.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OpenServer, openServer } from '../../support/engines.ts';
import { FOREIGN_CLIENTS, type Outcome } from '../../support/foreign-clients.ts';
import { callOf, opened } from '../../support/scene.ts';
import { eventually } from '../../support/times.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const { INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION, UNAVAILABLE } = {
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  FAILED_PRECONDITION: 9,
  UNAVAILABLE: 14,
};

describe.each(FOREIGN_CLIENTS)('an error in $language', (client) => {
  let missing: string | undefined;
  let open: OpenServer;

  beforeAll(async () => {
    missing = await client.prepare();
    if (missing) console.warn(`skipped: ${missing}`);
    else open = await openServer('Redis', { env: { TOLLGATE_STORE_COMMAND_TIMEOUT_MS: '1500' } });
  }, 300_000);
  afterAll(() => open?.close());
  beforeEach((context) => context.skip(missing !== undefined, missing));

  const decide = (method: string, request: object) =>
    client.ask({ addresses: [open.server.decision], method: `PolicyDecisionService/${method}`, request });
  const manage = (method: string, request: object) =>
    client.ask({ addresses: [open.server.management], method: `SessionService/${method}`, request });

  test('says which fields of a request are wrong', async () => {
    const outcome = await decide('Authorize', {
      trace_id: 't',
      session_id: 's',
      agent_id: 'a',
      tool: 't'.repeat(1_000),
    });
    expect(outcome.status).toMatchObject({ code: INVALID_ARGUMENT });
    expect(detail(outcome, 'ErrorInfo')).toEqual({
      reason: 'INVALID_REQUEST',
      domain: 'tollgate',
      metadata: { request_id: expect.stringMatching(UUID) },
    });
    expect(detail(outcome, 'BadRequest')).toMatchObject({
      field_violations: [{ field: 'tool', description: expect.stringMatching(/\w/) }],
    });
  });

  test('says what is in the wrong state', async () => {
    const { session_id } = await opened(open.clients);
    expect((await manage('CloseSession', { session_id })).status).toBeUndefined();
    const outcome = await manage('CloseSession', { session_id });
    expect(outcome.status).toMatchObject({ code: FAILED_PRECONDITION });
    expect(detail(outcome, 'ErrorInfo')).toMatchObject({ reason: 'SESSION_CLOSED' });
    expect(detail(outcome, 'PreconditionFailure')).toMatchObject({
      violations: [{ type: 'SESSION_CLOSED', subject: 'session', description: expect.stringMatching(/\w/) }],
    });
  });

  test('says what is not there', async () => {
    const outcome = await manage('GetSession', { session_id: 'nobody' });
    expect(outcome.status).toMatchObject({ code: NOT_FOUND });
    expect(outcome.status!.details!.map(nameOf)).toEqual(['ErrorInfo']);
  });

  test('says when to ask again, while Redis is stopped', async () => {
    const call = await callOf(open.clients, { idempotency_key: 'k' });
    open.redis!.pause();
    const outcome = await decide('Authorize', call).finally(() => open.redis!.resume());
    expect(outcome.status).toMatchObject({ code: UNAVAILABLE });
    expect(detail(outcome, 'ErrorInfo')).toMatchObject({ reason: 'STATE_UNAVAILABLE' });
    expect(detail(outcome, 'RetryInfo')).toEqual({ retry_delay: '0.100s' });
    // And asked again then, it is answered.
    const answer = await eventually(async () => (await decide('Authorize', call)).answer);
    expect(answer.decision.effect).toBe('EFFECT_ALLOW');
  });
});

function nameOf(detail: { '@type': string }): string {
  return detail['@type'].replace('type.googleapis.com/google.rpc.', '');
}

/** The only detail of this name, without its type. */
function detail({ status }: Outcome, name: string): object {
  const found = (status?.details ?? []).filter((each) => nameOf(each) === name);
  expect(found, `one ${name} in ${JSON.stringify(status)}`).toHaveLength(1);
  const { '@type': _, ...rest } = found[0]!;
  return rest;
}
