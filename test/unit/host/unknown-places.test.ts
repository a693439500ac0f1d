import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressGroup } from '../../../src/host/remote-address.ts';
import { UnknownPlaces } from '../../../src/host/unknown-places.ts';

interface Holder {
  readonly name: string;
}
const holders = (...names: string[]): Holder[] => names.map((name) => ({ name }));

describe('places for those who are not known', () => {
  test('go to the newcomer from the oldest of its address, once the address holds what it may', () => {
    const places = new UnknownPlaces<Holder>({ max: 10, maxPerAddress: 2 });
    const [first, second, third, other] = holders('first', 'second', 'third', 'other') as [
      Holder,
      Holder,
      Holder,
      Holder,
    ];
    expect([places.add(first, 'a'), places.add(second, 'a'), places.add(other, 'b')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(places.add(third, 'a')).toBe(first);
    expect(places.count).toBe(3);
  });

  test('are taken from the address that holds most, and not from the one that holds one', () => {
    const places = new UnknownPlaces<Holder>({ max: 4, maxPerAddress: 4 });
    const [lone, ...many] = holders('lone', 'm1', 'm2', 'm3') as [Holder, ...Holder[]];
    places.add(lone, 'lone');
    for (const holder of many) places.add(holder, 'many');
    expect(places.add({ name: 'new' }, 'new')).toBe(many[0]);
    expect(places.takeFrom('elsewhere')).toBe(many[1]);
  });

  test('are never more than there may be, never evict the newcomer, and count what they hold', () => {
    const step = fc.record({ address: fc.constantFrom('a', 'b', 'c', 'd', 'e'), leaves: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 4 }),
        (steps, max, maxPerAddress) => {
          const places = new UnknownPlaces<Holder>({ max, maxPerAddress });
          const held = new Map<Holder, string>();
          for (const [n, { address, leaves }] of steps.entries()) {
            const [oldest] = held;
            if (leaves && oldest) {
              places.delete(...oldest);
              held.delete(oldest[0]);
              continue;
            }
            const holder = { name: String(n) };
            held.set(holder, address);
            const evicted = places.add(holder, address);
            expect(evicted).not.toBe(holder);
            if (evicted) expect(held.delete(evicted)).toBe(true);
            const own = [...held.values()].filter((each) => each === address);
            expect(own.length).toBeLessThanOrEqual(maxPerAddress);
            expect(held.size).toBeLessThanOrEqual(max);
            expect(places.count).toBe(held.size);
          }
        },
      ),
    );
  });
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
  ['2001:DB8::6', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  [undefined, ''],
])('the address %s counts as %s', (remote, group) => expect(addressGroup(remote)).toBe(group));
