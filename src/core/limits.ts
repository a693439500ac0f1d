// Every maximum of the product, by name. Lengths are bytes of UTF-8 unless the name says otherwise.

export const LIMITS = {
  idBytesMax: 128,
  userIdBytesMax: 256,
  /** `platform:user_id`, the platform at most an id. */
  principalBytesMax: 385,
  traceIdBytesMax: 256,
  scopeBytesMax: 512,
  commandBytesMax: 1_024,
  idempotencyKeyBytesMax: 128,
  pageTokenBytesMax: 512,
  declaredIntentBytesMax: 512,
  delegationChainMax: 16,
  grantToolsMax: 256,
  callsMax: 256,
  eventsMax: 100,
  toolCallsPerStepMax: 256,
  userAliasesMax: 64,
  skillIdsMax: 100,
  customTypeBytesMax: 128,

  sessionTimeLimitMsMin: 1_000,
  sessionTimeLimitMsMax: 86_400_000,
  sessionTimeLimitMsDefault: 3_600_000,
  callBudgetMax: 1_000_000,
  callBudgetDefault: 1_000,
  rateLimitMax: 1_000_000,
  rateWindowMsMin: 10_000,
  rateWindowMsMax: 3_600_000,
  rateWindowMsDefault: 60_000,

  identityTtlMsMin: 1_000,
  identityTtlMsMax: 86_400_000,
  identityTtlMsDefault: 300_000,

  /** Keys that are remembered at one time for one session or run. */
  operationsMax: 100_000,
  /** A key is remembered for one to two generations, so for at least this long. */
  operationGenerationMs: 600_000,

  stepTextBytesMax: 2_000,
  toolBodyBytesMax: 4_000,
  eventBodyBytesMax: 4_000,
  /** Listed with one record; more may have been taken out. */
  redactionsMax: 32,
  runOutputBytesMax: 4_000,
  /** Different tokens of what secret tools returned that one run remembers; with more it keeps lengths only. */
  secretTokensMax: 1_024,
  /** In characters: shorter ones stand in any text. */
  secretTokenLengthMin: 4,
  /** In characters, of what a secret tool was told or returned: a longer text is not looked through. */
  secretTextLengthMax: 65_536,
  runChainDepthMax: 32,
  /** Kept with one run; between the first and the last they are thinned out. */
  checkpointsMax: 64,
  /** Decisions that join a run's ledger with one change of it. */
  decisionsFoldedMax: 500,
  /** Records whose contents are removed in one step. */
  purgeChunk: 50,

  /** Of one session, decisions that were no denials. */
  decisionsPerSessionDefault: 10_000,
  /** A list of decisions may exceed its maximum by less than a sixteenth of it, and by less than a thousand. */
  decisionSlackShare: 16,
  decisionSlackMax: 1_000,
  decisionRetentionMsDefault: 604_800_000,
  /** Different calls that one decision record lists. */
  decisionCallsMax: 32,
  /** Different denials that are kept of one session; the oldest goes. */
  sessionDenialsMax: 64,
  /** Of one partition, decisions that belong to no session: denials, effects on identities, other effects. */
  sessionlessDenialsMax: 256,
  identityEffectsMax: 1_000,
  otherEffectsMax: 1_000,
  /** Policies that are kept by revision; the one that was in force longest ago goes. */
  policiesKeptMax: 500,
  /** Of a policy in its canonical form, in which every alias of the file is written out. */
  policyBytesMax: 2_097_152,
  /** Denials that are noted with one run; effects always are. */
  runDenialsMax: 1_000,

  pageSizeDefault: 50,
  pageSizeMax: 500,
} as const;

/** A page size or limit as lists take it: what is not in 1..500 becomes 50, never the maximum. */
export function pageSizeOf(requested: number): number {
  return requested <= 0 || requested > LIMITS.pageSizeMax ? LIMITS.pageSizeDefault : requested;
}
