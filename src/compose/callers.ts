// The callers file of a running server.
import type { Config } from '../config/config.ts';
import { type CallerBook, callersParser } from '../config/files/callers-file.ts';
import { PolicySource } from '../config/files/policy-source.ts';
import { errorFields, type Logger } from '../telemetry/log.ts';
import { asksForCertificates } from './check.ts';

/** The book of a server that needs to know no caller. */
export const NO_CALLERS: CallerBook = { tokens: [], certificates: new Map() };

/**
 * Opens the callers file; undefined where no listener needs known callers.
 *
 * @param onChange  runs after other callers have come into force
 */
export function openCallers(config: Config, log: Logger, onChange: () => void): PolicySource<CallerBook> | undefined {
  if (!config.callers) return undefined;
  return new PolicySource<CallerBook>({
    path: config.callers.file,
    parse: callersParser(asksForCertificates(config)),
    onReload: (reload) => {
      if (reload.ok) {
        log.info({ revision: reload.revision }, 'callers in force');
        onChange();
      } else log.error(errorFields(reload.error), 'callers refused; the last good ones stay in force');
    },
  });
}
