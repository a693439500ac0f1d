// Secrets at the place where a text is cut: what is kept of a long text holds no part of one, though its rest is not looked at.
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../../../src/core/limits.ts';
import { redact } from '../../../../src/core/redaction/redact.ts';
import { storable } from '../../../../src/core/redaction/storable.ts';
import { type AuditEvent, shapeEvents } from '../../../../src/core/run/audit.ts';
import { cutUtf8 } from '../../../../src/core/text.ts';
import { randomFrom } from '../../../support/random.ts';
import { policyOf } from '../policies.ts';
import { aRun } from '../runs.ts';
import { type Secret, secretsOf } from './secrets.ts';

const MAX = LIMITS.toolBodyBytesMax;
const seed = Date.now() % 2 ** 31;
const random = randomFrom(seed);

/** Twelve characters of it in one piece. */
function leaks(text: string, { secret }: Pick<Secret, 'secret'>): boolean {
  for (let at = 0; at + 12 <= secret.length; at++) if (text.includes(secret.slice(at, at + 12))) return true;
  return false;
}

/** Words up to a place, the secret, and far more words than are looked at. */
const acrossTheCut = (text: string, before: number) =>
  `${'lorem ipsum '.repeat(2_000).slice(0, before - 1)} ${text} ${'dolor sit '.repeat(20_000)}`;
const inJson = (text: string, before: number) =>
  JSON.stringify({ a: 'x'.repeat(before), note: text, rest: 'dolor sit '.repeat(20_000) });
const inJsonInJson = (text: string, before: number) => JSON.stringify({ body: inJson(text, before) });

describe('a secret across the cut', () => {
  test('goes as a whole, of every kind, wherever it begins', { timeout: 60_000 }, () => {
    for (const secret of secretsOf(random)) {
      for (const build of [acrossTheCut, inJson, inJsonInJson]) {
        for (let turn = 0; turn < 12; turn++) {
          const before = MAX - random(secret.text.length + 60);
          const { text, cut } = storable(build(secret.text, before), MAX);
          expect(cut).toBe(true);
          expect(leaks(text, secret), `${secret.kind} at ${before} of seed ${seed}: ${text.slice(-300)}`).toBe(false);
        }
      }
    }
  });

  test('and would not, were it cut first', () => {
    const leaking = secretsOf(random).filter((secret) =>
      [10, 20, 30].some((shown) =>
        leaks(redact(cutUtf8(acrossTheCut(secret.text, MAX - shown), MAX).text).text, secret),
      ),
    );
    expect(leaking.length).toBeGreaterThan(5);
  });

  test('at the end of what is looked at, leaves no part of it even if all before it shrinks', {
    timeout: 60_000,
  }, () => {
    for (const secret of secretsOf(random)) {
      for (let before = 11_900; before < 12_250; before += 31) {
        const key = `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(before - 200)}\n-----END PRIVATE KEY-----`;
        const { text } = storable(`${key.padEnd(before)} ${secret.text} ${'dolor '.repeat(20_000)}`, MAX);
        expect(leaks(text, secret), `${secret.kind} at ${before} of seed ${seed}`).toBe(false);
      }
    }
  });
});

describe('of a long text', () => {
  const filler = 'dolor sit '.repeat(1_500);

  test('a value goes that is named behind what is looked at', () => {
    for (const value of ['hunter2-hunter2', 'hunter2-'.repeat(2_000)]) {
      const item = { value, note: filler, name: 'password' };
      const bodies = [item, [1, item], { body: JSON.stringify(item) }, { a: { b: [item] } }].map((one) =>
        JSON.stringify(one),
      );
      for (const body of bodies) expect(storable(body, MAX).text).not.toContain('hunter2');
      expect(dataOf({ kind: 'tool_use', name: 'read', id: '', args: bodies[0]!, result: bodies[2]! })).not.toContain(
        'hunter2',
      );
    }
  });

  test('a value stays behind which nothing is named', () => {
    expect(storable(JSON.stringify({ value: 'forty-two', note: filler }), MAX).text).toContain('forty-two');
  });

  test('an address goes whose password has not ended where the looking ends', () => {
    const { text } = storable(`see https://app:${'aB3x'.repeat(10_000)}@db.example.org/`, MAX);
    expect(text).not.toContain('aB3xaB3x');
  });

  test('as much is kept as may be, though long secrets before it go', () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(9_000)}\n-----END PRIVATE KEY-----`;
    const { text, redactions } = storable(`${key}\n${'lorem ipsum '.repeat(2_000)}`, MAX);
    expect(redactions).toMatchObject([{ rule: 'private_key' }]);
    expect(text.length).toBeGreaterThan(MAX - 10);
  });

  test('the number of bytes left out is told', () => {
    const length = 100_000;
    const { text } = storable('x'.repeat(length), MAX);
    expect(text).toBe(`${'x'.repeat(MAX)}…[+${length - MAX} bytes]`);
  });

  test('the end is not looked at: a long text takes no longer than a short one', () => {
    let looked = 0;
    const scan = (text: string) => {
      looked += text.length;
      return { text, redactions: [] };
    };
    storable('y'.repeat(4_000_000), MAX, scan);
    expect(looked).toBeLessThan(3 * MAX + 1_000);
  });
});

function dataOf(event: AuditEvent): string {
  const policy = policyOf({ audit: { profile: 'compatible' } });
  return shapeEvents(aRun(), [event], policy, 1_000_000)
    .records.map(({ data }) => data)
    .join();
}
