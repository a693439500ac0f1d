// The two listeners and what is on each: what a runner must not call is simply not there for it.
import type { Config } from '../config/config.ts';
import type { Pdp } from '../pdp/pdp.ts';
import type { Logger } from '../telemetry/log.ts';
import { errorFields } from '../telemetry/log.ts';
import { DecisionLog } from './decision-log.ts';
import { Health } from './health.ts';
import { InFlight } from './in-flight.ts';
import { fullName, Listener, type Service } from './listener.ts';
import { auditService, auditStreams } from './services/audit.ts';
import { agentService, identityService, type ServerFacts, serverService } from './services/management.ts';
import { policyDecisionService } from './services/policy-decision.ts';
import { runService } from './services/run.ts';
import { sessionService } from './services/session.ts';
import type { Edge } from './unary.ts';

export class GrpcServer {
  readonly #listeners: { readonly decision: Listener; readonly management: Listener };
  readonly #health: Health;
  readonly #graceMs: number;

  constructor(config: Config, pdp: Pdp, facts: ServerFacts, log: Logger) {
    const decision: Service[] = [
      { name: 'PolicyDecisionService', operations: policyDecisionService(new DecisionLog(log)) },
      { name: 'RunService', operations: runService() },
    ];
    const management: Service[] = [
      { name: 'SessionService', operations: sessionService() },
      { name: 'AgentService', operations: agentService() },
      { name: 'IdentityService', operations: identityService() },
      { name: 'AuditService', operations: auditService(), streams: auditStreams() },
      { name: 'ServerService', operations: serverService(facts) },
    ];
    const { requestBytes, appendBytes } = config.limits;
    const edge: Edge = {
      pdp,
      log,
      inFlight: new InFlight(),
      requestBytesMax: (method) => (method.name === 'AppendAudit' ? appendBytes : requestBytes),
    };
    const services = [...decision, ...management].map(({ name }) => fullName(name));
    this.#health = new Health(pdp.state, services, (serving, error) => {
      if (serving) log.info('the store answers: serving');
      else log.error(errorFields(error), 'the store does not answer: not serving');
    });
    const shared = { edge, health: this.#health, bytesMax: Math.max(requestBytes, appendBytes) };
    this.#listeners = {
      decision: new Listener(config.listeners.decision, { ...shared, services: decision }),
      management: new Listener(config.listeners.management, {
        ...shared,
        services: management,
        bytesMax: requestBytes,
      }),
    };
    this.#graceMs = config.shutdown.graceMs;
  }

  /** @throws StartupError when an address cannot be had */
  async start(): Promise<{ decision: string; management: string }> {
    const { decision, management } = this.#listeners;
    await management.bind();
    await decision.bind();
    await this.#health.start();
    return { decision: decision.text, management: management.text };
  }

  /** Says NOT_SERVING, lets calls in flight finish within the grace period, and ends the rest. */
  async stop(): Promise<void> {
    this.#health.stop();
    const { decision, management } = this.#listeners;
    await Promise.all([decision.drain(this.#graceMs), management.drain(this.#graceMs)]);
  }
}
