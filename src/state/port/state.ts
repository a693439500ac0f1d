// What an engine must do, in the domain's words. Both engines pass one contract suite; anything they throw is a Failure.
//
// INVARIANT: every mutating operation reads, decides and writes in one atomic step of the store, and remembers its
// operation (the caller's idempotency key) in that same step.
// INVARIANT: an answer is true at the store's clock `now` that it carries; a process's own clock is never compared
// with what is stored.
import type { Agents } from './agent.ts';
import type { Charges } from './charge.ts';
import type { DecisionRecords } from './decision.ts';
import type { Identities } from './identity.ts';
import type { Ledgers } from './ledger.ts';
import type { Policies } from './policy.ts';
import type { Runs } from './run.ts';
import type { Sessions } from './session.ts';
import type { Engine } from './store.ts';
import type { Subjects } from './subject.ts';

export interface State
  extends Engine,
    Identities,
    Sessions,
    Charges,
    Agents,
    Runs,
    Ledgers,
    Policies,
    DecisionRecords,
    Subjects {
  /** The same state for one caller, who no longer waits after `deadline`, in ms of `performance.now()`. */
  within(deadline: number): State;
  /** The same for one that would rather wait for a slow store than fail soon. Nobody else is held up by its waiting. */
  withTimeout(deadline: number): State;
}
