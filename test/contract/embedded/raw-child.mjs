// Opens a directory with lmdb alone, as the engine would without its checks, and reads everything that is there.
import { open } from 'lmdb';

const root = open({ path: process.argv[3], noSubdir: false, encoding: 'binary', keyEncoding: 'binary', maxDbs: 20 });
let entries = 0;
for (const name of root.getKeys({ start: Buffer.from([0]) })) {
  const table = root.openDB(name.toString(), { encoding: 'binary', keyEncoding: 'binary' });
  for (const _ of table.getRange({ start: Buffer.from([0]) })) entries += 1;
}
console.log(`read ${entries}`);
process.exit(0);
