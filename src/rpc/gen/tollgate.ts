import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { Duration as _google_protobuf_Duration, Duration__Output as _google_protobuf_Duration__Output } from './google/protobuf/Duration.ts';
import type { ListValue as _google_protobuf_ListValue, ListValue__Output as _google_protobuf_ListValue__Output } from './google/protobuf/ListValue.ts';
import type { Struct as _google_protobuf_Struct, Struct__Output as _google_protobuf_Struct__Output } from './google/protobuf/Struct.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from './google/protobuf/Timestamp.ts';
import type { Value as _google_protobuf_Value, Value__Output as _google_protobuf_Value__Output } from './google/protobuf/Value.ts';
import type { Agent as _tollgate_v1_Agent, Agent__Output as _tollgate_v1_Agent__Output } from './tollgate/v1/Agent.ts';
import type { AgentServiceClient as _tollgate_v1_AgentServiceClient, AgentServiceDefinition as _tollgate_v1_AgentServiceDefinition } from './tollgate/v1/AgentService.ts';
import type { AllTools as _tollgate_v1_AllTools, AllTools__Output as _tollgate_v1_AllTools__Output } from './tollgate/v1/AllTools.ts';
import type { AppendAuditRequest as _tollgate_v1_AppendAuditRequest, AppendAuditRequest__Output as _tollgate_v1_AppendAuditRequest__Output } from './tollgate/v1/AppendAuditRequest.ts';
import type { AppendAuditResponse as _tollgate_v1_AppendAuditResponse, AppendAuditResponse__Output as _tollgate_v1_AppendAuditResponse__Output } from './tollgate/v1/AppendAuditResponse.ts';
import type { AuditEvent as _tollgate_v1_AuditEvent, AuditEvent__Output as _tollgate_v1_AuditEvent__Output } from './tollgate/v1/AuditEvent.ts';
import type { AuditServiceClient as _tollgate_v1_AuditServiceClient, AuditServiceDefinition as _tollgate_v1_AuditServiceDefinition } from './tollgate/v1/AuditService.ts';
import type { AuthorizeRequest as _tollgate_v1_AuthorizeRequest, AuthorizeRequest__Output as _tollgate_v1_AuthorizeRequest__Output } from './tollgate/v1/AuthorizeRequest.ts';
import type { AuthorizeResponse as _tollgate_v1_AuthorizeResponse, AuthorizeResponse__Output as _tollgate_v1_AuthorizeResponse__Output } from './tollgate/v1/AuthorizeResponse.ts';
import type { BindIdentityRequest as _tollgate_v1_BindIdentityRequest, BindIdentityRequest__Output as _tollgate_v1_BindIdentityRequest__Output } from './tollgate/v1/BindIdentityRequest.ts';
import type { BindIdentityResponse as _tollgate_v1_BindIdentityResponse, BindIdentityResponse__Output as _tollgate_v1_BindIdentityResponse__Output } from './tollgate/v1/BindIdentityResponse.ts';
import type { Call as _tollgate_v1_Call, Call__Output as _tollgate_v1_Call__Output } from './tollgate/v1/Call.ts';
import type { Check as _tollgate_v1_Check, Check__Output as _tollgate_v1_Check__Output } from './tollgate/v1/Check.ts';
import type { CheckSlashRequest as _tollgate_v1_CheckSlashRequest, CheckSlashRequest__Output as _tollgate_v1_CheckSlashRequest__Output } from './tollgate/v1/CheckSlashRequest.ts';
import type { CheckSlashResponse as _tollgate_v1_CheckSlashResponse, CheckSlashResponse__Output as _tollgate_v1_CheckSlashResponse__Output } from './tollgate/v1/CheckSlashResponse.ts';
import type { CloseSessionRequest as _tollgate_v1_CloseSessionRequest, CloseSessionRequest__Output as _tollgate_v1_CloseSessionRequest__Output } from './tollgate/v1/CloseSessionRequest.ts';
import type { CloseSessionResponse as _tollgate_v1_CloseSessionResponse, CloseSessionResponse__Output as _tollgate_v1_CloseSessionResponse__Output } from './tollgate/v1/CloseSessionResponse.ts';
import type { ConsumeBudgetRequest as _tollgate_v1_ConsumeBudgetRequest, ConsumeBudgetRequest__Output as _tollgate_v1_ConsumeBudgetRequest__Output } from './tollgate/v1/ConsumeBudgetRequest.ts';
import type { ConsumeBudgetResponse as _tollgate_v1_ConsumeBudgetResponse, ConsumeBudgetResponse__Output as _tollgate_v1_ConsumeBudgetResponse__Output } from './tollgate/v1/ConsumeBudgetResponse.ts';
import type { CreateSessionRequest as _tollgate_v1_CreateSessionRequest, CreateSessionRequest__Output as _tollgate_v1_CreateSessionRequest__Output } from './tollgate/v1/CreateSessionRequest.ts';
import type { CreateSessionResponse as _tollgate_v1_CreateSessionResponse, CreateSessionResponse__Output as _tollgate_v1_CreateSessionResponse__Output } from './tollgate/v1/CreateSessionResponse.ts';
import type { CustomEvent as _tollgate_v1_CustomEvent, CustomEvent__Output as _tollgate_v1_CustomEvent__Output } from './tollgate/v1/CustomEvent.ts';
import type { DeactivateAgentRequest as _tollgate_v1_DeactivateAgentRequest, DeactivateAgentRequest__Output as _tollgate_v1_DeactivateAgentRequest__Output } from './tollgate/v1/DeactivateAgentRequest.ts';
import type { DeactivateAgentResponse as _tollgate_v1_DeactivateAgentResponse, DeactivateAgentResponse__Output as _tollgate_v1_DeactivateAgentResponse__Output } from './tollgate/v1/DeactivateAgentResponse.ts';
import type { Decision as _tollgate_v1_Decision, Decision__Output as _tollgate_v1_Decision__Output } from './tollgate/v1/Decision.ts';
import type { DecisionFilter as _tollgate_v1_DecisionFilter, DecisionFilter__Output as _tollgate_v1_DecisionFilter__Output } from './tollgate/v1/DecisionFilter.ts';
import type { DecisionGap as _tollgate_v1_DecisionGap, DecisionGap__Output as _tollgate_v1_DecisionGap__Output } from './tollgate/v1/DecisionGap.ts';
import type { DecisionNow as _tollgate_v1_DecisionNow, DecisionNow__Output as _tollgate_v1_DecisionNow__Output } from './tollgate/v1/DecisionNow.ts';
import type { DecisionRecord as _tollgate_v1_DecisionRecord, DecisionRecord__Output as _tollgate_v1_DecisionRecord__Output } from './tollgate/v1/DecisionRecord.ts';
import type { DescribeSlashAccessRequest as _tollgate_v1_DescribeSlashAccessRequest, DescribeSlashAccessRequest__Output as _tollgate_v1_DescribeSlashAccessRequest__Output } from './tollgate/v1/DescribeSlashAccessRequest.ts';
import type { DescribeSlashAccessResponse as _tollgate_v1_DescribeSlashAccessResponse, DescribeSlashAccessResponse__Output as _tollgate_v1_DescribeSlashAccessResponse__Output } from './tollgate/v1/DescribeSlashAccessResponse.ts';
import type { ErrorEvent as _tollgate_v1_ErrorEvent, ErrorEvent__Output as _tollgate_v1_ErrorEvent__Output } from './tollgate/v1/ErrorEvent.ts';
import type { ExportEventsRequest as _tollgate_v1_ExportEventsRequest, ExportEventsRequest__Output as _tollgate_v1_ExportEventsRequest__Output } from './tollgate/v1/ExportEventsRequest.ts';
import type { ExportEventsResponse as _tollgate_v1_ExportEventsResponse, ExportEventsResponse__Output as _tollgate_v1_ExportEventsResponse__Output } from './tollgate/v1/ExportEventsResponse.ts';
import type { ExportRunRequest as _tollgate_v1_ExportRunRequest, ExportRunRequest__Output as _tollgate_v1_ExportRunRequest__Output } from './tollgate/v1/ExportRunRequest.ts';
import type { ExportRunResponse as _tollgate_v1_ExportRunResponse, ExportRunResponse__Output as _tollgate_v1_ExportRunResponse__Output } from './tollgate/v1/ExportRunResponse.ts';
import type { FinishRunRequest as _tollgate_v1_FinishRunRequest, FinishRunRequest__Output as _tollgate_v1_FinishRunRequest__Output } from './tollgate/v1/FinishRunRequest.ts';
import type { FinishRunResponse as _tollgate_v1_FinishRunResponse, FinishRunResponse__Output as _tollgate_v1_FinishRunResponse__Output } from './tollgate/v1/FinishRunResponse.ts';
import type { GetAgentRequest as _tollgate_v1_GetAgentRequest, GetAgentRequest__Output as _tollgate_v1_GetAgentRequest__Output } from './tollgate/v1/GetAgentRequest.ts';
import type { GetAgentResponse as _tollgate_v1_GetAgentResponse, GetAgentResponse__Output as _tollgate_v1_GetAgentResponse__Output } from './tollgate/v1/GetAgentResponse.ts';
import type { GetCheckpointRequest as _tollgate_v1_GetCheckpointRequest, GetCheckpointRequest__Output as _tollgate_v1_GetCheckpointRequest__Output } from './tollgate/v1/GetCheckpointRequest.ts';
import type { GetCheckpointResponse as _tollgate_v1_GetCheckpointResponse, GetCheckpointResponse__Output as _tollgate_v1_GetCheckpointResponse__Output } from './tollgate/v1/GetCheckpointResponse.ts';
import type { GetConsistencyProofRequest as _tollgate_v1_GetConsistencyProofRequest, GetConsistencyProofRequest__Output as _tollgate_v1_GetConsistencyProofRequest__Output } from './tollgate/v1/GetConsistencyProofRequest.ts';
import type { GetConsistencyProofResponse as _tollgate_v1_GetConsistencyProofResponse, GetConsistencyProofResponse__Output as _tollgate_v1_GetConsistencyProofResponse__Output } from './tollgate/v1/GetConsistencyProofResponse.ts';
import type { GetDecisionRequest as _tollgate_v1_GetDecisionRequest, GetDecisionRequest__Output as _tollgate_v1_GetDecisionRequest__Output } from './tollgate/v1/GetDecisionRequest.ts';
import type { GetDecisionResponse as _tollgate_v1_GetDecisionResponse, GetDecisionResponse__Output as _tollgate_v1_GetDecisionResponse__Output } from './tollgate/v1/GetDecisionResponse.ts';
import type { GetIdentityRequest as _tollgate_v1_GetIdentityRequest, GetIdentityRequest__Output as _tollgate_v1_GetIdentityRequest__Output } from './tollgate/v1/GetIdentityRequest.ts';
import type { GetIdentityResponse as _tollgate_v1_GetIdentityResponse, GetIdentityResponse__Output as _tollgate_v1_GetIdentityResponse__Output } from './tollgate/v1/GetIdentityResponse.ts';
import type { GetInclusionProofRequest as _tollgate_v1_GetInclusionProofRequest, GetInclusionProofRequest__Output as _tollgate_v1_GetInclusionProofRequest__Output } from './tollgate/v1/GetInclusionProofRequest.ts';
import type { GetInclusionProofResponse as _tollgate_v1_GetInclusionProofResponse, GetInclusionProofResponse__Output as _tollgate_v1_GetInclusionProofResponse__Output } from './tollgate/v1/GetInclusionProofResponse.ts';
import type { GetLastRunsRequest as _tollgate_v1_GetLastRunsRequest, GetLastRunsRequest__Output as _tollgate_v1_GetLastRunsRequest__Output } from './tollgate/v1/GetLastRunsRequest.ts';
import type { GetLastRunsResponse as _tollgate_v1_GetLastRunsResponse, GetLastRunsResponse__Output as _tollgate_v1_GetLastRunsResponse__Output } from './tollgate/v1/GetLastRunsResponse.ts';
import type { GetLedgerKeysRequest as _tollgate_v1_GetLedgerKeysRequest, GetLedgerKeysRequest__Output as _tollgate_v1_GetLedgerKeysRequest__Output } from './tollgate/v1/GetLedgerKeysRequest.ts';
import type { GetLedgerKeysResponse as _tollgate_v1_GetLedgerKeysResponse, GetLedgerKeysResponse__Output as _tollgate_v1_GetLedgerKeysResponse__Output } from './tollgate/v1/GetLedgerKeysResponse.ts';
import type { GetRunChainRequest as _tollgate_v1_GetRunChainRequest, GetRunChainRequest__Output as _tollgate_v1_GetRunChainRequest__Output } from './tollgate/v1/GetRunChainRequest.ts';
import type { GetRunChainResponse as _tollgate_v1_GetRunChainResponse, GetRunChainResponse__Output as _tollgate_v1_GetRunChainResponse__Output } from './tollgate/v1/GetRunChainResponse.ts';
import type { GetRunRequest as _tollgate_v1_GetRunRequest, GetRunRequest__Output as _tollgate_v1_GetRunRequest__Output } from './tollgate/v1/GetRunRequest.ts';
import type { GetRunResponse as _tollgate_v1_GetRunResponse, GetRunResponse__Output as _tollgate_v1_GetRunResponse__Output } from './tollgate/v1/GetRunResponse.ts';
import type { GetServerInfoRequest as _tollgate_v1_GetServerInfoRequest, GetServerInfoRequest__Output as _tollgate_v1_GetServerInfoRequest__Output } from './tollgate/v1/GetServerInfoRequest.ts';
import type { GetServerInfoResponse as _tollgate_v1_GetServerInfoResponse, GetServerInfoResponse__Output as _tollgate_v1_GetServerInfoResponse__Output } from './tollgate/v1/GetServerInfoResponse.ts';
import type { GetSessionRequest as _tollgate_v1_GetSessionRequest, GetSessionRequest__Output as _tollgate_v1_GetSessionRequest__Output } from './tollgate/v1/GetSessionRequest.ts';
import type { GetSessionResponse as _tollgate_v1_GetSessionResponse, GetSessionResponse__Output as _tollgate_v1_GetSessionResponse__Output } from './tollgate/v1/GetSessionResponse.ts';
import type { Identity as _tollgate_v1_Identity, Identity__Output as _tollgate_v1_Identity__Output } from './tollgate/v1/Identity.ts';
import type { IdentityServiceClient as _tollgate_v1_IdentityServiceClient, IdentityServiceDefinition as _tollgate_v1_IdentityServiceDefinition } from './tollgate/v1/IdentityService.ts';
import type { Invocation as _tollgate_v1_Invocation, Invocation__Output as _tollgate_v1_Invocation__Output } from './tollgate/v1/Invocation.ts';
import type { LastRun as _tollgate_v1_LastRun, LastRun__Output as _tollgate_v1_LastRun__Output } from './tollgate/v1/LastRun.ts';
import type { LedgerFault as _tollgate_v1_LedgerFault, LedgerFault__Output as _tollgate_v1_LedgerFault__Output } from './tollgate/v1/LedgerFault.ts';
import type { ListChildRunsRequest as _tollgate_v1_ListChildRunsRequest, ListChildRunsRequest__Output as _tollgate_v1_ListChildRunsRequest__Output } from './tollgate/v1/ListChildRunsRequest.ts';
import type { ListChildRunsResponse as _tollgate_v1_ListChildRunsResponse, ListChildRunsResponse__Output as _tollgate_v1_ListChildRunsResponse__Output } from './tollgate/v1/ListChildRunsResponse.ts';
import type { ListDecisionsRequest as _tollgate_v1_ListDecisionsRequest, ListDecisionsRequest__Output as _tollgate_v1_ListDecisionsRequest__Output } from './tollgate/v1/ListDecisionsRequest.ts';
import type { ListDecisionsResponse as _tollgate_v1_ListDecisionsResponse, ListDecisionsResponse__Output as _tollgate_v1_ListDecisionsResponse__Output } from './tollgate/v1/ListDecisionsResponse.ts';
import type { ListFinishedRunsRequest as _tollgate_v1_ListFinishedRunsRequest, ListFinishedRunsRequest__Output as _tollgate_v1_ListFinishedRunsRequest__Output } from './tollgate/v1/ListFinishedRunsRequest.ts';
import type { ListFinishedRunsResponse as _tollgate_v1_ListFinishedRunsResponse, ListFinishedRunsResponse__Output as _tollgate_v1_ListFinishedRunsResponse__Output } from './tollgate/v1/ListFinishedRunsResponse.ts';
import type { ListRunEventsRequest as _tollgate_v1_ListRunEventsRequest, ListRunEventsRequest__Output as _tollgate_v1_ListRunEventsRequest__Output } from './tollgate/v1/ListRunEventsRequest.ts';
import type { ListRunEventsResponse as _tollgate_v1_ListRunEventsResponse, ListRunEventsResponse__Output as _tollgate_v1_ListRunEventsResponse__Output } from './tollgate/v1/ListRunEventsResponse.ts';
import type { ListRunsRequest as _tollgate_v1_ListRunsRequest, ListRunsRequest__Output as _tollgate_v1_ListRunsRequest__Output } from './tollgate/v1/ListRunsRequest.ts';
import type { ListRunsResponse as _tollgate_v1_ListRunsResponse, ListRunsResponse__Output as _tollgate_v1_ListRunsResponse__Output } from './tollgate/v1/ListRunsResponse.ts';
import type { ListSessionsRequest as _tollgate_v1_ListSessionsRequest, ListSessionsRequest__Output as _tollgate_v1_ListSessionsRequest__Output } from './tollgate/v1/ListSessionsRequest.ts';
import type { ListSessionsResponse as _tollgate_v1_ListSessionsResponse, ListSessionsResponse__Output as _tollgate_v1_ListSessionsResponse__Output } from './tollgate/v1/ListSessionsResponse.ts';
import type { PolicyDecisionServiceClient as _tollgate_v1_PolicyDecisionServiceClient, PolicyDecisionServiceDefinition as _tollgate_v1_PolicyDecisionServiceDefinition } from './tollgate/v1/PolicyDecisionService.ts';
import type { PolicyInfo as _tollgate_v1_PolicyInfo, PolicyInfo__Output as _tollgate_v1_PolicyInfo__Output } from './tollgate/v1/PolicyInfo.ts';
import type { PurgePayloadsRequest as _tollgate_v1_PurgePayloadsRequest, PurgePayloadsRequest__Output as _tollgate_v1_PurgePayloadsRequest__Output } from './tollgate/v1/PurgePayloadsRequest.ts';
import type { PurgePayloadsResponse as _tollgate_v1_PurgePayloadsResponse, PurgePayloadsResponse__Output as _tollgate_v1_PurgePayloadsResponse__Output } from './tollgate/v1/PurgePayloadsResponse.ts';
import type { PurgeRunsRequest as _tollgate_v1_PurgeRunsRequest, PurgeRunsRequest__Output as _tollgate_v1_PurgeRunsRequest__Output } from './tollgate/v1/PurgeRunsRequest.ts';
import type { PurgeRunsResponse as _tollgate_v1_PurgeRunsResponse, PurgeRunsResponse__Output as _tollgate_v1_PurgeRunsResponse__Output } from './tollgate/v1/PurgeRunsResponse.ts';
import type { PurgeSessionsRequest as _tollgate_v1_PurgeSessionsRequest, PurgeSessionsRequest__Output as _tollgate_v1_PurgeSessionsRequest__Output } from './tollgate/v1/PurgeSessionsRequest.ts';
import type { PurgeSessionsResponse as _tollgate_v1_PurgeSessionsResponse, PurgeSessionsResponse__Output as _tollgate_v1_PurgeSessionsResponse__Output } from './tollgate/v1/PurgeSessionsResponse.ts';
import type { RateUsage as _tollgate_v1_RateUsage, RateUsage__Output as _tollgate_v1_RateUsage__Output } from './tollgate/v1/RateUsage.ts';
import type { ReactivateAgentRequest as _tollgate_v1_ReactivateAgentRequest, ReactivateAgentRequest__Output as _tollgate_v1_ReactivateAgentRequest__Output } from './tollgate/v1/ReactivateAgentRequest.ts';
import type { ReactivateAgentResponse as _tollgate_v1_ReactivateAgentResponse, ReactivateAgentResponse__Output as _tollgate_v1_ReactivateAgentResponse__Output } from './tollgate/v1/ReactivateAgentResponse.ts';
import type { RecordedCall as _tollgate_v1_RecordedCall, RecordedCall__Output as _tollgate_v1_RecordedCall__Output } from './tollgate/v1/RecordedCall.ts';
import type { RecordedCounters as _tollgate_v1_RecordedCounters, RecordedCounters__Output as _tollgate_v1_RecordedCounters__Output } from './tollgate/v1/RecordedCounters.ts';
import type { RecordedSession as _tollgate_v1_RecordedSession, RecordedSession__Output as _tollgate_v1_RecordedSession__Output } from './tollgate/v1/RecordedSession.ts';
import type { Redaction as _tollgate_v1_Redaction, Redaction__Output as _tollgate_v1_Redaction__Output } from './tollgate/v1/Redaction.ts';
import type { ReleaseIdentityRequest as _tollgate_v1_ReleaseIdentityRequest, ReleaseIdentityRequest__Output as _tollgate_v1_ReleaseIdentityRequest__Output } from './tollgate/v1/ReleaseIdentityRequest.ts';
import type { ReleaseIdentityResponse as _tollgate_v1_ReleaseIdentityResponse, ReleaseIdentityResponse__Output as _tollgate_v1_ReleaseIdentityResponse__Output } from './tollgate/v1/ReleaseIdentityResponse.ts';
import type { ReloadPolicyRequest as _tollgate_v1_ReloadPolicyRequest, ReloadPolicyRequest__Output as _tollgate_v1_ReloadPolicyRequest__Output } from './tollgate/v1/ReloadPolicyRequest.ts';
import type { ReloadPolicyResponse as _tollgate_v1_ReloadPolicyResponse, ReloadPolicyResponse__Output as _tollgate_v1_ReloadPolicyResponse__Output } from './tollgate/v1/ReloadPolicyResponse.ts';
import type { Run as _tollgate_v1_Run, Run__Output as _tollgate_v1_Run__Output } from './tollgate/v1/Run.ts';
import type { RunEvent as _tollgate_v1_RunEvent, RunEvent__Output as _tollgate_v1_RunEvent__Output } from './tollgate/v1/RunEvent.ts';
import type { RunServiceClient as _tollgate_v1_RunServiceClient, RunServiceDefinition as _tollgate_v1_RunServiceDefinition } from './tollgate/v1/RunService.ts';
import type { SequenceRange as _tollgate_v1_SequenceRange, SequenceRange__Output as _tollgate_v1_SequenceRange__Output } from './tollgate/v1/SequenceRange.ts';
import type { ServerServiceClient as _tollgate_v1_ServerServiceClient, ServerServiceDefinition as _tollgate_v1_ServerServiceDefinition } from './tollgate/v1/ServerService.ts';
import type { Session as _tollgate_v1_Session, Session__Output as _tollgate_v1_Session__Output } from './tollgate/v1/Session.ts';
import type { SessionServiceClient as _tollgate_v1_SessionServiceClient, SessionServiceDefinition as _tollgate_v1_SessionServiceDefinition } from './tollgate/v1/SessionService.ts';
import type { SessionUsage as _tollgate_v1_SessionUsage, SessionUsage__Output as _tollgate_v1_SessionUsage__Output } from './tollgate/v1/SessionUsage.ts';
import type { SlashContext as _tollgate_v1_SlashContext, SlashContext__Output as _tollgate_v1_SlashContext__Output } from './tollgate/v1/SlashContext.ts';
import type { StartRunRequest as _tollgate_v1_StartRunRequest, StartRunRequest__Output as _tollgate_v1_StartRunRequest__Output } from './tollgate/v1/StartRunRequest.ts';
import type { StartRunResponse as _tollgate_v1_StartRunResponse, StartRunResponse__Output as _tollgate_v1_StartRunResponse__Output } from './tollgate/v1/StartRunResponse.ts';
import type { StepEvent as _tollgate_v1_StepEvent, StepEvent__Output as _tollgate_v1_StepEvent__Output } from './tollgate/v1/StepEvent.ts';
import type { StepResponse as _tollgate_v1_StepResponse, StepResponse__Output as _tollgate_v1_StepResponse__Output } from './tollgate/v1/StepResponse.ts';
import type { TokenUsage as _tollgate_v1_TokenUsage, TokenUsage__Output as _tollgate_v1_TokenUsage__Output } from './tollgate/v1/TokenUsage.ts';
import type { ToolList as _tollgate_v1_ToolList, ToolList__Output as _tollgate_v1_ToolList__Output } from './tollgate/v1/ToolList.ts';
import type { ToolUseEvent as _tollgate_v1_ToolUseEvent, ToolUseEvent__Output as _tollgate_v1_ToolUseEvent__Output } from './tollgate/v1/ToolUseEvent.ts';
import type { ValidateScopeRequest as _tollgate_v1_ValidateScopeRequest, ValidateScopeRequest__Output as _tollgate_v1_ValidateScopeRequest__Output } from './tollgate/v1/ValidateScopeRequest.ts';
import type { ValidateScopeResponse as _tollgate_v1_ValidateScopeResponse, ValidateScopeResponse__Output as _tollgate_v1_ValidateScopeResponse__Output } from './tollgate/v1/ValidateScopeResponse.ts';
import type { VerifyRunRequest as _tollgate_v1_VerifyRunRequest, VerifyRunRequest__Output as _tollgate_v1_VerifyRunRequest__Output } from './tollgate/v1/VerifyRunRequest.ts';
import type { VerifyRunResponse as _tollgate_v1_VerifyRunResponse, VerifyRunResponse__Output as _tollgate_v1_VerifyRunResponse__Output } from './tollgate/v1/VerifyRunResponse.ts';
import type { Warning as _tollgate_v1_Warning, Warning__Output as _tollgate_v1_Warning__Output } from './tollgate/v1/Warning.ts';
import type { WatchDecisionsRequest as _tollgate_v1_WatchDecisionsRequest, WatchDecisionsRequest__Output as _tollgate_v1_WatchDecisionsRequest__Output } from './tollgate/v1/WatchDecisionsRequest.ts';
import type { WatchDecisionsResponse as _tollgate_v1_WatchDecisionsResponse, WatchDecisionsResponse__Output as _tollgate_v1_WatchDecisionsResponse__Output } from './tollgate/v1/WatchDecisionsResponse.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  google: {
    protobuf: {
      Duration: MessageTypeDefinition<_google_protobuf_Duration, _google_protobuf_Duration__Output>
      ListValue: MessageTypeDefinition<_google_protobuf_ListValue, _google_protobuf_ListValue__Output>
      NullValue: EnumTypeDefinition
      Struct: MessageTypeDefinition<_google_protobuf_Struct, _google_protobuf_Struct__Output>
      Timestamp: MessageTypeDefinition<_google_protobuf_Timestamp, _google_protobuf_Timestamp__Output>
      Value: MessageTypeDefinition<_google_protobuf_Value, _google_protobuf_Value__Output>
    }
  }
  tollgate: {
    v1: {
      Agent: MessageTypeDefinition<_tollgate_v1_Agent, _tollgate_v1_Agent__Output>
      /**
       * AgentService stops agents and lets them go on. Agents are not registered: every valid id is an agent, and one that was never seen
       * is not deactivated.
       */
      AgentService: SubtypeConstructor<typeof grpc.Client, _tollgate_v1_AgentServiceClient> & { service: _tollgate_v1_AgentServiceDefinition }
      AllTools: MessageTypeDefinition<_tollgate_v1_AllTools, _tollgate_v1_AllTools__Output>
      AppendAuditRequest: MessageTypeDefinition<_tollgate_v1_AppendAuditRequest, _tollgate_v1_AppendAuditRequest__Output>
      AppendAuditResponse: MessageTypeDefinition<_tollgate_v1_AppendAuditResponse, _tollgate_v1_AppendAuditResponse__Output>
      AuditEvent: MessageTypeDefinition<_tollgate_v1_AuditEvent, _tollgate_v1_AuditEvent__Output>
      /**
       * AuditService shows what happened.
       */
      AuditService: SubtypeConstructor<typeof grpc.Client, _tollgate_v1_AuditServiceClient> & { service: _tollgate_v1_AuditServiceDefinition }
      AuthorizeRequest: MessageTypeDefinition<_tollgate_v1_AuthorizeRequest, _tollgate_v1_AuthorizeRequest__Output>
      AuthorizeResponse: MessageTypeDefinition<_tollgate_v1_AuthorizeResponse, _tollgate_v1_AuthorizeResponse__Output>
      BindIdentityRequest: MessageTypeDefinition<_tollgate_v1_BindIdentityRequest, _tollgate_v1_BindIdentityRequest__Output>
      BindIdentityResponse: MessageTypeDefinition<_tollgate_v1_BindIdentityResponse, _tollgate_v1_BindIdentityResponse__Output>
      Call: MessageTypeDefinition<_tollgate_v1_Call, _tollgate_v1_Call__Output>
      Check: MessageTypeDefinition<_tollgate_v1_Check, _tollgate_v1_Check__Output>
      CheckSlashRequest: MessageTypeDefinition<_tollgate_v1_CheckSlashRequest, _tollgate_v1_CheckSlashRequest__Output>
      CheckSlashResponse: MessageTypeDefinition<_tollgate_v1_CheckSlashResponse, _tollgate_v1_CheckSlashResponse__Output>
      CloseSessionRequest: MessageTypeDefinition<_tollgate_v1_CloseSessionRequest, _tollgate_v1_CloseSessionRequest__Output>
      CloseSessionResponse: MessageTypeDefinition<_tollgate_v1_CloseSessionResponse, _tollgate_v1_CloseSessionResponse__Output>
      ConsumeBudgetRequest: MessageTypeDefinition<_tollgate_v1_ConsumeBudgetRequest, _tollgate_v1_ConsumeBudgetRequest__Output>
      ConsumeBudgetResponse: MessageTypeDefinition<_tollgate_v1_ConsumeBudgetResponse, _tollgate_v1_ConsumeBudgetResponse__Output>
      CreateSessionRequest: MessageTypeDefinition<_tollgate_v1_CreateSessionRequest, _tollgate_v1_CreateSessionRequest__Output>
      CreateSessionResponse: MessageTypeDefinition<_tollgate_v1_CreateSessionResponse, _tollgate_v1_CreateSessionResponse__Output>
      CustomEvent: MessageTypeDefinition<_tollgate_v1_CustomEvent, _tollgate_v1_CustomEvent__Output>
      DeactivateAgentRequest: MessageTypeDefinition<_tollgate_v1_DeactivateAgentRequest, _tollgate_v1_DeactivateAgentRequest__Output>
      DeactivateAgentResponse: MessageTypeDefinition<_tollgate_v1_DeactivateAgentResponse, _tollgate_v1_DeactivateAgentResponse__Output>
      Decision: MessageTypeDefinition<_tollgate_v1_Decision, _tollgate_v1_Decision__Output>
      DecisionFilter: MessageTypeDefinition<_tollgate_v1_DecisionFilter, _tollgate_v1_DecisionFilter__Output>
      DecisionGap: MessageTypeDefinition<_tollgate_v1_DecisionGap, _tollgate_v1_DecisionGap__Output>
      DecisionNow: MessageTypeDefinition<_tollgate_v1_DecisionNow, _tollgate_v1_DecisionNow__Output>
      DecisionRecord: MessageTypeDefinition<_tollgate_v1_DecisionRecord, _tollgate_v1_DecisionRecord__Output>
      DescribeSlashAccessRequest: MessageTypeDefinition<_tollgate_v1_DescribeSlashAccessRequest, _tollgate_v1_DescribeSlashAccessRequest__Output>
      DescribeSlashAccessResponse: MessageTypeDefinition<_tollgate_v1_DescribeSlashAccessResponse, _tollgate_v1_DescribeSlashAccessResponse__Output>
      Durability: EnumTypeDefinition
      Effect: EnumTypeDefinition
      ErrorEvent: MessageTypeDefinition<_tollgate_v1_ErrorEvent, _tollgate_v1_ErrorEvent__Output>
      ErrorReason: EnumTypeDefinition
      ExportEventsRequest: MessageTypeDefinition<_tollgate_v1_ExportEventsRequest, _tollgate_v1_ExportEventsRequest__Output>
      ExportEventsResponse: MessageTypeDefinition<_tollgate_v1_ExportEventsResponse, _tollgate_v1_ExportEventsResponse__Output>
      ExportRunRequest: MessageTypeDefinition<_tollgate_v1_ExportRunRequest, _tollgate_v1_ExportRunRequest__Output>
      ExportRunResponse: MessageTypeDefinition<_tollgate_v1_ExportRunResponse, _tollgate_v1_ExportRunResponse__Output>
      FinishRunRequest: MessageTypeDefinition<_tollgate_v1_FinishRunRequest, _tollgate_v1_FinishRunRequest__Output>
      FinishRunResponse: MessageTypeDefinition<_tollgate_v1_FinishRunResponse, _tollgate_v1_FinishRunResponse__Output>
      GetAgentRequest: MessageTypeDefinition<_tollgate_v1_GetAgentRequest, _tollgate_v1_GetAgentRequest__Output>
      GetAgentResponse: MessageTypeDefinition<_tollgate_v1_GetAgentResponse, _tollgate_v1_GetAgentResponse__Output>
      GetCheckpointRequest: MessageTypeDefinition<_tollgate_v1_GetCheckpointRequest, _tollgate_v1_GetCheckpointRequest__Output>
      GetCheckpointResponse: MessageTypeDefinition<_tollgate_v1_GetCheckpointResponse, _tollgate_v1_GetCheckpointResponse__Output>
      GetConsistencyProofRequest: MessageTypeDefinition<_tollgate_v1_GetConsistencyProofRequest, _tollgate_v1_GetConsistencyProofRequest__Output>
      GetConsistencyProofResponse: MessageTypeDefinition<_tollgate_v1_GetConsistencyProofResponse, _tollgate_v1_GetConsistencyProofResponse__Output>
      GetDecisionRequest: MessageTypeDefinition<_tollgate_v1_GetDecisionRequest, _tollgate_v1_GetDecisionRequest__Output>
      GetDecisionResponse: MessageTypeDefinition<_tollgate_v1_GetDecisionResponse, _tollgate_v1_GetDecisionResponse__Output>
      GetIdentityRequest: MessageTypeDefinition<_tollgate_v1_GetIdentityRequest, _tollgate_v1_GetIdentityRequest__Output>
      GetIdentityResponse: MessageTypeDefinition<_tollgate_v1_GetIdentityResponse, _tollgate_v1_GetIdentityResponse__Output>
      GetInclusionProofRequest: MessageTypeDefinition<_tollgate_v1_GetInclusionProofRequest, _tollgate_v1_GetInclusionProofRequest__Output>
      GetInclusionProofResponse: MessageTypeDefinition<_tollgate_v1_GetInclusionProofResponse, _tollgate_v1_GetInclusionProofResponse__Output>
      GetLastRunsRequest: MessageTypeDefinition<_tollgate_v1_GetLastRunsRequest, _tollgate_v1_GetLastRunsRequest__Output>
      GetLastRunsResponse: MessageTypeDefinition<_tollgate_v1_GetLastRunsResponse, _tollgate_v1_GetLastRunsResponse__Output>
      GetLedgerKeysRequest: MessageTypeDefinition<_tollgate_v1_GetLedgerKeysRequest, _tollgate_v1_GetLedgerKeysRequest__Output>
      GetLedgerKeysResponse: MessageTypeDefinition<_tollgate_v1_GetLedgerKeysResponse, _tollgate_v1_GetLedgerKeysResponse__Output>
      GetRunChainRequest: MessageTypeDefinition<_tollgate_v1_GetRunChainRequest, _tollgate_v1_GetRunChainRequest__Output>
      GetRunChainResponse: MessageTypeDefinition<_tollgate_v1_GetRunChainResponse, _tollgate_v1_GetRunChainResponse__Output>
      GetRunRequest: MessageTypeDefinition<_tollgate_v1_GetRunRequest, _tollgate_v1_GetRunRequest__Output>
      GetRunResponse: MessageTypeDefinition<_tollgate_v1_GetRunResponse, _tollgate_v1_GetRunResponse__Output>
      GetServerInfoRequest: MessageTypeDefinition<_tollgate_v1_GetServerInfoRequest, _tollgate_v1_GetServerInfoRequest__Output>
      GetServerInfoResponse: MessageTypeDefinition<_tollgate_v1_GetServerInfoResponse, _tollgate_v1_GetServerInfoResponse__Output>
      GetSessionRequest: MessageTypeDefinition<_tollgate_v1_GetSessionRequest, _tollgate_v1_GetSessionRequest__Output>
      GetSessionResponse: MessageTypeDefinition<_tollgate_v1_GetSessionResponse, _tollgate_v1_GetSessionResponse__Output>
      Identity: MessageTypeDefinition<_tollgate_v1_Identity, _tollgate_v1_Identity__Output>
      /**
       * IdentityService says who is behind a trace. Only a trusted service may call it.
       */
      IdentityService: SubtypeConstructor<typeof grpc.Client, _tollgate_v1_IdentityServiceClient> & { service: _tollgate_v1_IdentityServiceDefinition }
      Invocation: MessageTypeDefinition<_tollgate_v1_Invocation, _tollgate_v1_Invocation__Output>
      LastRun: MessageTypeDefinition<_tollgate_v1_LastRun, _tollgate_v1_LastRun__Output>
      LedgerFault: MessageTypeDefinition<_tollgate_v1_LedgerFault, _tollgate_v1_LedgerFault__Output>
      ListChildRunsRequest: MessageTypeDefinition<_tollgate_v1_ListChildRunsRequest, _tollgate_v1_ListChildRunsRequest__Output>
      ListChildRunsResponse: MessageTypeDefinition<_tollgate_v1_ListChildRunsResponse, _tollgate_v1_ListChildRunsResponse__Output>
      ListDecisionsRequest: MessageTypeDefinition<_tollgate_v1_ListDecisionsRequest, _tollgate_v1_ListDecisionsRequest__Output>
      ListDecisionsResponse: MessageTypeDefinition<_tollgate_v1_ListDecisionsResponse, _tollgate_v1_ListDecisionsResponse__Output>
      ListFinishedRunsRequest: MessageTypeDefinition<_tollgate_v1_ListFinishedRunsRequest, _tollgate_v1_ListFinishedRunsRequest__Output>
      ListFinishedRunsResponse: MessageTypeDefinition<_tollgate_v1_ListFinishedRunsResponse, _tollgate_v1_ListFinishedRunsResponse__Output>
      ListRunEventsRequest: MessageTypeDefinition<_tollgate_v1_ListRunEventsRequest, _tollgate_v1_ListRunEventsRequest__Output>
      ListRunEventsResponse: MessageTypeDefinition<_tollgate_v1_ListRunEventsResponse, _tollgate_v1_ListRunEventsResponse__Output>
      ListRunsRequest: MessageTypeDefinition<_tollgate_v1_ListRunsRequest, _tollgate_v1_ListRunsRequest__Output>
      ListRunsResponse: MessageTypeDefinition<_tollgate_v1_ListRunsResponse, _tollgate_v1_ListRunsResponse__Output>
      ListSessionsRequest: MessageTypeDefinition<_tollgate_v1_ListSessionsRequest, _tollgate_v1_ListSessionsRequest__Output>
      ListSessionsResponse: MessageTypeDefinition<_tollgate_v1_ListSessionsResponse, _tollgate_v1_ListSessionsResponse__Output>
      /**
       * PolicyDecisionService says what is permitted and charges for it in the same step.
       * 
       * Two RPCs will join it. BatchAuthorize will take `repeated AuthorizeRequest`. AuthorizeStream will be a bidirectional stream of
       * frames, each `{tag, AuthorizeRequest}`. The message names BatchAuthorizeRequest, BatchAuthorizeResponse,
       * AuthorizeStreamRequest and AuthorizeStreamResponse are kept free for them.
       */
      PolicyDecisionService: SubtypeConstructor<typeof grpc.Client, _tollgate_v1_PolicyDecisionServiceClient> & { service: _tollgate_v1_PolicyDecisionServiceDefinition }
      PolicyInfo: MessageTypeDefinition<_tollgate_v1_PolicyInfo, _tollgate_v1_PolicyInfo__Output>
      PurgePayloadsRequest: MessageTypeDefinition<_tollgate_v1_PurgePayloadsRequest, _tollgate_v1_PurgePayloadsRequest__Output>
      PurgePayloadsResponse: MessageTypeDefinition<_tollgate_v1_PurgePayloadsResponse, _tollgate_v1_PurgePayloadsResponse__Output>
      PurgeRunsRequest: MessageTypeDefinition<_tollgate_v1_PurgeRunsRequest, _tollgate_v1_PurgeRunsRequest__Output>
      PurgeRunsResponse: MessageTypeDefinition<_tollgate_v1_PurgeRunsResponse, _tollgate_v1_PurgeRunsResponse__Output>
      PurgeSessionsRequest: MessageTypeDefinition<_tollgate_v1_PurgeSessionsRequest, _tollgate_v1_PurgeSessionsRequest__Output>
      PurgeSessionsResponse: MessageTypeDefinition<_tollgate_v1_PurgeSessionsResponse, _tollgate_v1_PurgeSessionsResponse__Output>
      RateUsage: MessageTypeDefinition<_tollgate_v1_RateUsage, _tollgate_v1_RateUsage__Output>
      ReactivateAgentRequest: MessageTypeDefinition<_tollgate_v1_ReactivateAgentRequest, _tollgate_v1_ReactivateAgentRequest__Output>
      ReactivateAgentResponse: MessageTypeDefinition<_tollgate_v1_ReactivateAgentResponse, _tollgate_v1_ReactivateAgentResponse__Output>
      Reason: EnumTypeDefinition
      RecordedCall: MessageTypeDefinition<_tollgate_v1_RecordedCall, _tollgate_v1_RecordedCall__Output>
      RecordedCounters: MessageTypeDefinition<_tollgate_v1_RecordedCounters, _tollgate_v1_RecordedCounters__Output>
      RecordedSession: MessageTypeDefinition<_tollgate_v1_RecordedSession, _tollgate_v1_RecordedSession__Output>
      Redaction: MessageTypeDefinition<_tollgate_v1_Redaction, _tollgate_v1_Redaction__Output>
      ReleaseIdentityRequest: MessageTypeDefinition<_tollgate_v1_ReleaseIdentityRequest, _tollgate_v1_ReleaseIdentityRequest__Output>
      ReleaseIdentityResponse: MessageTypeDefinition<_tollgate_v1_ReleaseIdentityResponse, _tollgate_v1_ReleaseIdentityResponse__Output>
      ReloadPolicyRequest: MessageTypeDefinition<_tollgate_v1_ReloadPolicyRequest, _tollgate_v1_ReloadPolicyRequest__Output>
      ReloadPolicyResponse: MessageTypeDefinition<_tollgate_v1_ReloadPolicyResponse, _tollgate_v1_ReloadPolicyResponse__Output>
      Run: MessageTypeDefinition<_tollgate_v1_Run, _tollgate_v1_Run__Output>
      RunEvent: MessageTypeDefinition<_tollgate_v1_RunEvent, _tollgate_v1_RunEvent__Output>
      /**
       * RunService keeps the record of each execution of a skill.
       */
      RunService: SubtypeConstructor<typeof grpc.Client, _tollgate_v1_RunServiceClient> & { service: _tollgate_v1_RunServiceDefinition }
      RunStatus: EnumTypeDefinition
      Sensitivity: EnumTypeDefinition
      SequenceRange: MessageTypeDefinition<_tollgate_v1_SequenceRange, _tollgate_v1_SequenceRange__Output>
      /**
       * ServerService shows what the server runs on and reloads its policy.
       */
      ServerService: SubtypeConstructor<typeof grpc.Client, _tollgate_v1_ServerServiceClient> & { service: _tollgate_v1_ServerServiceDefinition }
      Session: MessageTypeDefinition<_tollgate_v1_Session, _tollgate_v1_Session__Output>
      /**
       * SessionService makes, shows and ends task sessions.
       */
      SessionService: SubtypeConstructor<typeof grpc.Client, _tollgate_v1_SessionServiceClient> & { service: _tollgate_v1_SessionServiceDefinition }
      SessionStatus: EnumTypeDefinition
      SessionUsage: MessageTypeDefinition<_tollgate_v1_SessionUsage, _tollgate_v1_SessionUsage__Output>
      SlashContext: MessageTypeDefinition<_tollgate_v1_SlashContext, _tollgate_v1_SlashContext__Output>
      SlashScope: EnumTypeDefinition
      SlashTier: EnumTypeDefinition
      StartRunRequest: MessageTypeDefinition<_tollgate_v1_StartRunRequest, _tollgate_v1_StartRunRequest__Output>
      StartRunResponse: MessageTypeDefinition<_tollgate_v1_StartRunResponse, _tollgate_v1_StartRunResponse__Output>
      StepEvent: MessageTypeDefinition<_tollgate_v1_StepEvent, _tollgate_v1_StepEvent__Output>
      StepResponse: MessageTypeDefinition<_tollgate_v1_StepResponse, _tollgate_v1_StepResponse__Output>
      TokenUsage: MessageTypeDefinition<_tollgate_v1_TokenUsage, _tollgate_v1_TokenUsage__Output>
      ToolList: MessageTypeDefinition<_tollgate_v1_ToolList, _tollgate_v1_ToolList__Output>
      ToolUseEvent: MessageTypeDefinition<_tollgate_v1_ToolUseEvent, _tollgate_v1_ToolUseEvent__Output>
      ValidateScopeRequest: MessageTypeDefinition<_tollgate_v1_ValidateScopeRequest, _tollgate_v1_ValidateScopeRequest__Output>
      ValidateScopeResponse: MessageTypeDefinition<_tollgate_v1_ValidateScopeResponse, _tollgate_v1_ValidateScopeResponse__Output>
      VerifyRunRequest: MessageTypeDefinition<_tollgate_v1_VerifyRunRequest, _tollgate_v1_VerifyRunRequest__Output>
      VerifyRunResponse: MessageTypeDefinition<_tollgate_v1_VerifyRunResponse, _tollgate_v1_VerifyRunResponse__Output>
      Warning: MessageTypeDefinition<_tollgate_v1_Warning, _tollgate_v1_Warning__Output>
      WatchDecisionsRequest: MessageTypeDefinition<_tollgate_v1_WatchDecisionsRequest, _tollgate_v1_WatchDecisionsRequest__Output>
      WatchDecisionsResponse: MessageTypeDefinition<_tollgate_v1_WatchDecisionsResponse, _tollgate_v1_WatchDecisionsResponse__Output>
    }
  }
}

