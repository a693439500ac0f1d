// Original file: proto/tollgate/v1/server_service.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * The policy in force.
 */
export interface PolicyInfo {
  /**
   * Names the content of the policy. Two policies with the same content have the same revision.
   */
  'revision'?: (string);
  /**
   * When this policy came into force, by the server's clock.
   */
  'loaded_at'?: (_google_protobuf_Timestamp | null);
  /**
   * How often the policy was reloaded with success since the server started, 0 or more.
   */
  'reloads'?: (number | string | Long);
  /**
   * How often a reload was refused since the server started, 0 or more.
   */
  'reload_failures'?: (number | string | Long);
  /**
   * Why the latest reload was refused. Absent if it succeeded or there was none.
   */
  'last_error'?: (string);
  '_last_error'?: "last_error";
}

/**
 * The policy in force.
 */
export interface PolicyInfo__Output {
  /**
   * Names the content of the policy. Two policies with the same content have the same revision.
   */
  'revision'?: (string);
  /**
   * When this policy came into force, by the server's clock.
   */
  'loaded_at'?: (_google_protobuf_Timestamp__Output);
  /**
   * How often the policy was reloaded with success since the server started, 0 or more.
   */
  'reloads'?: (number);
  /**
   * How often a reload was refused since the server started, 0 or more.
   */
  'reload_failures'?: (number);
  /**
   * Why the latest reload was refused. Absent if it succeeded or there was none.
   */
  'last_error'?: (string);
}
