// Takes the lines out of a file's bytes, however these arrive and whatever they are. What is no line of UTF-8 is handed on as
// broken, never mended: a decoder that put U+FFFD in its place would hide which bytes were there.
import { type BrokenLine, LINE_LENGTH_MAX } from './lines.ts';

const NEWLINE = 0x0a;

/**
 * Lines without their ends. The last one, too, must have an end, else it is unfinished. Nothing is read behind a line that is
 * too long: a file without line ends would be read to its end for one fault.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<string | BrokenLine> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      length += end - start;
      if (length > LINE_LENGTH_MAX) break;
      yield decode(
        parts.length === 0 ? chunk.subarray(start, end) : Buffer.concat([...parts, chunk.subarray(start, end)]),
      );
      [parts, length, start] = [[], 0, end + 1];
    }
    if (length <= LINE_LENGTH_MAX) length += chunk.length - start;
    if (length > LINE_LENGTH_MAX) {
      yield { broken: 'too long' };
      return;
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
  }
  if (length > 0) yield { broken: 'unfinished' };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): string | BrokenLine {
  try {
    return UTF8.decode(bytes);
  } catch {
    return { broken: 'not UTF-8' };
  }
}
