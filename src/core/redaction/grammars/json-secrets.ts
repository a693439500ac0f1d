// Whether a value in JSON is a secret, by its name and by what it is.
import type { JsonValue } from '../json-values.ts';
import { type Certainty, certaintyOf } from './key-names.ts';
import { isTaken } from './secret-shapes.ts';

/** The beginning of a schema, which describes a secret and holds none. Its texts are still looked at. */
const SCHEMA = /^\{\s*"(?:type|\$ref|description|title|format|required|anyOf|oneOf)"\s*:/;
/** The code of a card or a phone. */
const PIN = /^\d{4,8}$/;
const PIN_NAME = /(?:^|[^a-z])(?:pin|otp|passcode|totp)$/i;

/** Whether to take the whole value. */
export function isSecretValue({ name, around, text, literal, source, start }: JsonValue): boolean {
  const certainty = name === undefined ? undefined : certaintyOf(name);
  if (certainty) return isSecret(name!, certainty, { text, literal, source, start });
  // What stands in a group of tokens, cookies or the like has no name of its own, or one that says nothing.
  const inherited = around === undefined || text === undefined ? undefined : certaintyOf(around);
  return inherited !== undefined && isTaken(weaker(inherited), text!, { quoted: true });
}

function weaker(certainty: Certainty): Certainty {
  return certainty === 'sure' ? 'likely' : certainty;
}

function isSecret(
  name: string,
  certainty: Certainty,
  value: Pick<JsonValue, 'text' | 'literal' | 'source' | 'start'>,
): boolean {
  const { text, literal, source, start } = value;
  if (text !== undefined) return (PIN.test(text) && PIN_NAME.test(name)) || isTaken(certainty, text, { quoted: true });
  if (literal !== undefined) {
    if (PIN.test(literal) && PIN_NAME.test(name)) return true;
    if (/^-?[\d.]+$/.test(literal)) return certainty === 'sure' && !/s$/i.test(name);
    return isTaken(certainty, literal, { quoted: true });
  }
  return (certainty === 'sure' || /cred|secrets/i.test(name)) && !SCHEMA.test((source ?? '').slice(start, start + 64));
}
