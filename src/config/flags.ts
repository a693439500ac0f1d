// The command-line options that every command which reads the configuration shares.

import { type Command, Option } from 'commander';
import { KEYS, type KeySpec } from './keys.ts';

/** What commander hands over. Options of other purposes may stand beside these. */
export interface ConfigFlags {
  readonly config?: string;
  readonly dataDir?: string;
  readonly listen?: string;
  readonly management?: string;
  readonly store?: string;
  readonly policy?: string;
  readonly logLevel?: string;
  /** `key=value`, each. */
  readonly set?: readonly string[];
}

/** Flags that stand for one key, as the schema names them. */
export const KEY_FLAGS: readonly { readonly option: Option; readonly spec: KeySpec }[] = KEYS.flatMap((spec) =>
  spec.flag === undefined ? [] : [{ option: new Option(spec.flag, firstSentence(spec)), spec }],
);

/** Adds --config, one flag for each key that has one, and --set; `command.opts()` is then what loadConfig takes. */
export function addConfigOptions(command: Command): Command {
  command.option('--config <path>', 'configuration file (default: ./tollgate.yaml, if there is one)');
  for (const { option } of KEY_FLAGS) command.addOption(option);
  return command.option(
    '--set <key=value>',
    'set any other key; may be repeated',
    (text: string, before?: string[]) => [...(before ?? []), text],
  );
}

function firstSentence({ description }: KeySpec): string {
  return description.split('. ')[0]!.replace(/\.$/, '');
}
