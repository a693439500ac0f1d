// Sweeps the store at an interval.
import type { Config } from '../config/config.ts';
import { localContext } from '../pdp/call-context.ts';
import type { Pdp } from '../pdp/pdp.ts';
import { sweep } from '../pdp/sweep/sweep.ts';
import { errorFields, type Logger } from '../telemetry/log.ts';

/** Starts sweeping. A sweep begins one interval after the end of the sweep before it. @returns how to stop */
export function startSweeper(config: Config, pdp: Pdp, log: Logger): () => void {
  const rules = {
    endedSessionRetentionMs: config.sessions.endedRetentionMs,
    runRetentionMs: config.runs.retentionMs,
  };
  let timer: NodeJS.Timeout;
  let stopped = false;
  const schedule = (): void => {
    timer = setTimeout(async () => {
      try {
        const swept = await sweep(localContext(pdp), rules);
        if (Object.values(swept).some((count) => count > 0)) log.debug(swept, 'swept');
      } catch (error) {
        log.debug(errorFields(error), 'sweep postponed');
      }
      if (!stopped) schedule();
    }, config.sweep.intervalMs).unref();
  };
  schedule();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
