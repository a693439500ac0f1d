// Original file: proto/tollgate/v1/run_service.proto

import type { RunStatus as _tollgate_v1_RunStatus, RunStatus__Output as _tollgate_v1_RunStatus__Output } from '../../tollgate/v1/RunStatus.ts';
import type { Duration as _google_protobuf_Duration, Duration__Output as _google_protobuf_Duration__Output } from '../../google/protobuf/Duration.ts';

/**
 * A request to finish a run.
 */
export interface FinishRunRequest {
  /**
   * The run, 1 to 128 bytes. It is required.
   */
  'run_id'?: (string);
  /**
   * How the run ended. It is required; unspecified and running are INVALID_ARGUMENT.
   */
  'status'?: (_tollgate_v1_RunStatus);
  /**
   * What the run produced, up to the request's size limit; at most 4,000 bytes are kept. Absent means nothing.
   */
  'output'?: (string);
  /**
   * Why the run did not end well, up to the request's size limit; at most 4,000 bytes are kept. Absent means nothing.
   */
  'error'?: (string);
  /**
   * How long the run took by the runner's own clock, 0 or more. Absent means that the runner does not say.
   */
  'runtime'?: (_google_protobuf_Duration | null);
  /**
   * Names this request, 1 to 128 printable ASCII characters. The key belongs to this RPC and the run. Absent does no harm, because
   * finishing again with the same content is OK.
   */
  'idempotency_key'?: (string);
  '_output'?: "output";
  '_error'?: "error";
  '_idempotency_key'?: "idempotency_key";
}

/**
 * A request to finish a run.
 */
export interface FinishRunRequest__Output {
  /**
   * The run, 1 to 128 bytes. It is required.
   */
  'run_id'?: (string);
  /**
   * How the run ended. It is required; unspecified and running are INVALID_ARGUMENT.
   */
  'status'?: (_tollgate_v1_RunStatus__Output);
  /**
   * What the run produced, up to the request's size limit; at most 4,000 bytes are kept. Absent means nothing.
   */
  'output'?: (string);
  /**
   * Why the run did not end well, up to the request's size limit; at most 4,000 bytes are kept. Absent means nothing.
   */
  'error'?: (string);
  /**
   * How long the run took by the runner's own clock, 0 or more. Absent means that the runner does not say.
   */
  'runtime'?: (_google_protobuf_Duration__Output);
  /**
   * Names this request, 1 to 128 printable ASCII characters. The key belongs to this RPC and the run. Absent does no harm, because
   * finishing again with the same content is OK.
   */
  'idempotency_key'?: (string);
}
