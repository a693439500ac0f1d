// Original file: proto/tollgate/v1/run_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { FinishRunRequest as _tollgate_v1_FinishRunRequest, FinishRunRequest__Output as _tollgate_v1_FinishRunRequest__Output } from '../../tollgate/v1/FinishRunRequest.ts';
import type { FinishRunResponse as _tollgate_v1_FinishRunResponse, FinishRunResponse__Output as _tollgate_v1_FinishRunResponse__Output } from '../../tollgate/v1/FinishRunResponse.ts';
import type { GetRunRequest as _tollgate_v1_GetRunRequest, GetRunRequest__Output as _tollgate_v1_GetRunRequest__Output } from '../../tollgate/v1/GetRunRequest.ts';
import type { GetRunResponse as _tollgate_v1_GetRunResponse, GetRunResponse__Output as _tollgate_v1_GetRunResponse__Output } from '../../tollgate/v1/GetRunResponse.ts';
import type { StartRunRequest as _tollgate_v1_StartRunRequest, StartRunRequest__Output as _tollgate_v1_StartRunRequest__Output } from '../../tollgate/v1/StartRunRequest.ts';
import type { StartRunResponse as _tollgate_v1_StartRunResponse, StartRunResponse__Output as _tollgate_v1_StartRunResponse__Output } from '../../tollgate/v1/StartRunResponse.ts';

/**
 * RunService keeps the record of each execution of a skill.
 */
export interface RunServiceClient extends grpc.Client {
  /**
   * FinishRun finishes a run once. The same content again is OK; other content is FAILED_PRECONDITION. It completes even if the
   * caller has gone.
   */
  FinishRun(argument: _tollgate_v1_FinishRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_FinishRunResponse__Output>): grpc.ClientUnaryCall;
  FinishRun(argument: _tollgate_v1_FinishRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_FinishRunResponse__Output>): grpc.ClientUnaryCall;
  FinishRun(argument: _tollgate_v1_FinishRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_FinishRunResponse__Output>): grpc.ClientUnaryCall;
  FinishRun(argument: _tollgate_v1_FinishRunRequest, callback: grpc.requestCallback<_tollgate_v1_FinishRunResponse__Output>): grpc.ClientUnaryCall;
  /**
   * FinishRun finishes a run once. The same content again is OK; other content is FAILED_PRECONDITION. It completes even if the
   * caller has gone.
   */
  finishRun(argument: _tollgate_v1_FinishRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_FinishRunResponse__Output>): grpc.ClientUnaryCall;
  finishRun(argument: _tollgate_v1_FinishRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_FinishRunResponse__Output>): grpc.ClientUnaryCall;
  finishRun(argument: _tollgate_v1_FinishRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_FinishRunResponse__Output>): grpc.ClientUnaryCall;
  finishRun(argument: _tollgate_v1_FinishRunRequest, callback: grpc.requestCallback<_tollgate_v1_FinishRunResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * GetRun reads one run. An unknown one is NOT_FOUND.
   */
  GetRun(argument: _tollgate_v1_GetRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetRunResponse__Output>): grpc.ClientUnaryCall;
  GetRun(argument: _tollgate_v1_GetRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetRunResponse__Output>): grpc.ClientUnaryCall;
  GetRun(argument: _tollgate_v1_GetRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetRunResponse__Output>): grpc.ClientUnaryCall;
  GetRun(argument: _tollgate_v1_GetRunRequest, callback: grpc.requestCallback<_tollgate_v1_GetRunResponse__Output>): grpc.ClientUnaryCall;
  /**
   * GetRun reads one run. An unknown one is NOT_FOUND.
   */
  getRun(argument: _tollgate_v1_GetRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetRunResponse__Output>): grpc.ClientUnaryCall;
  getRun(argument: _tollgate_v1_GetRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetRunResponse__Output>): grpc.ClientUnaryCall;
  getRun(argument: _tollgate_v1_GetRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetRunResponse__Output>): grpc.ClientUnaryCall;
  getRun(argument: _tollgate_v1_GetRunRequest, callback: grpc.requestCallback<_tollgate_v1_GetRunResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * StartRun makes a new run with the status running.
   */
  StartRun(argument: _tollgate_v1_StartRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_StartRunResponse__Output>): grpc.ClientUnaryCall;
  StartRun(argument: _tollgate_v1_StartRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_StartRunResponse__Output>): grpc.ClientUnaryCall;
  StartRun(argument: _tollgate_v1_StartRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_StartRunResponse__Output>): grpc.ClientUnaryCall;
  StartRun(argument: _tollgate_v1_StartRunRequest, callback: grpc.requestCallback<_tollgate_v1_StartRunResponse__Output>): grpc.ClientUnaryCall;
  /**
   * StartRun makes a new run with the status running.
   */
  startRun(argument: _tollgate_v1_StartRunRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_StartRunResponse__Output>): grpc.ClientUnaryCall;
  startRun(argument: _tollgate_v1_StartRunRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_StartRunResponse__Output>): grpc.ClientUnaryCall;
  startRun(argument: _tollgate_v1_StartRunRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_StartRunResponse__Output>): grpc.ClientUnaryCall;
  startRun(argument: _tollgate_v1_StartRunRequest, callback: grpc.requestCallback<_tollgate_v1_StartRunResponse__Output>): grpc.ClientUnaryCall;
  
}

/**
 * RunService keeps the record of each execution of a skill.
 */
export interface RunServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * FinishRun finishes a run once. The same content again is OK; other content is FAILED_PRECONDITION. It completes even if the
   * caller has gone.
   */
  FinishRun: grpc.handleUnaryCall<_tollgate_v1_FinishRunRequest__Output, _tollgate_v1_FinishRunResponse>;
  
  /**
   * GetRun reads one run. An unknown one is NOT_FOUND.
   */
  GetRun: grpc.handleUnaryCall<_tollgate_v1_GetRunRequest__Output, _tollgate_v1_GetRunResponse>;
  
  /**
   * StartRun makes a new run with the status running.
   */
  StartRun: grpc.handleUnaryCall<_tollgate_v1_StartRunRequest__Output, _tollgate_v1_StartRunResponse>;
  
}

export interface RunServiceDefinition extends grpc.ServiceDefinition {
  FinishRun: MethodDefinition<_tollgate_v1_FinishRunRequest, _tollgate_v1_FinishRunResponse, _tollgate_v1_FinishRunRequest__Output, _tollgate_v1_FinishRunResponse__Output>
  GetRun: MethodDefinition<_tollgate_v1_GetRunRequest, _tollgate_v1_GetRunResponse, _tollgate_v1_GetRunRequest__Output, _tollgate_v1_GetRunResponse__Output>
  StartRun: MethodDefinition<_tollgate_v1_StartRunRequest, _tollgate_v1_StartRunResponse, _tollgate_v1_StartRunRequest__Output, _tollgate_v1_StartRunResponse__Output>
}
