// Credentials within base64, such as the data of a Kubernetes secret.
import type { Found } from './credential-scan.ts';

const ENCODED = /[A-Za-z0-9+/_-]{32,}={0,2}/g;
const PRINTABLE = /^[\t\n\r\x20-\x7e]*$/;

/** What is text when it is decoded and holds a credential goes as a whole. One layer is looked through. */
export function findEncodedCredentials(text: string, find: (decoded: string) => Found[]): Found[] {
  const found: Found[] = [];
  for (const { index, 0: encoded } of text.matchAll(ENCODED)) {
    if (!PRINTABLE.test(decode(encoded.slice(0, 24)))) continue;
    const inner = find(decode(encoded));
    if (inner.length > 0) found.push({ rule: inner[0]!.rule, start: index, end: index + encoded.length });
  }
  return found;
}

function decode(encoded: string): string {
  const plain = encoded.replaceAll('-', '+').replaceAll('_', '/').replaceAll('=', '');
  return atob(plain.length % 4 === 1 ? plain.slice(0, -1) : plain);
}
