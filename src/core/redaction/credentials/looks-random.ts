// Tells random text from words and slugs.

/**
 * Do letters and digits alternate in it, as often as in random base 32 or more? Of a thousand texts of 40 random letters and digits a few do
 * not; names, slugs and versions seldom do.
 */
export function looksRandom(text: string): boolean {
  const needed = Math.max(2, Math.min(4, Math.floor(text.length / 12)));
  let changes = 0;
  let before = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const kind = code >= 0x30 && code <= 0x39 ? 1 : (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a ? 2 : 0;
    if (kind + before === 3 && ++changes >= needed) return true;
    before = kind;
  }
  return false;
}
