// HTTP/2 by hand on a plain socket: what no library would send, and what came back, frame by frame.
import { connect, type Socket } from 'node:net';
import { eventually } from './times.ts';

export const FRAME = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;
export const FLAG = { ACK: 1, END_STREAM: 1, END_HEADERS: 4 } as const;
export const SETTING = { INITIAL_WINDOW_SIZE: 4 } as const;
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
export const ENHANCE_YOUR_CALM = 11;
export const CANCEL = 8;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export function settings(entries: readonly (readonly [id: number, value: number])[] = []): Buffer {
  const payload = Buffer.alloc(6 * entries.length);
  entries.forEach(([id, value], at) => {
    payload.writeUInt16BE(id, 6 * at);
    payload.writeUInt32BE(value, 6 * at + 2);
  });
  return frame(FRAME.SETTINGS, 0, 0, payload);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export type Header = readonly [name: string, value: string];

/** Each as a literal that enters no table. */
export function headerBlock(headers: readonly Header[]): Buffer {
  return Buffer.concat(headers.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]));
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  const length = [127];
  let rest = bytes.length - 127;
  for (; rest >= 128; rest >>>= 7) length.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([...length, rest]), bytes]);
}

export function callHeaders(path: string, more: readonly Header[] = []): Header[] {
  return [
    [':method', 'POST'],
    [':scheme', 'http'],
    [':authority', 'localhost'],
    [':path', path],
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
    ...more,
  ];
}

/** The length-prefixed form in which gRPC puts a message into DATA. */
export function grpcMessage(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0]), uint32(bytes.length), bytes]);
}

export function headersFrame(stream: number, headers: readonly Header[], flags: number = FLAG.END_HEADERS): Buffer {
  return frame(FRAME.HEADERS, flags, stream, headerBlock(headers));
}

/** A whole unary call. */
export function callFrames(stream: number, path: string, message: Buffer, more: readonly Header[] = []): Buffer {
  return Buffer.concat([
    headersFrame(stream, callHeaders(path, more)),
    frame(FRAME.DATA, FLAG.END_STREAM, stream, grpcMessage(message)),
  ]);
}

export class RawConnection {
  readonly socket: Socket;
  /** All that came so far. If this end began with a whole greeting, the other's settings are acknowledged. */
  readonly frames: Frame[] = [];
  readonly #hasGreeted: boolean;
  #rest = Buffer.alloc(0);

  private constructor(address: string, hello: Buffer) {
    this.#hasGreeted = hello.length > PREFACE.length;
    this.socket = address.startsWith('unix:')
      ? connect(address.slice('unix:'.length))
      : connect(Number(address.split(':').at(-1)), '127.0.0.1');
    this.socket.on('error', () => undefined);
    this.socket.on('data', (bytes) => this.#take(bytes));
  }

  /** @param hello  the first bytes; the preface and empty settings if left out */
  static open(address: string, hello: Buffer = Buffer.concat([PREFACE, settings()])): Promise<RawConnection> {
    const connection = new RawConnection(address, hello);
    return new Promise((resolve, reject) => {
      connection.socket.once('error', reject);
      connection.socket.once('connect', () => {
        if (hello.length > 0) connection.socket.write(hello);
        resolve(connection);
      });
    });
  }

  get isClosed(): boolean {
    return this.socket.destroyed || this.socket.readableEnded;
  }

  send(...frames: readonly Buffer[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(frames));
  }

  /** Sends as fast as the other end takes it. */
  async pour(bytes: Buffer): Promise<void> {
    if (this.socket.destroyed || this.socket.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.socket.off('drain', done).off('close', done);
        resolve();
      };
      this.socket.on('drain', done).on('close', done);
    });
  }

  find(type: number, stream?: number): Frame | undefined {
    return this.frames.find((each) => each.type === type && (stream === undefined || each.stream === stream));
  }

  /** The error code of the RST_STREAM that ended a stream. */
  async resetOf(stream: number): Promise<number> {
    return (await eventually(() => this.find(FRAME.RST_STREAM, stream))).payload.readUInt32BE();
  }

  close(): void {
    this.socket.destroy();
  }

  #take(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= 9) {
      const length = this.#rest.readUIntBE(0, 3);
      if (this.#rest.length < 9 + length) return;
      const [type, flags] = [this.#rest.readUInt8(3), this.#rest.readUInt8(4)];
      const payload = Buffer.from(this.#rest.subarray(9, 9 + length));
      this.frames.push({ type, flags, stream: this.#rest.readUInt32BE(5), payload });
      if (type === FRAME.SETTINGS && flags === 0 && this.#hasGreeted) this.send(frame(FRAME.SETTINGS, FLAG.ACK, 0));
      this.#rest = this.#rest.subarray(9 + length);
    }
  }
}
