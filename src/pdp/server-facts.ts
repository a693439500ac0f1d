// What the process knows of itself, as operators ask for it.
export interface PolicyInfo {
  readonly revision: string;
  readonly loadedAtMs: number;
  readonly reloads: number;
  readonly reloadFailures: number;
  readonly lastError: string | undefined;
}

/** What an operator should know or change. */
export interface ServerWarning {
  readonly code: string;
  readonly message: string;
  /** Ms since the epoch. */
  readonly sinceMs: number;
}

export interface ServerFacts {
  readonly version: string;
  readonly startedAtMs: number;
  readonly policyInfo: () => PolicyInfo;
  readonly warnings: () => readonly ServerWarning[];
  /** @throws Failure wrong_state (policy) when the file is refused; the last good policy stays */
  readonly reloadPolicy: (caller: string) => Promise<void>;
}
