// Original file: proto/tollgate/v1/agent_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { DeactivateAgentRequest as _tollgate_v1_DeactivateAgentRequest, DeactivateAgentRequest__Output as _tollgate_v1_DeactivateAgentRequest__Output } from '../../tollgate/v1/DeactivateAgentRequest.ts';
import type { DeactivateAgentResponse as _tollgate_v1_DeactivateAgentResponse, DeactivateAgentResponse__Output as _tollgate_v1_DeactivateAgentResponse__Output } from '../../tollgate/v1/DeactivateAgentResponse.ts';
import type { GetAgentRequest as _tollgate_v1_GetAgentRequest, GetAgentRequest__Output as _tollgate_v1_GetAgentRequest__Output } from '../../tollgate/v1/GetAgentRequest.ts';
import type { GetAgentResponse as _tollgate_v1_GetAgentResponse, GetAgentResponse__Output as _tollgate_v1_GetAgentResponse__Output } from '../../tollgate/v1/GetAgentResponse.ts';
import type { ReactivateAgentRequest as _tollgate_v1_ReactivateAgentRequest, ReactivateAgentRequest__Output as _tollgate_v1_ReactivateAgentRequest__Output } from '../../tollgate/v1/ReactivateAgentRequest.ts';
import type { ReactivateAgentResponse as _tollgate_v1_ReactivateAgentResponse, ReactivateAgentResponse__Output as _tollgate_v1_ReactivateAgentResponse__Output } from '../../tollgate/v1/ReactivateAgentResponse.ts';

/**
 * AgentService stops agents and lets them go on. Agents are not registered: every valid id is an agent, and one that was never seen
 * is not deactivated.
 */
export interface AgentServiceClient extends grpc.Client {
  /**
   * DeactivateAgent closes all live sessions of an agent and refuses new ones until it is reactivated.
   */
  DeactivateAgent(argument: _tollgate_v1_DeactivateAgentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_DeactivateAgentResponse__Output>): grpc.ClientUnaryCall;
  DeactivateAgent(argument: _tollgate_v1_DeactivateAgentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_DeactivateAgentResponse__Output>): grpc.ClientUnaryCall;
  DeactivateAgent(argument: _tollgate_v1_DeactivateAgentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_DeactivateAgentResponse__Output>): grpc.ClientUnaryCall;
  DeactivateAgent(argument: _tollgate_v1_DeactivateAgentRequest, callback: grpc.requestCallback<_tollgate_v1_DeactivateAgentResponse__Output>): grpc.ClientUnaryCall;
  /**
   * DeactivateAgent closes all live sessions of an agent and refuses new ones until it is reactivated.
   */
  deactivateAgent(argument: _tollgate_v1_DeactivateAgentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_DeactivateAgentResponse__Output>): grpc.ClientUnaryCall;
  deactivateAgent(argument: _tollgate_v1_DeactivateAgentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_DeactivateAgentResponse__Output>): grpc.ClientUnaryCall;
  deactivateAgent(argument: _tollgate_v1_DeactivateAgentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_DeactivateAgentResponse__Output>): grpc.ClientUnaryCall;
  deactivateAgent(argument: _tollgate_v1_DeactivateAgentRequest, callback: grpc.requestCallback<_tollgate_v1_DeactivateAgentResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * GetAgent shows the state of an agent.
   */
  GetAgent(argument: _tollgate_v1_GetAgentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetAgentResponse__Output>): grpc.ClientUnaryCall;
  GetAgent(argument: _tollgate_v1_GetAgentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetAgentResponse__Output>): grpc.ClientUnaryCall;
  GetAgent(argument: _tollgate_v1_GetAgentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetAgentResponse__Output>): grpc.ClientUnaryCall;
  GetAgent(argument: _tollgate_v1_GetAgentRequest, callback: grpc.requestCallback<_tollgate_v1_GetAgentResponse__Output>): grpc.ClientUnaryCall;
  /**
   * GetAgent shows the state of an agent.
   */
  getAgent(argument: _tollgate_v1_GetAgentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetAgentResponse__Output>): grpc.ClientUnaryCall;
  getAgent(argument: _tollgate_v1_GetAgentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetAgentResponse__Output>): grpc.ClientUnaryCall;
  getAgent(argument: _tollgate_v1_GetAgentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetAgentResponse__Output>): grpc.ClientUnaryCall;
  getAgent(argument: _tollgate_v1_GetAgentRequest, callback: grpc.requestCallback<_tollgate_v1_GetAgentResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * ReactivateAgent lets an agent have new sessions again. The closed ones stay closed.
   */
  ReactivateAgent(argument: _tollgate_v1_ReactivateAgentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ReactivateAgentResponse__Output>): grpc.ClientUnaryCall;
  ReactivateAgent(argument: _tollgate_v1_ReactivateAgentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_ReactivateAgentResponse__Output>): grpc.ClientUnaryCall;
  ReactivateAgent(argument: _tollgate_v1_ReactivateAgentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ReactivateAgentResponse__Output>): grpc.ClientUnaryCall;
  ReactivateAgent(argument: _tollgate_v1_ReactivateAgentRequest, callback: grpc.requestCallback<_tollgate_v1_ReactivateAgentResponse__Output>): grpc.ClientUnaryCall;
  /**
   * ReactivateAgent lets an agent have new sessions again. The closed ones stay closed.
   */
  reactivateAgent(argument: _tollgate_v1_ReactivateAgentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ReactivateAgentResponse__Output>): grpc.ClientUnaryCall;
  reactivateAgent(argument: _tollgate_v1_ReactivateAgentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_ReactivateAgentResponse__Output>): grpc.ClientUnaryCall;
  reactivateAgent(argument: _tollgate_v1_ReactivateAgentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ReactivateAgentResponse__Output>): grpc.ClientUnaryCall;
  reactivateAgent(argument: _tollgate_v1_ReactivateAgentRequest, callback: grpc.requestCallback<_tollgate_v1_ReactivateAgentResponse__Output>): grpc.ClientUnaryCall;
  
}

/**
 * AgentService stops agents and lets them go on. Agents are not registered: every valid id is an agent, and one that was never seen
 * is not deactivated.
 */
export interface AgentServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * DeactivateAgent closes all live sessions of an agent and refuses new ones until it is reactivated.
   */
  DeactivateAgent: grpc.handleUnaryCall<_tollgate_v1_DeactivateAgentRequest__Output, _tollgate_v1_DeactivateAgentResponse>;
  
  /**
   * GetAgent shows the state of an agent.
   */
  GetAgent: grpc.handleUnaryCall<_tollgate_v1_GetAgentRequest__Output, _tollgate_v1_GetAgentResponse>;
  
  /**
   * ReactivateAgent lets an agent have new sessions again. The closed ones stay closed.
   */
  ReactivateAgent: grpc.handleUnaryCall<_tollgate_v1_ReactivateAgentRequest__Output, _tollgate_v1_ReactivateAgentResponse>;
  
}

export interface AgentServiceDefinition extends grpc.ServiceDefinition {
  DeactivateAgent: MethodDefinition<_tollgate_v1_DeactivateAgentRequest, _tollgate_v1_DeactivateAgentResponse, _tollgate_v1_DeactivateAgentRequest__Output, _tollgate_v1_DeactivateAgentResponse__Output>
  GetAgent: MethodDefinition<_tollgate_v1_GetAgentRequest, _tollgate_v1_GetAgentResponse, _tollgate_v1_GetAgentRequest__Output, _tollgate_v1_GetAgentResponse__Output>
  ReactivateAgent: MethodDefinition<_tollgate_v1_ReactivateAgentRequest, _tollgate_v1_ReactivateAgentResponse, _tollgate_v1_ReactivateAgentRequest__Output, _tollgate_v1_ReactivateAgentResponse__Output>
}
