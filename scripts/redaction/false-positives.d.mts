import type { Line } from './corpus.mjs';

export interface Miss extends Line {
  /** What redaction leaves of it. */
  readonly left: string;
}
export function falsePositives(lines: readonly Line[], redact: (text: string) => { readonly text: string }): Miss[];
export function rates(lines: readonly Line[], misses: readonly Miss[]): string;
