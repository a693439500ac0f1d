// Original file: proto/tollgate/v1/audit.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';
import type { StepEvent as _tollgate_v1_StepEvent, StepEvent__Output as _tollgate_v1_StepEvent__Output } from '../../tollgate/v1/StepEvent.ts';
import type { ToolUseEvent as _tollgate_v1_ToolUseEvent, ToolUseEvent__Output as _tollgate_v1_ToolUseEvent__Output } from '../../tollgate/v1/ToolUseEvent.ts';
import type { ErrorEvent as _tollgate_v1_ErrorEvent, ErrorEvent__Output as _tollgate_v1_ErrorEvent__Output } from '../../tollgate/v1/ErrorEvent.ts';
import type { CustomEvent as _tollgate_v1_CustomEvent, CustomEvent__Output as _tollgate_v1_CustomEvent__Output } from '../../tollgate/v1/CustomEvent.ts';

/**
 * An event to append to a run's log.
 */
export interface AuditEvent {
  /**
   * When the event happened, by the runner's clock. It is stored no earlier than the run's last event and no later than now.
   * Absent means now, by the store's clock.
   */
  'occurred_at'?: (_google_protobuf_Timestamp | null);
  /**
   * A step of the agent's loop.
   */
  'step'?: (_tollgate_v1_StepEvent | null);
  /**
   * A tool call and its result.
   */
  'tool_use'?: (_tollgate_v1_ToolUseEvent | null);
  /**
   * An error.
   */
  'error'?: (_tollgate_v1_ErrorEvent | null);
  /**
   * An event of the runner's own kind.
   */
  'custom'?: (_tollgate_v1_CustomEvent | null);
  /**
   * What happened. Exactly one is required.
   */
  'event'?: "step"|"tool_use"|"error"|"custom";
}

/**
 * An event to append to a run's log.
 */
export interface AuditEvent__Output {
  /**
   * When the event happened, by the runner's clock. It is stored no earlier than the run's last event and no later than now.
   * Absent means now, by the store's clock.
   */
  'occurred_at'?: (_google_protobuf_Timestamp__Output);
  /**
   * A step of the agent's loop.
   */
  'step'?: (_tollgate_v1_StepEvent__Output);
  /**
   * A tool call and its result.
   */
  'tool_use'?: (_tollgate_v1_ToolUseEvent__Output);
  /**
   * An error.
   */
  'error'?: (_tollgate_v1_ErrorEvent__Output);
  /**
   * An event of the runner's own kind.
   */
  'custom'?: (_tollgate_v1_CustomEvent__Output);
}
