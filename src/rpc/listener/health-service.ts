// The handlers of grpc.health.v1.Health over a fixed list of services.
//
// WHY NOT those of grpc-health-check, of which only the definition is used: they keep an entry for every name that was
// ever watched, put the name into their answers in any length, and write to a watcher that does not read.
import {
  type Server,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { service as definition } from 'grpc-health-check';

export type HealthStatus = 'SERVING' | 'NOT_SERVING';
type Request = { service: string };
type Answer = { status: HealthStatus | 'SERVICE_UNKNOWN' };
type Watch = ServerWritableStream<Request, Answer>;

export class HealthService {
  readonly #statuses: Map<string, HealthStatus>;
  readonly #watches = new Set<{ readonly service: string; tell: () => void }>();

  constructor(statuses: Readonly<Record<string, HealthStatus>>) {
    this.#statuses = new Map(Object.entries(statuses));
  }

  /** @param service  one of those that were there from the start */
  set(service: string, serving: HealthStatus): void {
    this.#statuses.set(service, serving);
    for (const watch of this.#watches) if (watch.service === service) watch.tell();
  }

  addTo(server: Server): void {
    const handlers: UntypedServiceImplementation = {
      Check: (call: ServerUnaryCall<Request, Answer>, answer: sendUnaryData<Answer>) => {
        const found = this.#statuses.get(call.request.service);
        if (found) answer(null, { status: found });
        else answer({ code: status.NOT_FOUND, details: 'there is no such service' });
      },
      List: (_call: unknown, answer: sendUnaryData<{ statuses: Record<string, Answer> }>) => {
        const statuses = [...this.#statuses].map(([service, found]) => [service, { status: found }]);
        answer(null, { statuses: Object.fromEntries(statuses) });
      },
      Watch: (call: Watch) => this.#watch(call),
    };
    server.addService(definition, handlers);
  }

  /** Services are never added, so a watch of an unknown service gets SERVICE_UNKNOWN, stays open and is not tracked. */
  #watch(call: Watch): void {
    const { service } = call.request;
    if (!this.#statuses.has(service)) {
      call.write({ status: 'SERVICE_UNKNOWN' });
      return;
    }
    let told: HealthStatus | undefined;
    let isWriting = false;
    const watch = {
      service,
      // A watcher that does not read gets only the latest status when it reads again.
      tell: () => {
        const now = this.#statuses.get(service);
        if (isWriting || now === undefined || now === told) return;
        told = now;
        isWriting = true;
        call.write({ status: now }, () => {
          isWriting = false;
          watch.tell();
        });
      },
    };
    this.#watches.add(watch);
    call.on('cancelled', () => this.#watches.delete(watch));
    watch.tell();
  }
}
