// Manifests of secrets for Kubernetes: whatever stands below `data:` or `stringData:`.
import type { Found } from '../credentials/credentials.ts';
import { isExempt } from './secret-shapes.ts';
import type { SourceText } from './source-text.ts';

const KIND = /^[ \t-]*kind:[ \t]{0,8}["']?(?:Sealed)?Secret["']?[ \t]*\r?$/m;
const DOCUMENT = /^---[ \t]*\r?$/m;
const DATA = /^([ \t]*)(?:data|stringData|encryptedData):[ \t]*\r?$/;
const PAIR = /^[ \t]*["']?[\w./-]+["']?:[ \t]*/;

/** Values of a manifest of a secret, each line of them. */
export function findInManifests(source: SourceText): Found[] {
  if (!KIND.test(source.text)) return [];
  const found: Found[] = [];
  let at = 0;
  for (const document of source.text.split(DOCUMENT)) {
    if (KIND.test(document)) found.push(...ofDocument(document, source.text.indexOf(document, at)));
    at += document.length;
  }
  return found;
}

function ofDocument(document: string, offset: number): Found[] {
  const found: Found[] = [];
  let indent = -1;
  let pairIndent = -1;
  let at = offset;
  for (const line of document.split('\n')) {
    const own = line.search(/\S/);
    const data = DATA.exec(line);
    if (own >= 0 && indent >= 0 && own <= indent) indent = -1;
    if (indent < 0 && data) {
      indent = data[1]!.length;
      pairIndent = -1;
    } else if (indent >= 0 && own >= 0) {
      if (pairIndent < 0) pairIndent = own;
      // Deeper than the names, a line is part of a value, whatever it looks like.
      const name = own <= pairIndent ? (PAIR.exec(line)?.[0].length ?? own) : own;
      const value = line.slice(name).trim();
      if (value !== '' && !/^[|>][+-]?\d?$/.test(value) && !isExempt(value, { quoted: true })) {
        found.push({ rule: 'key_name', start: at + name, end: at + line.trimEnd().length });
      }
    }
    at += line.length + 1;
  }
  return found;
}
