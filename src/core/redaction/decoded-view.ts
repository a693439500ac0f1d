// A text as a reader sees it: percent-encoding, escapes of strings, entities of HTML and quoted-printable are decoded, and
// terminal colours and characters without width are left out. Each character leads back to where it was written.
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

/** Control characters, format characters (Cf) and default ignorable code points of Unicode. */
const UNSEEN =
  '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u00ad\\u034f\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u115f\\u1160' +
  '\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb]' +
  '|\\ud82f[\\udca0-\\udca3]|\\ud834[\\udd73-\\udd7a]|\\udb40[\\udc00-\\udfff]';
const GATE = new RegExp(
  `%[0-7]|\\\\[xuntrefabv"'0-7/=&{\`\\r\\n]|&(?:amp;|#|quot|apos|lt|gt|colon|equals|nbsp)|=\\r?\\n|=3D|${UNSEEN}`,
  'i',
);
const COLOUR = '(?:\\x1b|\\\\{1,16}(?:e|033|x1b|u001b))\\[[0-9;:?]{0,32}[a-z]|\\x9b\\[[0-9;:?]{0,32}[a-z]';
const ENCODED = new RegExp(
  [
    // 1: left out.
    `(${COLOUR}|=\\r?\\n|\\\\\\r?\\n[ \\t]{0,40}|\\\\{1,16}u(?:00ad|200[b-f]|2060|feff)|${UNSEEN})`,
    // 2: hexadecimal.
    '(?:%(?:25)*|\\\\{1,16}(?:x|u(?:00)?))([0-7][0-9a-f])',
    // 3: hexadecimal in braces. 4: octal. 5: a short escape.
    '\\\\{1,16}(?:u\\{0{0,4}([0-9a-f]{1,2})\\}|([01][0-7]{2})|([nrtabfv0"\'`/=&]))',
    // 6: decimal. 7: hexadecimal. 8: a name of HTML.
    '&(?:amp;)*(?:#0{0,4}([0-9]{1,3})|#x0{0,4}([0-9a-f]{2})|(quot|apos|lt|gt|amp|colon|equals|nbsp));',
    // 9: quoted-printable.
    '=([2-7][0-9A-F])',
  ].join('|'),
  'gi',
);
const SHORT: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: ' ',
  b: ' ',
  f: ' ',
  v: ' ',
  0: ' ',
};
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
/** Begins a secret that goes on over the lines below, encoded or not. */
const OPEN_ENDED = /(?:PRIVATE|SECRET)[ +]KEY|Private-Lines|ANSIBLE_VAULT|kty/;

/**
 * @returns only the lines in which something is encoded, each with the lines above and below it, for the others are the same
 * in both; undefined if there are none, `too_deep` if some is still encoded after all passes
 */
export function decodedView(text: string): View | 'too_deep' | undefined {
  if (!GATE.test(text)) return undefined;
  if (OPEN_ENDED.test(text)) return decoded(asWritten(text), text);
  const view = decoded(encodedLines(text), text);
  const isHidden = view !== undefined && view !== 'too_deep' && OPEN_ENDED.test(view.text);
  return isHidden ? decoded(asWritten(text), text) : view;
}

function decoded(lines: View, text: string): View | 'too_deep' | undefined {
  const isPrintable = PRINTABLE.test(text);
  let view = lines;
  for (let pass = 0; pass < PASSES_MAX; pass++) {
    const next = decodedOnce(view, isPrintable && pass === 0);
    if (!next) return pass === 0 ? undefined : view;
    view = next;
  }
  return decodedOnce(view, false) ? 'too_deep' : view;
}

const PRINTABLE = /=\r?\n|=3D/;

function asWritten(text: string): View {
  const starts = Uint32Array.from({ length: text.length }, (_, at) => at);
  return { text, starts, ends: starts.map((at) => at + 1) };
}

function encodedLines(text: string): View {
  let lines = '';
  const ranges: number[] = [];
  let goesOn = false;
  let above = 0;
  for (let at = 0; at < text.length; ) {
    const found = text.indexOf('\n', at);
    const end = found < 0 ? text.length : found + 1;
    const isEncoded = GATE.test(text.slice(at, end));
    if (isEncoded || goesOn) {
      const start = isEncoded ? Math.max(above, ranges.at(-1) ?? 0) : at;
      lines += text.slice(start, end);
      ranges.push(start, end);
    }
    goesOn = isEncoded;
    above = at;
    at = end;
  }
  const starts = new Uint32Array(lines.length);
  const ends = new Uint32Array(lines.length);
  let written = 0;
  for (let index = 0; index < ranges.length; index += 2) {
    for (let at = ranges[index]!; at < ranges[index + 1]!; at++) {
      starts[written] = at;
      ends[written++] = at + 1;
    }
  }
  return { text: lines, starts, ends };
}

function decodedOnce(view: View, isPrintable: boolean): View | undefined {
  const { text } = view;
  ENCODED.lastIndex = 0;
  let match = ENCODED.exec(text);
  if (!match) return undefined;
  const starts = new Uint32Array(text.length);
  const ends = new Uint32Array(text.length);
  let left = '';
  let written = 0;
  let at = 0;
  const copy = (end: number) => {
    left += text.slice(at, end);
    starts.set(view.starts.subarray(at, end), written);
    ends.set(view.ends.subarray(at, end), written);
    written += end - at;
    at = end;
  };
  for (; match; match = ENCODED.exec(text)) {
    const char = characterOf(match, isPrintable);
    if (char === undefined) continue;
    copy(match.index);
    at = ENCODED.lastIndex;
    if (char === '') continue;
    starts[written] = view.starts[match.index]!;
    ends[written++] = view.ends[at - 1]!;
    left += char;
  }
  if (at === 0) return undefined;
  copy(text.length);
  return { text: left, starts: starts.subarray(0, written), ends: ends.subarray(0, written) };
}

/** @returns nothing for what is left out, undefined for what only looks encoded */
function characterOf(match: RegExpExecArray, isPrintable: boolean): string | undefined {
  const gone = match[1];
  if (gone !== undefined) return gone.startsWith('=') && !isPrintable ? undefined : '';
  const short = match[5];
  if (short !== undefined) return SHORT[short.toLowerCase()] ?? short;
  const entity = match[8];
  if (entity !== undefined) return ENTITIES[entity.toLowerCase()];
  const printable = match[9];
  if (printable !== undefined) return isPrintable ? ascii(Number.parseInt(printable, 16)) : undefined;
  if (match[6] !== undefined) return ascii(Number(match[6]));
  if (match[4] !== undefined) return ascii(Number.parseInt(match[4], 8));
  return ascii(Number.parseInt((match[2] ?? match[3] ?? match[7])!, 16));
}

function ascii(code: number): string | undefined {
  return code < 0x80 ? String.fromCharCode(code) : undefined;
}
