// A name and its value side by side, each under a word that says what it is: `name="password" value="…"`, `- name: PW` above
// `value: …`, `variable "pw" { default = … }`, `<key>pw</key><string>…`, a part of a form in a message.

import { contentParts } from './markup.ts';
import type { Part } from './part.ts';
import { isTaken } from './secret-shapes.ts';
import type { SourceText } from './source-text.ts';
import type { Spot } from './spots.ts';
import { matches, quotedValue } from './values.ts';

const LABEL =
  /(?:\b(?:name|key|id|field|header|param|parameter|variable|var|type|property|autocomplete|for)["']?[ \t]{0,4}(?:[=:]|=>)?[ \t]{0,4}\\?["']?|<(?:key|name|string|id|field|param-name|env-entry-name)>)(?:[\w.-]{0,64}[:/])?$/i;
const VALUE =
  /(?:^|[\s,;{<("'&])(?:value|values|default|content|val|data|text|simpleValue|stringValue|secretvalue)["']?[ \t]{0,4}(?:=>|[=:])[ \t]{0,4}/i;
const PART_HEAD = /["']?[^\n]{0,256}\r?\n(?:[A-Za-z-]{1,64}:[^\n]{0,256}\r?\n){0,8}\r?\n/y;
const PART_END = /\r?\n--/g;
const NEXT_ELEMENT = /<\/[\w-]{1,32}>\s{0,64}<(?:string|value|data|param-value|env-entry-value)>/y;
/** How far apart the two may stand. */
const DISTANCE = 240;

/** The value beside a name that stands as a label. */
export function labelledValue(source: SourceText, spot: Spot): readonly Part[] | undefined {
  const { text } = source;
  const { start, end, certainty } = spot;
  if (!/["':=>/\s.]/.test(text[start - 1] ?? 'x') || /[A-Za-z,]\s/.test(text.slice(Math.max(0, start - 2), start)))
    return undefined;
  const before = text.slice(Math.max(0, start - 100), start);
  if (!LABEL.test(before)) return undefined;
  if (/form-data;[^\n]*$/i.test(before)) return formPart(source, end);
  if (matches(NEXT_ELEMENT, text, end)) return contentParts(source, NEXT_ELEMENT.lastIndex, undefined, certainty);
  const tag = tagAround(text, start);
  if (tag) return tagValue(source, tag, certainty);
  const ahead = text.slice(end, end + DISTANCE);
  const found = VALUE.exec(ahead.split(/\n[ \t]*(?:-[ \t]|\n)|\}|<\//, 1)[0]!);
  if (found)
    return valueParts(
      source,
      end + found.index + found[0].length,
      certainty,
      ahead.slice(0, found.index).includes('\n'),
    );
  const back = before.lastIndexOf('value');
  return back >= 0 ? valueBefore(source, start, certainty) : undefined;
}

/** A part of a form ends at the line that begins with the boundary. */
function formPart(source: SourceText, nameEnd: number): readonly Part[] | undefined {
  const { text } = source;
  if (!matches(PART_HEAD, text, nameEnd)) return undefined;
  const start = PART_HEAD.lastIndex;
  PART_END.lastIndex = start;
  const close = PART_END.exec(text);
  return [{ start, end: close ? close.index : text.length }];
}

function tagAround(text: string, place: number): Part | undefined {
  const open = text.slice(Math.max(0, place - DISTANCE), place).lastIndexOf('<');
  if (open < 0) return undefined;
  const start = Math.max(0, place - DISTANCE) + open;
  if (text.slice(start, place).includes('>') || !/[a-z]/i.test(text[start + 1] ?? '')) return undefined;
  const close = text.slice(place, place + 1_024).indexOf('>');
  return close < 0 ? undefined : { start, end: place + close };
}

const ATTRIBUTE = /[\s"'](?:value|content|default|val|data-value)[ \t]{0,4}=[ \t]{0,4}/i;

function tagValue(source: SourceText, tag: Part, certainty: Spot['certainty']): readonly Part[] | undefined {
  const { text } = source;
  const found = ATTRIBUTE.exec(text.slice(tag.start, tag.end));
  if (found) return attribute(source, tag.start + found.index + found[0].length, certainty);
  if (
    text[tag.end - 1] === '/' ||
    /^<(?:input|label|button|form|meta|img|link|a)\b/i.test(text.slice(tag.start, tag.start + 8))
  )
    return [];
  return contentParts(source, tag.end + 1, undefined, certainty);
}

function attribute(source: SourceText, at: number, certainty: Spot['certainty']): readonly Part[] {
  const { text } = source;
  const quote = text[at]!;
  const isQuoted = quote === '"' || quote === "'";
  const start = isQuoted ? at + 1 : at;
  const close = isQuoted ? text.indexOf(quote, start) : source.wordEnd(at);
  const end = close < 0 || close > start + 16_384 ? source.lineEnd(start) : close;
  return isTaken(certainty, text.slice(start, end), { quoted: true }) ? [{ start, end }] : [];
}

function valueParts(source: SourceText, at: number, certainty: Spot['certainty'], isBelow: boolean): readonly Part[] {
  const { text } = source;
  const quoted = quotedValue(source, at);
  if (quoted) return isTaken(certainty, text.slice(quoted.start, quoted.end), { quoted: true }) ? [quoted] : [];
  if (/[|>][+-]?\d?[ \t]*$/.test(text.slice(at, Math.min(source.lineEnd(at), at + 64)))) {
    const lines = text.slice(at, at + 8_192).split('\n');
    const indent = isBelow ? /[^\n]*$/.exec(text.slice(Math.max(0, at - 200), at))![0].search(/\S/) : 0;
    let length = lines[0]!.length + 1;
    for (const line of lines.slice(1)) {
      if (line.trim() !== '' && line.search(/\S/) <= indent) break;
      length += line.length + 1;
    }
    return [{ start: at, end: Math.min(text.length, at + length - 1) }];
  }
  const lineEnd = source.lineEnd(at);
  return isTaken(certainty, text.slice(at, lineEnd), { quoted: false }) ? [{ start: at, end: lineEnd }] : [];
}

const VALUE_BEFORE =
  /(?:^|[\s,{-])["']?value["']?[ \t]{0,4}[=:][ \t]{0,4}([^\n]{1,200}?)(?:,[ \t]{0,4}|\r?\n[ \t]{0,64})["']?(?:name|key)["']?[ \t]{0,4}[=:][ \t]{0,4}["']?$/i;

/** The value may come first. */
function valueBefore(source: SourceText, start: number, certainty: Spot['certainty']): readonly Part[] | undefined {
  const from = Math.max(0, start - DISTANCE);
  const found = VALUE_BEFORE.exec(source.text.slice(from, start));
  const value = found?.[1];
  if (!value || !isTaken(certainty, value, { quoted: true })) return undefined;
  const at = from + found.index + found[0].indexOf(value);
  return [{ start: at, end: at + value.length }];
}
