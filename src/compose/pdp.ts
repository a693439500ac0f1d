// The policy decision point: its rules from the configuration, its parts from the other files of this folder.
import type { Config } from '../config/config.ts';
import type { PolicySource } from '../config/files/policy-source.ts';
import { Failure } from '../core/failure.ts';
import type { Policy } from '../core/policy/policy.ts';
import { IdentityCache } from '../pdp/identity/identity-cache.ts';
import { Ids } from '../pdp/ids.ts';
import { KeyedQueue } from '../pdp/keyed-queue.ts';
import { RunTrees } from '../pdp/ledger/run-trees.ts';
import type { Pdp } from '../pdp/pdp.ts';
import { DecisionFeed } from '../pdp/record/decision-feed.ts';
import { RecordedNames } from '../pdp/record/recorded-names.ts';
import type { ServerFacts } from '../pdp/server-facts.ts';
import type { RedactionSource } from '../redaction/redaction-source.ts';
import type { LedgerKey } from '../signing/ledger-key.ts';
import type { Warnings } from '../telemetry/warnings.ts';
import { OFFLOAD_BYTES_MIN, offloadAppend } from '../workers/append-offload.ts';
import type { WorkerPool } from '../workers/worker-pool.ts';
import { VERSION } from './version.ts';

interface PdpParts extends Pick<Pdp, 'state' | 'policies' | 'subjects' | 'server'> {
  readonly policy: PolicySource<Policy>;
  readonly ledgerKey: LedgerKey | undefined;
  readonly redaction: RedactionSource;
  readonly workers: WorkerPool;
}

/** Joins the parts of the PDP. */
export function createPdp(config: Config, parts: PdpParts): Pdp {
  const { policy, ledgerKey, redaction, workers, ...others } = parts;
  return {
    ...others,
    policy: () => policy.current,
    rules: {
      assertedFacts: config.assertedFacts,
      requireIdentity: config.authorize.require.identity,
      requireSession: config.authorize.require.session,
    },
    redaction: () => redaction.rules,
    identities: new IdentityCache(),
    sessionsMaxLive: config.sessions.maxLivePerAgent,
    runIdleTimeoutMs: config.runs.idleTimeoutMs,
    writeTimeouts: config.store.writeTimeouts,
    ledger: { key: ledgerKey, checkpointIntervalMs: config.ledger.checkpointIntervalMs },
    decisionLog: config.decisionLog,
    decisions: new DecisionFeed(),
    ids: new Ids(),
    runQueues: new KeyedQueue(),
    runTrees: new RunTrees(),
    names: new RecordedNames(),
    appendReader: {
      bytesMin: OFFLOAD_BYTES_MIN,
      read: (bytes, asked) => offloadAppend({ pool: workers, redaction: () => redaction.data }, bytes, asked),
    },
    clock: Date.now,
  };
}

/** What GetServerInfo and ReloadPolicy need of the process. */
export function createServerFacts(
  policy: PolicySource<Policy>,
  { startedAtMs, warnings }: { startedAtMs: number; warnings: Warnings },
): ServerFacts {
  return {
    version: VERSION,
    startedAtMs,
    policyInfo: () => ({
      revision: policy.current.revision,
      loadedAtMs: policy.current.loadedAtMs,
      reloads: policy.reloads,
      reloadFailures: policy.reloadFailures,
      lastError: policy.lastError?.message,
    }),
    warnings: () => warnings.list(),
    reloadPolicy: async (caller) => {
      const reload = await policy.reload(caller);
      if (reload.ok) return;
      throw new Failure('wrong_state', reload.error.message, { subject: 'policy', cause: reload.error });
    },
  };
}
