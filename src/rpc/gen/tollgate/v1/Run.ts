// Original file: proto/tollgate/v1/run.proto

import type { RunStatus as _tollgate_v1_RunStatus, RunStatus__Output as _tollgate_v1_RunStatus__Output } from '../../tollgate/v1/RunStatus.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';
import type { TokenUsage as _tollgate_v1_TokenUsage, TokenUsage__Output as _tollgate_v1_TokenUsage__Output } from '../../tollgate/v1/TokenUsage.ts';
import type { Struct as _google_protobuf_Struct, Struct__Output as _google_protobuf_Struct__Output } from '../../google/protobuf/Struct.ts';
import type { Duration as _google_protobuf_Duration, Duration__Output as _google_protobuf_Duration__Output } from '../../google/protobuf/Duration.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * One execution of a skill.
 */
export interface Run {
  /**
   * The run's id, a UUIDv7 that Tollgate made. Its last two hex digits are its partition.
   */
  'run_id'?: (string);
  /**
   * The root of the tree of runs that this run belongs to; its own id if it has no parent.
   */
  'root_run_id'?: (string);
  /**
   * The run that started this one. Absent if none did.
   */
  'parent_run_id'?: (string);
  /**
   * The parent of the run that this one continues, whose scope it may use. Absent if it continues none.
   */
  'continuation_parent_run_id'?: (string);
  /**
   * The skill that is executed, 1 to 128 bytes.
   */
  'skill_id'?: (string);
  /**
   * The principal on whose behalf the run was started, at most 128 bytes.
   */
  'caller_id'?: (string);
  /**
   * The channel in which the run was started, at most 128 bytes. Absent if none was given.
   */
  'channel_id'?: (string);
  /**
   * The session that the run works under. Absent if it has none.
   */
  'session_id'?: (string);
  /**
   * The state of the run.
   */
  'status'?: (_tollgate_v1_RunStatus);
  /**
   * When the run started, by the store's clock.
   */
  'started_at'?: (_google_protobuf_Timestamp | null);
  /**
   * When the run finished, by the store's clock. Absent while it is running.
   */
  'finished_at'?: (_google_protobuf_Timestamp | null);
  /**
   * How many tool uses the run's log holds, counted by Tollgate, 0 or more.
   */
  'tool_calls_count'?: (number);
  /**
   * The tokens of all steps in the run's log. A repeated append counts once.
   */
  'token_totals'?: (_tollgate_v1_TokenUsage | null);
  /**
   * The number of the last event in the run's log; 0 if there is none.
   */
  'last_sequence'?: (number | string | Long);
  /**
   * What the run produced; at most 4,000 bytes are kept. Absent if none was given.
   */
  'output'?: (string);
  /**
   * Why the run did not finish well; at most 4,000 bytes are kept. Absent if none was given.
   */
  'error'?: (string);
  /**
   * What the run was started with. Absent if nothing was given.
   */
  'inputs'?: (_google_protobuf_Struct | null);
  /**
   * How long the run took by the runner's own clock. Absent if the runner did not say.
   */
  'runtime'?: (_google_protobuf_Duration | null);
  /**
   * True if `caller_id` was asserted by the request that started the run, and not read from an identity record.
   */
  'caller_asserted'?: (boolean);
  /**
   * The agent of the run's session. Absent if the run has no session.
   */
  'agent_id'?: (string);
  '_parent_run_id'?: "parent_run_id";
  '_continuation_parent_run_id'?: "continuation_parent_run_id";
  '_channel_id'?: "channel_id";
  '_session_id'?: "session_id";
  '_output'?: "output";
  '_error'?: "error";
  '_agent_id'?: "agent_id";
}

/**
 * One execution of a skill.
 */
export interface Run__Output {
  /**
   * The run's id, a UUIDv7 that Tollgate made. Its last two hex digits are its partition.
   */
  'run_id'?: (string);
  /**
   * The root of the tree of runs that this run belongs to; its own id if it has no parent.
   */
  'root_run_id'?: (string);
  /**
   * The run that started this one. Absent if none did.
   */
  'parent_run_id'?: (string);
  /**
   * The parent of the run that this one continues, whose scope it may use. Absent if it continues none.
   */
  'continuation_parent_run_id'?: (string);
  /**
   * The skill that is executed, 1 to 128 bytes.
   */
  'skill_id'?: (string);
  /**
   * The principal on whose behalf the run was started, at most 128 bytes.
   */
  'caller_id'?: (string);
  /**
   * The channel in which the run was started, at most 128 bytes. Absent if none was given.
   */
  'channel_id'?: (string);
  /**
   * The session that the run works under. Absent if it has none.
   */
  'session_id'?: (string);
  /**
   * The state of the run.
   */
  'status'?: (_tollgate_v1_RunStatus__Output);
  /**
   * When the run started, by the store's clock.
   */
  'started_at'?: (_google_protobuf_Timestamp__Output);
  /**
   * When the run finished, by the store's clock. Absent while it is running.
   */
  'finished_at'?: (_google_protobuf_Timestamp__Output);
  /**
   * How many tool uses the run's log holds, counted by Tollgate, 0 or more.
   */
  'tool_calls_count'?: (number);
  /**
   * The tokens of all steps in the run's log. A repeated append counts once.
   */
  'token_totals'?: (_tollgate_v1_TokenUsage__Output);
  /**
   * The number of the last event in the run's log; 0 if there is none.
   */
  'last_sequence'?: (number);
  /**
   * What the run produced; at most 4,000 bytes are kept. Absent if none was given.
   */
  'output'?: (string);
  /**
   * Why the run did not finish well; at most 4,000 bytes are kept. Absent if none was given.
   */
  'error'?: (string);
  /**
   * What the run was started with. Absent if nothing was given.
   */
  'inputs'?: (_google_protobuf_Struct__Output);
  /**
   * How long the run took by the runner's own clock. Absent if the runner did not say.
   */
  'runtime'?: (_google_protobuf_Duration__Output);
  /**
   * True if `caller_id` was asserted by the request that started the run, and not read from an identity record.
   */
  'caller_asserted'?: (boolean);
  /**
   * The agent of the run's session. Absent if the run has no session.
   */
  'agent_id'?: (string);
}
