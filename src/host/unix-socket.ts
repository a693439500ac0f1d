// Prepares the path of a unix socket. A socket that answers is never taken over, a socket that a killed process left is removed,
// and a new socket is open to its owner alone.
import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { StartupError } from './startup-error.ts';

const OWNER_ONLY_UMASK = 0o177;
const OWNER_ONLY_MODE = 0o600;

/** @throws StartupError when another process answers there, or the path is not a socket */
export async function claimSocketPath(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isSocket()) throw new StartupError(`${path} exists and is not a socket; remove it or choose another path`);
  if (await answers(path)) throw new StartupError(`the socket ${path} is in use by another process`);
  unlinkSync(path);
}

/** A stopped process still accepts into its backlog, and so still owns its socket. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true));
    // ECONNREFUSED means that no process listens; EAGAIN, a full backlog, means that one does.
    socket.once('error', (error: NodeJS.ErrnoException) => settle(error.code !== 'ECONNREFUSED'));
    socket.setTimeout(1_000, () => settle(true));
  });
}

/** Runs a bind so that the socket file is never open to others, not even for a moment. */
export async function bindPrivately(path: string, bind: () => Promise<void>): Promise<void> {
  const before = process.umask(OWNER_ONLY_UMASK);
  try {
    await bind();
  } finally {
    process.umask(before);
  }
  chmodSync(path, OWNER_ONLY_MODE);
}
