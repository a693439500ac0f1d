// What every call of one listener is run with.
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
  /** Our own streams that are open, whose callers are asked for again. */
  readonly openStreams: StreamChecks;
  readonly inFlight: InFlight;
  readonly refusals: FoldedLog;
  /** Calls that the store has failed. */
  readonly storeFailures: FoldedLines;
  readonly outage: OutageLog;
  readonly decisionLog: DecisionLog;
  readonly telemetry: Telemetry;
  /** Aborted when the server begins to stop. */
  readonly draining: AbortSignal;
  /** Aborted when the streams that are still open must end for the server to stop in time. */
  readonly stopping: AbortSignal;
  /** The largest request, by the size that an operation states. */
  readonly bytesMax: { readonly request: number; readonly append: number };
}
