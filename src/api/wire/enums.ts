// The wire's enum numbers and core's names for them, both ways.
import { type Effect, REASONS, type Reason } from '../../core/decision/decision.ts';
import { FINAL_STATUSES, type FinalStatus, type RunStatus } from '../../core/run/run.ts';
import { SENSITIVITIES, type SensitivityLevel, type SessionStatus } from '../../core/session/session.ts';
import type { SlashScope, SlashTier } from '../../core/slash/slash.ts';
import type * as wire from '../../gen/tollgate.ts';
import type { Durability } from '../../state/port/store.ts';
import { enumNumbers } from './codec.ts';

export const EFFECT = enumNumbers<Effect, wire.Effect>('Effect', 'EFFECT_');
export const REASON = enumNumbers<Reason, wire.Reason>('Reason', 'REASON_');
export const SESSION_STATUS = enumNumbers<Uppercase<SessionStatus>, wire.SessionStatus>(
  'SessionStatus',
  'SESSION_STATUS_',
);
export const RUN_STATUS = enumNumbers<Uppercase<RunStatus>, wire.RunStatus>('RunStatus', 'RUN_STATUS_');
export const SLASH_SCOPE = enumNumbers<Uppercase<SlashScope>, wire.SlashScope>('SlashScope', 'SLASH_SCOPE_');
export const SLASH_TIER = enumNumbers<Uppercase<SlashTier>, wire.SlashTier>('SlashTier', 'SLASH_TIER_');
export const DURABILITY = enumNumbers<Uppercase<Durability>, wire.Durability>('Durability', 'DURABILITY_');
const SENSITIVITY = enumNumbers<string, wire.Sensitivity>('Sensitivity', 'SENSITIVITY_');

export function upper<Name extends string>(name: Name): Uppercase<Name> {
  return name.toUpperCase() as Uppercase<Name>;
}

/** Numbers of a request's enum to core's names; the unspecified zero is not among them. */
function namesOf<Name extends string>(
  numbers: Readonly<Record<string, number>>,
  names: readonly Name[],
): ReadonlyMap<number, Name> {
  return new Map(names.map((name) => [numbers[upper(name)]!, name]));
}

export const EFFECT_NAMES = new Map((['ALLOW', 'DENY'] as const).map((effect) => [EFFECT[effect], effect]));
export const REASON_NAMES = new Map(REASONS.map((reason) => [REASON[reason], reason]));
export const SENSITIVITY_NAMES = namesOf(SENSITIVITY, SENSITIVITIES);
export const SESSION_STATUS_NAMES = namesOf<SessionStatus>(SESSION_STATUS, ['active', 'closed', 'expired']);
export const FINAL_STATUS_NAMES = namesOf<FinalStatus>(RUN_STATUS, FINAL_STATUSES);
export const RUN_STATUS_NAMES = namesOf<RunStatus>(RUN_STATUS, ['running', ...FINAL_STATUSES]);

export function sensitivityNumber(level: SensitivityLevel): wire.Sensitivity {
  return SENSITIVITY[upper(SENSITIVITIES[level])]!;
}
