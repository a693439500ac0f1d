// Original file: proto/tollgate/v1/identity_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { BindIdentityRequest as _tollgate_v1_BindIdentityRequest, BindIdentityRequest__Output as _tollgate_v1_BindIdentityRequest__Output } from '../../tollgate/v1/BindIdentityRequest.ts';
import type { BindIdentityResponse as _tollgate_v1_BindIdentityResponse, BindIdentityResponse__Output as _tollgate_v1_BindIdentityResponse__Output } from '../../tollgate/v1/BindIdentityResponse.ts';
import type { GetIdentityRequest as _tollgate_v1_GetIdentityRequest, GetIdentityRequest__Output as _tollgate_v1_GetIdentityRequest__Output } from '../../tollgate/v1/GetIdentityRequest.ts';
import type { GetIdentityResponse as _tollgate_v1_GetIdentityResponse, GetIdentityResponse__Output as _tollgate_v1_GetIdentityResponse__Output } from '../../tollgate/v1/GetIdentityResponse.ts';
import type { ReleaseIdentityRequest as _tollgate_v1_ReleaseIdentityRequest, ReleaseIdentityRequest__Output as _tollgate_v1_ReleaseIdentityRequest__Output } from '../../tollgate/v1/ReleaseIdentityRequest.ts';
import type { ReleaseIdentityResponse as _tollgate_v1_ReleaseIdentityResponse, ReleaseIdentityResponse__Output as _tollgate_v1_ReleaseIdentityResponse__Output } from '../../tollgate/v1/ReleaseIdentityResponse.ts';

/**
 * IdentityService says who is behind a trace. Only a trusted service may call it.
 */
export interface IdentityServiceClient extends grpc.Client {
  /**
   * BindIdentity binds an identity to a trace. The same content again extends its lifetime; other content is ALREADY_EXISTS.
   */
  BindIdentity(argument: _tollgate_v1_BindIdentityRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_BindIdentityResponse__Output>): grpc.ClientUnaryCall;
  BindIdentity(argument: _tollgate_v1_BindIdentityRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_BindIdentityResponse__Output>): grpc.ClientUnaryCall;
  BindIdentity(argument: _tollgate_v1_BindIdentityRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_BindIdentityResponse__Output>): grpc.ClientUnaryCall;
  BindIdentity(argument: _tollgate_v1_BindIdentityRequest, callback: grpc.requestCallback<_tollgate_v1_BindIdentityResponse__Output>): grpc.ClientUnaryCall;
  /**
   * BindIdentity binds an identity to a trace. The same content again extends its lifetime; other content is ALREADY_EXISTS.
   */
  bindIdentity(argument: _tollgate_v1_BindIdentityRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_BindIdentityResponse__Output>): grpc.ClientUnaryCall;
  bindIdentity(argument: _tollgate_v1_BindIdentityRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_BindIdentityResponse__Output>): grpc.ClientUnaryCall;
  bindIdentity(argument: _tollgate_v1_BindIdentityRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_BindIdentityResponse__Output>): grpc.ClientUnaryCall;
  bindIdentity(argument: _tollgate_v1_BindIdentityRequest, callback: grpc.requestCallback<_tollgate_v1_BindIdentityResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * GetIdentity reads the identity of a trace. An unbound trace is NOT_FOUND, and a record that cannot be trusted is
   * FAILED_PRECONDITION.
   */
  GetIdentity(argument: _tollgate_v1_GetIdentityRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetIdentityResponse__Output>): grpc.ClientUnaryCall;
  GetIdentity(argument: _tollgate_v1_GetIdentityRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetIdentityResponse__Output>): grpc.ClientUnaryCall;
  GetIdentity(argument: _tollgate_v1_GetIdentityRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetIdentityResponse__Output>): grpc.ClientUnaryCall;
  GetIdentity(argument: _tollgate_v1_GetIdentityRequest, callback: grpc.requestCallback<_tollgate_v1_GetIdentityResponse__Output>): grpc.ClientUnaryCall;
  /**
   * GetIdentity reads the identity of a trace. An unbound trace is NOT_FOUND, and a record that cannot be trusted is
   * FAILED_PRECONDITION.
   */
  getIdentity(argument: _tollgate_v1_GetIdentityRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetIdentityResponse__Output>): grpc.ClientUnaryCall;
  getIdentity(argument: _tollgate_v1_GetIdentityRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetIdentityResponse__Output>): grpc.ClientUnaryCall;
  getIdentity(argument: _tollgate_v1_GetIdentityRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetIdentityResponse__Output>): grpc.ClientUnaryCall;
  getIdentity(argument: _tollgate_v1_GetIdentityRequest, callback: grpc.requestCallback<_tollgate_v1_GetIdentityResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * ReleaseIdentity removes the identity of a trace. An unbound trace is no error.
   */
  ReleaseIdentity(argument: _tollgate_v1_ReleaseIdentityRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ReleaseIdentityResponse__Output>): grpc.ClientUnaryCall;
  ReleaseIdentity(argument: _tollgate_v1_ReleaseIdentityRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_ReleaseIdentityResponse__Output>): grpc.ClientUnaryCall;
  ReleaseIdentity(argument: _tollgate_v1_ReleaseIdentityRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ReleaseIdentityResponse__Output>): grpc.ClientUnaryCall;
  ReleaseIdentity(argument: _tollgate_v1_ReleaseIdentityRequest, callback: grpc.requestCallback<_tollgate_v1_ReleaseIdentityResponse__Output>): grpc.ClientUnaryCall;
  /**
   * ReleaseIdentity removes the identity of a trace. An unbound trace is no error.
   */
  releaseIdentity(argument: _tollgate_v1_ReleaseIdentityRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ReleaseIdentityResponse__Output>): grpc.ClientUnaryCall;
  releaseIdentity(argument: _tollgate_v1_ReleaseIdentityRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_ReleaseIdentityResponse__Output>): grpc.ClientUnaryCall;
  releaseIdentity(argument: _tollgate_v1_ReleaseIdentityRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ReleaseIdentityResponse__Output>): grpc.ClientUnaryCall;
  releaseIdentity(argument: _tollgate_v1_ReleaseIdentityRequest, callback: grpc.requestCallback<_tollgate_v1_ReleaseIdentityResponse__Output>): grpc.ClientUnaryCall;
  
}

/**
 * IdentityService says who is behind a trace. Only a trusted service may call it.
 */
export interface IdentityServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * BindIdentity binds an identity to a trace. The same content again extends its lifetime; other content is ALREADY_EXISTS.
   */
  BindIdentity: grpc.handleUnaryCall<_tollgate_v1_BindIdentityRequest__Output, _tollgate_v1_BindIdentityResponse>;
  
  /**
   * GetIdentity reads the identity of a trace. An unbound trace is NOT_FOUND, and a record that cannot be trusted is
   * FAILED_PRECONDITION.
   */
  GetIdentity: grpc.handleUnaryCall<_tollgate_v1_GetIdentityRequest__Output, _tollgate_v1_GetIdentityResponse>;
  
  /**
   * ReleaseIdentity removes the identity of a trace. An unbound trace is no error.
   */
  ReleaseIdentity: grpc.handleUnaryCall<_tollgate_v1_ReleaseIdentityRequest__Output, _tollgate_v1_ReleaseIdentityResponse>;
  
}

export interface IdentityServiceDefinition extends grpc.ServiceDefinition {
  BindIdentity: MethodDefinition<_tollgate_v1_BindIdentityRequest, _tollgate_v1_BindIdentityResponse, _tollgate_v1_BindIdentityRequest__Output, _tollgate_v1_BindIdentityResponse__Output>
  GetIdentity: MethodDefinition<_tollgate_v1_GetIdentityRequest, _tollgate_v1_GetIdentityResponse, _tollgate_v1_GetIdentityRequest__Output, _tollgate_v1_GetIdentityResponse__Output>
  ReleaseIdentity: MethodDefinition<_tollgate_v1_ReleaseIdentityRequest, _tollgate_v1_ReleaseIdentityResponse, _tollgate_v1_ReleaseIdentityRequest__Output, _tollgate_v1_ReleaseIdentityResponse__Output>
}
