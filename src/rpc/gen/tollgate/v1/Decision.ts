// Original file: proto/tollgate/v1/decision.proto

import type { Effect as _tollgate_v1_Effect, Effect__Output as _tollgate_v1_Effect__Output } from '../../tollgate/v1/Effect.ts';
import type { Reason as _tollgate_v1_Reason, Reason__Output as _tollgate_v1_Reason__Output } from '../../tollgate/v1/Reason.ts';
import type { Check as _tollgate_v1_Check, Check__Output as _tollgate_v1_Check__Output } from '../../tollgate/v1/Check.ts';
import type { Duration as _google_protobuf_Duration, Duration__Output as _google_protobuf_Duration__Output } from '../../google/protobuf/Duration.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';

/**
 * The answer to a decision request.
 */
export interface Decision {
  /**
   * The id of this decision, a UUIDv7. A repeat of an idempotency key shows the id of the first decision.
   */
  'decision_id'?: (string);
  /**
   * What is permitted. Only `EFFECT_ALLOW` permits anything. It is unspecified in a dry run.
   */
  'effect'?: (_tollgate_v1_Effect);
  /**
   * What the effect would have been. It is set in a dry run only, and it permits nothing.
   */
  'would_be'?: (_tollgate_v1_Effect);
  /**
   * Why. On a denial it is the reason of the first check that failed.
   */
  'reason'?: (_tollgate_v1_Reason);
  /**
   * The reason as a sentence for the agent, in English: what to do instead. It tells nothing that an agent may not know: an unknown
   * session or run and a foreign one have the same sentence. Programs read `reason`; the wording is not part of the contract.
   */
  'message'?: (string);
  /**
   * The checks that were asked, in order. They are present on a denial, and on any answer to a request with `explain`.
   */
  'checks'?: (_tollgate_v1_Check)[];
  /**
   * How long to wait before the same request can pass. It is present with `REASON_RATE_LIMITED` only.
   */
  'retry_after'?: (_google_protobuf_Duration | null);
  /**
   * True if the idempotency key had its effect earlier, so that this request charged nothing further.
   */
  'replayed'?: (boolean);
  /**
   * True if the request was a dry run, which writes and charges nothing.
   */
  'dry_run'?: (boolean);
  /**
   * The revision of the policy that was applied, as `PolicyInfo.revision` shows it.
   */
  'policy_revision'?: (string);
  /**
   * When this decision was made, by the server's or the store's clock. A replay shows the time of the repeat.
   */
  'evaluated_at'?: (_google_protobuf_Timestamp | null);
  /**
   * True if any check that the answer rests on rests on a fact that the request asserted and that no trusted record confirms. It is set on
   * every answer, an ALLOW too; `Check.asserted` says which check.
   */
  'asserted'?: (boolean);
}

/**
 * The answer to a decision request.
 */
export interface Decision__Output {
  /**
   * The id of this decision, a UUIDv7. A repeat of an idempotency key shows the id of the first decision.
   */
  'decision_id'?: (string);
  /**
   * What is permitted. Only `EFFECT_ALLOW` permits anything. It is unspecified in a dry run.
   */
  'effect'?: (_tollgate_v1_Effect__Output);
  /**
   * What the effect would have been. It is set in a dry run only, and it permits nothing.
   */
  'would_be'?: (_tollgate_v1_Effect__Output);
  /**
   * Why. On a denial it is the reason of the first check that failed.
   */
  'reason'?: (_tollgate_v1_Reason__Output);
  /**
   * The reason as a sentence for the agent, in English: what to do instead. It tells nothing that an agent may not know: an unknown
   * session or run and a foreign one have the same sentence. Programs read `reason`; the wording is not part of the contract.
   */
  'message'?: (string);
  /**
   * The checks that were asked, in order. They are present on a denial, and on any answer to a request with `explain`.
   */
  'checks'?: (_tollgate_v1_Check__Output)[];
  /**
   * How long to wait before the same request can pass. It is present with `REASON_RATE_LIMITED` only.
   */
  'retry_after'?: (_google_protobuf_Duration__Output);
  /**
   * True if the idempotency key had its effect earlier, so that this request charged nothing further.
   */
  'replayed'?: (boolean);
  /**
   * True if the request was a dry run, which writes and charges nothing.
   */
  'dry_run'?: (boolean);
  /**
   * The revision of the policy that was applied, as `PolicyInfo.revision` shows it.
   */
  'policy_revision'?: (string);
  /**
   * When this decision was made, by the server's or the store's clock. A replay shows the time of the repeat.
   */
  'evaluated_at'?: (_google_protobuf_Timestamp__Output);
  /**
   * True if any check that the answer rests on rests on a fact that the request asserted and that no trusted record confirms. It is set on
   * every answer, an ALLOW too; `Check.asserted` says which check.
   */
  'asserted'?: (boolean);
}
