// What all calls of one listener share.
import type { Pdp } from '../../pdp/pdp.ts';
import type { FoldedLines } from '../../telemetry/folded-lines.ts';
import type { FoldedLog } from '../../telemetry/folded-log.ts';
import type { OutageLog } from '../../telemetry/outage-log.ts';
import type { Callers } from './callers.ts';
import type { DecisionLog } from './decision-log.ts';
import type { InFlight } from './in-flight.ts';
import type { Telemetry } from './observer.ts';
import type { StreamChecks } from './stream-checks.ts';

export interface Edge {
  readonly pdp: Pdp;
  readonly callers: Callers;
  /** Open streams, whose callers are checked again at intervals. */
  readonly openStreams: StreamChecks;
  readonly inFlight: InFlight;
  readonly refusals: FoldedLog;
  /** Log lines for calls that failed because of the store. */
  readonly storeFailures: FoldedLines;
  readonly outage: OutageLog;
  readonly decisionLog: DecisionLog;
  readonly telemetry: Telemetry;
  /** Aborted when the server begins to stop. */
  readonly draining: AbortSignal;
  /** Aborted when the remaining streams must end so that the server stops in time. */
  readonly stopping: AbortSignal;
  /** The largest request in bytes, by the row's `size`. */
  readonly bytesMax: { readonly request: number; readonly append: number };
}
