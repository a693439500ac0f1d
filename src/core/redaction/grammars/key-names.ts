// Names under which people keep secrets, and how sure each is.

/**
 * - `sure`: whatever stands there is taken, unless the whole of it is no secret.
 * - `likely`: what stands there is taken if it looks like a secret: `token`, `pass`, `cookie` also name other things.
 * - `possible`: only what looks like chance is taken: `key`, `session`, `signature`.
 */
export type Certainty = 'sure' | 'likely' | 'possible';

/** Names of headers whose whole line is a secret. */
const HEADERS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxyauthorization', 'setcookie']);

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}

/** Ends that say it with no word before them, even where words are not set apart: `mypassword`, `slackbottoken`. */
const SURE_ENDS = (
  'password passwd passwort kennwort passphrase passcode passkey motdepasse contraseña contrasena senha wachtwoord lösenord пароль 密码 密碼 パスワード ' +
  'secret secretkey apikey apisecret accesskey privatekey signingkey encryptionkey secretkeybase sshkey connectionstring credential geheimnis ' +
  'authtoken accesstoken refreshtoken bearertoken apitoken bottoken sessiontoken idtoken csrftoken xsrftoken oauthtoken secrettoken personaltoken ' +
  'deploytoken logintoken resettoken jwttoken privatetoken servicetoken securitytoken usertoken apptoken clienttoken devicetoken webhooktoken admintoken ' +
  'vaulttoken githubtoken ghtoken gitlabtoken slacktoken npmtoken roottoken xoauthtoken'
).split(' ');

/** The same where a word begins with them. */
const SURE_WORDS = words(
  'authorization pwd jwt creds mnemonic seedphrase recoveryphrase recoverycode backupcode storepass keypass userpass mdp pgpassfile',
);
const LIKELY_WORDS = words(
  'auth bearer cookie cookies setcookie otp pass passe pw pin token clave credentials xauth passw pword psw sastoken accesscode securitycode otpsecret totp bindpw rootpw authentication',
);
const POSSIBLE_WORDS = words(
  'key session sid sess sig signature sessionid sessid phpsessid jsessionid seed salt nonce hmac',
);

/** What stands before `key`, `pass`, `pw`, `phrase` and makes it a secret. */
const SECRET_QUALIFIERS = words(
  'api access secret private signing encryption encrypt decryption decrypt session license licence storage account client master auth authentication ssh ' +
    'service deploy consumer app application hmac aes shared symmetric crypto root admin write ingest integration webhook rsa ssl tls pgp gpg wallet ' +
    'server user restricted authorization subscription function host recovery kms jwt cookie data security bot openai anthropic stripe sendgrid mailgun twilio ' +
    'datadog dd algolia azure aws gcp google github gitlab fernet vapid wg wireguard psk preshared pre wep wpa wifi registration activation product ' +
    'db database mysql pg postgres postgresql redis mongo mongodb smtp mail email ftp sftp login rabbitmq amqp ldap vpn proxy http basic sa oracle mssql ' +
    'sql es elastic new old cert keystore truststore store p12 pfx jenkins docker git sudo zip archive unlock my bind repo registry rds mqtt kafka sasl imap ' +
    'pop3 router device sim bearer x cluster join bootstrap spring',
);

/** What stands before `key` and makes it a name for data, not a secret. */
const PUBLIC_QUALIFIERS = words(
  'public primary foreign cache partition sort row map object dict dictionary hot shortcut arrow unique index lookup group event translation i18n idempotency ' +
    'dedup deduplication routing bucket composite natural candidate json react storagekey column field query sorting order metric record entry property param parameter ' +
    'config setting env option header query route menu tab any press each next prev last first current same enter escape esc shift ctrl control alt meta tab ' +
    'space delete backspace home end up down left right function fn modifier surrogate shard hash range item list node label tag file s3 redis project issue ticket ' +
    'message topic pub site publishable',
);

/** Words behind the name of a secret that say in which form it stands, or which of several it is. */
const SUFFIXES = words(
  'value val values pem b64 base64 data raw plain plaintext text cleartext clear hash hashed string str enc encrypted current new old confirmation confirm repeat again ' +
    'prod production dev development staging test live default primary secondary bytes hex json env var in input field',
);

/** Names of a list, a count or a place in a list end like those of a secret. Only a number is a count. */
const COUNTED = words(
  'page next continuation sync max min stop eos bos prev previous start end total prompt completion input output thinking cached pad unk new num count',
);

const LENGTH_MAX = 128;

/** A part of every name of a secret, as a pattern: one look tells that a text has none. */
export const NAME_PARTS =
  'pass|pwd|psw|pw|pin|otp|secret|token|key|auth|cookie|cred|connection|bearer|jwt|sess|sid|sig|mnemonic|phrase|code|seed|salt|nonce|hmac|psk|kennwort|contrase|clave|mdp|senha|wachtwoord|lösenord|geheimnis|парол|密|パス';
export const NAME_HINT = new RegExp(NAME_PARTS, 'i');

/** How sure a name says that what it names is a secret; undefined if it does not. Case and separators do not matter. */
export function certaintyOf(name: string): Certainty | undefined {
  if (!NAME_HINT.test(name) && !FOREIGN.test(name)) return undefined;
  const parts = partsOf(name);
  while (parts.length > 1 && SUFFIXES.has(parts.at(-1)!)) parts.pop();
  const last = parts.at(-1);
  if (last === undefined) return undefined;
  const before = parts.at(-2) ?? '';
  const two = before + last;
  return certaintyOfWords(last, before, two) ?? (last.endsWith('s') ? pluralOf(last, before) : undefined);
}

function pluralOf(last: string, before: string): Certainty | undefined {
  const one = last.slice(0, -1);
  return certaintyOfWords(one, before, before + one);
}

function certaintyOfWords(last: string, before: string, two: string): Certainty | undefined {
  if (last === 'token' && COUNTED.has(before)) return 'likely';
  if (two.endsWith('cookie')) return 'likely';
  if (SURE_WORDS.has(last) || SURE_WORDS.has(two)) return 'sure';
  // A hot key, a public key and a primary key are none; neither is a name that only ends like one.
  if (last === 'key') return certaintyOfKey(before);
  if (endsSurely(two)) return 'sure';
  if ((last === 'pass' || last === 'pw' || last === 'pin' || last === 'phrase') && SECRET_QUALIFIERS.has(before))
    return 'sure';
  if (LIKELY_WORDS.has(last) || LIKELY_WORDS.has(two) || last.endsWith('token')) return 'likely';
  if (POSSIBLE_WORDS.has(last) || POSSIBLE_WORDS.has(two)) return 'possible';
  return undefined;
}

function certaintyOfKey(before: string): Certainty | undefined {
  if (SECRET_QUALIFIERS.has(before)) return 'sure';
  if (PUBLIC_QUALIFIERS.has(before)) return undefined;
  return 'possible';
}

/** By the last letter, for most names end with none of these letters. */
const SURE_ENDS_BY_LETTER: ReadonlyMap<string, readonly string[]> = new Map(
  SURE_ENDS.map((end) => [end.at(-1)!, SURE_ENDS.filter((other) => other.at(-1) === end.at(-1))]),
);

function endsSurely(two: string): boolean {
  return SURE_ENDS_BY_LETTER.get(two.at(-1)!)?.some((end) => two.endsWith(end)) ?? false;
}

/** Whether a name is that of a header which holds nothing but a secret. */
export function namesSecretHeader(name: string): boolean {
  return HEADERS.has(partsOf(name).join(''));
}

/** Whether a word turns `key`, `token` or `phrase` behind a blank into a name: `API key`. */
export function qualifies(word: string): boolean {
  return SECRET_QUALIFIERS.has(word.toLowerCase());
}

const OPTION = /^--?[A-Za-z][A-Za-z0-9_-]{0,127}$/;

/** A text of a list that names the next: an option of a command, or a header where names and values take turns. */
export function namesNext(text: string | undefined): string | undefined {
  return text !== undefined && (OPTION.test(text) || namesSecretHeader(text)) ? text : undefined;
}

/** Letters of other scripts that look like Latin ones, and where they are found among them. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  а: 'a',
  с: 'c',
  е: 'e',
  і: 'i',
  ј: 'j',
  к: 'k',
  о: 'o',
  р: 'p',
  ѕ: 's',
  т: 't',
  у: 'y',
  х: 'x',
  ԁ: 'd',
  ԝ: 'w',
  ѡ: 'w',
  һ: 'h',
  м: 'm',
  α: 'a',
  ο: 'o',
  ρ: 'p',
  ε: 'e',
  κ: 'k',
  τ: 't',
  ι: 'i',
  υ: 'u',
  ν: 'v',
  ω: 'w',
  ѵ: 'v',
  ı: 'i',
};
const LATIN = /[A-Za-z]/;
const FOREIGN = /[^\p{ASCII}]/u;

/** A word in Latin letters with those that only look like it made Latin. */
export function latin(text: string): string {
  if (!FOREIGN.test(text)) return text;
  const folded = text.normalize('NFKC');
  return LATIN.test(folded) ? folded.replaceAll(/[Ѐ-ԯͰ-Ͽı]/g, (char) => LOOKALIKES[char] ?? char) : folded;
}

/** Lower-case words of a name: letters only, apart at separators and where a capital follows. */
function partsOf(name: string): string[] {
  const letters = latin(name.slice(-LENGTH_MAX)).replaceAll(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '');
  return letters
    .replaceAll(/(\p{Ll})(?=\p{Lu})/gu, '$1 ')
    .toLowerCase()
    .split(/[^\p{L}\p{M}]+/u)
    .filter((part) => part !== '');
}
