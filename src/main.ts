#!/usr/bin/env node
// The entry point. Every version of Node can read this file. It imports the program only on a Node that can run it: an old Node would
// end with the stack of a syntax error in some package.

const OLDEST_NODE = 20;
const found = process.versions.node;

if (Number(found.split('.')[0]) < OLDEST_NODE) {
  process.stderr.write(`tollgate: Node ${found} is too old: use ${OLDEST_NODE} or newer\n`);
  process.exitCode = 1;
} else {
  await import('./program.ts');
}
