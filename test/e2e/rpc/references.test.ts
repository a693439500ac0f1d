// Every reference in every request is authorised, not only resolved: no field that names something is without a row, and
// each row's wrong objects are tried on both engines.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES, type OpenServer, openServer } from '../../support/engines.ts';
import { makeWorld, outcomeOf, REFERENCES, referenceFields, referenceTable, type World } from './references.ts';

test('every field that names something has a row, and every row a field', () => {
  expect(Object.keys(REFERENCES).toSorted()).toEqual(referenceFields().toSorted());
});

test('every row tries something, except the filters of a stream', () => {
  const without = Object.entries(REFERENCES).filter(([, { cases }]) => Object.keys(cases).length === 0);
  expect(without.every(([field]) => field.startsWith('WatchDecisions.'))).toBe(true);
});

test('the page shows the table', () => {
  expect(readFileSync('docs/references.md', 'utf8')).toContain(`${referenceTable()}\n`);
});

describe.each(ENGINES)('references, %s engine', (engine) => {
  let open: OpenServer;
  let world: World;

  beforeAll(async () => {
    open = await openServer(engine);
    world = await makeWorld(open.clients);
  });
  afterAll(() => open?.close());

  const rows = Object.entries(REFERENCES).filter(([, { cases }]) => Object.keys(cases).length > 0);
  test.each(rows)('%s', async (_field, { cases }) => {
    for (const [kind, [ask, ...answers]] of Object.entries(cases)) {
      expect(answers, kind).toContain(await outcomeOf(ask(world)));
    }
  });
});
