// What follows the name of a scheme, as `Authorization` has it, with or without the header's name.
import type { Found } from '../credentials/credentials.ts';
import { looksSecret } from './secret-shapes.ts';
import type { SourceText } from './source-text.ts';

const SCHEME =
  /(?<![\w-])(?:bearer|basic|negotiate|ntlm|apikey|api-key|hawk|splunk|genie-?key|sso-key|dpop|kerberos|token)[ \t]{1,8}["']?([A-Za-z0-9._~+/=:-]{8,})/gi;
const DIGEST = /(?<![\w-])digest[ \t]{1,8}(?=\w{1,16}=)/gi;
const DIGEST_SECRET = /(?<![\w-])(?:response|cnonce|nonce|opaque|signature|mac)="?([^\s",]{8,512})/gi;

/** Credentials of authentication schemes. */
export function findSchemes(source: SourceText): Found[] {
  const { text } = source;
  const found: Found[] = [];
  for (const match of text.matchAll(SCHEME)) {
    const value = match[1]!;
    const end = match.index + match[0].length;
    const certainty = /^token/i.test(match[0]) ? 'possible' : 'likely';
    if (looksSecret(certainty, value, { quoted: false }) || value.length >= 40)
      found.push({ rule: 'auth_scheme', start: end - value.length, end });
  }
  for (const match of text.matchAll(DIGEST)) {
    const from = match.index + match[0].length;
    const line = text.slice(from, Math.min(source.lineEnd(from), from + 1_024));
    for (const part of line.matchAll(DIGEST_SECRET)) {
      const end = from + part.index + part[0].length;
      found.push({ rule: 'auth_scheme', start: end - part[1]!.length, end });
    }
  }
  return found;
}
