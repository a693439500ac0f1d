// docs/operations.md has a section for each alert and a row for each warning: what happened, what is lost, what to do, in
// commands that exist.
import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { WARNING_CODES } from '../../src/telemetry/warnings.ts';

const PAGE = readFileSync('docs/operations.md', 'utf8');
const ALERTS: readonly string[] = parse(readFileSync('deploy/prometheus/alerts.yaml', 'utf8')).groups[0].rules.map(
  ({ alert }: { alert: string }) => alert,
);
const SECTIONS = new Map(
  PAGE.split(/^### /m)
    .slice(1)
    .map((section) => [section.split('\n')[0]!, section.split(/^## /m)[0]!]),
);

test('every alert has its section, and no section is without its alert', () => {
  expect([...SECTIONS.keys()].toSorted()).toEqual(ALERTS.toSorted());
});

test.each(ALERTS)('%s: what happened, what is lost, what to do, in commands', (alert) => {
  const section = SECTIONS.get(alert)!;
  for (const part of ['What happened', 'What is lost', 'What to do']) {
    expect(section).toMatch(new RegExp(`^- \\*\\*${part}\\.\\*\\* \\S.{5,}$`, 'm'));
  }
  expect(section).toMatch(/^```sh\n\S[\s\S]+?\n```$/m);
});

test('every warning has its row, and every alert that a row names is one', () => {
  const table = PAGE.split('## The warnings')[1]!.split('\n## ')[0]!;
  const named = [...table.matchAll(/`([A-Z_]{5,})`/g)].map(([, code]) => code!);
  expect(named.toSorted()).toEqual([...WARNING_CODES].toSorted());
  for (const [alert] of table.matchAll(/\bTollgate[A-Z]\w+/g)) expect(ALERTS).toContain(alert);
});

test('what the commands call exists', () => {
  const root = protobuf.Root.fromJSON(JSON.parse(readFileSync('src/gen/tollgate.json', 'utf8')));
  const called = [...PAGE.matchAll(/tollgate\.v1\.(\w+)\/(\w+)/g)];
  expect(called.length).toBeGreaterThan(5);
  for (const [whole, service, method] of called) {
    expect(root.lookupService(`tollgate.v1.${service}`).methods[method!], whole).toBeDefined();
  }
  for (const [, message, fields] of PAGE.matchAll(/-d '(\{.*?\})' \S+ tollgate\.v1\.\w+\/(\w+)/g)) {
    const type = root.lookupType(`tollgate.v1.${fields}Request`);
    expect(Object.keys(JSON.parse(message!)).filter((name) => !type.fields[name])).toEqual([]);
  }
});
