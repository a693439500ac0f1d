// Credentials within base64, such as the data of a Kubernetes secret.
import type { Found } from './credential-scan.ts';

const PRINTABLE = /^[\t\n\r\x20-\x7e]*$/;

/**
 * What is text when it is decoded and holds a credential goes as a whole. One layer is looked through.
 *
 * @param runs  where letters, digits and `+/_-` stand together
 */
export function findEncodedCredentials(
  text: string,
  runs: readonly (readonly [start: number, end: number])[],
  find: (decoded: string) => Found[],
): Found[] {
  const found: Found[] = [];
  for (const [start, end] of runs) {
    if (!PRINTABLE.test(decode(text.slice(start, start + 24)))) continue;
    const [first] = find(decode(text.slice(start, end)));
    if (first) found.push({ rule: first.rule, start, end: endOfPadding(text, end) });
  }
  return found;
}

function endOfPadding(text: string, end: number): number {
  let padded = end;
  while (padded < end + 2 && text[padded] === '=') padded++;
  return padded;
}

function decode(encoded: string): string {
  const plain = encoded.replaceAll('-', '+').replaceAll('_', '/');
  return atob(plain.length % 4 === 1 ? plain.slice(0, -1) : plain);
}
