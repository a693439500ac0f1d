// What the connections of a store amount to: whether it is ready, what it promises, and the news that an operator should hear
// once.
import type { Durability, StoreWarning } from '../../port/store.ts';
import { Refusal, type Verdict } from './server-check.ts';
import type { ServerConnection } from './server-connection.ts';
import { connectionsIn, type ServerConnections, type ServerEvent, type ServersInfo } from './server-connections.ts';

/** From the weakest. A store promises what the weakest of its servers does. */
const WEAKEST_FIRST: readonly Durability[] = ['memory', 'aof_everysec', 'aof_always', 'replicated'];

export class ConnectionMonitor {
  readonly #name: string;
  readonly #onEvent: (event: ServerEvent) => void;
  readonly #servers: () => readonly ServerConnections[];
  /** What was reported last of each connection that is lost. */
  readonly #reported = new Map<ServerConnection, string>();
  /** Every history that a server has answered with. */
  readonly #lineages = new Set<string>();
  #lineage = '';
  #wasReady = false;
  #lineageChanges = 0;
  #waiting: (() => void)[] = [];

  constructor(name: string, onEvent: (event: ServerEvent) => void, servers: () => readonly ServerConnections[]) {
    this.#name = name;
    this.#onEvent = onEvent;
    this.#servers = servers;
  }

  changed(server: ServerConnection, problem: unknown): void {
    if (problem === undefined) this.#isReady(server);
    else this.#isLost(server, problem);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Resolves with the next change of any connection. */
  change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Waits for a store that is being opened. @throws Refusal as soon as one of its servers is refused */
  async firstReady(isReady: () => boolean, waitMs: number): Promise<void> {
    const until = performance.now() + waitMs;
    while (!isReady()) {
      const refusal = this.#connections().find(({ problem }) => problem instanceof Refusal)?.problem;
      if (refusal !== undefined) throw refusal;
      const leftMs = until - performance.now();
      if (leftMs <= 0) return;
      await Promise.race([this.change(), new Promise((resolve) => setTimeout(resolve, leftMs))]);
    }
  }

  info(): ServersInfo {
    const connections = this.#connections();
    const verdicts = connections.map(({ verdict }) => verdict).filter((verdict) => verdict !== undefined);
    const problems = connections.filter(({ isReady }) => !isReady).map(({ problem }) => problem);
    return {
      engine: 'redis',
      description: this.#describe(verdicts),
      durability: weakest(verdicts),
      warnings: eachOnce([...problems.map(warningOf), ...verdicts.flatMap(({ warnings }) => warnings)]),
      lineageChanges: this.#lineageChanges,
      breakers: breakersOf(connections),
    };
  }

  #connections(): ServerConnection[] {
    return this.#servers().flatMap(connectionsIn);
  }

  #describe(verdicts: readonly Verdict[]): string {
    const versions = [...new Set(verdicts.map(({ version }) => version))].join(', ');
    if (versions === '') return `${this.#name}, not reached yet`;
    return this.#name.replace(/^Redis( Cluster)?/, (kind) => `${kind} ${versions}`);
  }

  #isReady(server: ServerConnection): void {
    this.#reported.delete(server);
    this.#meet(server.verdict?.lineage ?? '');
    if (!this.#connections().every(({ isReady }) => isReady)) return;
    this.#wasReady = true;
    this.#onEvent({ kind: 'ready', info: this.info() });
  }

  /** A history never met before, once the store was whole, is a change: in a cluster it comes with a connection of its own. */
  #meet(lineage: string): void {
    if (lineage === '' || this.#lineages.has(lineage)) return;
    this.#lineages.add(lineage);
    const from = this.#lineage;
    this.#lineage = lineage;
    if (!this.#wasReady) return;
    this.#lineageChanges++;
    this.#onEvent({ kind: 'lineage_changed', from, to: lineage });
  }

  #isLost(server: ServerConnection, problem: unknown): void {
    const text = String(problem);
    const beside = this.#servers()
      .map(connectionsIn)
      .find((connections) => connections.includes(server)) ?? [server];
    const isNews = beside.every((one) => this.#reported.get(one) !== text);
    this.#reported.set(server, text);
    if (isNews) this.#onEvent({ kind: 'lost', cause: problem });
  }
}

function breakersOf(connections: readonly ServerConnection[]): NonNullable<ServersInfo['breakers']> {
  const breakers = { closed: 0, half_open: 0, open: 0 };
  for (const { breaker } of connections) breakers[breaker]++;
  return breakers;
}

function weakest(verdicts: readonly Verdict[]): Durability {
  const found = verdicts.map(({ durability }) => durability);
  return WEAKEST_FIRST.find((level) => found.includes(level)) ?? 'memory';
}

/** For `GetServerInfo`: only our own words on a server leave this process, never an address or the server's text. */
function warningOf(problem: unknown): StoreWarning {
  const words = problem instanceof Refusal || isOwnWord(problem) ? (problem as Error).message : 'see the log';
  return { code: 'STORE_UNREACHABLE', message: `The store cannot be used now: ${words}.` };
}

function eachOnce(warnings: readonly StoreWarning[]): StoreWarning[] {
  return [...new Map(warnings.map((warning) => [warning.message, warning])).values()];
}

function isOwnWord(problem: unknown): boolean {
  return problem instanceof Error && problem.message.startsWith('this server ');
}
