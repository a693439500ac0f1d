// What every engine must do, once. An engine's own test file opens it and hands it over; a case that it cannot run is
// named in the skip list with the reason.
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import type { State } from '../../src/state/port/state.ts';
import { agentCases } from './agents.ts';
import { chargeCases } from './charges.ts';
import { checkpointCases } from './checkpoints.ts';
import { closingCases } from './closing.ts';
import { concurrencyCases } from './concurrency.ts';
import { creationCases } from './creation.ts';
import { decisionCases } from './decisions.ts';
import { identityCases } from './identities.ts';
import { keyCases } from './keys.ts';
import { listingCases } from './listing.ts';
import { policyCases } from './policies.ts';
import { runIndexCases } from './run-indexes.ts';
import { runCases } from './runs.ts';
import { secretMemoryCases } from './secret-memory.ts';
import { storeCases } from './store.ts';
import { subjectCases } from './subjects.ts';

/** How long an ended session still answers in the suite; `open` must configure the engine so. */
export const RETENTION_MS = 900_000;
/** How decisions are kept in the suite; likewise. */
export const DECISIONS = { retentionMs: LIMITS.decisionRetentionMsDefault, perSessionMax: 1_600 };

/**
 * The store's clock in the test's hands. It stands still between advances (lifetimes of identity records that the
 * store itself counts down may run on), and a negative advance sets it back.
 */
export interface TestClock {
  now(): number;
  advance(ms: number): Promise<void>;
}

export interface Opened {
  readonly state: State;
  readonly clock: TestClock;
  close(): Promise<void>;
  /** Puts any bytes where another service would put an identity record. */
  plantIdentity?(traceId: string, bytes: Uint8Array, ttlMs: number): Promise<void>;
}

/** Adds one case; it gets a store of its own, empty and freshly opened. */
export type AddCase = (title: string, run: (opened: Opened) => Promise<void>) => void;

const AREAS = {
  store: storeCases,
  identities: identityCases,
  'session creation': creationCases,
  charges: chargeCases,
  'idempotency keys': keyCases,
  closing: closingCases,
  'lists and removal': listingCases,
  agents: agentCases,
  concurrency: concurrencyCases,
  runs: runCases,
  'secrets of a run': secretMemoryCases,
  'run indexes': runIndexCases,
  decisions: decisionCases,
  checkpoints: checkpointCases,
  policies: policyCases,
  subjects: subjectCases,
} satisfies Record<string, (add: AddCase) => void>;

/**
 * Runs the contract over one engine.
 *
 * @param open     an empty store each time, with {@link RETENTION_MS} and {@link DECISIONS}
 * @param skipped  why the engine cannot run a case, by the case's title
 */
export function contractSuite(
  name: string,
  open: () => Promise<Opened>,
  skipped: Readonly<Record<string, string>> = {},
): void {
  describe(`${name}: what every engine must do`, () => {
    const titles = new Set<string>();
    for (const [area, addCases] of Object.entries(AREAS)) {
      describe(area, () => {
        addCases((title, run) => {
          titles.add(title);
          const reason = Object.hasOwn(skipped, title) ? skipped[title] : undefined;
          test.skipIf(reason)(reason ? `${title} (skipped: ${reason})` : title, async () => {
            const opened = await open();
            try {
              await run(opened);
            } finally {
              await opened.close();
            }
          });
        });
      });
    }
    test('every skipped case is a case of the suite', () => {
      expect(Object.keys(skipped).filter((title) => !titles.has(title))).toEqual([]);
    });
  });
}
