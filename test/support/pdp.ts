// The decision point over a state, without a server: an empty policy, the default rules, no ledger key.

import { BUILT_IN } from '../../src/core/redaction/scanner.ts';
import { DecisionFeed } from '../../src/pdp/decision-feed.ts';
import { IdentityCache } from '../../src/pdp/identity-cache.ts';
import type { Pdp } from '../../src/pdp/pdp.ts';
import { PolicyJournal } from '../../src/pdp/policy-journal.ts';
import { SubjectNotes } from '../../src/pdp/subject-notes.ts';
import type { State } from '../../src/state/port.ts';
import { policyOf } from '../core/policies.ts';

export function plainPdp(state: State, clock: () => number): Pdp {
  const policy = policyOf({});
  return {
    state,
    policy: () => ({ policy, revision: 'of the test' }),
    rules: { assertedFacts: 'decisions', requireIdentity: true, requireSession: true },
    redaction: () => BUILT_IN,
    identities: new IdentityCache(),
    decisionLog: 'effects',
    policies: new PolicyJournal(),
    subjects: new SubjectNotes(),
    decisions: new DecisionFeed(),
    asker: { caller: 'local', sinceMs: 0 },
    sessionsMaxLive: 10,
    runIdleTimeoutMs: 24 * 3_600_000,
    patience: { appendMs: 3_000, finishMs: 10_000 },
    ledger: { key: undefined, checkpointIntervalMs: 60_000 },
    deadline: Number.POSITIVE_INFINITY,
    clock,
  };
}
