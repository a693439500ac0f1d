// Secrets in what is percent-encoded, such as a URL within a URL or the fields of a form.
import type { Redacted } from './redact.ts';

const WORD = /[^\s"'`<>\\]+/g;
const ENCODED = /%([2-7][0-9A-Fa-f])/g;

/** Decodes the words in which more is found when they are decoded; all others stay as they are. */
export function redactEncoded(redacted: Redacted, redact: (text: string) => Redacted): Redacted {
  if (!redacted.text.includes('%')) return redacted;
  const redactions = [...redacted.redactions];
  const text = redacted.text.replaceAll(WORD, (word) => {
    const decoded = word.replaceAll(ENCODED, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
    if (decoded === word) return word;
    const found = redact(decoded);
    redactions.push(...found.redactions.map((one) => ({ ...one, pointer: '' })));
    return found.redactions.length > 0 ? found.text : word;
  });
  return { text, redactions };
}
