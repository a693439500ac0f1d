// Any single mutation of a bundle is found, and an untouched bundle never fails.
import { expect, test } from 'vitest';
import { readLines } from '../../../src/verify/read-lines.ts';
import type { Report } from '../../../src/verify/report.ts';
import { verifyBundle } from '../../../src/verify/verify-bundle.ts';
import { extent } from '../../support/figures.ts';
import { type Random, randomFrom } from '../../support/random.ts';
import { KEYS, ledgerOf } from './ledgers.ts';
import { bytesOfLines, FORGERIES, LINE_MUTATIONS, type Mutated, subjectOf } from './mutations.ts';
import { bundleOf, type RefLedger } from './reference-bundle.ts';

const COUNT = extent({ cut: 1_000, whole: 10_000 });
const PER_LEDGER = 8;
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 30);

const verify = ({ bytes, checkpoints = [] }: Mutated): Promise<Report> =>
  verifyBundle(readLines([bytes]), { keys: KEYS, checkpoints });

test(`${COUNT} single mutations are found, each under its name`, { timeout: 1_800_000 }, async () => {
  const random = randomFrom(seed);
  const found = new Map<string, number>();
  const untouched = { count: 0 };
  for (let done = 0; done < COUNT; ) {
    const ledger = ledgerOf(random(2 ** 30));
    const lines = bundleOf(ledger);
    const sound = await verify({ bytes: bytesOfLines(lines) });
    expect(sound.faults, `seed ${seed}`).toEqual([]);
    untouched.count += 1;
    for (let tries = 0; tries < PER_LEDGER; tries++) {
      const { name, mutated } = mutationOf(ledger, lines, random);
      if (!mutated) continue;
      const report = await verify(mutated);
      const what = () => `"${name}", mutation ${done} of seed ${seed}: ${JSON.stringify(report.faults.slice(0, 3))}`;
      if (report.ok) expect.fail(`not found: ${what()}`);
      if (mutated.named && !mutated.named.includes(report.faults[0]!.kind))
        expect.fail(`called otherwise than ${mutated.named}: ${what()}`);
      found.set(name, (found.get(name) ?? 0) + 1);
      done += 1;
    }
  }
  const counts = [...found].map(([name, count]) => `${name} ${count}`).join(', ');
  console.log(`${untouched.count} untouched bundles are sound; found of seed ${seed}: ${counts}`);
  for (const name of [...Object.keys(LINE_MUTATIONS), ...Object.keys(FORGERIES)])
    expect(found.get(name), name).toBeGreaterThan(0);
});

test('read as any JSON instead of in its one form, a changed line would pass', { timeout: 60_000 }, async () => {
  const random = randomFrom(seed);
  const passed = { count: 0 };
  for (let tries = 0; tries < 300; tries++) {
    const lines = bundleOf(ledgerOf(random(2 ** 30)));
    const mutated = LINE_MUTATIONS['another form of the same JSON']!(subjectOf(lines), random);
    if (!mutated) continue;
    expect((await verify(mutated)).ok).toBe(false);
    const lenient = mutated.bytes.toString().trim().split('\n');
    if ((await verifyBundle(lenient.map(reformed), { keys: KEYS })).ok) passed.count += 1;
  }
  expect(passed.count).toBeGreaterThan(0);
});

/** The line as it would be seen by a verifier that looks at values only. */
function reformed(line: string): string {
  try {
    return JSON.stringify(JSON.parse(line));
  } catch {
    return line;
  }
}

function mutationOf(ledger: RefLedger, lines: readonly string[], random: Random) {
  const names = [...Object.keys(LINE_MUTATIONS), ...Object.keys(FORGERIES)];
  const name = names[random(names.length)]!;
  const mutated = LINE_MUTATIONS[name]?.(subjectOf(lines), random) ?? FORGERIES[name]?.(ledger, random);
  return { name, mutated };
}
