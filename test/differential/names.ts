// Names that a careless store would take for one another, or for something of its own. All of them are valid Unicode:
// the edge refuses what is not (src/api/wire/fields.ts), so what remains of invalid bytes here is what a decoder made of them.

/** The name that a lenient decoder makes of bytes that are no UTF-8. */
function fromBytes(...bytes: number[]): string {
  return Buffer.from(bytes).toString('utf8');
}

const UPPER_CASE_UUID = '0199F3A0-1111-7ABC-8DEF-00000000AB07';

/** No two are the same string. */
export const LOOK_ALIKES: readonly string[] = [
  // Names of objects.
  '__proto__',
  'constructor',
  'toString',
  'length',
  'null',
  'undefined',
  '0',
  '00',
  '1',
  // Hash tags of a cluster, our own escapes of them, and parts of our own keys.
  'a',
  'a}',
  'a{',
  '{a}',
  'a}:b',
  'a%',
  'a%7D',
  'a%7d',
  'a%257D',
  'a:',
  'a}:sessions',
  'a}:op:k1',
  'agent:a',
  // Blanks, case, and characters that show nothing.
  'A',
  ' a',
  'a ',
  'a\u00a0',
  'a\u200b',
  'a\u200d',
  'a\ufeff',
  'a\u0000',
  'a\u0000b',
  // One look, several spellings.
  'é'.normalize('NFC'),
  'é'.normalize('NFD'),
  '\u0430',
  '\uff41',
  'K',
  '\u212a',
  'ﬁ',
  'fi',
  'ß',
  'ss',
  // What is left of invalid UTF-8.
  fromBytes(0xff),
  fromBytes(0xff, 0xfe),
  fromBytes(0xc3, 0x28),
  fromBytes(0xed, 0xa0, 0x80),
  '?',
  // Ids and lengths at the edge.
  UPPER_CASE_UUID,
  UPPER_CASE_UUID.toLowerCase(),
  'z'.repeat(127),
  'z'.repeat(128),
  'é'.repeat(64),
  '𝕊'.repeat(32),
];

/** The same name as a careless eye sees it; may be the name itself where nothing of it can be changed so. */
export function lookAlikesOf(name: string): string[] {
  return [
    name.normalize('NFC'),
    name.normalize('NFD'),
    name.normalize('NFKC'),
    name.toUpperCase(),
    name.toLowerCase(),
    name.trim(),
    `${name} `,
    `${name}\u200b`,
    `${name}\u0000`,
    `${name}}`,
    name.replaceAll('}', '%7D'),
    name.replaceAll('%', '%25'),
    name.slice(0, -1),
  ];
}

/** Session ids that are none of ours, so that they are simply unknown. */
export const FOREIGN_IDS: readonly string[] = [
  '',
  'x',
  ...LOOK_ALIKES,
  '../../etc/passwd',
  '0199f3a0-1111-7abc-8def-00000000ab0',
  '0199f3a0-1111-7abc-8def-00000000ab0g',
  '0199f3a011117abc8def00000000ab07',
  '00000000-0000-0000-0000-000000000000',
];
