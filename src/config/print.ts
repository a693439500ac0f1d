// What the commands show of a configuration and a policy. Values are masked before they come here.

import type { LoadedConfig } from './config.ts';
import type { LoadedPolicy } from './files/policy-file.ts';

/** Every key with its value and where that came from, one aligned line each. */
export function printConfig({ sources }: LoadedConfig): string {
  const rows = sources.map(({ key, value, origin }) => [key, String(value), origin] as const);
  const keyWidth = Math.max(...rows.map(([key]) => key.length));
  const valueWidth = Math.max(...rows.map(([, value]) => value.length));
  return rows
    .map(([key, value, origin]) => `${key.padEnd(keyWidth)}  ${value.padEnd(valueWidth)}  ${origin}`)
    .join('\n');
}

/** One line for a configuration that can be used. */
export function printConfigCheck({ sources }: LoadedConfig): string {
  const set = sources.filter(({ origin }) => origin !== 'default').length;
  return `configuration is valid: ${set} of ${sources.length} keys set`;
}

/** One line for a policy that can be used, after its warnings. It names the file: the one in force may be another. */
export function printPolicyCheck(file: string, { warnings, revision }: LoadedPolicy<unknown>): string {
  const verdict = `policy is valid: ${file}, revision ${revision}`;
  return [...warnings.map((warning) => `warning: ${warning}`), verdict].join('\n');
}
