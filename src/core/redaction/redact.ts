// What must not be stored, taken out of a text before it is cut or hashed.
import { utf8Length } from '../text.ts';
import { findCredentials } from './credentials.ts';
import { type JsonValue, walkJson } from './json-values.ts';
import { namesSecret } from './key-names.ts';

/** One thing that was taken out. */
export interface Redaction {
  /** Where it stood: RFC 6901 in a text of JSON, empty in any other. */
  readonly pointer: string;
  readonly rule: string;
  /** Of what was taken out, in bytes of UTF-8. */
  readonly bytes: number;
}

export interface Redacted {
  readonly text: string;
  readonly redactions: readonly Redaction[];
}

/** JSON in a text of JSON in a text of JSON: bodies of requests are often one of these. */
const NESTED_MAX = 3;

/** Takes credentials out of a text, and out of one of JSON also whatever stands under a name that says secret. */
export function redact(text: string): Redacted {
  return redactNested(text, NESTED_MAX);
}

function redactNested(text: string, levelsLeft: number): Redacted {
  return (isJsonLike(text) && levelsLeft > 0 ? redactJson(text, levelsLeft) : undefined) ?? redactPlain(text);
}

function isJsonLike(text: string): boolean {
  return /^[\s\uFEFF]{0,64}[[{]/.test(text);
}

interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

/** Undefined when the text only looks like JSON. */
function redactJson(text: string, levelsLeft: number): Redacted | undefined {
  const replacements: Replacement[] = [];
  const redactions: Redaction[] = [];
  const take = ({ pointer, start }: JsonValue, end: number, rule: string) => {
    replacements.push({ start, end, by: JSON.stringify(markOf(rule)) });
    redactions.push({ pointer, rule, bytes: utf8Length(text.slice(start, end)) });
  };
  const isJson = walkJson(text, {
    wants: ({ key }) => key !== undefined && namesSecret(key),
    take: (value, end) => take(value, end, 'key_name'),
    sees: (value, end) => {
      const inner = redactNested(value.text, levelsLeft - 1);
      if (inner.redactions.length === 0) return;
      replacements.push({ start: value.start, end, by: JSON.stringify(inner.text) });
      for (const { pointer, rule, bytes } of inner.redactions) {
        redactions.push({ pointer: `${value.pointer}${pointer}`, rule, bytes });
      }
    },
  });
  return isJson ? { text: replaceAll(text, replacements), redactions } : undefined;
}

/** `"password": "…"` and `password=…` in what is no JSON after all; the value up to its end as far as that can be told. */
const ASSIGNMENT =
  /(?<![A-Za-z0-9_.-])["']?([A-Za-z][A-Za-z0-9_.-]{1,64})["']?[ \t]{0,8}[:=][ \t]{0,8}("(?:[^"\\\n]|\\.){0,4096}"?|'[^'\n]{0,4096}'?|[^\s,;&}\])"']{1,4096})/g;

function redactPlain(text: string): Redacted {
  const found = findCredentials(text).map((one) => ({ ...one, by: markOf(one.rule) }));
  const named = isJsonLike(text) ? assignments(text) : [];
  const all = [...found, ...named.filter(({ start, end }) => !found.some((one) => one.start < end && start < one.end))];
  if (all.length === 0) return { text, redactions: [] };
  const ordered = all.toSorted((one, other) => one.start - other.start);
  return {
    text: replaceAll(text, ordered),
    redactions: ordered.map(({ rule, start, end }) => ({
      pointer: '',
      rule,
      bytes: utf8Length(text.slice(start, end)),
    })),
  };
}

function assignments(text: string): (Replacement & { rule: string })[] {
  return Array.from(text.matchAll(ASSIGNMENT)).flatMap((match) => {
    const [whole, key, value] = match;
    if (!namesSecret(key!)) return [];
    const end = match.index + whole.length;
    return [{ rule: 'key_name', start: end - value!.length, end, by: JSON.stringify(markOf('key_name')) }];
  });
}

function markOf(rule: string): string {
  return `[redacted: ${rule}]`;
}

function replaceAll(text: string, replacements: readonly Replacement[]): string {
  let replaced = '';
  let at = 0;
  for (const { start, end, by } of replacements) {
    replaced += text.slice(at, start) + by;
    at = end;
  }
  return replaced + text.slice(at);
}
