// Original file: proto/tollgate/v1/server_service.proto

import type { Durability as _tollgate_v1_Durability, Durability__Output as _tollgate_v1_Durability__Output } from '../../tollgate/v1/Durability.ts';
import type { PolicyInfo as _tollgate_v1_PolicyInfo, PolicyInfo__Output as _tollgate_v1_PolicyInfo__Output } from '../../tollgate/v1/PolicyInfo.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';
import type { Warning as _tollgate_v1_Warning, Warning__Output as _tollgate_v1_Warning__Output } from '../../tollgate/v1/Warning.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * What the server is.
 */
export interface GetServerInfoResponse {
  /**
   * The version of Tollgate.
   */
  'version'?: (string);
  /**
   * The state engine: `embedded` or `redis`.
   */
  'engine'?: (string);
  /**
   * The store, as a description for people. It holds no credentials.
   */
  'store'?: (string);
  /**
   * What an acknowledged write survives.
   */
  'durability'?: (_tollgate_v1_Durability);
  /**
   * The policy in force.
   */
  'policy'?: (_tollgate_v1_PolicyInfo | null);
  /**
   * What the operator should look at, one sentence each. Empty if all is well.
   */
  'warnings'?: (string)[];
  /**
   * When the server started, by its own clock.
   */
  'started_at'?: (_google_protobuf_Timestamp | null);
  /**
   * The time of this answer, by the server's clock.
   */
  'now'?: (_google_protobuf_Timestamp | null);
  /**
   * How often the store came back with another history since the server started, 0 or more: after a failover, a restart or the
   * restoring of a copy.
   */
  'store_lineage_changes'?: (number | string | Long);
  /**
   * How many acknowledged changes the store is known to have lost since the server started, 0 or more.
   */
  'store_lost_writes'?: (number | string | Long);
  /**
   * The same as `warnings`, each with its code and since when it holds.
   */
  'active_warnings'?: (_tollgate_v1_Warning)[];
}

/**
 * What the server is.
 */
export interface GetServerInfoResponse__Output {
  /**
   * The version of Tollgate.
   */
  'version'?: (string);
  /**
   * The state engine: `embedded` or `redis`.
   */
  'engine'?: (string);
  /**
   * The store, as a description for people. It holds no credentials.
   */
  'store'?: (string);
  /**
   * What an acknowledged write survives.
   */
  'durability'?: (_tollgate_v1_Durability__Output);
  /**
   * The policy in force.
   */
  'policy'?: (_tollgate_v1_PolicyInfo__Output);
  /**
   * What the operator should look at, one sentence each. Empty if all is well.
   */
  'warnings'?: (string)[];
  /**
   * When the server started, by its own clock.
   */
  'started_at'?: (_google_protobuf_Timestamp__Output);
  /**
   * The time of this answer, by the server's clock.
   */
  'now'?: (_google_protobuf_Timestamp__Output);
  /**
   * How often the store came back with another history since the server started, 0 or more: after a failover, a restart or the
   * restoring of a copy.
   */
  'store_lineage_changes'?: (number);
  /**
   * How many acknowledged changes the store is known to have lost since the server started, 0 or more.
   */
  'store_lost_writes'?: (number);
  /**
   * The same as `warnings`, each with its code and since when it holds.
   */
  'active_warnings'?: (_tollgate_v1_Warning__Output)[];
}
