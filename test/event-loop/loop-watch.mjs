// Loaded into a server before its own code: measures for how long the event loop of its main thread stands still. Whoever
// connects to the socket is told the longest time since the last who did.
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { isMainThread } from 'node:worker_threads';

const TICK_MS = 1;
const path = process.env.LOOP_WATCH_SOCKET;

if (isMainThread && path !== undefined) {
  let longestMs = 0;
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    longestMs = Math.max(longestMs, now - last - TICK_MS);
    last = now;
  }, TICK_MS).unref();
  rmSync(path, { force: true });
  createServer((socket) => {
    // A block that ends with this very answer has not been ticked yet.
    longestMs = Math.max(longestMs, performance.now() - last - TICK_MS);
    last = performance.now();
    socket.on('error', () => {});
    socket.end(JSON.stringify({ longestMs, rssMiB: process.memoryUsage.rss() / 2 ** 20 }));
    longestMs = 0;
  })
    .listen(path)
    .unref();
}
