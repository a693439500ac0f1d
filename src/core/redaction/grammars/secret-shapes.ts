// Whether a value can be a secret, by itself: what it looks like, and what is none whatever it is called.
//
// INVARIANT: an exemption is a claim about the whole value. What only begins like one is taken.
import type { Certainty } from './key-names.ts';

/** What is looked at of a value to tell what it looks like. */
const SAMPLE_LENGTH = 160;
/** No exemption is longer. */
const EXEMPT_LENGTH_MAX = 256;

const PIECES = /[^\s"'`,;()[\]{}<>|\\=]+/g;

/** Whether what stands under a name of such certainty is taken. */
export function isTaken(certainty: Certainty, value: string, written: Written): boolean {
  if (isBlankOrMark(value)) return false;
  if (certainty === 'sure') return !isExempt(value, written);
  return looksSecret(certainty, value, written) && !isExempt(value, written);
}

export interface Written {
  /** Between quotes, or in XML: then it is text and no code. */
  readonly quoted: boolean;
  /** Behind a separator that code uses, with blanks around it: ` = `, `: `. */
  readonly spaced?: boolean;
}

/** Whether some part of the text looks like a secret. */
export function looksSecret(certainty: Certainty, text: string, { quoted }: Written): boolean {
  const sample = text.slice(0, SAMPLE_LENGTH);
  // One look tells that most have nothing that a secret has.
  if (certainty === 'possible' ? !/\d/.test(sample) : !/[\d#!%^&*+~]|[A-Za-z]{12}/.test(sample)) return false;
  for (const [piece] of sample.matchAll(PIECES)) {
    if (certainty === 'possible' ? looksRandom(piece) : looksSecretPiece(piece, quoted)) return true;
  }
  return false;
}

const TECH =
  /^(?:oauth-?[12]?|sha-?\d{1,3}|md5|utf-?\d{1,2}|base-?(?:32|64)(?:url)?|es20\d\d|es\d|http(?:s|-|\/)?[123](?:\.\d)?|ipv[46]|x509|[hrep]s(?:256|384|512)|argon2(?:id|i|d)?|pbkdf2|p-?(?:256|384|521)|ed25519|curve25519|x25519|secp\d+[rk]1|aes-?\d{0,3}|pkcs?\d{1,2}|rfc-?\d+|iso-?\d+|[a-z]{1,4}\d{1,2}|v\d+\w{0,8}|\w*test\d{0,3}|(?:key|token|user|item|value|secret|id|name|arg|param|field)[_-]?\d{1,3})$/i;
const HARMLESS =
  /^(?:[vV=~^<>]*\d+(?:[.:_-]\d+)*(?:[.+-]?(?:alpha|beta|rc|dev|pre|snapshot|[a-z]{1,3})[.\d]{0,8})?|\d{4}-\d\d-\d\d[T0-9:.Z+-]*|0x[0-9a-f]+|\d+(?:[.]\d+)?[a-z%]{1,3}|#[0-9a-f]{3,8}|(?:\.{0,2}|~|[A-Za-z]:)[/\\][\w./\\-]*(?::\d+){0,2}|[a-z]+:\/\/[^\s:@]*|[\w-]+\.(?:js|ts|tsx|py|go|rs|rb|java|c|h|cpp|json|ya?ml|toml|md|txt|html|css|png|svg|sh|env|pem|crt|key|lock|log|com|org|net|io|dev)(?::\d+)*[:,.]?)$/i;
const TRIM = /^[.:!?*_-]+|[.:!?*]+$/g;

function looksSecretPiece(written: string, quoted: boolean): boolean {
  const piece = written.replaceAll(TRIM, '');
  if (piece.length < 6) return false;
  const hasDigit = /\d/.test(piece);
  const hasLetter = /[A-Za-z]/.test(piece);
  if (!hasLetter) return false;
  if (HARMLESS.test(piece) || TECH.test(piece)) return false;
  if (hasDigit)
    return (
      !/^[a-z]+(?:[._/-][a-z]+)*[._/-]?\d{1,2}$|^[A-Z][a-z]+(?:[A-Z][a-z]*)*\d{0,2}$/.test(piece) ||
      /^[a-z]{6}\d$/.test(piece)
    );
  if (/[#!%^&*+~]/.test(piece) && piece.length >= 8)
    return !/^[\w.$-]+[!*+&%]{1,2}[\w.$-]*$/.test(piece) || /[#^~]/.test(piece);
  return (
    quoted &&
    /^[A-Za-z]+$/.test(piece) &&
    (piece.length >= 20 || (piece.length >= 12 && /[A-Z]{2}[a-z]|[a-z][A-Z][a-z][A-Z]/.test(piece)))
  );
}

/** Letters and digits in a mix that no word has. */
export function looksRandom(written: string): boolean {
  const piece = written.replaceAll(TRIM, '');
  if (piece.length < 10 || HARMLESS.test(piece)) return false;
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{20,}$/i.test(piece)) return false;
  const changes = piece.match(/[A-Za-z](?=\d)|\d(?=[A-Za-z])/g)?.length ?? 0;
  const hasBoth = /[a-z]/.test(piece) && /[A-Z]/.test(piece);
  if (hasBoth && /\d/.test(piece))
    return changes >= 2 && !/^[A-Za-z]+(?:[-_.:/][A-Za-z0-9]+)*$/.test(piece.replaceAll(/[A-Za-z]\d+[A-Za-z]/g, '!'));
  if (/^[0-9a-f]{24,}$/i.test(piece)) return changes >= 2;
  return piece.length >= 16 && changes >= 4 && !/[/:.]/.test(piece);
}

function isBlankOrMark(value: string): boolean {
  return /^[\s"'`,;)\]}>|]*$/.test(value) || /^\[redacted: [a-z_]{1,64}\][\s,;)\]}>"'`|]*$/.test(value);
}

const WORDS =
  'string|str|bytes|number|int|integer|boolean|bool|float|double|object|array|any|unknown|null|undefined|nil|none|true|false|void|never|varchar|text|char|required|optional|redacted|hidden|masked|secret|password|yes|no|on|off|include|omit|same-origin|n/a|na|tbd|todo|empty|auto|default|unset|missing|invalid|expired|ok|changeme|inherit|~|\\[\\]|\\{\\}|\\[(?:redacted|hidden|masked|filtered)\\]';
const LITERAL = new RegExp(`^(?:${WORDS})$`, 'i');
const PLACEHOLDER =
  /^(?:<[A-Za-z][A-Za-z0-9 _.-]{0,64}>|\$\{\{?[^{}]{1,128}\}\}?|\{\{[^{}]{1,128}\}\}|\{[A-Za-z_][A-Za-z0-9_.]{0,64}\}|\$\([A-Za-z_][A-Za-z0-9_ ./-]{0,64}\)|\$[A-Za-z_][A-Za-z0-9_]{0,64}|\$\d{1,2}(?: where [a-z_.]{1,32} = \$\d{1,2};?)?|%[A-Za-z_][A-Za-z0-9_]{0,64}%|%[sdvqr@]|:[a-z_]{1,64}|@[A-Za-z_]{1,64}|\{\s?(?:get_param|get_attr|ref|"?\$ref"?|"?valueFrom"?|"?env"?): ?"?[A-Za-z_.]{1,64}"?\s?\}|(?:bearer|basic|token) [<$]\{?[A-Za-z_]{1,32}[>}]?["']?|[*•]{1,64}|x{3,64}|\.{2,3}|…|\?|-{1,3}|your[-_ ](?:[a-z]{1,16}[-_ ]){0,3}[a-z]{1,16}(?:[-_ ]here)?)$/i;
const IDENTIFIER = '[A-Za-z_$][A-Za-z_$]{0,63}';
const PATH = new RegExp(`^[&*!]{0,2}(${IDENTIFIER})((?:(?:\\?\\.|\\.|->|::)(?:${IDENTIFIER})){1,8})$`);
const ROOTS =
  /^(?:process|os|req|request|res|response|self|this|config|cfg|settings|env|options|opts|args|argv|user|data|params|props|ctx|context|event|body|session|credentials|secrets|var|local|module|each|vars|github|inputs|state|app|auth|client|account|import|form|input|values|ENV|System|flask|django|viper|\$?_?[a-z])$/i;
const CALL =
  /^(?:[a-z]{3,5} |!|&|\*)?[A-Za-z_$][A-Za-z_$0-9]{0,63}(?:(?:\.|->|::|\?\.)[A-Za-z_$][A-Za-z_$0-9]{0,63}){0,8}[([]/;
/** What may stand behind the end of a value in code. */
const CODE_TAIL =
  /\)?\s*->\s*\w[\w[\], .]{0,40}:$|[\s)\]};,]{1,8}$|\s*(?:\/\/|#|--)\s[^"'`0-9]{0,100}$|\)?\s*(?:[{:]|then|do|and|or|&&|\|\|)\s*$|\)\s*(?:return|throw|continue|break)(?: [a-z]{1,16})?;?$/;
const STOP_WORDS =
  /(?:^|\s)(?:a|an|the|is|are|was|must|for|of|to|and|or|not|be|with|your|in|by|if|as|on|when|this|that|from|it|its|has|have|which|only|we|you|can|will|may|no|at|use|used)(?=$|[\s.,;:])/i;

/** Whether the whole of it is a type, a literal, a placeholder, a mark of ours or, without quotes, code that fetches a value. */
export function isExempt(value: string, { quoted, spaced = false }: Written): boolean {
  if (value.length > EXEMPT_LENGTH_MAX) return false;
  const whole = value.trim();
  if (isNothing(whole)) return true;
  if (quoted) return false;
  const bare = withoutTail(whole);
  return isNothing(bare) || isCode(bare, whole, spaced) || isType(bare) || isProse(whole);
}

function isNothing(whole: string): boolean {
  return whole === '' || LITERAL.test(whole) || isPlaceholder(whole) || isBlankOrMark(whole);
}

/** What stands for a value has no chance in it. */
function isPlaceholder(whole: string): boolean {
  return PLACEHOLDER.test(whole) && !looksSecret('possible', whole, { quoted: true });
}

function withoutTail(whole: string): string {
  let bare = whole;
  for (let times = 0; times < 3; times++) {
    const next = bare.replace(CODE_TAIL, '');
    // The brackets of a call are its own.
    if (next === bare || (opens(bare) >= 0 && CALL.test(bare))) break;
    bare = next;
  }
  return bare;
}

/** How many more brackets are opened than closed. */
function opens(text: string): number {
  let depth = 0;
  for (const char of text) {
    if (char === '(' || char === '[' || char === '{') depth++;
    else if (char === ')' || char === ']' || char === '}') depth--;
  }
  return depth;
}

function isCode(bare: string, whole: string, spaced: boolean): boolean {
  if (CALL.test(bare)) return isClosedCall(bare);
  const path = PATH.exec(bare);
  if (path)
    return ROOTS.test(path[1]!) || /(?:password|passwd|pwd|pass|token|secret|key|auth|value|cookie)s?$/i.test(path[2]!);
  if (!/^[A-Za-z_$]{1,64}$/.test(bare)) return false;
  // An argument that is handed on under its own name, or a statement.
  if (/(?:password|passwd|pwd|pass|token|secret|key|auth|cookie|credentials?)$/i.test(bare)) return true;
  return spaced && /[;,)]$/.test(whole) && /^[A-Za-z_$]{1,40}$/.test(bare);
}

/** A call without a secret among its arguments, and nothing behind it that could be one. */
function isClosedCall(bare: string): boolean {
  const text = bare.replace(/[;,\s]+$/, '');
  let depth = 0;
  let end = 0;
  for (; end < text.length; end++) {
    const char = text[end]!;
    if (char === '(' || char === '[') depth++;
    else if (char === ')' || char === ']') depth--;
    if (depth === 0 && end > 0 && (char === ')' || char === ']')) {
      if (!/^(?:\?\.|\.|->|\(|\[|!)/.test(text.slice(end + 1, end + 3))) break;
    }
  }
  if (depth !== 0) return false;
  const tail = text.slice(end + 1);
  if (!/^[\s)\]};,{]*$/.test(tail)) return false;
  return (
    !looksSecret('likely', text, { quoted: true }) &&
    !/["'`][^"'`]{0,200}[^\w\s"'`.:/,%{}()[\]$-][^"'`]{0,200}["'`]/.test(text)
  );
}

const TYPE =
  /^(?:readonly )?(?:&(?:'?[a-z]+ )?)?(?:string|str|bytes|number|int|integer|boolean|bool|float|varchar|char|text|optional|option|any|object|secretstr|nvarchar)\b(?:[?!]|\[\]|<[A-Za-z, <>]{1,40}>|\[[A-Za-z, [\]]{1,40}\]|\(\d{1,5}\))?(?:\s*(?:[|,&=]|not null|default|null|unique|none|undefined|string|nil|\)|\{|\}|\[\]|=>|void|promise<[a-z]*>|[a-z_?]{1,24}\??:\s*(?:string|number|boolean|str|int|bool|void)|;|[a-z]{1,24}\??:\s*\(\)))*\s*$/i;

function isType(bare: string): boolean {
  return TYPE.test(bare);
}

/** A sentence, which has small words, no digit and nothing between quotes. */
function isProse(whole: string): boolean {
  const words = whole.split(/\s+/);
  return (
    words.length >= 3 &&
    !/["`]/.test(whole) &&
    STOP_WORDS.test(whole) &&
    words.every((word) => /^[([*_]{0,2}[A-Za-z]+(?:['’/-][A-Za-z]+)*[.,;:!?)\]*_]{0,3}$/.test(word))
  );
}
