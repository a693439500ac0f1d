// A text as it reads once everything that is written for another character is decoded: percent-encoding, escapes of strings,
// entities of HTML, quoted-printable; without terminal colours and characters that have no width.
//
// INVARIANT: all layers of one encoding are decoded in one pass (`%252541` is `A`), so a pass costs the length of the text and
// the number of passes is bounded, whatever is nested.

export interface View {
  readonly text: string;
  /** Where each of its characters begins and ends in the source. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** Encodings may stand within each other this deep. */
const PASSES_MAX = 4;

const WIDTHLESS = '[\\u00ad\\u200b-\\u200f\\u2060\\ufeff]';
const GATE = new RegExp(
  `%[0-7]|\\\\[xuntreb"'0-7/=&{]|&(?:amp;|#|quot|apos|lt|gt|colon|equals)|=\\r?\\n|=3D|\\u001b|${WIDTHLESS}`,
  'i',
);
const COLOUR = '(?:\\u001b|\\\\{1,16}(?:e|033|x1b|u001b))\\[[0-9;]{0,16}[a-z]';
const ENCODED = new RegExp(
  [
    `(?<gone>${COLOUR}|=\\r?\\n|${WIDTHLESS})`,
    '%(?:25)*(?<percent>[0-7][0-9a-f])',
    '\\\\{1,16}(?:(?:x|u(?:00)?)(?<hex>[0-7][0-9a-f])|u\\{0{0,4}(?<braced>[0-9a-f]{2})\\}|(?<octal>[01][0-7]{2})|(?<char>[nrt"\'`/=&]))',
    '&(?:amp;)*(?:#0{0,4}(?<decimal>[0-9]{1,3})|#x0{0,4}(?<hexEntity>[0-9a-f]{2})|(?<entity>quot|apos|lt|gt|amp|colon|equals|nbsp));',
    '=(?<printable>[2-7][0-9A-F])',
  ].join('|'),
  'gi',
);
const CHARS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
const ENTITIES: Readonly<Record<string, string>> = {
  quot: '"',
  apos: "'",
  lt: '<',
  gt: '>',
  amp: '&',
  colon: ':',
  equals: '=',
  nbsp: ' ',
};

/**
 * @returns only the lines in which something is encoded, for the others are the same in both; undefined if there are none,
 * `too_deep` if some is still encoded after all passes
 */
export function decodedView(text: string): View | 'too_deep' | undefined {
  if (!GATE.test(text)) return undefined;
  const isPrintable = PRINTABLE.test(text);
  let view = encodedLines(text);
  for (let pass = 0; pass < PASSES_MAX; pass++) {
    const next = decodedOnce(view, isPrintable && pass === 0);
    if (!next) return pass === 0 ? undefined : view;
    view = next;
  }
  return decodedOnce(view, false) ? 'too_deep' : view;
}

const PRINTABLE = /=\r?\n|=3D/;

function encodedLines(text: string): View {
  const lines: string[] = [];
  const places: number[] = [];
  let length = 0;
  let goesOn = false;
  for (let at = 0; at < text.length; ) {
    const found = text.indexOf('\n', at);
    const end = found < 0 ? text.length : found + 1;
    const line = text.slice(at, end);
    const isEncoded = goesOn || GATE.test(line);
    goesOn = /=\r?\n$/.test(line.slice(-3));
    if (isEncoded) {
      lines.push(line);
      places.push(at);
      length += line.length;
    }
    at = end;
  }
  const starts = new Uint32Array(length);
  const ends = new Uint32Array(length);
  let written = 0;
  for (const [index, line] of lines.entries()) {
    for (let at = places[index]!; at < places[index]! + line.length; at++) {
      starts[written] = at;
      ends[written++] = at + 1;
    }
  }
  return { text: lines.join(''), starts, ends };
}

function decodedOnce(view: View, isPrintable: boolean): View | undefined {
  const { text } = view;
  const starts = new Uint32Array(text.length);
  const ends = new Uint32Array(text.length);
  const parts: string[] = [];
  let written = 0;
  let at = 0;
  const copy = (end: number) => {
    parts.push(text.slice(at, end));
    for (; at < end; at++) {
      starts[written] = view.starts[at]!;
      ends[written++] = view.ends[at]!;
    }
  };
  for (const match of text.matchAll(ENCODED)) {
    const char = characterOf(match.groups!, isPrintable);
    if (char === undefined) continue;
    copy(match.index);
    const end = at + match[0].length;
    if (char !== '') {
      starts[written] = view.starts[at]!;
      ends[written++] = view.ends[end - 1]!;
    }
    parts.push(char);
    at = end;
  }
  if (at === 0) return undefined;
  copy(text.length);
  return { text: parts.join(''), starts: starts.subarray(0, written), ends: ends.subarray(0, written) };
}

function characterOf(groups: Record<string, string | undefined>, isPrintable: boolean): string | undefined {
  const { gone, char, entity, decimal, octal, printable } = groups;
  if (gone !== undefined) return gone.startsWith('=') && !isPrintable ? undefined : '';
  if (char !== undefined) return CHARS[char.toLowerCase()] ?? char;
  if (entity !== undefined) return ENTITIES[entity.toLowerCase()];
  if (decimal !== undefined) return ascii(Number(decimal));
  if (octal !== undefined) return ascii(Number.parseInt(octal, 8));
  if (printable !== undefined) return isPrintable ? ascii(Number.parseInt(printable, 16)) : undefined;
  return ascii(Number.parseInt((groups.percent ?? groups.hex ?? groups.braced ?? groups.hexEntity)!, 16));
}

function ascii(code: number): string | undefined {
  return code < 0x80 ? String.fromCharCode(code) : undefined;
}
