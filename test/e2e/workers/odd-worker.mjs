// A worker that does what no good one does. Its jobs share a counter with the test: how often they were begun.
export default function run({ odd, counter }) {
  const begun = counter ? Atomics.add(counter, 0, 1) + 1 : 1;
  switch (odd) {
    case 'dies':
      process.exit(3);
      break;
    case 'dies once':
      if (begun === 1) process.exit(3);
      return { value: begun };
    case 'grows': {
      const held = [];
      for (;;) held.push(new Array(1_000_000).fill(held.length));
    }
    // falls through: never reached
    case 'hangs':
      for (;;);
    case 'waits':
      while (Atomics.load(counter, 1) === 0) Atomics.wait(counter, 1, 0, 100);
      return { value: begun };
    case 'fails':
      return { failure: { kind: 'invalid_request', message: 'no', fields: [{ field: 'f', description: 'no' }] } };
    case 'has a bug':
      return { bug: 'TypeError: a bug' };
    default:
      return { value: begun };
  }
}
