// The table of grammars: each knows one way in which a text says that something in it is a secret.
import { findAssignments } from './assignments.ts';
import type { Found } from './credentials.ts';
import { findSchemes } from './grammars/auth-schemes.ts';
import { findInCommands } from './grammars/commands.ts';
import { findEncodedWords } from './grammars/encoded-words.ts';
import { findInManifests } from './grammars/manifests.ts';
import { findInInserts, findInTables } from './grammars/tables.ts';
import { findInUrls } from './grammars/urls.ts';
import { SourceText } from './source-text.ts';

interface Grammar {
  readonly find: (source: SourceText) => Found[];
  /** One look tells that a text holds nothing for it. */
  readonly hint: RegExp;
}

const NAMES =
  /pass|pwd|psw|pw|pin|otp|secret|token|key|auth|cookie|cred|connection|bearer|jwt|sess|sid|sig|mnemonic|phrase|code|seed|salt|nonce|hmac|psk|kennwort|contrase|clave|mdp|senha|wachtwoord|lösenord|geheimnis|парол|密|パス/i;

/** @see docs/redaction.md, which lists what each knows */
export const GRAMMARS: readonly Grammar[] = [
  { find: findAssignments, hint: NAMES },
  { find: findInCommands, hint: /[ \t][-/'"<|]|login/ },
  { find: findInUrls, hint: /@|:\*:|:\d{1,5}:/ },
  { find: findSchemes, hint: /bearer|basic|negotiate|ntlm|key|hawk|splunk|dpop|kerberos|token|digest/i },
  { find: findInTables, hint: /[|,;\t][^\n]*\n/ },
  { find: findInInserts, hint: /into\s/i },
  { find: findInManifests, hint: /Secret/ },
  { find: findEncodedWords, hint: /[A-Za-z0-9+/_-]{20}|BEGIN/ },
];

/** Where secrets stand that a grammar knows; they may overlap. */
export function findByGrammar(text: string): Found[] {
  const found: Found[] = [];
  for (const { find, hint } of GRAMMARS) if (hint.test(text)) found.push(...find(new SourceText(text)));
  return found;
}
