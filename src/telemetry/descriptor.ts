// A descriptor that takes bytes without ever holding up the process: the standard output or error of a server, whose
// reader may stand still and whose disk may be full.
import { constants, fstatSync, openSync, write, writeSync } from 'node:fs';
import { Socket } from 'node:net';

export interface Descriptor {
  /** Calls back with how much was taken, later; a reader that stands still is an error with the code EAGAIN. */
  write(bytes: Buffer, taken: (error: NodeJS.ErrnoException | null, count: number) => void): void;
  /** Takes what it can at once, for the last moment of a process. @returns how much */
  writeNow(bytes: Buffer): number;
  /** Whether bytes handed to {@link write} get there although the process ends before they are taken. */
  readonly isSafeAtExit: boolean;
}

/**
 * WHY NOT fs.writeSync on the descriptor as it is: a pipe from a shell is blocking, so a write to a full one stops the
 * event loop. WHY NOT a thread, of the pool or a worker: one that is blocked in a write keeps the process from ending. See
 * docs/decisions/0037.
 *
 * @param fd  1 or 2; it stays open
 */
export function descriptorOf(fd: number): Descriptor {
  if (fstatSync(fd).isFile()) return new FileDescriptor(fd);
  const own = reopened(fd);
  return own === undefined ? new SocketDescriptor(fd) : new PipeDescriptor(own);
}

/**
 * The same pipe, terminal or device under a descriptor of our own, which does not block. The flag belongs to that opening,
 * so that other users of the original are not affected. A file is not opened again: the new opening would begin at its start.
 */
function reopened(fd: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    // A socket, such as that of a service manager, cannot be opened; nor can anything where there is no /proc.
    return undefined;
  }
}

/** A file, whose disk may be slow: a thread of the pool waits for it, and the process for that thread when it ends. */
class FileDescriptor implements Descriptor {
  readonly isSafeAtExit = true;
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(bytes: Buffer, taken: Parameters<Descriptor['write']>[1]): void {
    write(this.#fd, bytes, (error, count) => taken(error, count ?? 0));
  }

  writeNow(bytes: Buffer): number {
    return writeNow(this.#fd, bytes).count;
  }
}

/** A pipe, a terminal or a device that does not block: what it takes, it takes at once. */
class PipeDescriptor implements Descriptor {
  readonly isSafeAtExit = false;
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Not in this turn, whose other lines then go with it. */
  write(bytes: Buffer, taken: Parameters<Descriptor['write']>[1]): void {
    setImmediate(() => {
      const { count, error } = writeNow(this.#fd, bytes);
      taken(error, count);
    });
  }

  writeNow(bytes: Buffer): number {
    return writeNow(this.#fd, bytes).count;
  }
}

class SocketDescriptor implements Descriptor {
  readonly isSafeAtExit = false;
  readonly #fd: number;
  readonly #socket: Socket;

  constructor(fd: number) {
    this.#fd = fd;
    this.#socket = new Socket({ fd, readable: false, writable: true });
    this.#socket.unref();
    // Each write gets its own error.
    this.#socket.on('error', () => {});
  }

  write(bytes: Buffer, taken: Parameters<Descriptor['write']>[1]): void {
    this.#socket.write(bytes, (error) => taken(error ?? null, error ? 0 : bytes.length));
  }

  writeNow(bytes: Buffer): number {
    return writeNow(this.#fd, bytes).count;
  }
}

function writeNow(fd: number, bytes: Buffer): { count: number; error: NodeJS.ErrnoException | null } {
  let count = 0;
  try {
    while (count < bytes.length) count += writeSync(fd, bytes, count);
    return { count, error: null };
  } catch (error) {
    // The reader stands still, or is gone, or the disk is full.
    return { count, error: error as NodeJS.ErrnoException };
  }
}

/** Writes a last line, which no reader can hold up. */
export function writeLastWords(fd: number, text: string): void {
  try {
    descriptorOf(fd).writeNow(Buffer.from(text));
  } catch {
    // Nobody is there to be told.
  }
}
