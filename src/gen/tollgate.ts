// Generated from proto/ by `npm run gen`; do not edit. The messages as src/api/wire/codec.ts decodes and encodes them.

export type NullValue = 0;

export type RunStatus = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

export type Effect = 0 | 1 | 2;

export type Reason = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20 | 21 | 22 | 23 | 24 | 25 | 26 | 27 | 28 | 29 | 30 | 31 | 32 | 33;

export type Sensitivity = 0 | 1 | 2 | 3 | 4;

export type SessionStatus = 0 | 1 | 2 | 3;

export type Durability = 0 | 1 | 2 | 3 | 4 | 5 | 6;

export type ErrorReason = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20 | 21 | 22 | 23 | 24 | 25 | 26 | 27 | 40 | 41 | 42 | 43 | 28;

export type SlashScope = 0 | 1 | 2 | 3;

export type SlashTier = 0 | 1 | 2 | 3;

export interface Agent {
  readonly agent_id?: string | undefined;
  readonly deactivated?: boolean | undefined;
  readonly deactivated_at?: Timestamp | undefined;
  readonly live_sessions?: number | undefined;
}

export interface Timestamp {
  readonly seconds?: number | undefined;
  readonly nanos?: number | undefined;
}

export interface DeactivateAgentRequest {
  readonly agent_id?: string | undefined;
  readonly idempotency_key?: string | undefined;
}

export interface DeactivateAgentResponse {
  readonly agent?: Agent | undefined;
  readonly sessions_closed?: number | undefined;
}

export interface ReactivateAgentRequest {
  readonly agent_id?: string | undefined;
  readonly idempotency_key?: string | undefined;
}

export interface ReactivateAgentResponse {
  readonly agent?: Agent | undefined;
}

export interface GetAgentRequest {
  readonly agent_id?: string | undefined;
}

export interface GetAgentResponse {
  readonly agent?: Agent | undefined;
}

export interface TokenUsage {
  readonly input_tokens?: number | undefined;
  readonly output_tokens?: number | undefined;
  readonly thinking_tokens?: number | undefined;
  readonly cache_read_tokens?: number | undefined;
}

export interface StepResponse {
  readonly text?: string | undefined;
  readonly model?: string | undefined;
  readonly finish_reason?: string | undefined;
  readonly tool_calls?: readonly string[] | undefined;
  readonly usage?: TokenUsage | undefined;
}

export interface StepEvent {
  readonly iter?: number | undefined;
  readonly response?: StepResponse | undefined;
}

export interface ToolUseEvent {
  readonly name?: string | undefined;
  readonly id?: string | undefined;
  readonly args?: string | undefined;
  readonly result?: string | undefined;
  readonly decision_id?: string | undefined;
}

export interface ErrorEvent {
  readonly message?: string | undefined;
}

export interface CustomEvent {
  readonly type?: string | undefined;
  readonly payload?: Struct | undefined;
}

export interface Struct {
  readonly fields?: Readonly<Record<string, Value>> | undefined;
}

export interface Value {
  readonly nullValue?: NullValue | undefined;
  readonly numberValue?: number | undefined;
  readonly stringValue?: string | undefined;
  readonly boolValue?: boolean | undefined;
  readonly structValue?: Struct | undefined;
  readonly listValue?: ListValue | undefined;
}

export interface ListValue {
  readonly values?: readonly Value[] | undefined;
}

export interface AuditEvent {
  readonly occurred_at?: Timestamp | undefined;
  readonly step?: StepEvent | undefined;
  readonly tool_use?: ToolUseEvent | undefined;
  readonly error?: ErrorEvent | undefined;
  readonly custom?: CustomEvent | undefined;
}

export interface RunEvent {
  readonly sequence?: number | undefined;
  readonly type?: string | undefined;
  readonly occurred_at?: Timestamp | undefined;
  readonly stored_at?: Timestamp | undefined;
  readonly payload?: Struct | undefined;
  readonly redactions?: readonly Redaction[] | undefined;
  readonly purged?: boolean | undefined;
  readonly leaf_hash?: Uint8Array | undefined;
}

export interface Redaction {
  readonly pointer?: string | undefined;
  readonly rule?: string | undefined;
  readonly length?: number | undefined;
}

export interface ListRunsRequest {
  readonly skill_id?: string | undefined;
  readonly caller_id?: string | undefined;
  readonly session_id?: string | undefined;
  readonly status?: RunStatus | undefined;
  readonly include_dry_run?: boolean | undefined;
  readonly page_size?: number | undefined;
  readonly page_token?: string | undefined;
  readonly agent_id?: string | undefined;
  readonly started_from?: Timestamp | undefined;
  readonly started_before?: Timestamp | undefined;
}

export interface ListRunsResponse {
  readonly runs?: readonly Run[] | undefined;
  readonly next_page_token?: string | undefined;
}

export interface Run {
  readonly run_id?: string | undefined;
  readonly root_run_id?: string | undefined;
  readonly parent_run_id?: string | undefined;
  readonly continuation_parent_run_id?: string | undefined;
  readonly skill_id?: string | undefined;
  readonly caller_id?: string | undefined;
  readonly channel_id?: string | undefined;
  readonly session_id?: string | undefined;
  readonly status?: RunStatus | undefined;
  readonly started_at?: Timestamp | undefined;
  readonly finished_at?: Timestamp | undefined;
  readonly tool_calls_count?: number | undefined;
  readonly token_totals?: TokenUsage | undefined;
  readonly last_sequence?: number | undefined;
  readonly output?: string | undefined;
  readonly error?: string | undefined;
  readonly inputs?: Struct | undefined;
  readonly runtime?: Duration | undefined;
  readonly caller_asserted?: boolean | undefined;
  readonly agent_id?: string | undefined;
}

export interface Duration {
  readonly seconds?: number | undefined;
  readonly nanos?: number | undefined;
}

export interface ListRunEventsRequest {
  readonly run_id?: string | undefined;
  readonly after_sequence?: number | undefined;
  readonly follow?: boolean | undefined;
}

export interface ListRunEventsResponse {
  readonly event?: RunEvent | undefined;
}

export interface ListChildRunsRequest {
  readonly parent_run_id?: string | undefined;
  readonly limit?: number | undefined;
}

export interface ListChildRunsResponse {
  readonly runs?: readonly Run[] | undefined;
}

export interface GetRunChainRequest {
  readonly run_id?: string | undefined;
}

export interface GetRunChainResponse {
  readonly runs?: readonly Run[] | undefined;
}

export interface ListFinishedRunsRequest {
  readonly finished_before?: Timestamp | undefined;
  readonly limit?: number | undefined;
}

export interface ListFinishedRunsResponse {
  readonly runs?: readonly Run[] | undefined;
}

export interface GetLastRunsRequest {
  readonly skill_ids?: readonly string[] | undefined;
  readonly include_failed?: boolean | undefined;
}

export interface LastRun {
  readonly skill_id?: string | undefined;
  readonly run?: Run | undefined;
}

export interface GetLastRunsResponse {
  readonly last_runs?: readonly LastRun[] | undefined;
}

export interface PurgeRunsRequest {
  readonly finished_before?: Timestamp | undefined;
  readonly idempotency_key?: string | undefined;
  readonly keep_proof?: boolean | undefined;
}

export interface PurgeRunsResponse {
  readonly purged?: number | undefined;
}

export interface GetDecisionRequest {
  readonly decision_id?: string | undefined;
  readonly trace_id?: string | undefined;
}

export interface GetDecisionResponse {
  readonly record?: DecisionRecord | undefined;
  readonly remedy?: string | undefined;
  readonly now?: DecisionNow | undefined;
}

export interface DecisionRecord {
  readonly decision_id?: string | undefined;
  readonly decided_at?: Timestamp | undefined;
  readonly rpc?: string | undefined;
  readonly effect?: Effect | undefined;
  readonly reason?: Reason | undefined;
  readonly checks?: readonly Check[] | undefined;
  readonly policy_revision?: string | undefined;
  readonly caller?: string | undefined;
  readonly agent_id?: string | undefined;
  readonly session_id?: string | undefined;
  readonly run_id?: string | undefined;
  readonly principal?: string | undefined;
  readonly trace_hash?: string | undefined;
  readonly calls?: readonly RecordedCall[] | undefined;
  readonly calls_total?: number | undefined;
  readonly call_index?: number | undefined;
  readonly scope?: string | undefined;
  readonly platform?: string | undefined;
  readonly chat_type?: string | undefined;
  readonly command?: string | undefined;
  readonly session?: RecordedSession | undefined;
  readonly retry_after?: Duration | undefined;
  readonly repeats?: number | undefined;
  readonly last_at?: Timestamp | undefined;
  readonly latency?: Duration | undefined;
  readonly asserted?: boolean | undefined;
  readonly terms?: RecordedTerms | undefined;
  readonly removal?: RecordedRemoval | undefined;
  readonly sessions_closed?: number | undefined;
  readonly previous_policy_revision?: string | undefined;
}

export interface Check {
  readonly name?: string | undefined;
  readonly passed?: boolean | undefined;
  readonly reason?: Reason | undefined;
  readonly asserted?: boolean | undefined;
}

export interface RecordedCall {
  readonly tool?: string | undefined;
  readonly sensitivity?: Sensitivity | undefined;
  readonly count?: number | undefined;
  readonly stated?: Sensitivity | undefined;
}

export interface RecordedSession {
  readonly before?: RecordedCounters | undefined;
  readonly after?: RecordedCounters | undefined;
  readonly sequence?: number | undefined;
  readonly call_budget?: number | undefined;
  readonly rate_limit?: number | undefined;
}

export interface RecordedCounters {
  readonly calls_made?: number | undefined;
  readonly window_calls?: number | undefined;
}

export interface RecordedTerms {
  readonly all_tools?: boolean | undefined;
  readonly tools?: readonly string[] | undefined;
  readonly call_budget?: number | undefined;
  readonly rate_limit?: number | undefined;
  readonly rate_window?: Duration | undefined;
  readonly sensitivity_ceiling?: Sensitivity | undefined;
  readonly time_limit?: Duration | undefined;
  readonly owner?: string | undefined;
  readonly delegation_chain?: readonly string[] | undefined;
  readonly declared_intent?: string | undefined;
}

export interface RecordedRemoval {
  readonly finished_before?: Timestamp | undefined;
  readonly keep_proof?: boolean | undefined;
  readonly removed?: number | undefined;
}

export interface DecisionNow {
  readonly effect?: Effect | undefined;
  readonly reason?: Reason | undefined;
  readonly checks?: readonly Check[] | undefined;
  readonly policy_revision?: string | undefined;
  readonly from_trace?: boolean | undefined;
}

export interface ListDecisionsRequest {
  readonly session_id?: string | undefined;
  readonly run_id?: string | undefined;
  readonly decided_from?: Timestamp | undefined;
  readonly decided_before?: Timestamp | undefined;
  readonly filter?: DecisionFilter | undefined;
  readonly page_size?: number | undefined;
  readonly page_token?: string | undefined;
}

export interface DecisionFilter {
  readonly agent_id?: string | undefined;
  readonly trace_id?: string | undefined;
  readonly effect?: Effect | undefined;
  readonly reason?: Reason | undefined;
  readonly rpc?: string | undefined;
  readonly tool?: string | undefined;
  readonly principal?: string | undefined;
}

export interface ListDecisionsResponse {
  readonly decisions?: readonly DecisionRecord[] | undefined;
  readonly next_page_token?: string | undefined;
}

export interface WatchDecisionsRequest {
  readonly session_id?: string | undefined;
  readonly run_id?: string | undefined;
  readonly filter?: DecisionFilter | undefined;
}

export interface DecisionGap {
  readonly missed?: number | undefined;
}

export interface WatchDecisionsResponse {
  readonly record?: DecisionRecord | undefined;
  readonly gap?: DecisionGap | undefined;
}

export interface ExportEventsRequest {
  readonly cursor?: string | undefined;
  readonly follow?: boolean | undefined;
}

export interface ExportEventsResponse {
  readonly line?: string | undefined;
  readonly cursor?: string | undefined;
}

export interface GetPolicyRequest {
  readonly revision?: string | undefined;
}

export interface GetPolicyResponse {
  readonly revision?: string | undefined;
  readonly document?: string | undefined;
  readonly in_force_at?: Timestamp | undefined;
  readonly in_force?: boolean | undefined;
}

export interface Decision {
  readonly decision_id?: string | undefined;
  readonly effect?: Effect | undefined;
  readonly would_be?: Effect | undefined;
  readonly reason?: Reason | undefined;
  readonly message?: string | undefined;
  readonly checks?: readonly Check[] | undefined;
  readonly retry_after?: Duration | undefined;
  readonly replayed?: boolean | undefined;
  readonly dry_run?: boolean | undefined;
  readonly policy_revision?: string | undefined;
  readonly evaluated_at?: Timestamp | undefined;
  readonly asserted?: boolean | undefined;
}

export type AllTools = Readonly<Record<string, never>>;

export interface ToolList {
  readonly names?: readonly string[] | undefined;
}

export interface Session {
  readonly session_id?: string | undefined;
  readonly agent_id?: string | undefined;
  readonly owner?: string | undefined;
  readonly delegation_chain?: readonly string[] | undefined;
  readonly declared_intent?: string | undefined;
  readonly all?: AllTools | undefined;
  readonly tools?: ToolList | undefined;
  readonly time_limit?: Duration | undefined;
  readonly call_budget?: number | undefined;
  readonly calls_made?: number | undefined;
  readonly calls_remaining?: number | undefined;
  readonly rate_limit?: number | undefined;
  readonly rate_window?: Duration | undefined;
  readonly window_calls?: number | undefined;
  readonly window_started_at?: Timestamp | undefined;
  readonly sensitivity_ceiling?: Sensitivity | undefined;
  readonly created_at?: Timestamp | undefined;
  readonly expires_at?: Timestamp | undefined;
  readonly closed_at?: Timestamp | undefined;
  readonly status?: SessionStatus | undefined;
  readonly sequence?: number | undefined;
  readonly parent_session_id?: string | undefined;
}

export interface RateUsage {
  readonly limit?: number | undefined;
  readonly remaining?: number | undefined;
  readonly resets_at?: Timestamp | undefined;
}

export interface SessionUsage {
  readonly call_budget?: number | undefined;
  readonly calls_made?: number | undefined;
  readonly calls_remaining?: number | undefined;
  readonly rate?: RateUsage | undefined;
  readonly expires_at?: Timestamp | undefined;
  readonly status?: SessionStatus | undefined;
  readonly sequence?: number | undefined;
}

export interface VerifyRunRequest {
  readonly run_id?: string | undefined;
  readonly checkpoints?: readonly string[] | undefined;
}

export interface VerifyRunResponse {
  readonly ok?: boolean | undefined;
  readonly faults?: readonly LedgerFault[] | undefined;
  readonly tree_size?: number | undefined;
  readonly root_hash?: Uint8Array | undefined;
  readonly epoch?: number | undefined;
  readonly checkpoints?: number | undefined;
  readonly purged?: readonly SequenceRange[] | undefined;
  readonly notes?: readonly string[] | undefined;
  readonly findings?: readonly LedgerFinding[] | undefined;
  readonly findings_total?: number | undefined;
}

export interface LedgerFault {
  readonly kind?: string | undefined;
  readonly where?: string | undefined;
  readonly detail?: string | undefined;
}

export interface SequenceRange {
  readonly first?: number | undefined;
  readonly last?: number | undefined;
}

export interface LedgerFinding {
  readonly kind?: string | undefined;
  readonly where?: string | undefined;
  readonly detail?: string | undefined;
}

export interface GetInclusionProofRequest {
  readonly run_id?: string | undefined;
  readonly sequence?: number | undefined;
  readonly tree_size?: number | undefined;
}

export interface GetInclusionProofResponse {
  readonly leaf_hash?: Uint8Array | undefined;
  readonly proof?: readonly Uint8Array[] | undefined;
  readonly tree_size?: number | undefined;
  readonly root_hash?: Uint8Array | undefined;
}

export interface GetConsistencyProofRequest {
  readonly run_id?: string | undefined;
  readonly from_size?: number | undefined;
  readonly to_size?: number | undefined;
}

export interface GetConsistencyProofResponse {
  readonly proof?: readonly Uint8Array[] | undefined;
  readonly from_root_hash?: Uint8Array | undefined;
  readonly to_size?: number | undefined;
  readonly to_root_hash?: Uint8Array | undefined;
}

export interface GetCheckpointRequest {
  readonly run_id?: string | undefined;
}

export interface GetCheckpointResponse {
  readonly checkpoint?: string | undefined;
  readonly tree_size?: number | undefined;
  readonly root_hash?: Uint8Array | undefined;
  readonly epoch?: number | undefined;
  readonly signed_at?: Timestamp | undefined;
}

export interface ExportRunRequest {
  readonly run_id?: string | undefined;
}

export interface ExportRunResponse {
  readonly line?: string | undefined;
}

export type GetLedgerKeysRequest = Readonly<Record<string, never>>;

export interface GetLedgerKeysResponse {
  readonly keys?: readonly string[] | undefined;
  readonly signing_key?: string | undefined;
}

export interface PurgePayloadsRequest {
  readonly run_id?: string | undefined;
  readonly idempotency_key?: string | undefined;
}

export interface PurgePayloadsResponse {
  readonly purged?: SequenceRange | undefined;
}

export interface Identity {
  readonly user_id?: string | undefined;
  readonly guild_id?: string | undefined;
  readonly channel_id?: string | undefined;
  readonly platform?: string | undefined;
  readonly user_aliases?: readonly string[] | undefined;
  readonly principal?: string | undefined;
}

export interface BindIdentityRequest {
  readonly trace_id?: string | undefined;
  readonly identity?: Identity | undefined;
  readonly ttl?: Duration | undefined;
  readonly idempotency_key?: string | undefined;
}

export interface BindIdentityResponse {
  readonly already_bound?: boolean | undefined;
  readonly expires_at?: Timestamp | undefined;
}

export interface GetIdentityRequest {
  readonly trace_id?: string | undefined;
}

export interface GetIdentityResponse {
  readonly identity?: Identity | undefined;
  readonly expires_at?: Timestamp | undefined;
}

export interface ReleaseIdentityRequest {
  readonly trace_id?: string | undefined;
  readonly idempotency_key?: string | undefined;
}

export interface ReleaseIdentityResponse {
  readonly released?: boolean | undefined;
}

export interface AuthorizeRequest {
  readonly trace_id?: string | undefined;
  readonly session_id?: string | undefined;
  readonly agent_id?: string | undefined;
  readonly tool?: string | undefined;
  readonly sensitivity?: Sensitivity | undefined;
  readonly scope?: string | undefined;
  readonly run_id?: string | undefined;
  readonly slash?: SlashContext | undefined;
  readonly idempotency_key?: string | undefined;
  readonly dry_run?: boolean | undefined;
  readonly explain?: boolean | undefined;
}

export interface SlashContext {
  readonly platform?: string | undefined;
  readonly chat_type?: string | undefined;
  readonly command?: string | undefined;
}

export interface AuthorizeResponse {
  readonly decision?: Decision | undefined;
  readonly identity?: Identity | undefined;
  readonly usage?: SessionUsage | undefined;
}

export interface Call {
  readonly tool?: string | undefined;
  readonly sensitivity?: Sensitivity | undefined;
}

export interface ConsumeBudgetRequest {
  readonly session_id?: string | undefined;
  readonly agent_id?: string | undefined;
  readonly trace_id?: string | undefined;
  readonly calls?: readonly Call[] | undefined;
  readonly run_id?: string | undefined;
  readonly idempotency_key?: string | undefined;
  readonly dry_run?: boolean | undefined;
  readonly explain?: boolean | undefined;
}

export interface ConsumeBudgetResponse {
  readonly decision?: Decision | undefined;
  readonly usage?: SessionUsage | undefined;
}

export interface Invocation {
  readonly caller_id?: string | undefined;
  readonly run_id?: string | undefined;
  readonly root_run_id?: string | undefined;
  readonly parent_run_id?: string | undefined;
  readonly continuation_parent_run_id?: string | undefined;
}

export interface ValidateScopeRequest {
  readonly scope?: string | undefined;
  readonly run_id?: string | undefined;
  readonly invocation?: Invocation | undefined;
  readonly trace_id?: string | undefined;
  readonly explain?: boolean | undefined;
}

export interface ValidateScopeResponse {
  readonly decision?: Decision | undefined;
}

export interface CheckSlashRequest {
  readonly platform?: string | undefined;
  readonly chat_type?: string | undefined;
  readonly command?: string | undefined;
  readonly trace_id?: string | undefined;
  readonly user_id?: string | undefined;
  readonly explain?: boolean | undefined;
}

export interface CheckSlashResponse {
  readonly decision?: Decision | undefined;
  readonly canonical_command?: string | undefined;
  readonly scope?: SlashScope | undefined;
  readonly tier?: SlashTier | undefined;
  readonly gated?: boolean | undefined;
}

export interface DescribeSlashAccessRequest {
  readonly platform?: string | undefined;
  readonly chat_type?: string | undefined;
  readonly trace_id?: string | undefined;
  readonly user_id?: string | undefined;
}

export interface DescribeSlashAccessResponse {
  readonly platform?: string | undefined;
  readonly scope?: SlashScope | undefined;
  readonly tier?: SlashTier | undefined;
  readonly gated?: boolean | undefined;
  readonly user_id?: string | undefined;
  readonly runnable_commands?: readonly string[] | undefined;
}

export interface AppendAuditRequest {
  readonly run_id?: string | undefined;
  readonly events?: readonly AuditEvent[] | undefined;
  readonly idempotency_key?: string | undefined;
}

export interface AppendAuditResponse {
  readonly first_sequence?: number | undefined;
  readonly last_sequence?: number | undefined;
  readonly token_totals?: TokenUsage | undefined;
  readonly replayed?: boolean | undefined;
  readonly durability?: Durability | undefined;
}

export interface StartRunRequest {
  readonly trace_id?: string | undefined;
  readonly caller_id?: string | undefined;
  readonly session_id?: string | undefined;
  readonly skill_id?: string | undefined;
  readonly channel_id?: string | undefined;
  readonly parent_run_id?: string | undefined;
  readonly continuation_parent_run_id?: string | undefined;
  readonly inputs?: Struct | undefined;
  readonly idempotency_key?: string | undefined;
}

export interface StartRunResponse {
  readonly run?: Run | undefined;
}

export interface FinishRunRequest {
  readonly run_id?: string | undefined;
  readonly status?: RunStatus | undefined;
  readonly output?: string | undefined;
  readonly error?: string | undefined;
  readonly runtime?: Duration | undefined;
  readonly idempotency_key?: string | undefined;
}

export interface FinishRunResponse {
  readonly run?: Run | undefined;
}

export interface GetRunRequest {
  readonly run_id?: string | undefined;
}

export interface GetRunResponse {
  readonly run?: Run | undefined;
}

export interface PolicyInfo {
  readonly revision?: string | undefined;
  readonly loaded_at?: Timestamp | undefined;
  readonly reloads?: number | undefined;
  readonly reload_failures?: number | undefined;
  readonly last_error?: string | undefined;
}

export type GetServerInfoRequest = Readonly<Record<string, never>>;

export interface GetServerInfoResponse {
  readonly version?: string | undefined;
  readonly engine?: string | undefined;
  readonly store?: string | undefined;
  readonly durability?: Durability | undefined;
  readonly policy?: PolicyInfo | undefined;
  readonly warnings?: readonly string[] | undefined;
  readonly started_at?: Timestamp | undefined;
  readonly now?: Timestamp | undefined;
  readonly store_lineage_changes?: number | undefined;
  readonly store_lost_writes?: number | undefined;
  readonly active_warnings?: readonly Warning[] | undefined;
}

export interface Warning {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly since?: Timestamp | undefined;
}

export interface ReloadPolicyRequest {
  readonly idempotency_key?: string | undefined;
}

export interface ReloadPolicyResponse {
  readonly policy?: PolicyInfo | undefined;
}

export interface CreateSessionRequest {
  readonly agent_id?: string | undefined;
  readonly owner?: string | undefined;
  readonly delegation_chain?: readonly string[] | undefined;
  readonly declared_intent?: string | undefined;
  readonly all?: AllTools | undefined;
  readonly tools?: ToolList | undefined;
  readonly time_limit?: Duration | undefined;
  readonly call_budget?: number | undefined;
  readonly rate_limit?: number | undefined;
  readonly rate_window?: Duration | undefined;
  readonly sensitivity_ceiling?: Sensitivity | undefined;
  readonly parent_session_id?: string | undefined;
  readonly idempotency_key?: string | undefined;
}

export interface CreateSessionResponse {
  readonly session?: Session | undefined;
  readonly replayed?: boolean | undefined;
}

export interface GetSessionRequest {
  readonly session_id?: string | undefined;
}

export interface GetSessionResponse {
  readonly session?: Session | undefined;
}

export interface ListSessionsRequest {
  readonly agent_id?: string | undefined;
  readonly status?: SessionStatus | undefined;
  readonly page_size?: number | undefined;
  readonly page_token?: string | undefined;
}

export interface ListSessionsResponse {
  readonly sessions?: readonly Session[] | undefined;
  readonly next_page_token?: string | undefined;
  readonly total?: number | undefined;
}

export interface CloseSessionRequest {
  readonly session_id?: string | undefined;
  readonly idempotency_key?: string | undefined;
}

export interface CloseSessionResponse {
  readonly session?: Session | undefined;
}

export interface PurgeSessionsRequest {
  readonly idempotency_key?: string | undefined;
}

export interface PurgeSessionsResponse {
  readonly purged?: number | undefined;
}

export type ServiceName = 'AgentService' | 'AuditService' | 'IdentityService' | 'PolicyDecisionService' | 'RunService' | 'ServerService' | 'SessionService';

/** Every RPC of the package; no two have the same name. */
export interface Rpcs {
  readonly DeactivateAgent: {
    readonly service: 'AgentService';
    readonly mode: 'unary';
    readonly request: DeactivateAgentRequest;
    readonly response: DeactivateAgentResponse;
  };
  readonly ReactivateAgent: {
    readonly service: 'AgentService';
    readonly mode: 'unary';
    readonly request: ReactivateAgentRequest;
    readonly response: ReactivateAgentResponse;
  };
  readonly GetAgent: {
    readonly service: 'AgentService';
    readonly mode: 'unary';
    readonly request: GetAgentRequest;
    readonly response: GetAgentResponse;
  };
  readonly ListRuns: {
    readonly service: 'AuditService';
    readonly mode: 'unary';
    readonly request: ListRunsRequest;
    readonly response: ListRunsResponse;
  };
  readonly ListRunEvents: {
    readonly service: 'AuditService';
    readonly mode: 'stream';
    readonly request: ListRunEventsRequest;
    readonly response: ListRunEventsResponse;
  };
  readonly ListChildRuns: {
    readonly service: 'AuditService';
    readonly mode: 'unary';
    readonly request: ListChildRunsRequest;
    readonly response: ListChildRunsResponse;
  };
  readonly GetRunChain: {
    readonly service: 'AuditService';
    readonly mode: 'unary';
    readonly request: GetRunChainRequest;
    readonly response: GetRunChainResponse;
  };
  readonly ListFinishedRuns: {
    readonly service: 'AuditService';
    readonly mode: 'unary';
    readonly request: ListFinishedRunsRequest;
    readonly response: ListFinishedRunsResponse;
  };
  readonly GetLastRuns: {
    readonly service: 'AuditService';
    readonly mode: 'unary';
    readonly request: GetLastRunsRequest;
    readonly response: GetLastRunsResponse;
  };
  readonly ExportEvents: {
    readonly service: 'AuditService';
    readonly mode: 'stream';
    readonly request: ExportEventsRequest;
    readonly response: ExportEventsResponse;
  };
  readonly PurgeRuns: {
    readonly service: 'AuditService';
    readonly mode: 'unary';
    readonly request: PurgeRunsRequest;
    readonly response: PurgeRunsResponse;
  };
  readonly PurgePayloads: {
    readonly service: 'AuditService';
    readonly mode: 'unary';
    readonly request: PurgePayloadsRequest;
    readonly response: PurgePayloadsResponse;
  };
  readonly VerifyRun: {
    readonly service: 'AuditService';
    readonly mode: 'unary';
    readonly request: VerifyRunRequest;
    readonly response: VerifyRunResponse;
  };
  readonly GetCheckpoint: {
    readonly service: 'AuditService';
    readonly mode: 'unary';
    readonly request: GetCheckpointRequest;
    readonly response: GetCheckpointResponse;
  };
  readonly GetInclusionProof: {
    readonly service: 'AuditService';
    readonly mode: 'unary';
    readonly request: GetInclusionProofRequest;
    readonly response: GetInclusionProofResponse;
  };
  readonly GetConsistencyProof: {
    readonly service: 'AuditService';
    readonly mode: 'unary';
    readonly request: GetConsistencyProofRequest;
    readonly response: GetConsistencyProofResponse;
  };
  readonly ExportRun: {
    readonly service: 'AuditService';
    readonly mode: 'stream';
    readonly request: ExportRunRequest;
    readonly response: ExportRunResponse;
  };
  readonly GetLedgerKeys: {
    readonly service: 'AuditService';
    readonly mode: 'unary';
    readonly request: GetLedgerKeysRequest;
    readonly response: GetLedgerKeysResponse;
  };
  readonly GetDecision: {
    readonly service: 'AuditService';
    readonly mode: 'unary';
    readonly request: GetDecisionRequest;
    readonly response: GetDecisionResponse;
  };
  readonly ListDecisions: {
    readonly service: 'AuditService';
    readonly mode: 'unary';
    readonly request: ListDecisionsRequest;
    readonly response: ListDecisionsResponse;
  };
  readonly GetPolicy: {
    readonly service: 'AuditService';
    readonly mode: 'unary';
    readonly request: GetPolicyRequest;
    readonly response: GetPolicyResponse;
  };
  readonly WatchDecisions: {
    readonly service: 'AuditService';
    readonly mode: 'stream';
    readonly request: WatchDecisionsRequest;
    readonly response: WatchDecisionsResponse;
  };
  readonly BindIdentity: {
    readonly service: 'IdentityService';
    readonly mode: 'unary';
    readonly request: BindIdentityRequest;
    readonly response: BindIdentityResponse;
  };
  readonly GetIdentity: {
    readonly service: 'IdentityService';
    readonly mode: 'unary';
    readonly request: GetIdentityRequest;
    readonly response: GetIdentityResponse;
  };
  readonly ReleaseIdentity: {
    readonly service: 'IdentityService';
    readonly mode: 'unary';
    readonly request: ReleaseIdentityRequest;
    readonly response: ReleaseIdentityResponse;
  };
  readonly Authorize: {
    readonly service: 'PolicyDecisionService';
    readonly mode: 'unary';
    readonly request: AuthorizeRequest;
    readonly response: AuthorizeResponse;
  };
  readonly ConsumeBudget: {
    readonly service: 'PolicyDecisionService';
    readonly mode: 'unary';
    readonly request: ConsumeBudgetRequest;
    readonly response: ConsumeBudgetResponse;
  };
  readonly ValidateScope: {
    readonly service: 'PolicyDecisionService';
    readonly mode: 'unary';
    readonly request: ValidateScopeRequest;
    readonly response: ValidateScopeResponse;
  };
  readonly CheckSlash: {
    readonly service: 'PolicyDecisionService';
    readonly mode: 'unary';
    readonly request: CheckSlashRequest;
    readonly response: CheckSlashResponse;
  };
  readonly DescribeSlashAccess: {
    readonly service: 'PolicyDecisionService';
    readonly mode: 'unary';
    readonly request: DescribeSlashAccessRequest;
    readonly response: DescribeSlashAccessResponse;
  };
  readonly AppendAudit: {
    readonly service: 'PolicyDecisionService';
    readonly mode: 'unary';
    readonly request: AppendAuditRequest;
    readonly response: AppendAuditResponse;
  };
  readonly StartRun: {
    readonly service: 'RunService';
    readonly mode: 'unary';
    readonly request: StartRunRequest;
    readonly response: StartRunResponse;
  };
  readonly FinishRun: {
    readonly service: 'RunService';
    readonly mode: 'unary';
    readonly request: FinishRunRequest;
    readonly response: FinishRunResponse;
  };
  readonly GetRun: {
    readonly service: 'RunService';
    readonly mode: 'unary';
    readonly request: GetRunRequest;
    readonly response: GetRunResponse;
  };
  readonly GetServerInfo: {
    readonly service: 'ServerService';
    readonly mode: 'unary';
    readonly request: GetServerInfoRequest;
    readonly response: GetServerInfoResponse;
  };
  readonly ReloadPolicy: {
    readonly service: 'ServerService';
    readonly mode: 'unary';
    readonly request: ReloadPolicyRequest;
    readonly response: ReloadPolicyResponse;
  };
  readonly CreateSession: {
    readonly service: 'SessionService';
    readonly mode: 'unary';
    readonly request: CreateSessionRequest;
    readonly response: CreateSessionResponse;
  };
  readonly GetSession: {
    readonly service: 'SessionService';
    readonly mode: 'unary';
    readonly request: GetSessionRequest;
    readonly response: GetSessionResponse;
  };
  readonly ListSessions: {
    readonly service: 'SessionService';
    readonly mode: 'unary';
    readonly request: ListSessionsRequest;
    readonly response: ListSessionsResponse;
  };
  readonly CloseSession: {
    readonly service: 'SessionService';
    readonly mode: 'unary';
    readonly request: CloseSessionRequest;
    readonly response: CloseSessionResponse;
  };
  readonly PurgeSessions: {
    readonly service: 'SessionService';
    readonly mode: 'unary';
    readonly request: PurgeSessionsRequest;
    readonly response: PurgeSessionsResponse;
  };
}
