// `<password>value</password>`, with any prefix and attributes.
import type { Part } from './part.ts';
import { isTaken } from './secret-shapes.ts';
import type { SourceText } from './source-text.ts';
import type { Spot } from './spots.ts';

const OPEN = /<(?:[\w.-]{1,64}:)?$/;
const TAG_REST = /(?:\s[^<>]{0,1024})?>/y;
const NEXT_TAG = /<(?![!])/g;

/** The text of an element that a secret's name names. */
export function elementValue(source: SourceText, { start, end, certainty }: Spot): readonly Part[] | undefined {
  const { text } = source;
  const before = text[start - 1];
  if (before !== '<' && before !== ':') return undefined;
  if (!OPEN.test(text.slice(Math.max(0, start - 66), start))) return undefined;
  TAG_REST.lastIndex = end;
  if (!TAG_REST.test(text) || text[TAG_REST.lastIndex - 2] === '/') return undefined;
  return contentParts(source, TAG_REST.lastIndex, text.slice(start, end), certainty);
}

/** From behind a tag to the one that closes it, or to the end of the line if that is not there. */
export function contentParts(
  source: SourceText,
  from: number,
  tag: string | undefined,
  certainty: Spot['certainty'],
): readonly Part[] {
  const { text } = source;
  const end = contentEnd(source, from, tag);
  return isTaken(certainty, text.slice(from, end), { quoted: true }) ? [{ start: from, end }] : [];
}

/** What is looked at for a closing tag. */
const CONTENT_LENGTH_MAX = 16_384;

function contentEnd(source: SourceText, from: number, tag: string | undefined): number {
  const { text } = source;
  const bound = Math.min(text.length, from + CONTENT_LENGTH_MAX);
  NEXT_TAG.lastIndex = from;
  for (let next = NEXT_TAG.exec(text); next && next.index < bound; next = NEXT_TAG.exec(text)) {
    if (text[next.index + 1] === '/' && (tag === undefined || text.slice(next.index, next.index + 80).includes(tag)))
      return next.index;
    if (next.index - from > 1_024) break;
  }
  return source.lineEnd(from);
}
