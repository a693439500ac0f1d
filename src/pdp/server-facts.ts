// What the process knows of itself, as operators ask for it.
export interface PolicyInfo {
  readonly revision: string;
  readonly loadedAtMs: number;
  readonly reloads: number;
  readonly reloadFailures: number;
  readonly lastError: string | undefined;
}

export interface ServerFacts {
  readonly version: string;
  readonly startedAtMs: number;
  readonly policyInfo: () => PolicyInfo;
  readonly warnings: () => readonly string[];
  /** @throws Failure wrong_state (policy) when the file is refused; the last good policy stays */
  readonly reloadPolicy: (caller: string) => Promise<void>;
}
