// Original file: proto/tollgate/v1/policy_decision_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AppendAuditRequest as _tollgate_v1_AppendAuditRequest, AppendAuditRequest__Output as _tollgate_v1_AppendAuditRequest__Output } from '../../tollgate/v1/AppendAuditRequest.ts';
import type { AppendAuditResponse as _tollgate_v1_AppendAuditResponse, AppendAuditResponse__Output as _tollgate_v1_AppendAuditResponse__Output } from '../../tollgate/v1/AppendAuditResponse.ts';
import type { AuthorizeRequest as _tollgate_v1_AuthorizeRequest, AuthorizeRequest__Output as _tollgate_v1_AuthorizeRequest__Output } from '../../tollgate/v1/AuthorizeRequest.ts';
import type { AuthorizeResponse as _tollgate_v1_AuthorizeResponse, AuthorizeResponse__Output as _tollgate_v1_AuthorizeResponse__Output } from '../../tollgate/v1/AuthorizeResponse.ts';
import type { CheckSlashRequest as _tollgate_v1_CheckSlashRequest, CheckSlashRequest__Output as _tollgate_v1_CheckSlashRequest__Output } from '../../tollgate/v1/CheckSlashRequest.ts';
import type { CheckSlashResponse as _tollgate_v1_CheckSlashResponse, CheckSlashResponse__Output as _tollgate_v1_CheckSlashResponse__Output } from '../../tollgate/v1/CheckSlashResponse.ts';
import type { ConsumeBudgetRequest as _tollgate_v1_ConsumeBudgetRequest, ConsumeBudgetRequest__Output as _tollgate_v1_ConsumeBudgetRequest__Output } from '../../tollgate/v1/ConsumeBudgetRequest.ts';
import type { ConsumeBudgetResponse as _tollgate_v1_ConsumeBudgetResponse, ConsumeBudgetResponse__Output as _tollgate_v1_ConsumeBudgetResponse__Output } from '../../tollgate/v1/ConsumeBudgetResponse.ts';
import type { DescribeSlashAccessRequest as _tollgate_v1_DescribeSlashAccessRequest, DescribeSlashAccessRequest__Output as _tollgate_v1_DescribeSlashAccessRequest__Output } from '../../tollgate/v1/DescribeSlashAccessRequest.ts';
import type { DescribeSlashAccessResponse as _tollgate_v1_DescribeSlashAccessResponse, DescribeSlashAccessResponse__Output as _tollgate_v1_DescribeSlashAccessResponse__Output } from '../../tollgate/v1/DescribeSlashAccessResponse.ts';
import type { ValidateScopeRequest as _tollgate_v1_ValidateScopeRequest, ValidateScopeRequest__Output as _tollgate_v1_ValidateScopeRequest__Output } from '../../tollgate/v1/ValidateScopeRequest.ts';
import type { ValidateScopeResponse as _tollgate_v1_ValidateScopeResponse, ValidateScopeResponse__Output as _tollgate_v1_ValidateScopeResponse__Output } from '../../tollgate/v1/ValidateScopeResponse.ts';

/**
 * PolicyDecisionService says what is permitted and charges for it in the same step.
 * 
 * Two RPCs will join it. BatchAuthorize will take `repeated AuthorizeRequest`. AuthorizeStream will be a bidirectional stream of
 * frames, each `{tag, AuthorizeRequest}`. The message names BatchAuthorizeRequest, BatchAuthorizeResponse,
 * AuthorizeStreamRequest and AuthorizeStreamResponse are kept free for them.
 */
export interface PolicyDecisionServiceClient extends grpc.Client {
  /**
   * AppendAudit appends events to a run's log, all or nothing and in order. An acknowledged event is never lost, reordered or
   * changed, up to the durability that the answer names.
   */
  AppendAudit(argument: _tollgate_v1_AppendAuditRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_AppendAuditResponse__Output>): grpc.ClientUnaryCall;
  AppendAudit(argument: _tollgate_v1_AppendAuditRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_AppendAuditResponse__Output>): grpc.ClientUnaryCall;
  AppendAudit(argument: _tollgate_v1_AppendAuditRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_AppendAuditResponse__Output>): grpc.ClientUnaryCall;
  AppendAudit(argument: _tollgate_v1_AppendAuditRequest, callback: grpc.requestCallback<_tollgate_v1_AppendAuditResponse__Output>): grpc.ClientUnaryCall;
  /**
   * AppendAudit appends events to a run's log, all or nothing and in order. An acknowledged event is never lost, reordered or
   * changed, up to the durability that the answer names.
   */
  appendAudit(argument: _tollgate_v1_AppendAuditRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_AppendAuditResponse__Output>): grpc.ClientUnaryCall;
  appendAudit(argument: _tollgate_v1_AppendAuditRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_AppendAuditResponse__Output>): grpc.ClientUnaryCall;
  appendAudit(argument: _tollgate_v1_AppendAuditRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_AppendAuditResponse__Output>): grpc.ClientUnaryCall;
  appendAudit(argument: _tollgate_v1_AppendAuditRequest, callback: grpc.requestCallback<_tollgate_v1_AppendAuditResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Authorize decides about one tool call and charges the session for it. The checks are asked in this order, and the first that
   * fails decides: identity, tool and privilege, slash command, run and scope, session charge. A denial charges nothing.
   */
  Authorize(argument: _tollgate_v1_AuthorizeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_AuthorizeResponse__Output>): grpc.ClientUnaryCall;
  Authorize(argument: _tollgate_v1_AuthorizeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_AuthorizeResponse__Output>): grpc.ClientUnaryCall;
  Authorize(argument: _tollgate_v1_AuthorizeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_AuthorizeResponse__Output>): grpc.ClientUnaryCall;
  Authorize(argument: _tollgate_v1_AuthorizeRequest, callback: grpc.requestCallback<_tollgate_v1_AuthorizeResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Authorize decides about one tool call and charges the session for it. The checks are asked in this order, and the first that
   * fails decides: identity, tool and privilege, slash command, run and scope, session charge. A denial charges nothing.
   */
  authorize(argument: _tollgate_v1_AuthorizeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_AuthorizeResponse__Output>): grpc.ClientUnaryCall;
  authorize(argument: _tollgate_v1_AuthorizeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_AuthorizeResponse__Output>): grpc.ClientUnaryCall;
  authorize(argument: _tollgate_v1_AuthorizeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_AuthorizeResponse__Output>): grpc.ClientUnaryCall;
  authorize(argument: _tollgate_v1_AuthorizeRequest, callback: grpc.requestCallback<_tollgate_v1_AuthorizeResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * CheckSlash decides whether a user may run a slash command.
   */
  CheckSlash(argument: _tollgate_v1_CheckSlashRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_CheckSlashResponse__Output>): grpc.ClientUnaryCall;
  CheckSlash(argument: _tollgate_v1_CheckSlashRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_CheckSlashResponse__Output>): grpc.ClientUnaryCall;
  CheckSlash(argument: _tollgate_v1_CheckSlashRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_CheckSlashResponse__Output>): grpc.ClientUnaryCall;
  CheckSlash(argument: _tollgate_v1_CheckSlashRequest, callback: grpc.requestCallback<_tollgate_v1_CheckSlashResponse__Output>): grpc.ClientUnaryCall;
  /**
   * CheckSlash decides whether a user may run a slash command.
   */
  checkSlash(argument: _tollgate_v1_CheckSlashRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_CheckSlashResponse__Output>): grpc.ClientUnaryCall;
  checkSlash(argument: _tollgate_v1_CheckSlashRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_CheckSlashResponse__Output>): grpc.ClientUnaryCall;
  checkSlash(argument: _tollgate_v1_CheckSlashRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_CheckSlashResponse__Output>): grpc.ClientUnaryCall;
  checkSlash(argument: _tollgate_v1_CheckSlashRequest, callback: grpc.requestCallback<_tollgate_v1_CheckSlashResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * ConsumeBudget charges a session for a batch of tool calls, all or nothing. It asks what Authorize asks, without slash command
   * and scope.
   */
  ConsumeBudget(argument: _tollgate_v1_ConsumeBudgetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ConsumeBudgetResponse__Output>): grpc.ClientUnaryCall;
  ConsumeBudget(argument: _tollgate_v1_ConsumeBudgetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_ConsumeBudgetResponse__Output>): grpc.ClientUnaryCall;
  ConsumeBudget(argument: _tollgate_v1_ConsumeBudgetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ConsumeBudgetResponse__Output>): grpc.ClientUnaryCall;
  ConsumeBudget(argument: _tollgate_v1_ConsumeBudgetRequest, callback: grpc.requestCallback<_tollgate_v1_ConsumeBudgetResponse__Output>): grpc.ClientUnaryCall;
  /**
   * ConsumeBudget charges a session for a batch of tool calls, all or nothing. It asks what Authorize asks, without slash command
   * and scope.
   */
  consumeBudget(argument: _tollgate_v1_ConsumeBudgetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ConsumeBudgetResponse__Output>): grpc.ClientUnaryCall;
  consumeBudget(argument: _tollgate_v1_ConsumeBudgetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_ConsumeBudgetResponse__Output>): grpc.ClientUnaryCall;
  consumeBudget(argument: _tollgate_v1_ConsumeBudgetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ConsumeBudgetResponse__Output>): grpc.ClientUnaryCall;
  consumeBudget(argument: _tollgate_v1_ConsumeBudgetRequest, callback: grpc.requestCallback<_tollgate_v1_ConsumeBudgetResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * DescribeSlashAccess says what a user may run at a place. It decides nothing.
   */
  DescribeSlashAccess(argument: _tollgate_v1_DescribeSlashAccessRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_DescribeSlashAccessResponse__Output>): grpc.ClientUnaryCall;
  DescribeSlashAccess(argument: _tollgate_v1_DescribeSlashAccessRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_DescribeSlashAccessResponse__Output>): grpc.ClientUnaryCall;
  DescribeSlashAccess(argument: _tollgate_v1_DescribeSlashAccessRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_DescribeSlashAccessResponse__Output>): grpc.ClientUnaryCall;
  DescribeSlashAccess(argument: _tollgate_v1_DescribeSlashAccessRequest, callback: grpc.requestCallback<_tollgate_v1_DescribeSlashAccessResponse__Output>): grpc.ClientUnaryCall;
  /**
   * DescribeSlashAccess says what a user may run at a place. It decides nothing.
   */
  describeSlashAccess(argument: _tollgate_v1_DescribeSlashAccessRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_DescribeSlashAccessResponse__Output>): grpc.ClientUnaryCall;
  describeSlashAccess(argument: _tollgate_v1_DescribeSlashAccessRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_DescribeSlashAccessResponse__Output>): grpc.ClientUnaryCall;
  describeSlashAccess(argument: _tollgate_v1_DescribeSlashAccessRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_DescribeSlashAccessResponse__Output>): grpc.ClientUnaryCall;
  describeSlashAccess(argument: _tollgate_v1_DescribeSlashAccessRequest, callback: grpc.requestCallback<_tollgate_v1_DescribeSlashAccessResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * ValidateScope decides whether a run may use a storage scope. The answer is the same for reading and for writing.
   */
  ValidateScope(argument: _tollgate_v1_ValidateScopeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ValidateScopeResponse__Output>): grpc.ClientUnaryCall;
  ValidateScope(argument: _tollgate_v1_ValidateScopeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_ValidateScopeResponse__Output>): grpc.ClientUnaryCall;
  ValidateScope(argument: _tollgate_v1_ValidateScopeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ValidateScopeResponse__Output>): grpc.ClientUnaryCall;
  ValidateScope(argument: _tollgate_v1_ValidateScopeRequest, callback: grpc.requestCallback<_tollgate_v1_ValidateScopeResponse__Output>): grpc.ClientUnaryCall;
  /**
   * ValidateScope decides whether a run may use a storage scope. The answer is the same for reading and for writing.
   */
  validateScope(argument: _tollgate_v1_ValidateScopeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ValidateScopeResponse__Output>): grpc.ClientUnaryCall;
  validateScope(argument: _tollgate_v1_ValidateScopeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tollgate_v1_ValidateScopeResponse__Output>): grpc.ClientUnaryCall;
  validateScope(argument: _tollgate_v1_ValidateScopeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tollgate_v1_ValidateScopeResponse__Output>): grpc.ClientUnaryCall;
  validateScope(argument: _tollgate_v1_ValidateScopeRequest, callback: grpc.requestCallback<_tollgate_v1_ValidateScopeResponse__Output>): grpc.ClientUnaryCall;
  
}

/**
 * PolicyDecisionService says what is permitted and charges for it in the same step.
 * 
 * Two RPCs will join it. BatchAuthorize will take `repeated AuthorizeRequest`. AuthorizeStream will be a bidirectional stream of
 * frames, each `{tag, AuthorizeRequest}`. The message names BatchAuthorizeRequest, BatchAuthorizeResponse,
 * AuthorizeStreamRequest and AuthorizeStreamResponse are kept free for them.
 */
export interface PolicyDecisionServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * AppendAudit appends events to a run's log, all or nothing and in order. An acknowledged event is never lost, reordered or
   * changed, up to the durability that the answer names.
   */
  AppendAudit: grpc.handleUnaryCall<_tollgate_v1_AppendAuditRequest__Output, _tollgate_v1_AppendAuditResponse>;
  
  /**
   * Authorize decides about one tool call and charges the session for it. The checks are asked in this order, and the first that
   * fails decides: identity, tool and privilege, slash command, run and scope, session charge. A denial charges nothing.
   */
  Authorize: grpc.handleUnaryCall<_tollgate_v1_AuthorizeRequest__Output, _tollgate_v1_AuthorizeResponse>;
  
  /**
   * CheckSlash decides whether a user may run a slash command.
   */
  CheckSlash: grpc.handleUnaryCall<_tollgate_v1_CheckSlashRequest__Output, _tollgate_v1_CheckSlashResponse>;
  
  /**
   * ConsumeBudget charges a session for a batch of tool calls, all or nothing. It asks what Authorize asks, without slash command
   * and scope.
   */
  ConsumeBudget: grpc.handleUnaryCall<_tollgate_v1_ConsumeBudgetRequest__Output, _tollgate_v1_ConsumeBudgetResponse>;
  
  /**
   * DescribeSlashAccess says what a user may run at a place. It decides nothing.
   */
  DescribeSlashAccess: grpc.handleUnaryCall<_tollgate_v1_DescribeSlashAccessRequest__Output, _tollgate_v1_DescribeSlashAccessResponse>;
  
  /**
   * ValidateScope decides whether a run may use a storage scope. The answer is the same for reading and for writing.
   */
  ValidateScope: grpc.handleUnaryCall<_tollgate_v1_ValidateScopeRequest__Output, _tollgate_v1_ValidateScopeResponse>;
  
}

export interface PolicyDecisionServiceDefinition extends grpc.ServiceDefinition {
  AppendAudit: MethodDefinition<_tollgate_v1_AppendAuditRequest, _tollgate_v1_AppendAuditResponse, _tollgate_v1_AppendAuditRequest__Output, _tollgate_v1_AppendAuditResponse__Output>
  Authorize: MethodDefinition<_tollgate_v1_AuthorizeRequest, _tollgate_v1_AuthorizeResponse, _tollgate_v1_AuthorizeRequest__Output, _tollgate_v1_AuthorizeResponse__Output>
  CheckSlash: MethodDefinition<_tollgate_v1_CheckSlashRequest, _tollgate_v1_CheckSlashResponse, _tollgate_v1_CheckSlashRequest__Output, _tollgate_v1_CheckSlashResponse__Output>
  ConsumeBudget: MethodDefinition<_tollgate_v1_ConsumeBudgetRequest, _tollgate_v1_ConsumeBudgetResponse, _tollgate_v1_ConsumeBudgetRequest__Output, _tollgate_v1_ConsumeBudgetResponse__Output>
  DescribeSlashAccess: MethodDefinition<_tollgate_v1_DescribeSlashAccessRequest, _tollgate_v1_DescribeSlashAccessResponse, _tollgate_v1_DescribeSlashAccessRequest__Output, _tollgate_v1_DescribeSlashAccessResponse__Output>
  ValidateScope: MethodDefinition<_tollgate_v1_ValidateScopeRequest, _tollgate_v1_ValidateScopeResponse, _tollgate_v1_ValidateScopeRequest__Output, _tollgate_v1_ValidateScopeResponse__Output>
}
