// Every case of test/vectors that is not core only, through a real gRPC client against a real server, on both engines.
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditDriver } from './rpc/audit.ts';
import { identityCaseNeedsRedis, identityCases, playIdentityCase } from './rpc/identity.ts';
import { bindAdmin, playScopeCase, SCOPE_POLICY } from './rpc/scope.ts';
import { bindSessionUser, sessionCaseIsTooLong, sessionDriver } from './rpc/session.ts';
import { playSlashCase, slashCaseIsCoreOnly, slashCases } from './rpc/slash.ts';
import { playAuditCase } from '../support/audit-scenario.ts';
import { ENGINES, type OpenServer, openServer } from '../support/engines.ts';
import { playScenario } from '../support/session-scenario.ts';
import {
  type AuditCase,
  addCase,
  readCases,
  type ScopeCase,
  type SessionCase,
  titleOf,
} from '../support/vector-cases.ts';

const scope = readCases<{ cases: ScopeCase[] }>('scope').cases;
const session = readCases<{ cases: SessionCase[] }>('session').cases;
const audit = readCases<{ cases: AuditCase[] }>('audit').cases;

describe.each(ENGINES)('the vectors over gRPC, %s engine', (engine) => {
  let open: OpenServer;
  let redis: Redis | undefined;

  beforeAll(async () => {
    // The cases load policies of their own; nothing else is to swap them in between.
    open = await openServer(engine, { policy: SCOPE_POLICY, args: ['--set', 'policy.watch=false'] });
    redis = open.redis && new Redis(open.redis.url);
    await bindAdmin(open.clients);
    await bindSessionUser(open.clients);
  });

  afterAll(async () => {
    redis?.disconnect();
    await open?.close();
  });

  describe('scope.json', () => {
    for (const vector of scope) addCase(titleOf(vector), undefined, () => playScopeCase(open.clients, vector));
  });

  describe('session.json', () => {
    for (const vector of session) {
      addCase(titleOf(vector), sessionCaseIsTooLong(vector), async () =>
        playScenario(await sessionDriver(open.clients, vector.id), vector),
      );
    }
  });

  describe('slash.json', () => {
    for (const vector of slashCases) {
      addCase(titleOf(vector), slashCaseIsCoreOnly(vector), () => playSlashCase(open, vector));
    }
  });

  describe('audit.json', () => {
    for (const vector of audit) {
      addCase(titleOf(vector), undefined, async () =>
        playAuditCase(await auditDriver(open.clients, vector.id), vector),
      );
    }
  });

  describe('identity.json', () => {
    for (const vector of identityCases) {
      addCase(titleOf(vector), identityCaseNeedsRedis(vector, engine === 'Redis'), () =>
        playIdentityCase(open, redis, vector),
      );
    }
  });
});

test('no more cases are left out than the contract allows, and none without its reason', () => {
  const left = (reasons: (string | undefined)[]) => reasons.filter((reason) => reason !== undefined).length;
  const leftOut = {
    'session.json beyond two seconds': left(session.map(sessionCaseIsTooLong)),
    'slash.json core only': left(slashCases.map(slashCaseIsCoreOnly)),
    'identity.json foreign records, embedded engine': left(identityCases.map((c) => identityCaseNeedsRedis(c, false))),
    'identity.json, Redis engine': left(identityCases.map((c) => identityCaseNeedsRedis(c, true))),
  };
  expect(leftOut).toMatchInlineSnapshot(`
    {
      "identity.json foreign records, embedded engine": 14,
      "identity.json, Redis engine": 0,
      "session.json beyond two seconds": 6,
      "slash.json core only": 6,
    }
  `);
});
