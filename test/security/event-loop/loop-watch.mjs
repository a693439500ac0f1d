// Loaded into a server before its own code: measures for how long the event loop of its main thread stands still. Whoever
// connects to the socket is told the longest time since the last who did.
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { isMainThread } from 'node:worker_threads';

const TICK_MS = 1;
const path = process.env.LOOP_WATCH_SOCKET;

if (isMainThread && path !== undefined) {
  let longestMs = 0;
  let last = { wallMs: performance.now(), cpuMs: cpuMs() };
  // On a busy machine the process itself stands still at times. So a gap counts for no more than the processor time that was
  // used in it, by all threads: what is measured can be too much, and not too little.
  const tick = () => {
    const now = { wallMs: performance.now(), cpuMs: cpuMs() };
    longestMs = Math.max(longestMs, Math.min(now.wallMs - last.wallMs - TICK_MS, now.cpuMs - last.cpuMs));
    last = now;
  };
  setInterval(tick, TICK_MS).unref();
  rmSync(path, { force: true });
  createServer((socket) => {
    // A block that ends with this very answer has not been ticked yet.
    tick();
    socket.on('error', () => {});
    socket.end(JSON.stringify({ longestMs, rssMiB: process.memoryUsage.rss() / 2 ** 20 }));
    longestMs = 0;
  })
    .listen(path)
    .unref();
}

function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
