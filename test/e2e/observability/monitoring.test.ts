// The dashboard, the alerts and the page about metrics speak of metrics that exist, and Prometheus's own tool can read all.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { WARNING_CODES } from '../../../src/telemetry/warnings.ts';
import { clientsOf } from '../../support/clients.ts';
import { type FoundPromtool, findPromtool, promtool } from '../../support/promtool.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';
import { callOf, started } from '../../support/scene.ts';
import { PATIENCE, type RunningServer, startServer } from '../../support/server.ts';
import { testFolder } from '../../unit/config/folder.ts';
import { ask, MONITORED, monitoringOf, Scrape } from './scrape.ts';

const DASHBOARD = JSON.parse(readFileSync('deploy/grafana/tollgate.json', 'utf8'));
const ALERTS = 'deploy/prometheus/alerts.yaml';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}
const RULES: readonly Rule[] = parse(readFileSync(ALERTS, 'utf8')).groups[0].rules;

const QUERIES: readonly string[] = [
  ...DASHBOARD.panels.flatMap(({ targets = [] }: { targets?: { expr: string }[] }) => targets.map(({ expr }) => expr)),
  ...DASHBOARD.templating.list
    .map(({ query }: { query: string }) => query)
    .filter((query: string) => query.includes('(')),
];

/** What Prometheus adds to each series by itself. */
const OWN_LABELS = ['job', 'instance', 'le'];

let redis: RedisServer;
let server: RunningServer;
let found: FoundPromtool;
let text: string;

/** One scrape of a server that has met most of what can be counted. */
beforeAll(async () => {
  found = await findPromtool();
  redis = await startRedis();
  server = await startServer({ store: redis.url, env: { ...PATIENCE, ...MONITORED } });
  const clients = clientsOf(server);
  const call = await callOf(clients, { idempotency_key: 'k' });
  for (let at = 0; at < 2; at++) await clients.decisions('Authorize', call);
  await clients.decisions('Authorize', { ...call, trace_id: 'forged' });
  await clients.decisions('Authorize', {}).catch(() => {});
  const { run_id } = await started(clients);
  await clients.decisions('AppendAudit', { run_id, events: [{ error: { message: 'a' } }] });
  await unknownMethod(clients.raw('PolicyDecisionService'));
  text = (await ask(monitoringOf(server), '/metrics')).text;
  clients.close();
}, 200_000);

afterAll(async () => {
  await server?.stop();
  await redis?.stop();
});

function unknownMethod(client: grpc.Client): Promise<void> {
  const asIs = (bytes: Buffer) => bytes;
  return new Promise((resolve) => {
    client.makeUnaryRequest('/none/None', asIs, asIs, Buffer.alloc(0), new grpc.Metadata(), {}, () => resolve());
  });
}

/** Families by their names, each with the names of its labels; those without a series so far have none. */
function families(): Map<string, Set<string>> {
  const declared = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name]) => [name!, new Set<string>()]));
  for (const series of new Scrape(text).series.keys()) {
    const [name, labels = ''] = series.split('{');
    const family = declared.get(name!) ?? declared.get(name!.replace(/_(bucket|sum|count)$/, ''));
    for (const [, label] of labels.matchAll(/(\w+)="/g)) family?.add(label!);
  }
  // Of a server with TLS alone.
  for (const label of ['listener', 'file']) declared.get('tollgate_certificate_expiry_seconds')?.add(label);
  return declared;
}

/** The metrics that a query names, each with the labels that it selects by. */
function metricsOf(query: string): { name: string; labels: string[] }[] {
  return [...query.matchAll(/\b((?:tollgate|nodejs|process)_\w+)(?:\{([^}]*)\})?/g)].map(([, name, selector = '']) => ({
    name: name!,
    labels: [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, label]) => label!),
  }));
}

function unknownIn(query: string): string[] {
  const known = families();
  return metricsOf(query).flatMap(({ name, labels }) => {
    const family = known.get(name) ?? known.get(name.replace(/_(bucket|sum|count)$/, ''));
    if (!family) return [name];
    return labels
      .filter((label) => !family.has(label) && !OWN_LABELS.includes(label))
      .map((label) => `${name}.${label}`);
  });
}

describe('every query', () => {
  test('of the dashboard is about metrics and labels that exist', () => {
    expect(QUERIES.length).toBeGreaterThan(20);
    for (const query of QUERIES)
      expect([query, metricsOf(query).length > 0, unknownIn(query)]).toEqual([query, true, []]);
  });

  test('of the alerts is about metrics and labels that exist, and each says what to do', () => {
    for (const { alert, expr, annotations } of RULES) {
      expect([alert, unknownIn(expr)]).toEqual([alert, []]);
      expect(annotations.summary, alert).toMatch(/\S/);
      expect(annotations.runbook, alert).toMatch(/\.$/);
      expect(annotations.runbook, alert).not.toContain('\n');
    }
  });

  test('that is about another metric or label would be found', () => {
    expect(unknownIn('rate(tollgate_decision_total[1m])')).toEqual(['tollgate_decision_total']);
    expect(unknownIn('tollgate_decisions_total{tool="x", effect="DENY"}')).toEqual(['tollgate_decisions_total.tool']);
  });

  test('names warnings that exist', () => {
    const named = [...QUERIES, ...RULES.map(({ expr }) => expr)].flatMap((query) =>
      [...query.matchAll(/tollgate_warnings\{code=~?"([^"]*)"/g)].flatMap(([, codes]) => codes!.split('|')),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((code) => !(WARNING_CODES as readonly string[]).includes(code))).toEqual([]);
  });

  test('names codes and reasons that exist', () => {
    const descriptor =
      readFileSync('proto/tollgate/v1/error.proto', 'utf8') + readFileSync('proto/tollgate/v1/decision.proto', 'utf8');
    const values = [...QUERIES, ...RULES.map(({ expr }) => expr)].flatMap((query) =>
      [
        ...query
          .replace(/tollgate_warnings\{[^}]*\}/g, '')
          .matchAll(/\b(code|reason|effect)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g),
      ].flatMap(([, label, value]) => value!.split('|').map((each) => ({ label, each }))),
    );
    expect(values.length).toBeGreaterThan(5);
    for (const { label, each } of values) {
      const exists =
        label === 'code'
          ? each in grpc.status
          : new RegExp(`\\b(ERROR_REASON|REASON|EFFECT)_${each}\\b`).test(descriptor) || REFUSALS.test(each);
      expect([label, each, exists]).toEqual([label, each, true]);
    }
  });
});

/** Reasons of tollgate_refused_total, which no method answers with. */
const REFUSALS = new RegExp(
  `^(${['connection', 'request-head', 'library-statuses']
    .flatMap((file) => [
      ...readFileSync(`src/rpc/listener/${file}.ts`, 'utf8').matchAll(/(?<![=!])[|=] '([A-Z_0-9]+)'/g),
    ])
    .map(([, name]) => name)
    .join('|')})$`,
);

test('docs/observability.md explains every reason for which something is refused below the methods', () => {
  const page = readFileSync('docs/observability.md', 'utf8');
  const names = REFUSALS.source.replace(/^\^\(|\)\$$/g, '').split('|');
  expect(names.length).toBeGreaterThan(20);
  for (const name of names) expect(page).toContain(`\`${name}\``);
});

test('docs/observability.md explains the metrics that exist, and no others', () => {
  const page = readFileSync('docs/observability.md', 'utf8');
  const explained = [...page.matchAll(/^\| `(tollgate_\w+)`/gm)].map(([, name]) => name!);
  expect(explained.sort()).toEqual([...families().keys()].filter((name) => name.startsWith('tollgate_')).sort());
});

describe('promtool', () => {
  const checked = (name: string, check: (path: string) => Promise<void>) =>
    test(name, async (context) => {
      if (found.path === undefined) {
        console.warn(`skipped: ${found.missing}`);
        return context.skip(found.missing);
      }
      await check(found.path);
    });

  checked('can read the alerts', async (path) => {
    const { code, text: said } = await promtool(path, ['check', 'rules', ALERTS]);
    expect([code, said]).toEqual([0, expect.stringContaining(`${RULES.length} rules found`)]);
  });

  checked('sees them come and go', async (path) => {
    const { code, text: said } = await promtool(path, ['test', 'rules', 'test/e2e/observability/alerts.test.yaml']);
    expect([code, said]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  checked('can read every query of the dashboard', async (path) => {
    const rules = QUERIES.filter((query) => !query.startsWith('label_values')).map((query, at) => ({
      record: `query:${at}`,
      expr: query.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.+'),
    }));
    const file = join(testFolder({}), 'queries.yaml');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    const { code, text: said } = await promtool(path, ['check', 'rules', file]);
    expect([code, said]).toEqual([0, expect.stringContaining(`${rules.length} rules found`)]);
  });

  checked('finds nothing wrong with our metrics', async (path) => {
    const { text: said } = await promtool(path, ['check', 'metrics'], text);
    // Three of prom-client's own, of Node, have a suffix that it would rather not see.
    expect(said.split('\n').filter((line) => line !== '' && !line.startsWith('nodejs_active_'))).toEqual([]);
    const broken = await promtool(path, ['check', 'metrics'], `${text}\ntollgate_broken{ 1\n`);
    expect(broken.code).not.toBe(0);
  });
});
