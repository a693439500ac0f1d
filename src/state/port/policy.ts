// The policies that records name.

export interface Policies {
  /**
   * Keeps the document of a policy by its revision, 64 hex digits, and notes that it is in force now. The time since when is
   * that of the first. A document is kept for as long as a record may name it, up to {@link LIMITS.policiesKeptMax} of them.
   */
  keepPolicy(policy: { revision: string; document: string; inForceAtMs: number }): Promise<void>;
  readPolicy(revision: string): Promise<{ document: string; inForceAtMs: number } | undefined>;
}
