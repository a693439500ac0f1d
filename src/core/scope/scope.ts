// Storage scopes: which stored values a run may touch, reading and writing alike.
import { type Check, failed, passed, type Reason } from '../decision/decision.ts';

/** Who a run is and where it hangs in its tree. The empty string means "not set". */
export interface ScopeFacts {
  readonly callerId: string;
  readonly runId: string;
  readonly rootRunId: string;
  readonly parentRunId: string;
  /** The parent of the run that this one continues. */
  readonly continuationParentRunId: string;
}

/**
 * Whether a run may touch a scope. One level only: no grandparents, no descendants.
 *
 * @param isAdmin  opens every scope of a known shape that names somebody
 * @see docs/behaviour.md#storage-scopes
 */
export function checkScope(scope: string, facts: ScopeFacts, isAdmin: boolean): Check {
  if (scope === 'skill') return passed('scope');
  const rule = RULES.find(({ prefix }) => scope.startsWith(prefix));
  if (!rule) return failed('scope', 'SCOPE_UNKNOWN_SHAPE');
  const id = scope.slice(rule.prefix.length);
  // INVARIANT: the empty id is refused before anything is compared, so a fact that is not set never opens a scope.
  if (id === '') return failed('scope', rule.empty);
  return isAdmin || rule.opens(facts).includes(id) ? passed('scope') : failed('scope', rule.other);
}

interface ScopeRule {
  readonly prefix: string;
  readonly empty: Reason;
  readonly other: Reason;
  readonly opens: (facts: ScopeFacts) => readonly string[];
}

const RULES: readonly ScopeRule[] = [
  { prefix: 'user:', empty: 'SCOPE_EMPTY_USER', other: 'SCOPE_OTHER_USER', opens: (facts) => [facts.callerId] },
  {
    prefix: 'root_run:',
    empty: 'SCOPE_EMPTY_ROOT_RUN',
    other: 'SCOPE_OTHER_TREE',
    opens: (facts) => [facts.rootRunId],
  },
  {
    prefix: 'run:',
    empty: 'SCOPE_EMPTY_RUN',
    other: 'SCOPE_OTHER_RUN',
    opens: (facts) => [facts.runId, facts.continuationParentRunId, facts.parentRunId],
  },
];
