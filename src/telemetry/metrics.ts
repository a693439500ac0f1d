// What the process does in numbers, for Prometheus. docs/observability.md explains each of them.
//
// INVARIANT: no label takes a string that came from a caller. Every value is of a closed list of ours (the methods of the
// descriptor, gRPC codes, reasons, the port's operations), so the number of series has an end whatever callers send.
import { Counter, Histogram, Registry } from 'prom-client';
import { type ProcessFacts, registerProcessMetrics } from './process-metrics.ts';
import { Tally } from './tally.ts';

/** From a tenth of a millisecond, where a decision without state is, to longer than anybody waits. */
const SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Names by their number on the wire: a decision is counted by numbers. */
interface DecisionNames {
  readonly effects: readonly string[];
  readonly reasons: readonly string[];
}

/** What one method counts for itself. `seconds` is left out for a stream, whose length says nothing about us. */
export interface RpcMetrics {
  answered(seconds: number | undefined): void;
  failed(code: string, reason: string, seconds: number | undefined): void;
  decided(effect: number, reason: number): void;
  replayed(): void;
  appended(records: number): void;
}

/** Times operations on the store. @see src/state/observed.ts */
interface StoreMetrics<Operation extends string> {
  begin(operation: Operation): number;
  end(operation: Operation, sinceMs: number, error: unknown): void;
}

export class Metrics {
  readonly #registry = new Registry();
  readonly #tallies: Tally[] = [];
  readonly #rpcs = this.#counter('tollgate_rpcs_total', 'Calls by method, gRPC code and error reason.', [
    'rpc',
    'code',
    'reason',
  ]);
  readonly #rpcSeconds = this.#histogram('tollgate_rpc_seconds', 'Time that a call without a stream took.', 'rpc');
  readonly #decisions = this.#counter('tollgate_decisions_total', 'Decisions by method, effect and reason.', [
    'rpc',
    'effect',
    'reason',
  ]);
  readonly #refused = this.#counter(
    'tollgate_refused_total',
    'Connections and calls that were refused or ended before a method saw them.',
    ['listener', 'reason'],
  );
  readonly #replays = this.#counter('tollgate_replays_total', 'Answers that repeat an earlier one of their key.', [
    'rpc',
  ]);
  readonly #appends = this.#counter('tollgate_audit_appends_total', 'Appends to audit logs, repeats aside.');
  readonly #records = this.#counter('tollgate_audit_records_total', 'Records that these appends stored.');
  readonly #storeErrors = this.#counter('tollgate_store_errors_total', 'Operations on the store that failed.', [
    'operation',
  ]);
  readonly #storeSeconds = this.#histogram(
    'tollgate_store_operation_seconds',
    'Time that an operation on the store took.',
    'operation',
  );

  constructor(facts: ProcessFacts) {
    registerProcessMetrics(this.#registry, facts);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything, in the text format of Prometheus. */
  text(): Promise<string> {
    for (const tally of this.#tallies) tally.flush();
    return this.#registry.metrics();
  }

  ofRpc(rpc: string, { effects, reasons }: DecisionNames): RpcMetrics {
    const ok = { rpc, code: 'OK', reason: '' };
    // Counts that are there from the beginning, so that a rate over the first of their kind is not lost.
    this.#rpcs.inc(ok, 0);
    const answers = this.#tally({ rows: 1, columns: 1 }, (_row, _column, count) => this.#rpcs.inc(ok, count));
    const decisions = this.#tally({ rows: effects.length, columns: reasons.length }, (effect, reason, count) =>
      this.#decisions.inc({ rpc, effect: effects[effect]!, reason: reasons[reason]! }, count),
    );
    const time = this.#rpcSeconds.labels(rpc);
    return {
      answered: (seconds) => {
        answers.add(0, 0);
        if (seconds !== undefined) time.observe(seconds);
      },
      failed: (code, reason, seconds) => {
        this.#rpcs.inc({ rpc, code, reason });
        if (seconds !== undefined) time.observe(seconds);
      },
      decided: (effect, reason) => decisions.add(effect, reason),
      replayed: () => this.#replays.inc({ rpc }),
      appended: (records) => {
        this.#appends.inc();
        this.#records.inc(records);
      },
    };
  }

  /** @param reason  of the closed lists of src/rpc/listener/connections.ts and request-head.ts */
  refused(listener: string, reason: string): void {
    this.#refused.inc({ listener, reason });
  }

  ofStore<Operation extends string>(operations: readonly Operation[]): StoreMetrics<Operation> {
    for (const operation of operations) this.#storeErrors.inc({ operation }, 0);
    const times = new Map(operations.map((operation) => [operation, this.#storeSeconds.labels(operation)]));
    return {
      begin: () => performance.now(),
      end: (operation, sinceMs, error) => {
        times.get(operation)?.observe((performance.now() - sinceMs) / 1000);
        if (error !== undefined) this.#storeErrors.inc({ operation });
      },
    };
  }

  #counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram(name: string, help: string, label: string): Histogram {
    return new Histogram({ name, help, labelNames: [label], buckets: SECONDS, registers: [this.#registry] });
  }

  #tally(...given: ConstructorParameters<typeof Tally>): Tally {
    const tally = new Tally(...given);
    this.#tallies.push(tally);
    return tally;
  }
}
