// Values that no sign ties to their name: arguments of commands and calls, keywords of SQL and configuration, sentences.
import type { Part } from './part.ts';
import { isTaken, looksRandom, looksSecret } from './secret-shapes.ts';
import type { SourceText } from './source-text.ts';
import type { Spot } from './spots.ts';
import { matches, quotedValue } from './values.ts';

const GAP = /["'`]?(?:[ \t]{0,8}\\[ \t]{0,8}\r?\n[ \t]{0,64}|[ \t]{1,64})/y;
/** Words that set a name to what follows. */
const SETS =
  /(?:^|[\s"'(;&|`])(?:env|arg|setx?|setenv|export|declare|let|put|config set|configure set|secret set|config|requirepass|masterauth|add|-x|--set|option)[ \t]{1,8}(?:--?\w{1,16}[ \t]{1,4}){0,3}["']?$/i;
/** What is looked at before the end of a value is sought. */
const SAMPLE_LENGTH = 160;
const STOPS =
  /(?:option|flag|argument|parameter|is|and|or|to|was|from|for|in|with|on|as|the|if|switch|value|when|instead|can|must|may|should|has|which|without|of|that|a|an)\b/iy;
const ARGUMENT = /["'`]?[ \t]{0,4}[,.(][ \t]{0,8}(?=[bBrRuUfFLN@$]{0,2}["'`])/y;
const CONNECTIVE =
  /["'`*]{0,2}[ \t]{1,8}(?:(?:for|of|für|von|pour|para|de)[ \t]{1,4}[\w@.'-]{1,64}[ \t]{1,4}){0,2}(?:(?:is|was|are|be|to|will|now|set|still|currently|ist|war|lautet|est|es|era|sera|será|était|equals|as|changed|reset|the|=|a|following|password|key|value|string|new)[ \t]{1,4}){0,5}:?[ \t]{0,4}/iy;

/** Behind an option, or behind the name that a command sets. */
export function commandWord(source: SourceText, spot: Spot): readonly Part[] | undefined {
  const { text } = source;
  const { start, end, dashes, certainty } = spot;
  if (!matches(GAP, text, end)) return undefined;
  const at = GAP.lastIndex;
  if (certainty !== 'sure' && !looksSecret('likely', text.slice(at, at + SAMPLE_LENGTH), { quoted: true }))
    return undefined;
  const isOption = dashes > 0;
  const isSet =
    !isOption && /[\s"']/.test(text[start - 1] ?? 'x') && SETS.test(text.slice(Math.max(0, start - 48), start));
  const isKeyword =
    !isOption && !isSet && (isAlone(source, spot, at) || text[start - 1] === ':' || isSqlKeyword(text, spot, at));
  if (!isOption && !isSet && !isKeyword) return undefined;
  if (text[at] === '-' || at >= text.length || text[at] === '\n' || text[at] === '=' || matches(STOPS, text, at))
    return undefined;
  const quoted = quotedValue(source, at);
  const strict =
    isKeyword && certainty !== 'sure'
      ? 'possible'
      : isOption && /^(?:token|passw?)$/i.test(spot.name)
        ? 'sure'
        : certainty;
  if (quoted) return isTaken(strict, text.slice(quoted.start, quoted.end), { quoted: true }) ? [quoted] : [];
  const quote = source.quoteAt(start);
  const word = source.wordEnd(at);
  const close = quote === '' ? -1 : text.slice(at, word).indexOf(quote);
  const wordEnd = close < 0 ? word : at + close;
  const value = { start: at, end: isOption ? wordEnd : Math.max(wordEnd, isSet ? source.lineEnd(at) : wordEnd) };
  if (isKeyword && !looksSecret(strict, text.slice(at, wordEnd), { quoted: false })) return undefined;
  return isTaken(strict, text.slice(value.start, value.end), { quoted: false }) ? [value] : [];
}

/** The line is nothing but the name and one word, as in properties and netrc. */
function isAlone(source: SourceText, { start }: Spot, at: number): boolean {
  const { text } = source;
  const line = source.lineStart(start);
  if (
    text.slice(line, start).trim() !== '' &&
    !/\b(?:login|user|machine|account)\s+\S+\s+$/i.test(text.slice(Math.max(line, start - 160), start))
  )
    return false;
  if (source.lineEnd(at) - at > 4_096) return false;
  const end = source.wordEnd(at);
  return end >= source.lineEnd(at) || /^\s*(?:account|macdef|machine|#)/.test(text.slice(end, end + 12));
}

/** `PASSWORD 'x'`, `IDENTIFIED BY PASSWORD 'x'`, `(password . "x")`, `"password" "x"`. */
function isSqlKeyword(text: string, { start, end }: Spot, at: number): boolean {
  const opens = text[at] === "'" || text[at] === '"';
  if (!opens) return false;
  return (
    text[start - 1] === '(' ||
    text[end] === '"' ||
    /^[A-Z]+$/.test(text.slice(start, end)) ||
    /(?:with|by|encrypted|set)[ \t]+$/i.test(text.slice(Math.max(0, start - 16), start))
  );
}

/** `define('PW', '…')`, `setPassword("…")`, `(password . "…")`. */
export function callArgument(source: SourceText, { end, certainty }: Spot): readonly Part[] | undefined {
  const { text } = source;
  const dotted = /^[ \t]+\.[ \t]+(?=")/.exec(text.slice(end, end + 16));
  const at = dotted ? end + dotted[0].length : matches(ARGUMENT, text, end) ? ARGUMENT.lastIndex : undefined;
  const quoted = at === undefined ? undefined : quotedValue(source, at);
  if (!quoted?.quoted) return undefined;
  const value = text.slice(quoted.start, quoted.end);
  const seems = looksSecret(certainty === 'sure' ? 'likely' : certainty, value, { quoted: true });
  return seems && isTaken('sure', value, { quoted: true }) ? [quoted] : [];
}

/** `the password is …`, `pw …`: a word that looks like chance, behind no more than small words. */
export function proseWord(source: SourceText, { end, certainty, name }: Spot): readonly Part[] | undefined {
  const { text } = source;
  if (certainty === 'possible' && name.length < 6) return undefined;
  if (!matches(CONNECTIVE, text, end)) return undefined;
  const at = CONNECTIVE.lastIndex;
  if (at === end) return undefined;
  const word = text.slice(at, at + 256).split(/\s/, 1)[0]!;
  const bare = word.replaceAll(/^[("'`*“‘«„]+|[)"'`*”’».,;:!?]+$/g, '');
  const isStrong = certainty === 'sure' || /^p(?:ass|w|wd|in)$/i.test(name);
  // An id, a place in code.
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-|^[.~]?\/[\w./-]*(?::\d+)*$|^HTTP\//i.test(bare)) return undefined;
  const seems = looksRandom(bare) || (isStrong && bare.length >= 8 && looksSecret('likely', bare, { quoted: false }));
  if (!seems) return undefined;
  const start = at + word.indexOf(bare);
  return [{ start, end: at + word.length }];
}
