// Runs: started once, finished once.
import { mayAssert } from '../core/asserted-facts.ts';
import { storableJson } from '../core/audit.ts';
import { Failure } from '../core/failure.ts';
import { finishRun as finish } from '../core/finish.ts';
import { principalOf } from '../core/identity.ts';
import { isOwnId, partitionOf } from '../core/partition.ts';
import { type FinalStatus, openRun, type Run } from '../core/run.ts';
import type { Operation } from '../state/port.ts';
import { changeRun, keyReused } from './change-run.ts';
import { fingerprintOf } from './fingerprint.ts';
import { anyPartition, newId } from './ids.ts';
import { findRun, type Pdp, pdpPatiently, requireIdentity } from './pdp.ts';

export interface StartRequest {
  readonly subject: { readonly traceId: string } | { readonly callerId: string };
  readonly sessionId: string | undefined;
  readonly skillId: string;
  readonly channelId: string | undefined;
  readonly parentRunId: string | undefined;
  readonly continuationParentRunId: string | undefined;
  /** JSON text of an object. */
  readonly inputs: string | undefined;
  readonly operation: Operation | undefined;
}

/**
 * Starts a run. A child takes its parent's root and must have its caller.
 *
 * @throws Failure not_found (identity, session or run), wrong_state, assertion_refused, key_reused, state_unavailable
 */
export async function startRun(pdp: Pdp, request: StartRequest): Promise<Run> {
  const caller = await callerOf(pdp, request.subject);
  const { operation } = request;
  for (;;) {
    const remembered = operation && (await pdp.state.readStartedRun(caller.callerId, operation.key));
    if (remembered) {
      if (remembered.fingerprint !== operation.fingerprint) throw keyReused();
      if (!remembered.pending) {
        await pdp.state.confirmRun(remembered.answer);
        return getRun(pdp, remembered.answer);
      }
    }
    const run = await newRun(pdp, request, caller, remembered?.answer);
    const outcome = await pdp.state.commitRun({
      run,
      records: [],
      expectedRevision: 0,
      operation: operation && { ...operation, answer: run.runId },
    });
    if (outcome === 'committed') return run;
    if (outcome === 'too_many_keys') {
      throw new Failure('too_many_keys', 'too many idempotency keys are remembered for this caller');
    }
    // Moved: another request used the key just now; its run is the answer.
  }
}

interface Caller {
  readonly callerId: string;
  readonly callerAsserted: boolean;
}

async function callerOf(pdp: Pdp, subject: StartRequest['subject']): Promise<Caller> {
  if ('traceId' in subject) {
    return { callerId: principalOf(await requireIdentity(pdp, subject.traceId)), callerAsserted: false };
  }
  if (!mayAssert(pdp.rules.assertedFacts, 'run_caller')) {
    throw new Failure('assertion_refused', 'this server takes the caller of a run from trusted records only');
  }
  return { callerId: subject.callerId, callerAsserted: true };
}

/** @param claimedId  the id under which an earlier request with the same key was about to start it */
async function newRun(pdp: Pdp, request: StartRequest, caller: Caller, claimedId: string | undefined): Promise<Run> {
  const { sessionId, parentRunId, continuationParentRunId } = request;
  const [parent, continued, agentId] = await Promise.all([
    existingRun(pdp, parentRunId),
    existingRun(pdp, continuationParentRunId),
    existingSession(pdp, sessionId),
  ]);
  if (parent && parent.callerId !== caller.callerId) {
    throw new Failure('wrong_state', 'the parent run belongs to another caller', { subject: 'parent_run' });
  }
  const near = [sessionId, parentRunId, continuationParentRunId].find((id) => id !== undefined && isOwnId(id));
  const runId = claimedId ?? newId(pdp.clock(), near === undefined ? anyPartition() : partitionOf(near));
  const run = {
    runId,
    rootRunId: parent?.rootRunId ?? runId,
    parentRunId,
    continuationParentRunId,
    continuationSharesCaller: continued?.callerId === caller.callerId,
    skillId: request.skillId,
    channelId: request.channelId,
    sessionId,
    agentId,
    inputs: request.inputs === undefined ? undefined : storableJson(request.inputs).text,
    ...caller,
  };
  // The clock of where the run will lie.
  return openRun(run, (await pdp.state.readRun(runId)).now);
}

async function existingRun(pdp: Pdp, runId: string | undefined): Promise<Run | undefined> {
  return runId === undefined ? undefined : getRun(pdp, runId);
}

/** @returns the agent of the session */
async function existingSession(pdp: Pdp, sessionId: string | undefined): Promise<string | undefined> {
  if (sessionId === undefined) return undefined;
  const { record } = await pdp.state.readSession(sessionId);
  if (!record) throw new Failure('not_found', 'the session is unknown', { subject: 'session' });
  return record.session.agentId;
}

/** @throws Failure not_found */
export async function getRun(pdp: Pdp, runId: string): Promise<Run> {
  const run = await findRun(pdp, runId);
  if (!run) throw new Failure('not_found', 'the run is unknown', { subject: 'run' });
  return run;
}

export interface FinishRequest {
  readonly runId: string;
  readonly status: FinalStatus;
  readonly output: string | undefined;
  readonly error: string | undefined;
  readonly runtimeMs: number | undefined;
  readonly operation: Operation | undefined;
}

/**
 * Finishes a run, once. The same content again is answered with the run as it is.
 *
 * @throws Failure not_found; wrong_state when it finished with other content; key_reused; state_unavailable
 */
export function finishRun(pdp: Pdp, request: FinishRequest): Promise<Run> {
  const { runId, status, output, error, runtimeMs, operation } = request;
  const fingerprint = fingerprintOf(status, output, error, runtimeMs);
  return changeRun<Run>(
    pdpPatiently(pdp, pdp.patience.finishMs),
    runId,
    operation,
    (run, now) => {
      const finished = finish(run, { status, output, error, runtimeMs, fingerprint }, now);
      if (finished.kind === 'contradiction') {
        throw new Failure('wrong_state', 'the run has finished with other content', { subject: 'run' });
      }
      // A repeat is answered with the run as it is; its texts are kept in one place, from which they can be purged.
      return { run: finished.run, records: [], answer: finished.run, remembered: '' };
    },
    (_answer, run) => run,
  );
}
