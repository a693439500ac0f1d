// Passwords and signatures in URLs.
import type { Found } from './credential-scan.ts';
import { looksRandom } from './looks-random.ts';

const SCHEME_END = /:\\?\/\\?\//g;
const ENDS_URL = /[\s"'<>`]|$/g;
/** A port before a path, so what follows is no password. */
const PORT = /^[0-9]{1,5}(?:[/?#]|$)/;
/** In place of a password: a variable, stars, or a mark. */
const PLACEHOLDER = /^(?:\$\{[A-Za-z_][A-Za-z0-9_.]{0,63}\}|\$[A-Za-z_]{1,64}|\*{3,64}|\[redacted: [a-z_]+\])$/;
/** `redis://[user:password@]host`, as manuals write it. */
const OPTIONAL = /^\[[A-Za-z]/;
const HOST = /[A-Za-z0-9.,:_[\]-]*/y;

/**
 * `scheme://user:password@host`: user, password and host. The password ends at the last `@`, for people do not escape what RFC 3986
 * asks them to; where an `@` stands in the path, too much goes.
 */
export function findUrlPasswords(text: string): Found[] {
  const found: Found[] = [];
  if (!text.includes('@')) return found;
  let urlEnd = 0;
  let at = -1;
  for (const scheme of text.matchAll(SCHEME_END)) {
    const start = scheme.index + scheme[0].length;
    if (start >= urlEnd) {
      ENDS_URL.lastIndex = start;
      urlEnd = ENDS_URL.exec(text)?.index ?? text.length;
      at = text.lastIndexOf('@', urlEnd - 1);
    }
    if (at < start || start < (found.at(-1)?.end ?? 0) || !holdsSecret(text.slice(start, Math.min(at, start + 512))))
      continue;
    HOST.lastIndex = at + 1;
    HOST.test(text);
    found.push({ rule: 'url_password', start, end: HOST.lastIndex });
  }
  return found;
}

function holdsSecret(user: string): boolean {
  const colon = user.indexOf(':');
  const slash = user.search(/[/?#]/);
  if (colon < 0 || (slash >= 0 && slash < colon)) return slash < 0 && user.length >= 20 && looksRandom(user);
  const password = user.slice(colon + 1);
  return password !== '' && !PORT.test(password) && !PLACEHOLDER.test(password) && !OPTIONAL.test(user);
}

const SIGNATURE =
  /(?<![A-Za-z0-9])(?:sig|[sS]ignature|X-Amz-Signature|X-Goog-Signature)(?:=|%3D)[A-Za-z0-9%+/=_~-]{16,}/g;
const QUERY = /[A-Za-z0-9%+/=_~&;:.,*-]*/y;

/** The whole query of a signed URL, or of a signature that stands by itself. */
export function findSignedUrls(text: string): Found[] {
  const found: Found[] = [];
  if (!text.includes('sig=') && !text.includes('ignature')) return found;
  let after = 0;
  for (const { index } of text.matchAll(SIGNATURE)) {
    if (index < after) continue;
    let start = index;
    while (start > after && !/[\s?"'<>`(,]/.test(text[start - 1]!)) start--;
    QUERY.lastIndex = index;
    QUERY.test(text);
    after = QUERY.lastIndex;
    found.push({ rule: 'url_signature', start, end: after });
  }
  return found;
}
