// Runs: started once, finished once.
import { mayAssert } from '../../core/decision/asserted-facts.ts';
import { Failure } from '../../core/failure.ts';
import { principalOf, principalsOf } from '../../core/identity/identity.ts';
import { isOwnId, partitionOf } from '../../core/partition.ts';
import { scannerOf } from '../../core/redaction/scanner.ts';
import { storableJson } from '../../core/run/audit.ts';
import { finishRun as finish } from '../../core/run/finish.ts';
import { type FinalStatus, openRun, type Run } from '../../core/run/run.ts';
import type { EntryReason } from '../../core/session/session-reason.ts';
import type { IdempotencyKey } from '../../state/port/idempotency-key.ts';
import { type CallContext, withTimeout } from '../call-context.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { findRun, requireIdentity } from '../pdp.ts';
import { changeRun, keyReused } from './change-run.ts';

export interface StartRequest {
  readonly subject: { readonly traceId: string } | { readonly callerId: string };
  readonly sessionId: string | undefined;
  readonly skillId: string;
  readonly channelId: string | undefined;
  readonly parentRunId: string | undefined;
  readonly continuationParentRunId: string | undefined;
  /** JSON text of an object. */
  readonly inputs: string | undefined;
  readonly operation: IdempotencyKey | undefined;
}

/**
 * Starts a run. A child takes its parent's root and must have its caller. A session must let the caller in, in the very step that
 * stores the run.
 *
 * @throws Failure not_found (identity, session or run), wrong_state, assertion_refused, key_reused, state_unavailable
 */
export async function startRun(context: CallContext, request: StartRequest): Promise<Run> {
  const { principals, ...caller } = await callerOf(context, request.subject);
  const { operation } = request;
  for (;;) {
    const remembered = operation && (await context.state.readStartedRun(caller.callerId, operation.key));
    if (remembered) {
      if (remembered.fingerprint !== operation.fingerprint) throw keyReused();
      if (!remembered.pending) {
        await context.state.confirmRun(remembered.answer);
        return getRun(context, remembered.answer);
      }
    }
    const run = await newRun(context, request, caller, remembered?.answer);
    const outcome = await context.state.commitRun({
      run,
      records: [],
      expectedRevision: 0,
      session: request.sessionId === undefined ? undefined : { sessionId: request.sessionId, principals },
      idempotencyKey: operation && { ...operation, answer: run.runId },
    });
    if (outcome === 'committed') return run;
    if (outcome === 'too_many_keys') {
      throw new Failure('too_many_keys', 'too many idempotency keys are remembered for this caller');
    }
    if (outcome !== 'moved') throw notEntered(outcome);
    // Moved: another request used the key just now; its run is the answer.
  }
}

/** Unknown and another owner's look alike, as they do in a decision. */
function notEntered(refusal: EntryReason): Failure {
  switch (refusal) {
    case 'SESSION_UNKNOWN':
    case 'OWNER_MISMATCH':
      return new Failure('not_found', 'the session is unknown', { subject: 'session' });
    case 'SESSION_CLOSED':
      return new Failure('wrong_state', 'the session is closed', { subject: 'session' });
    case 'SESSION_EXPIRED':
      return new Failure('wrong_state', 'the session has expired', { subject: 'session' });
  }
}

interface Caller {
  readonly callerId: string;
  readonly callerAsserted: boolean;
}

/** The caller, and every principal that it may use a session as. */
async function callerOf(
  context: CallContext,
  subject: StartRequest['subject'],
): Promise<Caller & { readonly principals: readonly string[] }> {
  if ('traceId' in subject) {
    const identity = await requireIdentity(context, subject.traceId);
    return { callerId: principalOf(identity), callerAsserted: false, principals: principalsOf(identity) };
  }
  if (!mayAssert(context.pdp.rules.assertedFacts, 'run_caller')) {
    throw new Failure('assertion_refused', 'this server takes the caller of a run from trusted records only');
  }
  return { callerId: subject.callerId, callerAsserted: true, principals: [subject.callerId] };
}

/** @param claimedId  the id under which an earlier request with the same key was about to start it */
async function newRun(
  context: CallContext,
  request: StartRequest,
  caller: Caller,
  claimedId: string | undefined,
): Promise<Run> {
  const { sessionId, parentRunId, continuationParentRunId } = request;
  const [parent, continued, agentId] = await Promise.all([
    existingRun(context, parentRunId),
    existingRun(context, continuationParentRunId),
    agentOf(context, sessionId),
  ]);
  if (parent && parent.callerId !== caller.callerId) {
    throw new Failure('wrong_state', 'the parent run belongs to another caller', { subject: 'parent_run' });
  }
  const near = [sessionId, parentRunId, continuationParentRunId].find((id) => id !== undefined && isOwnId(id));
  const { ids, clock } = context.pdp;
  const runId = claimedId ?? ids.newId(clock(), near === undefined ? ids.anyPartition() : partitionOf(near));
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
    inputs:
      request.inputs === undefined ? undefined : storableJson(request.inputs, scannerOf(context.pdp.redaction())).text,
    ...caller,
  };
  // The clock of where the run will lie.
  return openRun(run, (await context.state.readRun(runId)).now);
}

async function existingRun(context: CallContext, runId: string | undefined): Promise<Run | undefined> {
  return runId === undefined ? undefined : getRun(context, runId);
}

/** Whether the run may use the session is decided in the step that stores it. */
async function agentOf(context: CallContext, sessionId: string | undefined): Promise<string | undefined> {
  if (sessionId === undefined) return undefined;
  return (await context.state.readSession(sessionId)).record?.session.agentId;
}

/** @throws Failure not_found */
export async function getRun(context: CallContext, runId: string): Promise<Run> {
  const run = await findRun(context, runId);
  if (!run) throw new Failure('not_found', 'the run is unknown', { subject: 'run' });
  return run;
}

export interface FinishRequest {
  readonly runId: string;
  readonly status: FinalStatus;
  readonly output: string | undefined;
  readonly error: string | undefined;
  readonly runtimeMs: number | undefined;
  readonly operation: IdempotencyKey | undefined;
}

/**
 * Finishes a run, once. The same content again is answered with the run as it is.
 *
 * @throws Failure not_found; wrong_state when it finished with other content; key_reused; state_unavailable
 */
export function finishRun(context: CallContext, request: FinishRequest): Promise<Run> {
  const { runId, status, output, error, runtimeMs, operation } = request;
  const fingerprint = fingerprintOf(status, output, error, runtimeMs);
  return changeRun<Run>(
    withTimeout(context, context.pdp.writeTimeouts.finishMs),
    runId,
    operation,
    (run, now) => {
      const finished = finish(run, { status, output, error, runtimeMs, fingerprint }, now, context.pdp.redaction());
      if (finished.kind === 'contradiction') {
        throw new Failure('wrong_state', 'the run has finished with other content', { subject: 'run' });
      }
      // A repeat is answered with the run as it is; its texts are kept in one place, from which they can be purged.
      return { run: finished.run, records: [], answer: finished.run, remembered: '' };
    },
    (_answer, run) => run,
  );
}
