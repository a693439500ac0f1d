// The operator's redaction rules and known values of a running server.
import type { Config } from '../config/config.ts';
import { RedactionSource } from '../redaction/redaction-source.ts';
import { errorFields, type Logger } from '../telemetry/log.ts';

/** Opens the files that redaction reads. @throws StartupError when one cannot be used */
export function openRedaction({ redaction }: Config, log: Logger): RedactionSource {
  return new RedactionSource(redaction, (reload) => {
    if ('values' in reload) log.info({ values: reload.values }, 'known values in force');
    else log.error(errorFields(reload.problem), 'known values refused; the last good ones stay in force');
  });
}
