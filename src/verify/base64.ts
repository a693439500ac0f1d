// Base64 as ledgers write it, RFC 4648 section 4 with padding. One value has one text: Node's own decoder would also take
// line breaks, other alphabets and stray bits at the end, so that a changed text could pass as the same value.

/** @returns undefined for what is not the one text of some bytes, or not of this many */
export function decodeBase64(text: string, bytes?: number): Buffer | undefined {
  const decoded = Buffer.from(text, 'base64');
  if (bytes !== undefined && decoded.length !== bytes) return undefined;
  return decoded.toString('base64') === text ? decoded : undefined;
}
