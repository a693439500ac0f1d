// What an engine must do, in the domain's words. Both engines pass one contract suite. Every error that an engine throws is a
// Failure.
//
// INVARIANT: every mutating operation reads, decides and writes in one atomic step of the store, and stores the caller's
// idempotency key in the same step.
// INVARIANT: an answer that carries `now` is true at that time of the store's clock. A process never compares its own clock
// with stored times.
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
  /** A view of this state for one caller. Its operations fail after `deadline`, in ms of `performance.now()`. */
  within(deadline: number): State;
  /** A view for a caller that prefers to wait for a slow store until `deadline`. Other callers do not wait for its operations. */
  withTimeout(deadline: number): State;
}
