// A text as it may be stored: redacted first, then cut.
import { cutUtf8, utf8Length } from '../text.ts';
import { type Redacted, type Redaction, redact } from './redact.ts';

export interface Storable {
  readonly text: string;
  readonly cut: boolean;
  readonly redactions: readonly Redaction[];
}

/** Far more than any text keeps. What lies behind is cut anyway, so it need not be looked at. */
const WINDOW_LENGTH = 65_536;
/**
 * Looked at behind what is kept of a text: the edge below, and as much again for what goes on behind the cut. A secret that
 * begins before the cut is told by its beginning, or by a name before it, and then goes up to its own end.
 */
const MARGIN_LENGTH = 8_192;
/**
 * At the end of a window a credential may have been cut in two, and half of one has no form that could be told. So nothing is
 * kept of there, for what stands before may have become short enough to show it.
 */
const EDGE_LENGTH = 4_096;

/** What a value may be called by a name behind it, as in `{"value": …, "name": "token"}`; also within a text of JSON. */
const NAMES_BEHIND = /(?:name|key|header|field|parameter)\\{0,15}"\s{0,8}:/i;
/** A user and the beginning of a password, of a URL whose `@` is not there yet. */
const OPEN_URL = /:\\?\/\\?\/[^\s/?#@"'<>]*$/;

/** Looks for secrets in a text, or in the beginning of one that goes on. */
export type Scan = (text: string, isCut?: boolean) => Redacted;

/**
 * @param scan  looks for secrets; where it fails the whole text goes, for nobody knows what is in it
 */
export function storable(text: string, bytesMax: number, scan: Scan = redact): Storable {
  const short = scanned(text, bytesMax + MARGIN_LENGTH, scan);
  // So much was taken out that less is left than may be kept: only then it is worth to look further.
  const isEnough = short.length >= text.length || utf8Length(short.kept) >= bytesMax;
  const { kept, bytesBehind, redactions } = isEnough ? short : scanned(text, WINDOW_LENGTH, scan);
  return { ...cutUtf8(kept, bytesMax, bytesBehind), redactions };
}

/** The beginning of a text without its secrets, as far as one can be sure of it. */
function scanned(text: string, window: number, scan: Scan) {
  const length = Math.min(window, WINDOW_LENGTH);
  const head = text.length <= length ? text : wholeCharacters(text, length);
  const isCut = head !== text;
  const { text: left, redactions } = tryScan(head, (one) => scan(one, isCut && mayName(text, head.length)));
  const kept = isCut ? withoutEdge(left) : left;
  const bytesBehind = utf8Length(left.slice(kept.length)) + utf8Length(text.slice(head.length));
  return { length: isCut ? head.length : text.length, kept, bytesBehind, redactions };
}

/** Whether names stand behind the window that may be those of values in it. */
function mayName(text: string, from: number): boolean {
  return NAMES_BEHIND.test(text.slice(from, WINDOW_LENGTH));
}

function tryScan(text: string, scan: Scan): Redacted {
  try {
    return scan(text);
  } catch {
    const rule = 'scan_failed';
    return { text: `[redacted: ${rule}]`, redactions: [{ pointer: '', rule, bytes: utf8Length(text) }] };
  }
}

/** Up to the edge, or up to the last mark in it, which stands for a whole credential; not into a URL that is still open. */
function withoutEdge(text: string): string {
  const mark = text.lastIndexOf('[redacted: ');
  const markEnd = mark < 0 ? 0 : text.indexOf(']', mark) + 1;
  const end = Math.max(0, markEnd, text.length - EDGE_LENGTH);
  const openUrl = OPEN_URL.exec(text);
  return wholeCharacters(text, Math.min(end, openUrl?.index ?? end));
}

/** Never half of a surrogate pair. */
function wholeCharacters(text: string, length: number): string {
  return text.slice(0, length > 0 && text.codePointAt(length - 1)! > 0xffff ? length - 1 : length);
}
