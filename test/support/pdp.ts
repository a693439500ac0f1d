// The decision point over a state, without a server: an empty policy, the default rules, no ledger key.
import { BUILT_IN } from '../../src/core/redaction/scanner.ts';
import { type CallContext, localContext } from '../../src/pdp/call-context.ts';
import { IdentityCache } from '../../src/pdp/identity/identity-cache.ts';
import { Ids } from '../../src/pdp/ids.ts';
import { KeyedQueue } from '../../src/pdp/keyed-queue.ts';
import { RunTrees } from '../../src/pdp/ledger/run-trees.ts';
import type { Pdp } from '../../src/pdp/pdp.ts';
import { PolicyJournal } from '../../src/pdp/policy/policy-journal.ts';
import { DecisionFeed } from '../../src/pdp/record/decision-feed.ts';
import { RecordedNames } from '../../src/pdp/record/recorded-names.ts';
import { SubjectNotes } from '../../src/pdp/record/subject-notes.ts';
import type { State } from '../../src/state/port/state.ts';
import { policyOf } from '../unit/core/policies.ts';

/** A call of the process itself; `parts` take the place of the plain ones. */
export function plainContext(state: State, clock: () => number, parts: Partial<Pdp> = {}): CallContext {
  const policy = policyOf({});
  const noServer = () => {
    throw new Error('there is no server');
  };
  return localContext({
    state,
    policy: () => ({ policy, revision: 'of the test' }),
    rules: { assertedFacts: 'decisions', requireIdentity: true, requireSession: true },
    redaction: () => BUILT_IN,
    identities: new IdentityCache(),
    decisionLog: 'effects',
    policies: new PolicyJournal(),
    subjects: new SubjectNotes(),
    decisions: new DecisionFeed(),
    ids: new Ids(),
    runQueues: new KeyedQueue(),
    runTrees: new RunTrees(),
    names: new RecordedNames(),
    sessionsMaxLive: 10,
    runIdleTimeoutMs: 24 * 3_600_000,
    writeTimeouts: { appendMs: 3_000, finishMs: 10_000 },
    ledger: { key: undefined, checkpointIntervalMs: 60_000 },
    server: { version: '0', startedAtMs: 0, policyInfo: noServer, warnings: () => [], reloadPolicy: noServer },
    appendReader: { bytesMin: Number.POSITIVE_INFINITY, read: noServer },
    clock,
    ...parts,
  });
}

/** The same call with other parts of the process. */
export function withParts({ pdp }: CallContext, parts: Partial<Pdp>): CallContext {
  return localContext({ ...pdp, ...parts });
}
