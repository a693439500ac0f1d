// Which decision records a reader asks for. A field that is left out fits every record.
import type { Effect, Reason } from './decision.ts';
import type { DecisionRecord, DecisionRpc } from './decision-record.ts';

export interface DecisionFilter {
  readonly agentId: string | undefined;
  readonly principal: string | undefined;
  /** As {@link DecisionRecord.traceHash}. */
  readonly traceHash: string | undefined;
  readonly effect: Effect | undefined;
  readonly reason: Reason | undefined;
  readonly rpc: DecisionRpc | undefined;
  /** One of those that the record lists. */
  readonly tool: string | undefined;
}

export function fits(record: DecisionRecord, filter: DecisionFilter): boolean {
  const { tool } = filter;
  return (
    EQUAL.every((field) => filter[field] === undefined || record[field] === filter[field]) &&
    (tool === undefined || record.calls.some((call) => call.tool === tool))
  );
}

const EQUAL = ['agentId', 'principal', 'traceHash', 'effect', 'reason', 'rpc'] as const;
