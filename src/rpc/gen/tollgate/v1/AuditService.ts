// Original file: proto/tollgate/v1/audit_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ExportEventsRequest as _tollgate_v1_ExportEventsRequest, ExportEventsRequest__Output as _tollgate_v1_ExportEventsRequest__Output } from '../../tollgate/v1/ExportEventsRequest.ts';
import type { ExportEventsResponse as _tollgate_v1_ExportEventsResponse, ExportEventsResponse__Output as _tollgate_v1_ExportEventsResponse__Output } from '../../tollgate/v1/ExportEventsResponse.ts';
import type { ExportRunRequest as _tollgate_v1_ExportRunRequest, ExportRunRequest__Output as _tollgate_v1_ExportRunRequest__Output } from '../../tollgate/v1/ExportRunRequest.ts';
import type { ExportRunResponse as _tollgate_v1_ExportRunResponse, ExportRunResponse__Output as _tollgate_v1_ExportRunResponse__Output } from '../../tollgate/v1/ExportRunResponse.ts';
import type { GetCheckpointRequest as _tollgate_v1_GetCheckpointRequest, GetCheckpointRequest__Output as _tollgate_v1_GetCheckpointRequest__Output } from '../../tollgate/v1/GetCheckpointRequest.ts';
import type { GetCheckpointResponse as _tollgate_v1_GetCheckpointResponse, GetCheckpointResponse__Output as _tollgate_v1_GetCheckpointResponse__Output } from '../../tollgate/v1/GetCheckpointResponse.ts';
import type { GetConsistencyProofRequest as _tollgate_v1_GetConsistencyProofRequest, GetConsistencyProofRequest__Output as _tollgate_v1_GetConsistencyProofRequest__Output } from '../../tollgate/v1/GetConsistencyProofRequest.ts';
import type { GetConsistencyProofResponse as _tollgate_v1_GetConsistencyProofResponse, GetConsistencyProofResponse__Output as _tollgate_v1_GetConsistencyProofResponse__Output } from '../../tollgate/v1/GetConsistencyProofResponse.ts';
import type { GetDecisionRequest as _tollgate_v1_GetDecisionRequest, GetDecisionRequest__Output as _tollgate_v1_GetDecisionRequest__Output } from '../../tollgate/v1/GetDecisionRequest.ts';
import type { GetDecisionResponse as _tollgate_v1_GetDecisionResponse, GetDecisionResponse__Output as _tollgate_v1_GetDecisionResponse__Output } from '../../tollgate/v1/GetDecisionResponse.ts';
import type { GetInclusionProofRequest as _tollgate_v1_GetInclusionProofRequest, GetInclusionProofRequest__Output as _tollgate_v1_GetInclusionProofRequest__Output } from '../../tollgate/v1/GetInclusionProofRequest.ts';
import type { GetInclusionProofResponse as _tollgate_v1_GetInclusionProofResponse, GetInclusionProofResponse__Output as _tollgate_v1_GetInclusionProofResponse__Output } from '../../tollgate/v1/GetInclusionProofResponse.ts';
import type { GetLastRunsRequest as _tollgate_v1_GetLastRunsRequest, GetLastRunsRequest__Output as _tollgate_v1_GetLastRunsRequest__Output } from '../../tollgate/v1/GetLastRunsRequest.ts';
import type { GetLastRunsResponse as _tollgate_v1_GetLastRunsResponse, GetLastRunsResponse__Output as _tollgate_v1_GetLastRunsResponse__Output } from '../../tollgate/v1/GetLastRunsResponse.ts';
import type { GetLedgerKeysRequest as _tollgate_v1_GetLedgerKeysRequest, GetLedgerKeysRequest__Output as _tollgate_v1_GetLedgerKeysRequest__Output } from '../../tollgate/v1/GetLedgerKeysRequest.ts';
import type { GetLedgerKeysResponse as _tollgate_v1_GetLedgerKeysResponse, GetLedgerKeysResponse__Output as _tollgate_v1_GetLedgerKeysResponse__Output } from '../../tollgate/v1/GetLedgerKeysResponse.ts';
import type { GetPolicyRequest as _tollgate_v1_GetPolicyRequest, GetPolicyRequest__Output as _tollgate_v1_GetPolicyRequest__Output } from '../../tollgate/v1/GetPolicyRequest.ts';
import type { GetPolicyResponse as _tollgate_v1_GetPolicyResponse, GetPolicyResponse__Output as _tollgate_v1_GetPolicyResponse__Output } from '../../tollgate/v1/GetPolicyResponse.ts';
import type { GetRunChainRequest as _tollgate_v1_GetRunChainRequest, GetRunChainRequest__Output as _tollgate_v1_GetRunChainRequest__Output } from '../../tollgate/v1/GetRunChainRequest.ts';
import type { GetRunChainResponse as _tollgate_v1_GetRunChainResponse, GetRunChainResponse__Output as _tollgate_v1_GetRunChainResponse__Output } from '../../tollgate/v1/GetRunChainResponse.ts';
import type { ListChildRunsRequest as _tollgate_v1_ListChildRunsRequest, ListChildRunsRequest__Output as _tollgate_v1_ListChildRunsRequest__Output } from '../../tollgate/v1/ListChildRunsRequest.ts';
import type { ListChildRunsResponse as _tollgate_v1_ListChildRunsResponse, ListChildRunsResponse__Output as _tollgate_v1_ListChildRunsResponse__Output } from '../../tollgate/v1/ListChildRunsResponse.ts';
import type { ListDecisionsRequest as _tollgate_v1_ListDecisionsRequest, ListDecisionsRequest__Output as _tollgate_v1_ListDecisionsRequest__Output } from '../../tollgate/v1/ListDecisionsRequest.ts';
import type { ListDecisionsResponse as _tollgate_v1_ListDecisionsResponse, ListDecisionsResponse__Output as _tollgate_v1_ListDecisionsResponse__Output } from '../../tollgate/v1/ListDecisionsResponse.ts';
import type { ListFinishedRunsRequest as _tollgate_v1_ListFinishedRunsRequest, ListFinishedRunsRequest__Output as _tollgate_v1_ListFinishedRunsRequest__Output } from '../../tollgate/v1/ListFinishedRunsRequest.ts';
import type { ListFinishedRunsResponse as _tollgate_v1_ListFinishedRunsResponse, ListFinishedRunsResponse__Output as _tollgate_v1_ListFinishedRunsResponse__Output } from '../../tollgate/v1/ListFinishedRunsResponse.ts';
import type { ListRunEventsRequest as _tollgate_v1_ListRunEventsRequest, ListRunEventsRequest__Output as _tollgate_v1_ListRunEventsRequest__Output } from '../../tollgate/v1/ListRunEventsRequest.ts';
import type { ListRunEventsResponse as _tollgate_v1_ListRunEventsResponse, ListRunEventsResponse__Output as _tollgate_v1_ListRunEventsResponse__Output } from '../../tollgate/v1/ListRunEventsResponse.ts';
import type { ListRunsRequest as _tollgate_v1_ListRunsRequest, ListRunsRequest__Output as _tollgate_v1_ListRunsRequest__Output } from '../../tollgate/v1/ListRunsRequest.ts';
import type { ListRunsResponse as _tollgate_v1_ListRunsResponse, ListRunsResponse__Output as _tollgate_v1_ListRunsResponse__Output } from '../../tollgate/v1/ListRunsResponse.ts';
import type { PurgePayloadsRequest as _tollgate_v1_PurgePayloadsRequest, PurgePayloadsRequest__Output as _tollgate_v1_PurgePayloadsRequest__Output } from '../../tollgate/v1/PurgePayloadsRequest.ts';
import type { PurgePayloadsResponse as _tollgate_v1_PurgePayloadsResponse, PurgePayloadsResponse__Output as _tollgate_v1_PurgePayloadsResponse__Output } from '../../tollgate/v1/PurgePayloadsResponse.ts';
import type { PurgeRunsRequest as _tollgate_v1_PurgeRunsRequest, PurgeRunsRequest__Output as _tollgate_v1_PurgeRunsRequest__Output } from '../../tollgate/v1/PurgeRunsRequest.ts';
import type { PurgeRunsResponse as _tollgate_v1_PurgeRunsResponse, PurgeRunsResponse__Output as _tollgate_v1_PurgeRunsResponse__Output } from '../../tollgate/v1/PurgeRunsResponse.ts';
import type { VerifyRunRequest as _tollgate_v1_VerifyRunRequest, VerifyRunRequest__Output as _tollgate_v1_VerifyRunRequest__Output } from '../../tollgate/v1/VerifyRunRequest.ts';
import type { VerifyRunResponse as _tollgate_v1_VerifyRunResponse, VerifyRunResponse__Output as _tollgate_v1_VerifyRunResponse__Output } from '../../tollgate/v1/VerifyRunResponse.ts';
import type { WatchDecisionsRequest as _tollgate_v1_WatchDecisionsRequest, WatchDecisionsRequest__Output as _tollgate_v1_WatchDecisionsRequest__Output } from '../../tollgate/v1/WatchDecisionsRequest.ts';
import type { WatchDecisionsResponse as _tollgate_v1_WatchDecisionsResponse, WatchDecisionsResponse__Output as _tollgate_v1_WatchDecisionsResponse__Output } from '../../tollgate/v1/WatchDecisionsResponse.ts';

/**
 * AuditService shows what happened.
 */
export interface AuditServiceClient extends grpc.Client {
  /**
   * ExportEvents streams the records of all finished runs as lines of JSON, oldest first by finish, for a reader that keeps them
   * elsewhere. A reader that goes on from the last cursor that it has kept misses nothing, and may see some lines again.
   */
  ExportEvents(argument: _tollgate_v1_ExportEventsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_tollgate_v1_ExportEventsResponse__Output>;
  ExportEvents(argument: _tollgate_v1_ExportEventsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_tollgate_v1_ExportEventsResponse__Output>;
  /**
   * ExportEvents streams the records of all finished runs as lines of JSON, oldest first by finish, for a reader that keeps them
   * elsewhere. A reader that goes on from the last cursor that it has kept misses nothing, and may see some lines again.
   */
  exportEvents(argument: _tollgate_v1_ExportEventsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_tollgate_v1_ExportEventsResponse__Output>;
  exportEvents(argument: _tollgate_v1_ExportEventsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_tollgate_v1_ExportEventsResponse__Output>;
  
  /**
   * ExportRun streams a run's ledger with its proofs, to be verified elsewhere, line by line.
   */
  ExportRun(argument: _tollgate_v1_ExportRunRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_tollgate_v1_ExportRunResponse__Output>;
  ExportRun(argument: _tollgate_v1_ExportRunRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_tollgate_v1_ExportRunResponse__Output>;
  /**
   * ExportRun streams a run's ledger with its proofs, to be verified elsewhere, line by line.
   */
  exportRun(argument: _tollgate_v1_ExportRunRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_tollgate_v1_ExportRunResponse__Output>;
  exportRun(argument: _tollgate_v1_ExportRunRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_tollgate_v1_ExportRunResponse__Output>;
  
  /**
   * GetCheckpoint shows the newest checkpoint of a run. If there is anything that it does not say yet, a new one is signed first.
   */
  GetCheckpoint(argument: _tollgate_v1_GetCheckpointRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetCheckpointResponse__Output>): grpc.ClientUnaryCall;
  GetCheckpoint(argument: _tollgate_v1_GetCheckpointRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetCheckpointResponse__Output>): grpc.ClientUnaryCall;
  GetCheckpoint(argument: _tollgate_v1_GetCheckpointRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetCheckpointResponse__Output>): grpc.ClientUnaryCall;
  GetCheckpoint(argument: _tollgate_v1_GetCheckpointRequest, callback: grpc.requestCallback<_tollgate_v1_GetCheckpointResponse__Output>): grpc.ClientUnaryCall;
  /**
   * GetCheckpoint shows the newest checkpoint of a run. If there is anything that it does not say yet, a new one is signed first.
   */
  getCheckpoint(argument: _tollgate_v1_GetCheckpointRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetCheckpointResponse__Output>): grpc.ClientUnaryCall;
  getCheckpoint(argument: _tollgate_v1_GetCheckpointRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetCheckpointResponse__Output>): grpc.ClientUnaryCall;
  getCheckpoint(argument: _tollgate_v1_GetCheckpointRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetCheckpointResponse__Output>): grpc.ClientUnaryCall;
  getCheckpoint(argument: _tollgate_v1_GetCheckpointRequest, callback: grpc.requestCallback<_tollgate_v1_GetCheckpointResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * GetConsistencyProof proves that a run's tree has only grown.
   */
  GetConsistencyProof(argument: _tollgate_v1_GetConsistencyProofRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetConsistencyProofResponse__Output>): grpc.ClientUnaryCall;
  GetConsistencyProof(argument: _tollgate_v1_GetConsistencyProofRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetConsistencyProofResponse__Output>): grpc.ClientUnaryCall;
  GetConsistencyProof(argument: _tollgate_v1_GetConsistencyProofRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetConsistencyProofResponse__Output>): grpc.ClientUnaryCall;
  GetConsistencyProof(argument: _tollgate_v1_GetConsistencyProofRequest, callback: grpc.requestCallback<_tollgate_v1_GetConsistencyProofResponse__Output>): grpc.ClientUnaryCall;
  /**
   * GetConsistencyProof proves that a run's tree has only grown.
   */
  getConsistencyProof(argument: _tollgate_v1_GetConsistencyProofRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetConsistencyProofResponse__Output>): grpc.ClientUnaryCall;
  getConsistencyProof(argument: _tollgate_v1_GetConsistencyProofRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetConsistencyProofResponse__Output>): grpc.ClientUnaryCall;
  getConsistencyProof(argument: _tollgate_v1_GetConsistencyProofRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetConsistencyProofResponse__Output>): grpc.ClientUnaryCall;
  getConsistencyProof(argument: _tollgate_v1_GetConsistencyProofRequest, callback: grpc.requestCallback<_tollgate_v1_GetConsistencyProofResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * GetDecision shows the record of one decision, and whether the same request would pass now.
   */
  GetDecision(argument: _tollgate_v1_GetDecisionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetDecisionResponse__Output>): grpc.ClientUnaryCall;
  GetDecision(argument: _tollgate_v1_GetDecisionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetDecisionResponse__Output>): grpc.ClientUnaryCall;
  GetDecision(argument: _tollgate_v1_GetDecisionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetDecisionResponse__Output>): grpc.ClientUnaryCall;
  GetDecision(argument: _tollgate_v1_GetDecisionRequest, callback: grpc.requestCallback<_tollgate_v1_GetDecisionResponse__Output>): grpc.ClientUnaryCall;
  /**
   * GetDecision shows the record of one decision, and whether the same request would pass now.
   */
  getDecision(argument: _tollgate_v1_GetDecisionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetDecisionResponse__Output>): grpc.ClientUnaryCall;
  getDecision(argument: _tollgate_v1_GetDecisionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetDecisionResponse__Output>): grpc.ClientUnaryCall;
  getDecision(argument: _tollgate_v1_GetDecisionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetDecisionResponse__Output>): grpc.ClientUnaryCall;
  getDecision(argument: _tollgate_v1_GetDecisionRequest, callback: grpc.requestCallback<_tollgate_v1_GetDecisionResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * GetInclusionProof proves that a record is in a run's tree.
   */
  GetInclusionProof(argument: _tollgate_v1_GetInclusionProofRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetInclusionProofResponse__Output>): grpc.ClientUnaryCall;
  GetInclusionProof(argument: _tollgate_v1_GetInclusionProofRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetInclusionProofResponse__Output>): grpc.ClientUnaryCall;
  GetInclusionProof(argument: _tollgate_v1_GetInclusionProofRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetInclusionProofResponse__Output>): grpc.ClientUnaryCall;
  GetInclusionProof(argument: _tollgate_v1_GetInclusionProofRequest, callback: grpc.requestCallback<_tollgate_v1_GetInclusionProofResponse__Output>): grpc.ClientUnaryCall;
  /**
   * GetInclusionProof proves that a record is in a run's tree.
   */
  getInclusionProof(argument: _tollgate_v1_GetInclusionProofRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetInclusionProofResponse__Output>): grpc.ClientUnaryCall;
  getInclusionProof(argument: _tollgate_v1_GetInclusionProofRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetInclusionProofResponse__Output>): grpc.ClientUnaryCall;
  getInclusionProof(argument: _tollgate_v1_GetInclusionProofRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetInclusionProofResponse__Output>): grpc.ClientUnaryCall;
  getInclusionProof(argument: _tollgate_v1_GetInclusionProofRequest, callback: grpc.requestCallback<_tollgate_v1_GetInclusionProofResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * GetLastRuns shows the latest run of each of some skills.
   */
  GetLastRuns(argument: _tollgate_v1_GetLastRunsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetLastRunsResponse__Output>): grpc.ClientUnaryCall;
  GetLastRuns(argument: _tollgate_v1_GetLastRunsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetLastRunsResponse__Output>): grpc.ClientUnaryCall;
  GetLastRuns(argument: _tollgate_v1_GetLastRunsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetLastRunsResponse__Output>): grpc.ClientUnaryCall;
  GetLastRuns(argument: _tollgate_v1_GetLastRunsRequest, callback: grpc.requestCallback<_tollgate_v1_GetLastRunsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * GetLastRuns shows the latest run of each of some skills.
   */
  getLastRuns(argument: _tollgate_v1_GetLastRunsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetLastRunsResponse__Output>): grpc.ClientUnaryCall;
  getLastRuns(argument: _tollgate_v1_GetLastRunsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetLastRunsResponse__Output>): grpc.ClientUnaryCall;
  getLastRuns(argument: _tollgate_v1_GetLastRunsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetLastRunsResponse__Output>): grpc.ClientUnaryCall;
  getLastRuns(argument: _tollgate_v1_GetLastRunsRequest, callback: grpc.requestCallback<_tollgate_v1_GetLastRunsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * GetLedgerKeys shows the public keys that checkpoints are verified with.
   */
  GetLedgerKeys(argument: _tollgate_v1_GetLedgerKeysRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetLedgerKeysResponse__Output>): grpc.ClientUnaryCall;
  GetLedgerKeys(argument: _tollgate_v1_GetLedgerKeysRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetLedgerKeysResponse__Output>): grpc.ClientUnaryCall;
  GetLedgerKeys(argument: _tollgate_v1_GetLedgerKeysRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetLedgerKeysResponse__Output>): grpc.ClientUnaryCall;
  GetLedgerKeys(argument: _tollgate_v1_GetLedgerKeysRequest, callback: grpc.requestCallback<_tollgate_v1_GetLedgerKeysResponse__Output>): grpc.ClientUnaryCall;
  /**
   * GetLedgerKeys shows the public keys that checkpoints are verified with.
   */
  getLedgerKeys(argument: _tollgate_v1_GetLedgerKeysRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetLedgerKeysResponse__Output>): grpc.ClientUnaryCall;
  getLedgerKeys(argument: _tollgate_v1_GetLedgerKeysRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetLedgerKeysResponse__Output>): grpc.ClientUnaryCall;
  getLedgerKeys(argument: _tollgate_v1_GetLedgerKeysRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetLedgerKeysResponse__Output>): grpc.ClientUnaryCall;
  getLedgerKeys(argument: _tollgate_v1_GetLedgerKeysRequest, callback: grpc.requestCallback<_tollgate_v1_GetLedgerKeysResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * GetPolicy shows a policy that decisions were made under, by the revision that their records name.
   */
  GetPolicy(argument: _tollgate_v1_GetPolicyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetPolicyResponse__Output>): grpc.ClientUnaryCall;
  GetPolicy(argument: _tollgate_v1_GetPolicyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetPolicyResponse__Output>): grpc.ClientUnaryCall;
  GetPolicy(argument: _tollgate_v1_GetPolicyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetPolicyResponse__Output>): grpc.ClientUnaryCall;
  GetPolicy(argument: _tollgate_v1_GetPolicyRequest, callback: grpc.requestCallback<_tollgate_v1_GetPolicyResponse__Output>): grpc.ClientUnaryCall;
  /**
   * GetPolicy shows a policy that decisions were made under, by the revision that their records name.
   */
  getPolicy(argument: _tollgate_v1_GetPolicyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetPolicyResponse__Output>): grpc.ClientUnaryCall;
  getPolicy(argument: _tollgate_v1_GetPolicyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetPolicyResponse__Output>): grpc.ClientUnaryCall;
  getPolicy(argument: _tollgate_v1_GetPolicyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetPolicyResponse__Output>): grpc.ClientUnaryCall;
  getPolicy(argument: _tollgate_v1_GetPolicyRequest, callback: grpc.requestCallback<_tollgate_v1_GetPolicyResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * GetRunChain shows the way from the root of a tree to a run.
   */
  GetRunChain(argument: _tollgate_v1_GetRunChainRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetRunChainResponse__Output>): grpc.ClientUnaryCall;
  GetRunChain(argument: _tollgate_v1_GetRunChainRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetRunChainResponse__Output>): grpc.ClientUnaryCall;
  GetRunChain(argument: _tollgate_v1_GetRunChainRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetRunChainResponse__Output>): grpc.ClientUnaryCall;
  GetRunChain(argument: _tollgate_v1_GetRunChainRequest, callback: grpc.requestCallback<_tollgate_v1_GetRunChainResponse__Output>): grpc.ClientUnaryCall;
  /**
   * GetRunChain shows the way from the root of a tree to a run.
   */
  getRunChain(argument: _tollgate_v1_GetRunChainRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetRunChainResponse__Output>): grpc.ClientUnaryCall;
  getRunChain(argument: _tollgate_v1_GetRunChainRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetRunChainResponse__Output>): grpc.ClientUnaryCall;
  getRunChain(argument: _tollgate_v1_GetRunChainRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetRunChainResponse__Output>): grpc.ClientUnaryCall;
  getRunChain(argument: _tollgate_v1_GetRunChainRequest, callback: grpc.requestCallback<_tollgate_v1_GetRunChainResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * ListChildRuns lists the runs that a run started itself, oldest first by start.
   */
  ListChildRuns(argument: _tollgate_v1_ListChildRunsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ListChildRunsResponse__Output>): grpc.ClientUnaryCall;
  ListChildRuns(argument: _tollgate_v1_ListChildRunsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_ListChildRunsResponse__Output>): grpc.ClientUnaryCall;
  ListChildRuns(argument: _tollgate_v1_ListChildRunsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ListChildRunsResponse__Output>): grpc.ClientUnaryCall;
  ListChildRuns(argument: _tollgate_v1_ListChildRunsRequest, callback: grpc.requestCallback<_tollgate_v1_ListChildRunsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * ListChildRuns lists the runs that a run started itself, oldest first by start.
   */
  listChildRuns(argument: _tollgate_v1_ListChildRunsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ListChildRunsResponse__Output>): grpc.ClientUnaryCall;
  listChildRuns(argument: _tollgate_v1_ListChildRunsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_ListChildRunsResponse__Output>): grpc.ClientUnaryCall;
  listChildRuns(argument: _tollgate_v1_ListChildRunsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ListChildRunsResponse__Output>): grpc.ClientUnaryCall;
  listChildRuns(argument: _tollgate_v1_ListChildRunsRequest, callback: grpc.requestCallback<_tollgate_v1_ListChildRunsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * ListDecisions lists decision records page by page, newest first.
   */
  ListDecisions(argument: _tollgate_v1_ListDecisionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ListDecisionsResponse__Output>): grpc.ClientUnaryCall;
  ListDecisions(argument: _tollgate_v1_ListDecisionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_ListDecisionsResponse__Output>): grpc.ClientUnaryCall;
  ListDecisions(argument: _tollgate_v1_ListDecisionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ListDecisionsResponse__Output>): grpc.ClientUnaryCall;
  ListDecisions(argument: _tollgate_v1_ListDecisionsRequest, callback: grpc.requestCallback<_tollgate_v1_ListDecisionsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * ListDecisions lists decision records page by page, newest first.
   */
  listDecisions(argument: _tollgate_v1_ListDecisionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ListDecisionsResponse__Output>): grpc.ClientUnaryCall;
  listDecisions(argument: _tollgate_v1_ListDecisionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_ListDecisionsResponse__Output>): grpc.ClientUnaryCall;
  listDecisions(argument: _tollgate_v1_ListDecisionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ListDecisionsResponse__Output>): grpc.ClientUnaryCall;
  listDecisions(argument: _tollgate_v1_ListDecisionsRequest, callback: grpc.requestCallback<_tollgate_v1_ListDecisionsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * ListFinishedRuns lists runs that finished before a time, oldest first by finish.
   */
  ListFinishedRuns(argument: _tollgate_v1_ListFinishedRunsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ListFinishedRunsResponse__Output>): grpc.ClientUnaryCall;
  ListFinishedRuns(argument: _tollgate_v1_ListFinishedRunsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_ListFinishedRunsResponse__Output>): grpc.ClientUnaryCall;
  ListFinishedRuns(argument: _tollgate_v1_ListFinishedRunsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ListFinishedRunsResponse__Output>): grpc.ClientUnaryCall;
  ListFinishedRuns(argument: _tollgate_v1_ListFinishedRunsRequest, callback: grpc.requestCallback<_tollgate_v1_ListFinishedRunsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * ListFinishedRuns lists runs that finished before a time, oldest first by finish.
   */
  listFinishedRuns(argument: _tollgate_v1_ListFinishedRunsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ListFinishedRunsResponse__Output>): grpc.ClientUnaryCall;
  listFinishedRuns(argument: _tollgate_v1_ListFinishedRunsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_ListFinishedRunsResponse__Output>): grpc.ClientUnaryCall;
  listFinishedRuns(argument: _tollgate_v1_ListFinishedRunsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ListFinishedRunsResponse__Output>): grpc.ClientUnaryCall;
  listFinishedRuns(argument: _tollgate_v1_ListFinishedRunsRequest, callback: grpc.requestCallback<_tollgate_v1_ListFinishedRunsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * ListRunEvents streams the events of a run in order, one per message. With `follow` it goes on as events are stored.
   */
  ListRunEvents(argument: _tollgate_v1_ListRunEventsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_tollgate_v1_ListRunEventsResponse__Output>;
  ListRunEvents(argument: _tollgate_v1_ListRunEventsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_tollgate_v1_ListRunEventsResponse__Output>;
  /**
   * ListRunEvents streams the events of a run in order, one per message. With `follow` it goes on as events are stored.
   */
  listRunEvents(argument: _tollgate_v1_ListRunEventsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_tollgate_v1_ListRunEventsResponse__Output>;
  listRunEvents(argument: _tollgate_v1_ListRunEventsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_tollgate_v1_ListRunEventsResponse__Output>;
  
  /**
   * ListRuns lists runs page by page, newest first by start.
   */
  ListRuns(argument: _tollgate_v1_ListRunsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ListRunsResponse__Output>): grpc.ClientUnaryCall;
  ListRuns(argument: _tollgate_v1_ListRunsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_ListRunsResponse__Output>): grpc.ClientUnaryCall;
  ListRuns(argument: _tollgate_v1_ListRunsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ListRunsResponse__Output>): grpc.ClientUnaryCall;
  ListRuns(argument: _tollgate_v1_ListRunsRequest, callback: grpc.requestCallback<_tollgate_v1_ListRunsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * ListRuns lists runs page by page, newest first by start.
   */
  listRuns(argument: _tollgate_v1_ListRunsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ListRunsResponse__Output>): grpc.ClientUnaryCall;
  listRuns(argument: _tollgate_v1_ListRunsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_ListRunsResponse__Output>): grpc.ClientUnaryCall;
  listRuns(argument: _tollgate_v1_ListRunsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ListRunsResponse__Output>): grpc.ClientUnaryCall;
  listRuns(argument: _tollgate_v1_ListRunsRequest, callback: grpc.requestCallback<_tollgate_v1_ListRunsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * PurgePayloads removes the contents of a finished run and keeps what proves that it happened.
   */
  PurgePayloads(argument: _tollgate_v1_PurgePayloadsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_PurgePayloadsResponse__Output>): grpc.ClientUnaryCall;
  PurgePayloads(argument: _tollgate_v1_PurgePayloadsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_PurgePayloadsResponse__Output>): grpc.ClientUnaryCall;
  PurgePayloads(argument: _tollgate_v1_PurgePayloadsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_PurgePayloadsResponse__Output>): grpc.ClientUnaryCall;
  PurgePayloads(argument: _tollgate_v1_PurgePayloadsRequest, callback: grpc.requestCallback<_tollgate_v1_PurgePayloadsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * PurgePayloads removes the contents of a finished run and keeps what proves that it happened.
   */
  purgePayloads(argument: _tollgate_v1_PurgePayloadsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_PurgePayloadsResponse__Output>): grpc.ClientUnaryCall;
  purgePayloads(argument: _tollgate_v1_PurgePayloadsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_PurgePayloadsResponse__Output>): grpc.ClientUnaryCall;
  purgePayloads(argument: _tollgate_v1_PurgePayloadsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_PurgePayloadsResponse__Output>): grpc.ClientUnaryCall;
  purgePayloads(argument: _tollgate_v1_PurgePayloadsRequest, callback: grpc.requestCallback<_tollgate_v1_PurgePayloadsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * PurgeRuns removes runs that finished before a time, with their logs. Running runs stay.
   */
  PurgeRuns(argument: _tollgate_v1_PurgeRunsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_PurgeRunsResponse__Output>): grpc.ClientUnaryCall;
  PurgeRuns(argument: _tollgate_v1_PurgeRunsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_PurgeRunsResponse__Output>): grpc.ClientUnaryCall;
  PurgeRuns(argument: _tollgate_v1_PurgeRunsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_PurgeRunsResponse__Output>): grpc.ClientUnaryCall;
  PurgeRuns(argument: _tollgate_v1_PurgeRunsRequest, callback: grpc.requestCallback<_tollgate_v1_PurgeRunsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * PurgeRuns removes runs that finished before a time, with their logs. Running runs stay.
   */
  purgeRuns(argument: _tollgate_v1_PurgeRunsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_PurgeRunsResponse__Output>): grpc.ClientUnaryCall;
  purgeRuns(argument: _tollgate_v1_PurgeRunsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_PurgeRunsResponse__Output>): grpc.ClientUnaryCall;
  purgeRuns(argument: _tollgate_v1_PurgeRunsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_PurgeRunsResponse__Output>): grpc.ClientUnaryCall;
  purgeRuns(argument: _tollgate_v1_PurgeRunsRequest, callback: grpc.requestCallback<_tollgate_v1_PurgeRunsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * VerifyRun holds a run's ledger, as it lies in the store, to its checkpoints.
   */
  VerifyRun(argument: _tollgate_v1_VerifyRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_VerifyRunResponse__Output>): grpc.ClientUnaryCall;
  VerifyRun(argument: _tollgate_v1_VerifyRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_VerifyRunResponse__Output>): grpc.ClientUnaryCall;
  VerifyRun(argument: _tollgate_v1_VerifyRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_VerifyRunResponse__Output>): grpc.ClientUnaryCall;
  VerifyRun(argument: _tollgate_v1_VerifyRunRequest, callback: grpc.requestCallback<_tollgate_v1_VerifyRunResponse__Output>): grpc.ClientUnaryCall;
  /**
   * VerifyRun holds a run's ledger, as it lies in the store, to its checkpoints.
   */
  verifyRun(argument: _tollgate_v1_VerifyRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_VerifyRunResponse__Output>): grpc.ClientUnaryCall;
  verifyRun(argument: _tollgate_v1_VerifyRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_VerifyRunResponse__Output>): grpc.ClientUnaryCall;
  verifyRun(argument: _tollgate_v1_VerifyRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_VerifyRunResponse__Output>): grpc.ClientUnaryCall;
  verifyRun(argument: _tollgate_v1_VerifyRunRequest, callback: grpc.requestCallback<_tollgate_v1_VerifyRunResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * WatchDecisions streams decisions as this server makes them, beginning now. Each replica shows its own decisions and no other's.
   */
  WatchDecisions(argument: _tollgate_v1_WatchDecisionsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_tollgate_v1_WatchDecisionsResponse__Output>;
  WatchDecisions(argument: _tollgate_v1_WatchDecisionsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_tollgate_v1_WatchDecisionsResponse__Output>;
  /**
   * WatchDecisions streams decisions as this server makes them, beginning now. Each replica shows its own decisions and no other's.
   */
  watchDecisions(argument: _tollgate_v1_WatchDecisionsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_tollgate_v1_WatchDecisionsResponse__Output>;
  watchDecisions(argument: _tollgate_v1_WatchDecisionsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_tollgate_v1_WatchDecisionsResponse__Output>;
  
}

/**
 * AuditService shows what happened.
 */
export interface AuditServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * ExportEvents streams the records of all finished runs as lines of JSON, oldest first by finish, for a reader that keeps them
   * elsewhere. A reader that goes on from the last cursor that it has kept misses nothing, and may see some lines again.
   */
  ExportEvents: grpc.handleServerStreamingCall<_tollgate_v1_ExportEventsRequest__Output, _tollgate_v1_ExportEventsResponse>;
  
  /**
   * ExportRun streams a run's ledger with its proofs, to be verified elsewhere, line by line.
   */
  ExportRun: grpc.handleServerStreamingCall<_tollgate_v1_ExportRunRequest__Output, _tollgate_v1_ExportRunResponse>;
  
  /**
   * GetCheckpoint shows the newest checkpoint of a run. If there is anything that it does not say yet, a new one is signed first.
   */
  GetCheckpoint: grpc.handleUnaryCall<_tollgate_v1_GetCheckpointRequest__Output, _tollgate_v1_GetCheckpointResponse>;
  
  /**
   * GetConsistencyProof proves that a run's tree has only grown.
   */
  GetConsistencyProof: grpc.handleUnaryCall<_tollgate_v1_GetConsistencyProofRequest__Output, _tollgate_v1_GetConsistencyProofResponse>;
  
  /**
   * GetDecision shows the record of one decision, and whether the same request would pass now.
   */
  GetDecision: grpc.handleUnaryCall<_tollgate_v1_GetDecisionRequest__Output, _tollgate_v1_GetDecisionResponse>;
  
  /**
   * GetInclusionProof proves that a record is in a run's tree.
   */
  GetInclusionProof: grpc.handleUnaryCall<_tollgate_v1_GetInclusionProofRequest__Output, _tollgate_v1_GetInclusionProofResponse>;
  
  /**
   * GetLastRuns shows the latest run of each of some skills.
   */
  GetLastRuns: grpc.handleUnaryCall<_tollgate_v1_GetLastRunsRequest__Output, _tollgate_v1_GetLastRunsResponse>;
  
  /**
   * GetLedgerKeys shows the public keys that checkpoints are verified with.
   */
  GetLedgerKeys: grpc.handleUnaryCall<_tollgate_v1_GetLedgerKeysRequest__Output, _tollgate_v1_GetLedgerKeysResponse>;
  
  /**
   * GetPolicy shows a policy that decisions were made under, by the revision that their records name.
   */
  GetPolicy: grpc.handleUnaryCall<_tollgate_v1_GetPolicyRequest__Output, _tollgate_v1_GetPolicyResponse>;
  
  /**
   * GetRunChain shows the way from the root of a tree to a run.
   */
  GetRunChain: grpc.handleUnaryCall<_tollgate_v1_GetRunChainRequest__Output, _tollgate_v1_GetRunChainResponse>;
  
  /**
   * ListChildRuns lists the runs that a run started itself, oldest first by start.
   */
  ListChildRuns: grpc.handleUnaryCall<_tollgate_v1_ListChildRunsRequest__Output, _tollgate_v1_ListChildRunsResponse>;
  
  /**
   * ListDecisions lists decision records page by page, newest first.
   */
  ListDecisions: grpc.handleUnaryCall<_tollgate_v1_ListDecisionsRequest__Output, _tollgate_v1_ListDecisionsResponse>;
  
  /**
   * ListFinishedRuns lists runs that finished before a time, oldest first by finish.
   */
  ListFinishedRuns: grpc.handleUnaryCall<_tollgate_v1_ListFinishedRunsRequest__Output, _tollgate_v1_ListFinishedRunsResponse>;
  
  /**
   * ListRunEvents streams the events of a run in order, one per message. With `follow` it goes on as events are stored.
   */
  ListRunEvents: grpc.handleServerStreamingCall<_tollgate_v1_ListRunEventsRequest__Output, _tollgate_v1_ListRunEventsResponse>;
  
  /**
   * ListRuns lists runs page by page, newest first by start.
   */
  ListRuns: grpc.handleUnaryCall<_tollgate_v1_ListRunsRequest__Output, _tollgate_v1_ListRunsResponse>;
  
  /**
   * PurgePayloads removes the contents of a finished run and keeps what proves that it happened.
   */
  PurgePayloads: grpc.handleUnaryCall<_tollgate_v1_PurgePayloadsRequest__Output, _tollgate_v1_PurgePayloadsResponse>;
  
  /**
   * PurgeRuns removes runs that finished before a time, with their logs. Running runs stay.
   */
  PurgeRuns: grpc.handleUnaryCall<_tollgate_v1_PurgeRunsRequest__Output, _tollgate_v1_PurgeRunsResponse>;
  
  /**
   * VerifyRun holds a run's ledger, as it lies in the store, to its checkpoints.
   */
  VerifyRun: grpc.handleUnaryCall<_tollgate_v1_VerifyRunRequest__Output, _tollgate_v1_VerifyRunResponse>;
  
  /**
   * WatchDecisions streams decisions as this server makes them, beginning now. Each replica shows its own decisions and no other's.
   */
  WatchDecisions: grpc.handleServerStreamingCall<_tollgate_v1_WatchDecisionsRequest__Output, _tollgate_v1_WatchDecisionsResponse>;
  
}

export interface AuditServiceDefinition extends grpc.ServiceDefinition {
  ExportEvents: MethodDefinition<_tollgate_v1_ExportEventsRequest, _tollgate_v1_ExportEventsResponse, _tollgate_v1_ExportEventsRequest__Output, _tollgate_v1_ExportEventsResponse__Output>
  ExportRun: MethodDefinition<_tollgate_v1_ExportRunRequest, _tollgate_v1_ExportRunResponse, _tollgate_v1_ExportRunRequest__Output, _tollgate_v1_ExportRunResponse__Output>
  GetCheckpoint: MethodDefinition<_tollgate_v1_GetCheckpointRequest, _tollgate_v1_GetCheckpointResponse, _tollgate_v1_GetCheckpointRequest__Output, _tollgate_v1_GetCheckpointResponse__Output>
  GetConsistencyProof: MethodDefinition<_tollgate_v1_GetConsistencyProofRequest, _tollgate_v1_GetConsistencyProofResponse, _tollgate_v1_GetConsistencyProofRequest__Output, _tollgate_v1_GetConsistencyProofResponse__Output>
  GetDecision: MethodDefinition<_tollgate_v1_GetDecisionRequest, _tollgate_v1_GetDecisionResponse, _tollgate_v1_GetDecisionRequest__Output, _tollgate_v1_GetDecisionResponse__Output>
  GetInclusionProof: MethodDefinition<_tollgate_v1_GetInclusionProofRequest, _tollgate_v1_GetInclusionProofResponse, _tollgate_v1_GetInclusionProofRequest__Output, _tollgate_v1_GetInclusionProofResponse__Output>
  GetLastRuns: MethodDefinition<_tollgate_v1_GetLastRunsRequest, _tollgate_v1_GetLastRunsResponse, _tollgate_v1_GetLastRunsRequest__Output, _tollgate_v1_GetLastRunsResponse__Output>
  GetLedgerKeys: MethodDefinition<_tollgate_v1_GetLedgerKeysRequest, _tollgate_v1_GetLedgerKeysResponse, _tollgate_v1_GetLedgerKeysRequest__Output, _tollgate_v1_GetLedgerKeysResponse__Output>
  GetPolicy: MethodDefinition<_tollgate_v1_GetPolicyRequest, _tollgate_v1_GetPolicyResponse, _tollgate_v1_GetPolicyRequest__Output, _tollgate_v1_GetPolicyResponse__Output>
  GetRunChain: MethodDefinition<_tollgate_v1_GetRunChainRequest, _tollgate_v1_GetRunChainResponse, _tollgate_v1_GetRunChainRequest__Output, _tollgate_v1_GetRunChainResponse__Output>
  ListChildRuns: MethodDefinition<_tollgate_v1_ListChildRunsRequest, _tollgate_v1_ListChildRunsResponse, _tollgate_v1_ListChildRunsRequest__Output, _tollgate_v1_ListChildRunsResponse__Output>
  ListDecisions: MethodDefinition<_tollgate_v1_ListDecisionsRequest, _tollgate_v1_ListDecisionsResponse, _tollgate_v1_ListDecisionsRequest__Output, _tollgate_v1_ListDecisionsResponse__Output>
  ListFinishedRuns: MethodDefinition<_tollgate_v1_ListFinishedRunsRequest, _tollgate_v1_ListFinishedRunsResponse, _tollgate_v1_ListFinishedRunsRequest__Output, _tollgate_v1_ListFinishedRunsResponse__Output>
  ListRunEvents: MethodDefinition<_tollgate_v1_ListRunEventsRequest, _tollgate_v1_ListRunEventsResponse, _tollgate_v1_ListRunEventsRequest__Output, _tollgate_v1_ListRunEventsResponse__Output>
  ListRuns: MethodDefinition<_tollgate_v1_ListRunsRequest, _tollgate_v1_ListRunsResponse, _tollgate_v1_ListRunsRequest__Output, _tollgate_v1_ListRunsResponse__Output>
  PurgePayloads: MethodDefinition<_tollgate_v1_PurgePayloadsRequest, _tollgate_v1_PurgePayloadsResponse, _tollgate_v1_PurgePayloadsRequest__Output, _tollgate_v1_PurgePayloadsResponse__Output>
  PurgeRuns: MethodDefinition<_tollgate_v1_PurgeRunsRequest, _tollgate_v1_PurgeRunsResponse, _tollgate_v1_PurgeRunsRequest__Output, _tollgate_v1_PurgeRunsResponse__Output>
  VerifyRun: MethodDefinition<_tollgate_v1_VerifyRunRequest, _tollgate_v1_VerifyRunResponse, _tollgate_v1_VerifyRunRequest__Output, _tollgate_v1_VerifyRunResponse__Output>
  WatchDecisions: MethodDefinition<_tollgate_v1_WatchDecisionsRequest, _tollgate_v1_WatchDecisionsResponse, _tollgate_v1_WatchDecisionsRequest__Output, _tollgate_v1_WatchDecisionsResponse__Output>
}
