// A text with its lines, and the pieces of a text in quotes, joined: a line break may divide a credential.
import type { View } from '../decoded-view.ts';

export interface JoinedLines extends View {
  /** Offsets in the view where something between two lines was left out. */
  readonly joins: readonly number[];
}

const BREAK =
  /(["'])[ \t]{0,8}(?:[+.&\\]|\\?\r?\n)[ \t\r\n]{0,40}[+.&]?[ \t]{0,8}\1|=?\\?\r?\n[ \t]{0,40}(?:[|>#*] ?)?/g;

/** @returns undefined if the text has no line breaks */
export function joinedLines(text: string): JoinedLines | undefined {
  const starts = new Uint32Array(text.length);
  const ends = new Uint32Array(text.length);
  const joins: number[] = [];
  let joined = '';
  let length = 0;
  let at = 0;
  const copy = (until: number) => {
    joined += text.slice(at, until);
    for (; at < until; at++, length++) {
      starts[length] = at;
      ends[length] = at + 1;
    }
  };
  for (const match of text.matchAll(BREAK)) {
    copy(match.index);
    joins.push(length);
    at = match.index + match[0].length;
  }
  if (joins.length === 0) return undefined;
  copy(text.length);
  return { text: joined, starts, ends, joins };
}
