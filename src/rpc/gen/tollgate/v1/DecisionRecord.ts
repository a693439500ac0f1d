// Original file: proto/tollgate/v1/decision_record.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';
import type { Effect as _tollgate_v1_Effect, Effect__Output as _tollgate_v1_Effect__Output } from '../../tollgate/v1/Effect.ts';
import type { Reason as _tollgate_v1_Reason, Reason__Output as _tollgate_v1_Reason__Output } from '../../tollgate/v1/Reason.ts';
import type { Check as _tollgate_v1_Check, Check__Output as _tollgate_v1_Check__Output } from '../../tollgate/v1/Check.ts';
import type { RecordedCall as _tollgate_v1_RecordedCall, RecordedCall__Output as _tollgate_v1_RecordedCall__Output } from '../../tollgate/v1/RecordedCall.ts';
import type { RecordedSession as _tollgate_v1_RecordedSession, RecordedSession__Output as _tollgate_v1_RecordedSession__Output } from '../../tollgate/v1/RecordedSession.ts';
import type { Duration as _google_protobuf_Duration, Duration__Output as _google_protobuf_Duration__Output } from '../../google/protobuf/Duration.ts';

/**
 * What is kept of one decision.
 */
export interface DecisionRecord {
  /**
   * The id of the decision, a UUIDv7.
   */
  'decision_id'?: (string);
  /**
   * When it was made, by the store's clock.
   */
  'decided_at'?: (_google_protobuf_Timestamp | null);
  /**
   * The operation that decided: `Authorize`, `ConsumeBudget`, `ValidateScope`, `CheckSlash`, `CreateSession`, `CloseSession`,
   * `BindIdentity`, `ReleaseIdentity`, `DeactivateAgent`, `ReactivateAgent` or `ReloadPolicy`.
   */
  'rpc'?: (string);
  /**
   * What was permitted.
   */
  'effect'?: (_tollgate_v1_Effect);
  /**
   * Why. On a denial it is the reason of the check that failed.
   */
  'reason'?: (_tollgate_v1_Reason);
  /**
   * All checks that were asked, in order, up to the one that failed.
   */
  'checks'?: (_tollgate_v1_Check)[];
  /**
   * The revision of the policy that was applied.
   */
  'policy_revision'?: (string);
  /**
   * Who called: a name of the callers file, or `local` where the operating system decides who reaches the listener.
   */
  'caller'?: (string);
  /**
   * The agent. Absent if the request named none.
   */
  'agent_id'?: (string);
  /**
   * The session. Absent if the request named none.
   */
  'session_id'?: (string);
  /**
   * The run. Absent if the request named none.
   */
  'run_id'?: (string);
  /**
   * Who stood behind the trace: `platform:user_id`. Absent if nobody did.
   */
  'principal'?: (string);
  /**
   * The first 16 bytes of the trace id's SHA-256 as 32 hex digits: what is of one trace can be told, the trace id cannot.
   * Absent if the request named no trace.
   */
  'trace_hash'?: (string);
  /**
   * The calls, equal ones counted, at most 32 different ones.
   */
  'calls'?: (_tollgate_v1_RecordedCall)[];
  /**
   * How many calls the request had, those that are not listed too.
   */
  'calls_total'?: (number);
  /**
   * Which of the request's calls decided, from 0. Absent if it was none of them.
   */
  'call_index'?: (number);
  /**
   * The scope. Absent if the request named none.
   */
  'scope'?: (string);
  /**
   * The platform of a slash command, as the request names it, or of CheckSlash else the identity. Absent if neither does.
   */
  'platform'?: (string);
  /**
   * The chat type of a slash command. Absent if the request named none.
   */
  'chat_type'?: (string);
  /**
   * The canonical command, if it is one that the policy named, and empty for any other text. Absent if the request named none.
   */
  'command'?: (string);
  /**
   * The session's numbers. Absent if there was no session to look at.
   */
  'session'?: (_tollgate_v1_RecordedSession | null);
  /**
   * How long the caller was told to wait. It is present with `REASON_RATE_LIMITED` only.
   */
  'retry_after'?: (_google_protobuf_Duration | null);
  /**
   * How often the same came again: equal denials of one session fold into one record, and a repeated key adds none.
   */
  'repeats'?: (number);
  /**
   * When it came last. It is `decided_at` if it never came again.
   */
  'last_at'?: (_google_protobuf_Timestamp | null);
  /**
   * From the arrival of the request until its record was handed to the store.
   */
  'latency'?: (_google_protobuf_Duration | null);
  /**
   * True if any of the checks rests on a fact that the request asserted and that no trusted record confirms.
   */
  'asserted'?: (boolean);
  '_agent_id'?: "agent_id";
  '_session_id'?: "session_id";
  '_run_id'?: "run_id";
  '_principal'?: "principal";
  '_trace_hash'?: "trace_hash";
  '_call_index'?: "call_index";
  '_scope'?: "scope";
  '_platform'?: "platform";
  '_chat_type'?: "chat_type";
  '_command'?: "command";
  '_session'?: "session";
  '_retry_after'?: "retry_after";
}

/**
 * What is kept of one decision.
 */
export interface DecisionRecord__Output {
  /**
   * The id of the decision, a UUIDv7.
   */
  'decision_id'?: (string);
  /**
   * When it was made, by the store's clock.
   */
  'decided_at'?: (_google_protobuf_Timestamp__Output);
  /**
   * The operation that decided: `Authorize`, `ConsumeBudget`, `ValidateScope`, `CheckSlash`, `CreateSession`, `CloseSession`,
   * `BindIdentity`, `ReleaseIdentity`, `DeactivateAgent`, `ReactivateAgent` or `ReloadPolicy`.
   */
  'rpc'?: (string);
  /**
   * What was permitted.
   */
  'effect'?: (_tollgate_v1_Effect__Output);
  /**
   * Why. On a denial it is the reason of the check that failed.
   */
  'reason'?: (_tollgate_v1_Reason__Output);
  /**
   * All checks that were asked, in order, up to the one that failed.
   */
  'checks'?: (_tollgate_v1_Check__Output)[];
  /**
   * The revision of the policy that was applied.
   */
  'policy_revision'?: (string);
  /**
   * Who called: a name of the callers file, or `local` where the operating system decides who reaches the listener.
   */
  'caller'?: (string);
  /**
   * The agent. Absent if the request named none.
   */
  'agent_id'?: (string);
  /**
   * The session. Absent if the request named none.
   */
  'session_id'?: (string);
  /**
   * The run. Absent if the request named none.
   */
  'run_id'?: (string);
  /**
   * Who stood behind the trace: `platform:user_id`. Absent if nobody did.
   */
  'principal'?: (string);
  /**
   * The first 16 bytes of the trace id's SHA-256 as 32 hex digits: what is of one trace can be told, the trace id cannot.
   * Absent if the request named no trace.
   */
  'trace_hash'?: (string);
  /**
   * The calls, equal ones counted, at most 32 different ones.
   */
  'calls'?: (_tollgate_v1_RecordedCall__Output)[];
  /**
   * How many calls the request had, those that are not listed too.
   */
  'calls_total'?: (number);
  /**
   * Which of the request's calls decided, from 0. Absent if it was none of them.
   */
  'call_index'?: (number);
  /**
   * The scope. Absent if the request named none.
   */
  'scope'?: (string);
  /**
   * The platform of a slash command, as the request names it, or of CheckSlash else the identity. Absent if neither does.
   */
  'platform'?: (string);
  /**
   * The chat type of a slash command. Absent if the request named none.
   */
  'chat_type'?: (string);
  /**
   * The canonical command, if it is one that the policy named, and empty for any other text. Absent if the request named none.
   */
  'command'?: (string);
  /**
   * The session's numbers. Absent if there was no session to look at.
   */
  'session'?: (_tollgate_v1_RecordedSession__Output);
  /**
   * How long the caller was told to wait. It is present with `REASON_RATE_LIMITED` only.
   */
  'retry_after'?: (_google_protobuf_Duration__Output);
  /**
   * How often the same came again: equal denials of one session fold into one record, and a repeated key adds none.
   */
  'repeats'?: (number);
  /**
   * When it came last. It is `decided_at` if it never came again.
   */
  'last_at'?: (_google_protobuf_Timestamp__Output);
  /**
   * From the arrival of the request until its record was handed to the store.
   */
  'latency'?: (_google_protobuf_Duration__Output);
  /**
   * True if any of the checks rests on a fact that the request asserted and that no trusted record confirms.
   */
  'asserted'?: (boolean);
}
