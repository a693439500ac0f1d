// Credentials that can be told by their form, wherever they stand in a text.
//
// INVARIANT: time grows with the length of the text and nothing else. A pattern may start only where a token starts (the
// look-behind), and whatever is not bounded is followed by nothing that could fail.

export interface Found {
  readonly rule: string;
  readonly start: number;
  readonly end: number;
}

interface Rule {
  readonly name: string;
  readonly pattern: RegExp;
}

/** Not in the middle of a longer word. */
const START = '(?<![A-Za-z0-9_-])';
/** What is written for another character ends a word, too: `\n`, `\u0022`, `%22`, a colour of a terminal. */
const ESCAPED = /\\(?:u[0-9A-Fa-f]{4}|[a-z])|%[0-9A-Fa-f]{2}|\p{Cc}\[[0-9;]{0,16}m/gu;

function rule(name: string, pattern: string): Rule {
  return { name, pattern: new RegExp(`${START}(?:${pattern})`, 'g') };
}

/** @see the issuers' own pages on the form of their keys; several take part in secret scanning for code hosts */
const RULES: readonly Rule[] = [
  rule('aws_access_key', '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])'),
  rule('google_api_key', 'AIza[A-Za-z0-9_-]{35}'),
  rule('google_oauth_token', '(?:ya29\\.|1//0|GOCSPX-)[A-Za-z0-9_-]{20,}'),
  rule('github_token', 'gh[pousr]_[A-Za-z0-9]{36,}'),
  rule('github_token', 'github_pat_[A-Za-z0-9_]{22,}'),
  rule('gitlab_token', 'gl(?:pat|dt|rt|ptt|cbt)-[A-Za-z0-9_-]{20,}'),
  rule('slack_token', 'xox[abeoprs]-[A-Za-z0-9-]{10,}'),
  rule('slack_token', 'xapp-[0-9]-[A-Za-z0-9-]{10,}'),
  rule('stripe_key', '(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}'),
  rule('stripe_key', 'whsec_[A-Za-z0-9+/=]{24,}'),
  rule('model_api_key', 'sk-(?:proj-|ant-|or-|svcacct-)?[A-Za-z0-9_-]{32,}'),
  rule('npm_token', 'npm_[A-Za-z0-9]{36,}'),
  rule('pypi_token', 'pypi-AgEI[A-Za-z0-9_-]{50,}'),
  rule('huggingface_token', 'hf_[A-Za-z0-9]{30,}'),
  rule('digitalocean_token', 'do[opr]_v1_[a-f0-9]{64}'),
  rule('sendgrid_key', 'SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}'),
  rule('twilio_key', 'SK[0-9a-f]{32}(?![A-Za-z0-9])'),
  rule('databricks_token', 'dapi[0-9a-f]{32}(?![A-Za-z0-9])'),
  rule('vault_token', 'hv[bsr]\\.[A-Za-z0-9_-]{24,}'),
  rule('telegram_token', '(?:bot)?[0-9]{8,10}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])'),
  rule('discord_token', '[MNO][A-Za-z0-9_-]{23,27}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,}'),
  rule('age_key', 'AGE-SECRET-KEY-1[A-Z0-9]{58}'),
  rule('azure_storage_key', 'AccountKey=[A-Za-z0-9+/=]{40,}'),
  rule('jwt', 'eyJ[A-Za-z0-9_-]{8,}\\.{1,2}[A-Za-z0-9_-]{8,}(?:\\.[A-Za-z0-9_-]*)*'),
  rule('bearer_token', '(?:[Bb]earer|BEARER)[ \\t]{1,4}[A-Za-z0-9._~+/=-]{16,}'),
  rule('basic_credentials', '(?:[Bb]asic|BASIC)[ \\t]{1,4}[A-Za-z0-9+/]{16,}={0,2}'),
];

/** Parts of URLs: the whole of a match but its secret tells where that stands. What is looked at ends at the next slash. */
const IN_URLS = [
  // The password in `scheme://user:password@host`.
  { name: 'url_password', pattern: /:\\?\/\\?\/[^\s/?#@:"'<>]*:([^\s/?#"'<>]+)@/g },
  { name: 'url_signature', pattern: /[?&;](?:sig|X-Amz-Signature|X-Goog-Signature)=([A-Za-z0-9%+/=_-]{16,})/g },
  { name: 'slack_webhook', pattern: /hooks\.slack\.com\/[a-z]{1,16}\/([A-Za-z0-9/_-]{20,128})/g },
  { name: 'discord_webhook', pattern: /discord(?:app)?\.com\/api\/webhooks\/[0-9]{1,20}\/([A-Za-z0-9_-]{32,128})/g },
];

const KEY_BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;

/** Most texts hold none of these, and one look tells. */
const HINT =
  /A[KSBC][IC]A[A-Z0-9]|AIza|ya29\.|1\/\/0|GOCSPX|gh[pousr]_|github_pat|gl[a-z]{2,3}-|xox[a-z]-|xapp-|[sr]k_|whsec_|sk-|npm_|pypi-|hf_|do[opr]_v1|SG\.|SK[0-9a-f]|dapi|hv[bsr]\.|[0-9]:[A-Za-z0-9_-]{35}|[MNO][A-Za-z0-9_-]{23,27}\.|AGE-|AccountKey|eyJ|earer|EARER|asic|ASIC|:\\?\/|[sS]ig|hooks\.slack|discord|PRIVATE KEY/;

/** Where credentials stand in a text; they may overlap. */
export function findCredentials(text: string): Found[] {
  if (!HINT.test(text)) return [];
  const bare = text.replaceAll(ESCAPED, (escaped) => ' '.repeat(escaped.length));
  const found = [...new Set([text, bare])].flatMap(ofRules);
  for (const { name, pattern } of IN_URLS) {
    for (const match of text.matchAll(pattern)) {
      const secret = match[1]!;
      const start = match.index + match[0].lastIndexOf(secret);
      found.push({ rule: name, start, end: start + secret.length });
    }
  }
  return [...found, ...privateKeys(text)];
}

function ofRules(text: string): Found[] {
  return RULES.flatMap(({ name, pattern }) =>
    Array.from(text.matchAll(pattern), ({ index, 0: match }) => ({
      rule: name,
      start: index,
      end: index + match.length,
    })),
  );
}

/** From the first line of a key to its last; a key that was cut off goes to the end of the text. */
function privateKeys(text: string): Found[] {
  const found: Found[] = [];
  for (const begin of text.matchAll(KEY_BEGIN)) {
    if (begin.index < (found.at(-1)?.end ?? 0)) continue;
    KEY_END.lastIndex = begin.index + begin[0].length;
    const close = KEY_END.exec(text);
    found.push({ rule: 'private_key', start: begin.index, end: close ? close.index + close[0].length : text.length });
  }
  return found;
}
