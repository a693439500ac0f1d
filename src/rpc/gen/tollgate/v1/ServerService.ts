// Original file: proto/tollgate/v1/server_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetServerInfoRequest as _tollgate_v1_GetServerInfoRequest, GetServerInfoRequest__Output as _tollgate_v1_GetServerInfoRequest__Output } from '../../tollgate/v1/GetServerInfoRequest.ts';
import type { GetServerInfoResponse as _tollgate_v1_GetServerInfoResponse, GetServerInfoResponse__Output as _tollgate_v1_GetServerInfoResponse__Output } from '../../tollgate/v1/GetServerInfoResponse.ts';
import type { ReloadPolicyRequest as _tollgate_v1_ReloadPolicyRequest, ReloadPolicyRequest__Output as _tollgate_v1_ReloadPolicyRequest__Output } from '../../tollgate/v1/ReloadPolicyRequest.ts';
import type { ReloadPolicyResponse as _tollgate_v1_ReloadPolicyResponse, ReloadPolicyResponse__Output as _tollgate_v1_ReloadPolicyResponse__Output } from '../../tollgate/v1/ReloadPolicyResponse.ts';

/**
 * ServerService shows what the server runs on and reloads its policy.
 */
export interface ServerServiceClient extends grpc.Client {
  /**
   * GetServerInfo says what the server is, what its store can promise and what its operator should look at.
   */
  GetServerInfo(argument: _tollgate_v1_GetServerInfoRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetServerInfoResponse__Output>): grpc.ClientUnaryCall;
  GetServerInfo(argument: _tollgate_v1_GetServerInfoRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetServerInfoResponse__Output>): grpc.ClientUnaryCall;
  GetServerInfo(argument: _tollgate_v1_GetServerInfoRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetServerInfoResponse__Output>): grpc.ClientUnaryCall;
  GetServerInfo(argument: _tollgate_v1_GetServerInfoRequest, callback: grpc.requestCallback<_tollgate_v1_GetServerInfoResponse__Output>): grpc.ClientUnaryCall;
  /**
   * GetServerInfo says what the server is, what its store can promise and what its operator should look at.
   */
  getServerInfo(argument: _tollgate_v1_GetServerInfoRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetServerInfoResponse__Output>): grpc.ClientUnaryCall;
  getServerInfo(argument: _tollgate_v1_GetServerInfoRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetServerInfoResponse__Output>): grpc.ClientUnaryCall;
  getServerInfo(argument: _tollgate_v1_GetServerInfoRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetServerInfoResponse__Output>): grpc.ClientUnaryCall;
  getServerInfo(argument: _tollgate_v1_GetServerInfoRequest, callback: grpc.requestCallback<_tollgate_v1_GetServerInfoResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * ReloadPolicy reads the policy file again. A file that cannot be used is FAILED_PRECONDITION, and the policy in force stays.
   */
  ReloadPolicy(argument: _tollgate_v1_ReloadPolicyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ReloadPolicyResponse__Output>): grpc.ClientUnaryCall;
  ReloadPolicy(argument: _tollgate_v1_ReloadPolicyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_ReloadPolicyResponse__Output>): grpc.ClientUnaryCall;
  ReloadPolicy(argument: _tollgate_v1_ReloadPolicyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ReloadPolicyResponse__Output>): grpc.ClientUnaryCall;
  ReloadPolicy(argument: _tollgate_v1_ReloadPolicyRequest, callback: grpc.requestCallback<_tollgate_v1_ReloadPolicyResponse__Output>): grpc.ClientUnaryCall;
  /**
   * ReloadPolicy reads the policy file again. A file that cannot be used is FAILED_PRECONDITION, and the policy in force stays.
   */
  reloadPolicy(argument: _tollgate_v1_ReloadPolicyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ReloadPolicyResponse__Output>): grpc.ClientUnaryCall;
  reloadPolicy(argument: _tollgate_v1_ReloadPolicyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_ReloadPolicyResponse__Output>): grpc.ClientUnaryCall;
  reloadPolicy(argument: _tollgate_v1_ReloadPolicyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ReloadPolicyResponse__Output>): grpc.ClientUnaryCall;
  reloadPolicy(argument: _tollgate_v1_ReloadPolicyRequest, callback: grpc.requestCallback<_tollgate_v1_ReloadPolicyResponse__Output>): grpc.ClientUnaryCall;
  
}

/**
 * ServerService shows what the server runs on and reloads its policy.
 */
export interface ServerServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * GetServerInfo says what the server is, what its store can promise and what its operator should look at.
   */
  GetServerInfo: grpc.handleUnaryCall<_tollgate_v1_GetServerInfoRequest__Output, _tollgate_v1_GetServerInfoResponse>;
  
  /**
   * ReloadPolicy reads the policy file again. A file that cannot be used is FAILED_PRECONDITION, and the policy in force stays.
   */
  ReloadPolicy: grpc.handleUnaryCall<_tollgate_v1_ReloadPolicyRequest__Output, _tollgate_v1_ReloadPolicyResponse>;
  
}

export interface ServerServiceDefinition extends grpc.ServiceDefinition {
  GetServerInfo: MethodDefinition<_tollgate_v1_GetServerInfoRequest, _tollgate_v1_GetServerInfoResponse, _tollgate_v1_GetServerInfoRequest__Output, _tollgate_v1_GetServerInfoResponse__Output>
  ReloadPolicy: MethodDefinition<_tollgate_v1_ReloadPolicyRequest, _tollgate_v1_ReloadPolicyResponse, _tollgate_v1_ReloadPolicyRequest__Output, _tollgate_v1_ReloadPolicyResponse__Output>
}
