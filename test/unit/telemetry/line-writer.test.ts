// Lines on their way to a descriptor that takes them, does not take them, or fails: nobody waits, and nothing is lost unsaid.
import { expect, test } from 'vitest';
import type { Descriptor } from '../../../src/telemetry/descriptor.ts';
import { LineWriter } from '../../../src/telemetry/line-writer.ts';
import { eventually } from '../../support/times.ts';

/** A descriptor of which a test says what it takes. */
class Reader implements Descriptor {
  readonly isSafeAtExit = false;
  text = '';
  /** So many bytes are taken, then it fails with the error. */
  room = Number.POSITIVE_INFINITY;
  error = 'EAGAIN';

  write(bytes: Buffer, taken: Parameters<Descriptor['write']>[1]): void {
    setImmediate(() => {
      const count = this.writeNow(bytes);
      taken(count < bytes.length ? Object.assign(new Error('no'), { code: this.error }) : null, count);
    });
  }

  writeNow(bytes: Buffer): number {
    const count = Math.min(bytes.length, this.room);
    this.room -= count;
    this.text += bytes.subarray(0, count).toString();
    return count;
  }
}

function writerTo(descriptor: Descriptor, queueBytesMax?: number) {
  const droppedLine = (count: number) => `dropped ${count}\n`;
  return new LineWriter({ descriptor, droppedLine, ...(queueBytesMax !== undefined && { queueBytesMax }) });
}

test('lines arrive whole and in order, also through a reader that takes a few bytes at a time', async () => {
  const reader = new Reader();
  reader.room = 0;
  const writer = writerTo(reader);
  const lines = Array.from({ length: 50 }, (_, at) => `line ${at}\n`);
  for (const line of lines) writer.write(line);
  const more = setInterval(() => (reader.room = 37), 1);
  await eventually(() => reader.text.length === lines.join('').length);
  clearInterval(more);
  expect(reader.text).toBe(lines.join(''));
  expect(writer.dropped).toBe(0);
});

test.each(['EAGAIN', 'ENOSPC', 'EPIPE'])('after %s what fits is kept, the rest is counted and said', async (error) => {
  const reader = new Reader();
  reader.room = 0;
  reader.error = error;
  const writer = writerTo(reader, 1_000);
  for (let at = 0; at < 1_000; at++) writer.write(`${at}\n`.padStart(10, '0'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(writer.dropped).toBe(900);
  expect(writer.isDropping).toBe(true);
  reader.room = Number.POSITIVE_INFINITY;
  await writer.flush(30_000);
  expect(reader.text.split('\n').slice(0, 100).map(Number)).toEqual(Array.from({ length: 100 }, (_, at) => at));
  expect(reader.text.endsWith('dropped 900\n')).toBe(true);
  expect(writer.isDropping).toBe(false);
  writer.write('again\n');
  await writer.flush(30_000);
  expect(reader.text.endsWith('dropped 900\nagain\n')).toBe(true);
});

test('a flush gives up in time, and the last moment takes what is taken', async () => {
  const reader = new Reader();
  reader.room = 0;
  const writer = writerTo(reader);
  writer.write('one\n');
  writer.write('two\n');
  await writer.flush(5);
  expect(reader.text).toBe('');
  reader.room = 6;
  writer.writeLast();
  expect(reader.text).toBe('one\ntw');
});
