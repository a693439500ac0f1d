// The third part of a decision's context: what a management operation changed, as a msgpack array that begins with the number
// of its kind. The numbers and positions are part of the stored format.
import { encode } from '@msgpack/msgpack';
import type { DecisionDetails } from '../../core/decision/decision-details.ts';
import type { SensitivityLevel } from '../../core/session/session.ts';

const KINDS = ['terms', 'removal', 'closed', 'swap'] as const satisfies readonly DecisionDetails['kind'][];

export function encodeDetails(details: DecisionDetails): Uint8Array {
  return encode([KINDS.indexOf(details.kind), ...valuesOf(details)]);
}

function valuesOf(details: DecisionDetails): unknown[] {
  switch (details.kind) {
    case 'terms': {
      const { terms } = details;
      return [
        terms.grant === 'all' ? null : terms.grant,
        terms.callBudget,
        terms.rateLimit ?? null,
        terms.rateWindowMs,
        terms.sensitivityCeiling,
        terms.timeLimitMs,
        terms.owner ?? null,
        terms.delegationChain,
        terms.declaredIntent,
      ];
    }
    case 'removal': {
      const { endedBeforeMs, keepsProof, removed } = details.removal;
      return [endedBeforeMs ?? null, keepsProof, removed ?? null];
    }
    case 'closed':
      return [details.sessionsClosed];
    case 'swap':
      return [details.previousRevision];
  }
}

type Terms = [
  string[] | null,
  number,
  number | null,
  number,
  SensitivityLevel,
  number,
  string | null,
  string[],
  string,
];

/** @throws for what {@link encodeDetails} does not write */
export function detailsOf(decoded: unknown): DecisionDetails {
  if (!Array.isArray(decoded)) throw new Error('decision details: corrupt');
  const [number, ...values] = decoded as [number, ...unknown[]];
  switch (KINDS[number]) {
    case 'terms': {
      const [grant, callBudget, rateLimit, rateWindowMs, sensitivityCeiling, timeLimitMs, ...texts] = values as Terms;
      const [owner, delegationChain, declaredIntent] = texts;
      return {
        kind: 'terms',
        terms: {
          grant: grant ?? 'all',
          callBudget,
          rateLimit: rateLimit ?? undefined,
          rateWindowMs,
          sensitivityCeiling,
          timeLimitMs,
          owner: owner ?? undefined,
          delegationChain,
          declaredIntent,
        },
      };
    }
    case 'removal': {
      const [endedBeforeMs, keepsProof, removed] = values as [number | null, boolean, number | null];
      const removal = { endedBeforeMs: endedBeforeMs ?? undefined, keepsProof, removed: removed ?? undefined };
      return { kind: 'removal', removal };
    }
    case 'closed':
      return { kind: 'closed', sessionsClosed: values[0] as number };
    case 'swap':
      return { kind: 'swap', previousRevision: values[0] as string };
    default:
      throw new Error('decision details: unknown kind');
  }
}
