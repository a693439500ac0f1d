// A text as its reader would see it, with a way back to where each character was written.

export interface View {
  readonly text: string;
  /** For each character of the view: where it starts and ends in the text. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Offsets in the view where something between two lines was left out. */
  readonly joins: readonly number[];
}

/** Colours of a terminal, characters without width, a break behind a backslash: nothing that a reader sees. */
const UNSEEN =
  '(?:\\x1b|\\\\x1[bB]|\\\\u001[bB]|\\\\033|\\\\e|\\x9b)\\[[0-9;:?]{0,32}[A-Za-z]' +
  '|\\p{Default_Ignorable_Code_Point}|\\p{Cf}' +
  '|\\\\u(?:00[aA][dD]|200[b-fB-F]|2060|[fF][eE][fF]{2})' +
  '|[^\\P{Cc}\\t\\n\\r]' +
  '|\\\\\\r?\\n[ \\t]{0,40}';
/** `\x3d`, `\u003d`, `\u{3d}`, `\075`, `%3D`, `&#61;`, `&#x3d;`, `=3D` at the end of a quoted-printable line. */
const CODED =
  '\\\\{1,8}x([0-9A-Fa-f]{2})|\\\\{1,8}u00([0-9A-Fa-f]{2})|\\\\u\\{0{0,4}([0-9A-Fa-f]{1,2})\\}|%(?:25){0,4}([2-7][0-9A-Fa-f])' +
  '|&#x0{0,4}([0-9A-Fa-f]{2});|&#0{0,4}([0-9]{2,3});|\\\\([0-7]{3})';
const SHORT = '\\\\{1,8}([abfnrtv0"\'/])';
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: ' ',
  b: ' ',
  f: ' ',
  v: ' ',
  '0': ' ',
};
const WRITTEN_OTHERWISE = new RegExp(
  `(?=[\\\\%&\\x00-\\x1f\\x7f-\\u{10ffff}])(?:(?<unseen>${UNSEEN})|${CODED}|${SHORT}|(?<amp>&amp;))`,
  'gu',
);

/** @returns undefined where the text is its own view */
export function readableView(text: string): View | undefined {
  return viewOf(text, WRITTEN_OTHERWISE, (match) => {
    if (match.groups!.unseen !== undefined) return '';
    if (match.groups!.amp !== undefined) return '&';
    const hex = match[2] ?? match[3] ?? match[4] ?? match[5] ?? match[6];
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (match[7] !== undefined) return String.fromCharCode(Number(match[7]) % 128);
    if (match[8] !== undefined) return String.fromCharCode(Number.parseInt(match[8], 8) % 128);
    return SHORT_ESCAPES[match[9]!] ?? match[9]!;
  });
}

const BREAK =
  /(["'])[ \t]{0,8}(?:[+.&\\]|\\?\r?\n)[ \t\r\n]{0,40}[+.&]?[ \t]{0,8}\1|=?\\?\r?\n[ \t]{0,40}(?:[|>#*] ?)?/g;

/** The text with its lines, and the pieces of a text in quotes, joined. */
export function joinedLines(text: string): View | undefined {
  return viewOf(text, BREAK, () => '');
}

/** Each match replaced by at most one character. */
function viewOf(text: string, pattern: RegExp, written: (match: RegExpExecArray) => string): View | undefined {
  const starts = new Uint32Array(text.length);
  const ends = new Uint32Array(text.length);
  const joins: number[] = [];
  let view = '';
  let length = 0;
  let at = 0;
  const copy = (until: number) => {
    view += text.slice(at, until);
    for (; at < until; at++, length++) {
      starts[length] = at;
      ends[length] = at + 1;
    }
  };
  for (const match of text.matchAll(pattern)) {
    copy(match.index);
    const char = written(match);
    if (char === '') joins.push(length);
    at = match.index + match[0].length;
    if (char !== '') {
      view += char;
      starts[length] = match.index;
      ends[length++] = at;
    }
  }
  if (at === 0) return undefined;
  copy(text.length);
  return { text: view, starts, ends, joins };
}
