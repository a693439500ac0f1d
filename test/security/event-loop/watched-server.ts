// A real server that tells for how long its event loop stood still.
import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type EngineName, type OpenServer, openServer } from '../../support/engines.ts';
import type { ServerOptions } from '../../support/server.ts';

export interface WatchedServer extends OpenServer {
  /** The longest time in ms for which the loop has stood still since the last question. */
  longestMs(): Promise<number>;
  rssMiB(): Promise<number>;
}

/** @param isProtected  false takes away what keeps the loop free, for the twins of tests */
export async function openWatched(
  engine: EngineName,
  options: ServerOptions = {},
  isProtected = true,
): Promise<WatchedServer> {
  const socket = join(mkdtempSync(join(tmpdir(), 'tollgate-loop-')), 'loop.sock');
  const modules = ['loop-watch.mjs', ...(isProtected ? [] : ['unprotected.mjs'])];
  const imports = modules.map((name) => `--import=${pathToFileURL(resolve('test/security/event-loop', name)).href}`);
  const env = { NODE_OPTIONS: imports.join(' '), LOOP_WATCH_SOCKET: socket };
  const open = await openServer(engine, { ...options, env: { ...env, ...options.env } });
  return {
    ...open,
    longestMs: async () => (await ask(socket)).longestMs,
    rssMiB: async () => (await ask(socket)).rssMiB,
  };
}

function ask(path: string): Promise<{ longestMs: number; rssMiB: number }> {
  return new Promise((settle, reject) => {
    let text = '';
    connect(path)
      .setEncoding('utf8')
      .on('data', (part: string) => {
        text += part;
      })
      .on('end', () => settle(JSON.parse(text)))
      .on('error', reject);
  });
}

/**
 * Makes the same call several times.
 *
 * @returns the shortest of the longest blocks: what the call itself does happens each time, what else the machine does does not
 */
export async function blockOf(
  server: WatchedServer,
  times: number,
  call: (attempt: number) => Promise<unknown>,
): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < times; attempt++) {
    await server.longestMs();
    await call(attempt);
    least = Math.min(least, await server.longestMs());
  }
  return least;
}
