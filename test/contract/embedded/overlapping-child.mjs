// Writes with lmdb alone, as it comes: showing a transaction while it is flushed. Says whether readers see the first one
// that failed.
import { setTimeout as sleep } from 'node:timers/promises';
import { open } from 'lmdb';

const root = open({ path: process.argv[3], noSubdir: false, encoding: 'string', eventTurnBatching: false });
process.on('unhandledRejection', () => undefined);
for (let key = 1; ; key++) {
  const written = root.transaction(() => root.put(key, 'x'.repeat(2_000)));
  const failed = await written.then(
    () => false,
    () => true,
  );
  if (failed) console.log(root.get(key) === undefined ? 'hidden' : 'shown');
  else if (key === 1) console.log('ready');
  if (failed) process.exit(0);
  await sleep(5);
}
