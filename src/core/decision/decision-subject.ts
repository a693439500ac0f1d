// Whom a decision is about, as lists of decisions are looked for by it: an agent or a principal.
import type { DecisionRecord } from './decision-record.ts';

export interface DecisionSubject {
  readonly field: 'agent' | 'principal';
  readonly value: string;
}

/** What the context of a decision names. */
export function subjectsOfDecision({
  agentId,
  principal,
}: Pick<DecisionRecord, 'agentId' | 'principal'>): DecisionSubject[] {
  return [
    ...(agentId === undefined ? [] : [{ field: 'agent', value: agentId } as const]),
    ...(principal === undefined ? [] : [{ field: 'principal', value: principal } as const]),
  ];
}

export function isAbout(record: DecisionRecord, { field, value }: DecisionSubject): boolean {
  return (field === 'agent' ? record.agentId : record.principal) === value;
}
