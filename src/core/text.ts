// Text as the contract measures it: blanks are Unicode White_Space, lengths are bytes of UTF-8.
//
// WHY NOT trim(): it removes U+FEFF, which is no White_Space, and keeps U+0085, which is.
// WHY NOT /\p{White_Space}+$/u: on a long run of inner blanks its time grows with the square of the length.

/** Empty, or nothing but White_Space. */
export function isBlank(text: string): boolean {
  return startOf(text) === text.length;
}

/** The text without White_Space at both ends. */
export function trimBlank(text: string): string {
  const start = startOf(text);
  let end = text.length;
  while (end > start && isWhiteSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** The place of the first character that is no White_Space; the text's length if there is none. */
export function startOf(text: string): number {
  let start = 0;
  while (start < text.length && isWhiteSpace(text.charCodeAt(start))) start++;
  return start;
}

/** Every White_Space character lies in the first plane, so a UTF-16 unit is enough to tell. */
export function isWhiteSpace(unit: number): boolean {
  if (unit < 0x80) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
  return (
    unit === 0x85 ||
    unit === 0xa0 ||
    unit === 0x1680 ||
    (unit >= 0x2000 && unit <= 0x200a) ||
    unit === 0x2028 ||
    unit === 0x2029 ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x3000
  );
}

/** How many bytes the text takes as UTF-8; a lone surrogate counts as the U+FFFD that encoders write for it. */
export function utf8Length(text: string): number {
  return measure(text, 0, Number.POSITIVE_INFINITY).bytes;
}

/**
 * The text if it fits into `bytesMax` bytes of UTF-8, else as many whole code points as fit and `…[+K bytes]`, K being
 * the bytes left out. The mark comes on top of `bytesMax`.
 *
 * @param bytesBehind  of what followed the text and was left out before
 */
export function cutUtf8(
  text: string,
  bytesMax: number,
  bytesBehind = 0,
): { readonly text: string; readonly cut: boolean } {
  // A UTF-16 unit never takes more than three bytes.
  if (text.length * 3 <= bytesMax && bytesBehind === 0) return { text, cut: false };
  const kept = measure(text, 0, bytesMax);
  if (kept.end === text.length && bytesBehind === 0) return { text, cut: false };
  const leftOut = measure(text, kept.end, Number.POSITIVE_INFINITY).bytes + bytesBehind;
  return { text: `${text.slice(0, kept.end)}…[+${leftOut} bytes]`, cut: true };
}

/** Walks whole code points from `start` for as long as they fit. */
function measure(text: string, start: number, bytesMax: number): { end: number; bytes: number } {
  let end = start;
  let bytes = 0;
  while (end < text.length) {
    const unit = text.charCodeAt(end);
    const isPair = isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(end + 1));
    const size = isPair ? 4 : unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    if (bytes + size > bytesMax) break;
    bytes += size;
    end += isPair ? 2 : 1;
  }
  return { end, bytes };
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** False for NaN, which is what there is behind the last unit. */
function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
