// The arguments or the result of a tool as a record holds them: whole, some fields of them, their length, or nothing.
import { LIMITS } from '../limits.ts';
import { startOf, utf8Length } from '../text.ts';
import type { StoreRule } from '../tool/tool-catalogue.ts';
import { walkJson } from './json-values.ts';
import { type Redacted, type Redaction, redact } from './redact.ts';
import { storable } from './storable.ts';

export type BodyName = 'args' | 'result';

export interface StoredBody {
  /** For the record's data; undefined ones are left out. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly redactions: readonly Redaction[];
}

/**
 * Redacts and cuts a body as far as the rule lets it be stored at all.
 *
 * @param scan  looks for secrets
 */
export function storedBody(
  name: BodyName,
  body: string,
  rule: StoreRule,
  scan: (text: string) => Redacted = redact,
): StoredBody {
  if (rule === 'none') return { fields: { [`${name}_redacted`]: true }, redactions: [] };
  const lengths = { [`${name}_redacted`]: true, [`${name}_len`]: utf8Length(body) };
  if (rule === 'lengths') return { fields: lengths, redactions: [] };

  const bytesMax = LIMITS.toolBodyBytesMax;
  if (rule === 'all') {
    const { text, cut, redactions } = storable(body, bytesMax, scan);
    if (isUnscanned(redactions)) return { fields: lengths, redactions: placed(name, redactions) };
    // A result always says whether it is whole, arguments only when they are not.
    return {
      fields: { [name]: text, truncated: name === 'result' || cut ? cut : undefined },
      redactions: placed(name, redactions),
    };
  }
  // What lies under a pointer can be anywhere in what is looked at.
  const { text, redactions } = storable(body, Number.POSITIVE_INFINITY, scan);
  if (isUnscanned(redactions)) return { fields: lengths, redactions: placed(name, redactions) };
  const picked = fieldsOf(name, text, rule.fields);
  const stored = storable(JSON.stringify(picked), bytesMax, scan);
  const shown = stored.cut ? { truncated: true, text: stored.text } : picked;
  const isShown = ({ pointer }: Redaction) =>
    [...rule.fields].some(
      (field) => pointer === field || pointer.startsWith(`${field}/`) || field.startsWith(`${pointer}/`),
    );
  return { fields: { ...lengths, [`${name}_fields`]: shown }, redactions: placed(name, redactions).filter(isShown) };
}

/** The budget did not last for the body as a whole, so that its length is all that is known. */
function isUnscanned(redactions: readonly Redaction[]): boolean {
  return redactions.some(({ rule, pointer }) => rule === 'scan_budget' && pointer === '');
}

function placed(name: BodyName, redactions: readonly Redaction[]): Redaction[] {
  return redactions.map((one) => ({ ...one, pointer: `/${name}${one.pointer}` }));
}

/** The values under the pointers, each as text of JSON or, where the body is no JSON, none. */
function fieldsOf(name: BodyName, text: string, pointers: ReadonlySet<string>): Record<string, string> {
  if (pointers.has(`/${name}`)) return { [`/${name}`]: text };
  const found: Record<string, string> = Object.create(null);
  walkJson(text, startOf(text), {
    wants: ({ pointer }) => pointers.has(`/${name}${pointer}`),
    take: ({ pointer, start }, end) => {
      found[`/${name}${pointer}`] = text.slice(start, end);
    },
    sees: ({ text: seen }) => seen,
  });
  return found;
}
