// Takes the lines out of a file's bytes, however these arrive and whatever they are. What is no line of UTF-8 is handed on as
// broken, never mended: a decoder that put U+FFFD in its place would hide which bytes were there.
import { type BrokenLine, LINE_LENGTH_MAX } from './lines.ts';

const NEWLINE = 0x0a;

/** Lines without their ends. The last one, too, must have an end, else it is unfinished. */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<string | BrokenLine> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const hold = (part: Uint8Array) => {
    length += part.length;
    if (length <= LINE_LENGTH_MAX) parts.push(part);
    else parts = [];
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      hold(chunk.subarray(start, end));
      yield length > LINE_LENGTH_MAX ? { broken: 'too long' } : decode(Buffer.concat(parts));
      [parts, length, start] = [[], 0, end + 1];
    }
    if (start < chunk.length) hold(chunk.subarray(start));
  }
  if (length > 0) yield { broken: 'unfinished' };
}

function decode(bytes: Buffer): string | BrokenLine {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { broken: 'not UTF-8' };
  }
}
