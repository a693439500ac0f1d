// The policy documents that decision records refer to.
export interface Policies {
  /**
   * Stores the document of a policy under its revision, 64 hex digits, and records that the policy is in force now. A repeat
   * keeps the first `inForceAtMs`. A document is kept while a record may refer to it, up to {@link LIMITS.policiesKeptMax}
   * documents.
   */
  keepPolicy(policy: { revision: string; document: string; inForceAtMs: number }): Promise<void>;
  readPolicy(revision: string): Promise<{ document: string; inForceAtMs: number } | undefined>;
}
