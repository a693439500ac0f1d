// A text as it reads once everything that is written for another character is decoded: percent-encoding, escapes of strings,
// entities of HTML, quoted-printable; without terminal colours and characters that have no width.
//
// INVARIANT: all layers of one encoding are decoded in one pass (`%252541` is `A`), so a pass costs the length of the text and
// the number of passes is bounded, whatever is nested.

export interface View {
  readonly text: string;
  /** Where each character of the view stands in the source; one more for its end. */
  readonly sources: Uint32Array;
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

/** @returns undefined if nothing in the text is encoded, `too_deep` if some of it still is after all passes */
export function decodedView(text: string): View | 'too_deep' | undefined {
  if (!GATE.test(text)) return undefined;
  const isPrintable = /=\r?\n|=3D/.test(text);
  let view: View | undefined;
  for (let pass = 0; pass <= PASSES_MAX; pass++) {
    const next = decodedOnce(view?.text ?? text, isPrintable && pass === 0, view?.sources);
    if (!next) return view;
    if (pass === PASSES_MAX) return 'too_deep';
    view = next;
  }
  return view;
}

function decodedOnce(text: string, isPrintable: boolean, before: Uint32Array | undefined): View | undefined {
  const sources = new Uint32Array(text.length + 1);
  const parts: string[] = [];
  let written = 0;
  let at = 0;
  const copy = (end: number) => {
    parts.push(text.slice(at, end));
    for (; at < end; at++) sources[written++] = before ? before[at]! : at;
  };
  for (const match of text.matchAll(ENCODED)) {
    const char = characterOf(match.groups!, isPrintable);
    if (char === undefined) continue;
    copy(match.index);
    if (char !== '') sources[written++] = before ? before[at]! : at;
    parts.push(char);
    at += match[0].length;
  }
  if (at === 0) return undefined;
  copy(text.length);
  sources[written] = before ? before[text.length]! : text.length;
  return { text: parts.join(''), sources: sources.subarray(0, written + 1) };
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
