// Original file: proto/tollgate/v1/decision_record.proto

import type { Effect as _tollgate_v1_Effect, Effect__Output as _tollgate_v1_Effect__Output } from '../../tollgate/v1/Effect.ts';
import type { Reason as _tollgate_v1_Reason, Reason__Output as _tollgate_v1_Reason__Output } from '../../tollgate/v1/Reason.ts';

/**
 * Which decision records are shown: those that fit every field that is given.
 */
export interface DecisionFilter {
  /**
   * Only decisions about this agent, 1 to 128 bytes. Absent means those about every agent and about none.
   */
  'agent_id'?: (string);
  /**
   * Only decisions of this trace, 1 to 256 bytes. Absent means those of every trace and of none.
   */
  'trace_id'?: (string);
  /**
   * Only decisions with this effect. Absent means every effect.
   */
  'effect'?: (_tollgate_v1_Effect);
  /**
   * Only decisions with this reason. Absent means every reason.
   */
  'reason'?: (_tollgate_v1_Reason);
  /**
   * Only decisions of this operation, one of those that `DecisionRecord.rpc` lists. Absent means all of them.
   */
  'rpc'?: (string);
  /**
   * Only decisions that list a call of this tool, 1 to 128 bytes. Absent means every tool and none.
   */
  'tool'?: (string);
  /**
   * Only decisions about what this principal asked for, `platform:user_id`, 1 to 257 bytes. Absent means every principal and none.
   * With it, or with `agent_id`, a list is found in an index; without both, all decisions of the time range are looked at.
   */
  'principal'?: (string);
  '_agent_id'?: "agent_id";
  '_trace_id'?: "trace_id";
  '_effect'?: "effect";
  '_reason'?: "reason";
  '_rpc'?: "rpc";
  '_tool'?: "tool";
  '_principal'?: "principal";
}

/**
 * Which decision records are shown: those that fit every field that is given.
 */
export interface DecisionFilter__Output {
  /**
   * Only decisions about this agent, 1 to 128 bytes. Absent means those about every agent and about none.
   */
  'agent_id'?: (string);
  /**
   * Only decisions of this trace, 1 to 256 bytes. Absent means those of every trace and of none.
   */
  'trace_id'?: (string);
  /**
   * Only decisions with this effect. Absent means every effect.
   */
  'effect'?: (_tollgate_v1_Effect__Output);
  /**
   * Only decisions with this reason. Absent means every reason.
   */
  'reason'?: (_tollgate_v1_Reason__Output);
  /**
   * Only decisions of this operation, one of those that `DecisionRecord.rpc` lists. Absent means all of them.
   */
  'rpc'?: (string);
  /**
   * Only decisions that list a call of this tool, 1 to 128 bytes. Absent means every tool and none.
   */
  'tool'?: (string);
  /**
   * Only decisions about what this principal asked for, `platform:user_id`, 1 to 257 bytes. Absent means every principal and none.
   * With it, or with `agent_id`, a list is found in an index; without both, all decisions of the time range are looked at.
   */
  'principal'?: (string);
}
