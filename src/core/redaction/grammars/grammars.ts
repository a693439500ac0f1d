// The table of grammars: each knows one way in which a text says that something in it is a secret.

import type { Found } from '../credentials/credentials.ts';
import { findAssignments } from './assignments.ts';
import { findSchemes } from './auth-schemes.ts';
import { findInCommands } from './commands.ts';
import { findEncodedWords } from './encoded-words.ts';
import { NAME_HINT } from './key-names.ts';
import { findInManifests } from './manifests.ts';
import { SourceText } from './source-text.ts';
import { findInInserts, findInTables } from './tables.ts';
import { findInUrls } from './urls.ts';

interface Grammar {
  readonly find: (source: SourceText) => Found[];
  /** One look tells that a text holds nothing for it. */
  readonly hint: RegExp;
}

/** @see docs/redaction.md, which lists what each knows */
export const GRAMMARS: readonly Grammar[] = [
  { find: findAssignments, hint: NAME_HINT },
  { find: findInCommands, hint: /[ \t][-/'"<|]|login/ },
  { find: findInUrls, hint: /@|:[*\d]/ },
  { find: findSchemes, hint: /bearer|basic|negotiate|ntlm|key|hawk|splunk|dpop|kerberos|token|digest/i },
  { find: findInTables, hint: /\n/ },
  { find: findInInserts, hint: /into\s/i },
  { find: findInManifests, hint: /Secret/ },
  { find: findEncodedWords, hint: /[\s\S]{20}/ },
];

/** Where secrets stand that a grammar knows; they may overlap. */
export function findByGrammar(text: string): Found[] {
  const found: Found[] = [];
  for (const { find, hint } of GRAMMARS) if (hint.test(text)) found.push(...find(new SourceText(text)));
  return found;
}
