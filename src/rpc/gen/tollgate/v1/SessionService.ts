// Original file: proto/tollgate/v1/session_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CloseSessionRequest as _tollgate_v1_CloseSessionRequest, CloseSessionRequest__Output as _tollgate_v1_CloseSessionRequest__Output } from '../../tollgate/v1/CloseSessionRequest.ts';
import type { CloseSessionResponse as _tollgate_v1_CloseSessionResponse, CloseSessionResponse__Output as _tollgate_v1_CloseSessionResponse__Output } from '../../tollgate/v1/CloseSessionResponse.ts';
import type { CreateSessionRequest as _tollgate_v1_CreateSessionRequest, CreateSessionRequest__Output as _tollgate_v1_CreateSessionRequest__Output } from '../../tollgate/v1/CreateSessionRequest.ts';
import type { CreateSessionResponse as _tollgate_v1_CreateSessionResponse, CreateSessionResponse__Output as _tollgate_v1_CreateSessionResponse__Output } from '../../tollgate/v1/CreateSessionResponse.ts';
import type { GetSessionRequest as _tollgate_v1_GetSessionRequest, GetSessionRequest__Output as _tollgate_v1_GetSessionRequest__Output } from '../../tollgate/v1/GetSessionRequest.ts';
import type { GetSessionResponse as _tollgate_v1_GetSessionResponse, GetSessionResponse__Output as _tollgate_v1_GetSessionResponse__Output } from '../../tollgate/v1/GetSessionResponse.ts';
import type { ListSessionsRequest as _tollgate_v1_ListSessionsRequest, ListSessionsRequest__Output as _tollgate_v1_ListSessionsRequest__Output } from '../../tollgate/v1/ListSessionsRequest.ts';
import type { ListSessionsResponse as _tollgate_v1_ListSessionsResponse, ListSessionsResponse__Output as _tollgate_v1_ListSessionsResponse__Output } from '../../tollgate/v1/ListSessionsResponse.ts';
import type { PurgeSessionsRequest as _tollgate_v1_PurgeSessionsRequest, PurgeSessionsRequest__Output as _tollgate_v1_PurgeSessionsRequest__Output } from '../../tollgate/v1/PurgeSessionsRequest.ts';
import type { PurgeSessionsResponse as _tollgate_v1_PurgeSessionsResponse, PurgeSessionsResponse__Output as _tollgate_v1_PurgeSessionsResponse__Output } from '../../tollgate/v1/PurgeSessionsResponse.ts';

/**
 * SessionService makes, shows and ends task sessions.
 */
export interface SessionServiceClient extends grpc.Client {
  /**
   * CloseSession ends a session. An expired one can be closed; a closed one is FAILED_PRECONDITION.
   */
  CloseSession(argument: _tollgate_v1_CloseSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_CloseSessionResponse__Output>): grpc.ClientUnaryCall;
  CloseSession(argument: _tollgate_v1_CloseSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_CloseSessionResponse__Output>): grpc.ClientUnaryCall;
  CloseSession(argument: _tollgate_v1_CloseSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_CloseSessionResponse__Output>): grpc.ClientUnaryCall;
  CloseSession(argument: _tollgate_v1_CloseSessionRequest, callback: grpc.requestCallback<_tollgate_v1_CloseSessionResponse__Output>): grpc.ClientUnaryCall;
  /**
   * CloseSession ends a session. An expired one can be closed; a closed one is FAILED_PRECONDITION.
   */
  closeSession(argument: _tollgate_v1_CloseSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_CloseSessionResponse__Output>): grpc.ClientUnaryCall;
  closeSession(argument: _tollgate_v1_CloseSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_CloseSessionResponse__Output>): grpc.ClientUnaryCall;
  closeSession(argument: _tollgate_v1_CloseSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_CloseSessionResponse__Output>): grpc.ClientUnaryCall;
  closeSession(argument: _tollgate_v1_CloseSessionRequest, callback: grpc.requestCallback<_tollgate_v1_CloseSessionResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * CreateSession makes a session. An agent has a maximum of live sessions, 10 by default, which concurrent creations never exceed.
   */
  CreateSession(argument: _tollgate_v1_CreateSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_CreateSessionResponse__Output>): grpc.ClientUnaryCall;
  CreateSession(argument: _tollgate_v1_CreateSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_CreateSessionResponse__Output>): grpc.ClientUnaryCall;
  CreateSession(argument: _tollgate_v1_CreateSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_CreateSessionResponse__Output>): grpc.ClientUnaryCall;
  CreateSession(argument: _tollgate_v1_CreateSessionRequest, callback: grpc.requestCallback<_tollgate_v1_CreateSessionResponse__Output>): grpc.ClientUnaryCall;
  /**
   * CreateSession makes a session. An agent has a maximum of live sessions, 10 by default, which concurrent creations never exceed.
   */
  createSession(argument: _tollgate_v1_CreateSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_CreateSessionResponse__Output>): grpc.ClientUnaryCall;
  createSession(argument: _tollgate_v1_CreateSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_CreateSessionResponse__Output>): grpc.ClientUnaryCall;
  createSession(argument: _tollgate_v1_CreateSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_CreateSessionResponse__Output>): grpc.ClientUnaryCall;
  createSession(argument: _tollgate_v1_CreateSessionRequest, callback: grpc.requestCallback<_tollgate_v1_CreateSessionResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * GetSession reads one session. An unknown one is NOT_FOUND.
   */
  GetSession(argument: _tollgate_v1_GetSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetSessionResponse__Output>): grpc.ClientUnaryCall;
  GetSession(argument: _tollgate_v1_GetSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetSessionResponse__Output>): grpc.ClientUnaryCall;
  GetSession(argument: _tollgate_v1_GetSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetSessionResponse__Output>): grpc.ClientUnaryCall;
  GetSession(argument: _tollgate_v1_GetSessionRequest, callback: grpc.requestCallback<_tollgate_v1_GetSessionResponse__Output>): grpc.ClientUnaryCall;
  /**
   * GetSession reads one session. An unknown one is NOT_FOUND.
   */
  getSession(argument: _tollgate_v1_GetSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetSessionResponse__Output>): grpc.ClientUnaryCall;
  getSession(argument: _tollgate_v1_GetSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_GetSessionResponse__Output>): grpc.ClientUnaryCall;
  getSession(argument: _tollgate_v1_GetSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_GetSessionResponse__Output>): grpc.ClientUnaryCall;
  getSession(argument: _tollgate_v1_GetSessionRequest, callback: grpc.requestCallback<_tollgate_v1_GetSessionResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * ListSessions lists sessions page by page, newest first.
   */
  ListSessions(argument: _tollgate_v1_ListSessionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  ListSessions(argument: _tollgate_v1_ListSessionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  ListSessions(argument: _tollgate_v1_ListSessionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  ListSessions(argument: _tollgate_v1_ListSessionsRequest, callback: grpc.requestCallback<_tollgate_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * ListSessions lists sessions page by page, newest first.
   */
  listSessions(argument: _tollgate_v1_ListSessionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  listSessions(argument: _tollgate_v1_ListSessionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  listSessions(argument: _tollgate_v1_ListSessionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  listSessions(argument: _tollgate_v1_ListSessionsRequest, callback: grpc.requestCallback<_tollgate_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * PurgeSessions removes all closed and expired sessions at once. Left alone, an ended session is kept for 15 minutes.
   */
  PurgeSessions(argument: _tollgate_v1_PurgeSessionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_PurgeSessionsResponse__Output>): grpc.ClientUnaryCall;
  PurgeSessions(argument: _tollgate_v1_PurgeSessionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_PurgeSessionsResponse__Output>): grpc.ClientUnaryCall;
  PurgeSessions(argument: _tollgate_v1_PurgeSessionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_PurgeSessionsResponse__Output>): grpc.ClientUnaryCall;
  PurgeSessions(argument: _tollgate_v1_PurgeSessionsRequest, callback: grpc.requestCallback<_tollgate_v1_PurgeSessionsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * PurgeSessions removes all closed and expired sessions at once. Left alone, an ended session is kept for 15 minutes.
   */
  purgeSessions(argument: _tollgate_v1_PurgeSessionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_PurgeSessionsResponse__Output>): grpc.ClientUnaryCall;
  purgeSessions(argument: _tollgate_v1_PurgeSessionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_PurgeSessionsResponse__Output>): grpc.ClientUnaryCall;
  purgeSessions(argument: _tollgate_v1_PurgeSessionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_PurgeSessionsResponse__Output>): grpc.ClientUnaryCall;
  purgeSessions(argument: _tollgate_v1_PurgeSessionsRequest, callback: grpc.requestCallback<_tollgate_v1_PurgeSessionsResponse__Output>): grpc.ClientUnaryCall;
  
}

/**
 * SessionService makes, shows and ends task sessions.
 */
export interface SessionServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * CloseSession ends a session. An expired one can be closed; a closed one is FAILED_PRECONDITION.
   */
  CloseSession: grpc.handleUnaryCall<_tollgate_v1_CloseSessionRequest__Output, _tollgate_v1_CloseSessionResponse>;
  
  /**
   * CreateSession makes a session. An agent has a maximum of live sessions, 10 by default, which concurrent creations never exceed.
   */
  CreateSession: grpc.handleUnaryCall<_tollgate_v1_CreateSessionRequest__Output, _tollgate_v1_CreateSessionResponse>;
  
  /**
   * GetSession reads one session. An unknown one is NOT_FOUND.
   */
  GetSession: grpc.handleUnaryCall<_tollgate_v1_GetSessionRequest__Output, _tollgate_v1_GetSessionResponse>;
  
  /**
   * ListSessions lists sessions page by page, newest first.
   */
  ListSessions: grpc.handleUnaryCall<_tollgate_v1_ListSessionsRequest__Output, _tollgate_v1_ListSessionsResponse>;
  
  /**
   * PurgeSessions removes all closed and expired sessions at once. Left alone, an ended session is kept for 15 minutes.
   */
  PurgeSessions: grpc.handleUnaryCall<_tollgate_v1_PurgeSessionsRequest__Output, _tollgate_v1_PurgeSessionsResponse>;
  
}

export interface SessionServiceDefinition extends grpc.ServiceDefinition {
  CloseSession: MethodDefinition<_tollgate_v1_CloseSessionRequest, _tollgate_v1_CloseSessionResponse, _tollgate_v1_CloseSessionRequest__Output, _tollgate_v1_CloseSessionResponse__Output>
  CreateSession: MethodDefinition<_tollgate_v1_CreateSessionRequest, _tollgate_v1_CreateSessionResponse, _tollgate_v1_CreateSessionRequest__Output, _tollgate_v1_CreateSessionResponse__Output>
  GetSession: MethodDefinition<_tollgate_v1_GetSessionRequest, _tollgate_v1_GetSessionResponse, _tollgate_v1_GetSessionRequest__Output, _tollgate_v1_GetSessionResponse__Output>
  ListSessions: MethodDefinition<_tollgate_v1_ListSessionsRequest, _tollgate_v1_ListSessionsResponse, _tollgate_v1_ListSessionsRequest__Output, _tollgate_v1_ListSessionsResponse__Output>
  PurgeSessions: MethodDefinition<_tollgate_v1_PurgeSessionsRequest, _tollgate_v1_PurgeSessionsResponse, _tollgate_v1_PurgeSessionsRequest__Output, _tollgate_v1_PurgeSessionsResponse__Output>
}
