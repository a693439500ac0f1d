// The wire's enum numbers and core's names for them, both ways.
import { type Effect, REASONS, type Reason } from '../core/decision.ts';
import { FINAL_STATUSES, type FinalStatus, type RunStatus } from '../core/run.ts';
import { SENSITIVITIES, type SensitivityLevel, type SessionStatus } from '../core/session.ts';
import type { SlashScope, SlashTier } from '../core/slash.ts';
import type { Durability } from '../state/port.ts';
import { enumNumbers } from './codec.ts';
import type { Durability__Output } from './gen/tollgate/v1/Durability.ts';
import type { Effect__Output } from './gen/tollgate/v1/Effect.ts';
import type { Reason__Output } from './gen/tollgate/v1/Reason.ts';
import type { RunStatus__Output } from './gen/tollgate/v1/RunStatus.ts';
import type { Sensitivity__Output } from './gen/tollgate/v1/Sensitivity.ts';
import type { SessionStatus__Output } from './gen/tollgate/v1/SessionStatus.ts';
import type { SlashScope__Output } from './gen/tollgate/v1/SlashScope.ts';
import type { SlashTier__Output } from './gen/tollgate/v1/SlashTier.ts';

export const EFFECT = enumNumbers<Effect, Effect__Output>('Effect', 'EFFECT_');
export const REASON = enumNumbers<Reason, Reason__Output>('Reason', 'REASON_');
export const SESSION_STATUS = enumNumbers<Uppercase<SessionStatus>, SessionStatus__Output>(
  'SessionStatus',
  'SESSION_STATUS_',
);
export const RUN_STATUS = enumNumbers<Uppercase<RunStatus>, RunStatus__Output>('RunStatus', 'RUN_STATUS_');
export const SLASH_SCOPE = enumNumbers<Uppercase<SlashScope>, SlashScope__Output>('SlashScope', 'SLASH_SCOPE_');
export const SLASH_TIER = enumNumbers<Uppercase<SlashTier>, SlashTier__Output>('SlashTier', 'SLASH_TIER_');
export const DURABILITY = enumNumbers<Uppercase<Durability>, Durability__Output>('Durability', 'DURABILITY_');
const SENSITIVITY = enumNumbers<string, Sensitivity__Output>('Sensitivity', 'SENSITIVITY_');

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

export function sensitivityNumber(level: SensitivityLevel): Sensitivity__Output {
  return SENSITIVITY[upper(SENSITIVITIES[level])]!;
}
