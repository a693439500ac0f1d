// A decision record as the management client answers it, and the questions that the commands put about decisions.
import type { ManagementClient } from './client/management-client.ts';

export interface CheckJson {
  readonly name: string;
  readonly passed: boolean;
  readonly reason: string;
  readonly asserted: boolean;
}

interface CountersJson {
  readonly calls_made: number;
  readonly window_calls: number;
}

export interface DecisionJson {
  readonly decision_id: string;
  readonly decided_at: string;
  readonly rpc: string;
  readonly effect: string;
  readonly reason: string;
  readonly checks: readonly CheckJson[];
  readonly policy_revision: string;
  readonly caller: string;
  readonly agent_id?: string;
  readonly session_id?: string;
  readonly run_id?: string;
  readonly principal?: string;
  readonly trace_hash?: string;
  readonly calls: readonly { readonly tool: string; readonly sensitivity: string; readonly count: number }[];
  readonly calls_total: number;
  readonly call_index?: number;
  readonly scope?: string;
  readonly platform?: string;
  readonly chat_type?: string;
  readonly command?: string;
  readonly session?: {
    readonly before: CountersJson;
    readonly after: CountersJson;
    readonly sequence: number;
    readonly call_budget: number;
    readonly rate_limit?: number;
  };
  /** Seconds. */
  readonly retry_after?: number;
  readonly terms?: {
    readonly all_tools: boolean;
    readonly tools: readonly string[];
    readonly call_budget: number;
    readonly rate_limit?: number;
    /** Seconds. */
    readonly rate_window: number;
    readonly sensitivity_ceiling: string;
    /** Seconds. */
    readonly time_limit: number;
    readonly owner?: string;
    readonly delegation_chain: readonly string[];
    readonly declared_intent: string;
  };
  readonly removal?: { readonly finished_before?: string; readonly keep_proof: boolean; readonly removed?: number };
  readonly sessions_closed?: number;
  readonly previous_policy_revision?: string;
  readonly repeats: number;
  readonly last_at: string;
  /** Seconds. */
  readonly latency: number;
  readonly asserted?: boolean;
}

export interface StoryJson {
  readonly record: DecisionJson;
  readonly remedy: string;
  readonly now?: {
    readonly effect: string;
    readonly reason: string;
    readonly checks: readonly CheckJson[];
    readonly policy_revision: string;
    readonly from_trace: boolean;
  };
}

/** `EFFECT_DENY` to `DENY`, `REASON_RATE_LIMITED` to `RATE_LIMITED`. */
export function bare(name: string): string {
  return name.replace(/^(EFFECT|REASON|SENSITIVITY)_/, '');
}

export function getStory(client: ManagementClient, decision_id: string, trace_id?: string): Promise<StoryJson> {
  return client.ask('AuditService', 'GetDecision', { decision_id, ...(trace_id !== undefined && { trace_id }) });
}

/** Whose denials are asked for. */
type DenialsOf =
  | { readonly session_id: string }
  | { readonly run_id: string }
  | { readonly filter: { readonly trace_id: string } };

const PAGE_SIZE = 500;
/** So many denials are listed at most. */
const DENIALS_MAX = 1_000;
/** So many pages are looked at, and further ones until there is a denial: a page may have looked at thousands of others. */
const PAGES_MAX = 20;

/**
 * Denials, newest first. `isAll` is false if there may be more.
 *
 * @param onLong  called where it takes long
 */
export async function listDenials(
  client: ManagementClient,
  of: DenialsOf,
  onLong: () => void = () => {},
): Promise<{ denials: readonly DecisionJson[]; isAll: boolean }> {
  const denials: DecisionJson[] = [];
  let page_token = '';
  for (let page = 0; denials.length === 0 || (page < PAGES_MAX && denials.length < DENIALS_MAX); page++) {
    if (page === PAGES_MAX) onLong();
    const filter = { ...('filter' in of && of.filter), effect: 'EFFECT_DENY' };
    const request = { ...of, filter, page_size: PAGE_SIZE, page_token };
    const answer = await client.ask('AuditService', 'ListDecisions', request);
    denials.push(...answer.decisions);
    page_token = answer.next_page_token;
    if (page_token === '') break;
  }
  // A denial that came again is newer than its id.
  denials.sort((one, other) => (one.last_at < other.last_at ? 1 : one.last_at > other.last_at ? -1 : 0));
  return { denials, isAll: page_token === '' };
}
