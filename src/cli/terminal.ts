// Makes text safe for a terminal. Names come from requests, so they are untrusted: no name may move the cursor, change a colour
// or reverse the direction of a line.

/** Controls, formats (what turns text around or hides in it), separators of lines, and halves of characters. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** One line of text, whatever was in it. */
export function safe(text: string): string {
  return text.replace(UNSAFE, escaped);
}

/** JSON that is as safe: within its strings the escapes mean the same. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSAFE, escaped);
}

/** As JSON escapes it: by units of UTF-16. */
function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** A name beside other texts: in quotes where a part of it could be taken for one of those. */
export function named(name: string): string {
  return /^[\w.:@/+*-]*$/.test(name) ? name : JSON.stringify(name);
}

export type Paint = (text: string, colour: keyof typeof COLOURS) => string;

const COLOURS = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 } as const;

/** Colours for a terminal that wants them; see https://no-color.org */
export function painterFor(stream: { readonly isTTY?: boolean | undefined }, noColor: string | undefined): Paint {
  const isPlain = stream.isTTY !== true || (noColor !== undefined && noColor !== '');
  return isPlain ? (text) => text : (text, colour) => `\u001b[${COLOURS[colour]}m${text}\u001b[0m`;
}
