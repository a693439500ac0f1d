// A text as it may be stored: redacted first, then cut.
import { cutUtf8, utf8Length } from '../text.ts';
import { type Redacted, type Redaction, redact } from './redact.ts';
import { grant, type ScanBudget, scanBudget } from './scan-budget.ts';

export interface Storable {
  readonly text: string;
  readonly cut: boolean;
  readonly redactions: readonly Redaction[];
}

/** Far more than any text keeps. What lies behind is cut anyway, so it need not be looked at. */
const WINDOW_LENGTH = 65_536;
/**
 * At the end of a window a credential may have been cut in two, and half of one has no form that could be told. So nothing is
 * kept of there, for what stands before may have become short enough to show it.
 */
const EDGE_LENGTH = 4_096;

/**
 * @param budget  of the request that the text came with; by itself a text has its own
 * @param scan  looks for secrets; where it fails the whole text goes, for nobody knows what is in it
 */
export function storable(
  text: string,
  bytesMax: number,
  budget: ScanBudget = scanBudget(),
  scan: (text: string, budget: ScanBudget) => Redacted = redact,
): Storable {
  const head = text.length <= WINDOW_LENGTH ? text : wholeCharacters(text, WINDOW_LENGTH);
  grant(budget, head.length);
  const { text: left, redactions } = tryScan(head, (head) => scan(head, budget));
  const kept = head === text ? left : withoutEdge(left);
  const bytesBehind = utf8Length(left.slice(kept.length)) + utf8Length(text.slice(head.length));
  return { ...cutUtf8(kept, bytesMax, bytesBehind), redactions };
}

function tryScan(text: string, scan: (text: string) => Redacted): Redacted {
  try {
    return scan(text);
  } catch {
    const rule = 'scan_failed';
    return { text: `[redacted: ${rule}]`, redactions: [{ pointer: '', rule, bytes: utf8Length(text) }] };
  }
}

/** Up to the edge, or up to the last mark in it, which stands for a whole credential. */
function withoutEdge(text: string): string {
  const mark = text.lastIndexOf('[redacted: ');
  const markEnd = mark < 0 ? 0 : text.indexOf(']', mark) + 1;
  return wholeCharacters(text, Math.max(0, markEnd, text.length - EDGE_LENGTH));
}

/** Never half of a surrogate pair. */
function wholeCharacters(text: string, length: number): string {
  return text.slice(0, length > 0 && text.codePointAt(length - 1)! > 0xffff ? length - 1 : length);
}
