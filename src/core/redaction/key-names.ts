// Names under which people keep secrets.

const NAMES: ReadonlySet<string> = new Set([
  'auth',
  'authorization',
  'bearer',
  'cookie',
  'cookies',
  'jwt',
  'otp',
  'pass',
  'pin',
  'proxyauthorization',
  'setcookie',
]);

/** Names of headers whose whole line is a secret. */
const HEADERS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxyauthorization', 'setcookie']);

/** Ends of names: `db_password`, `slackBotToken`, `x-api-key`. */
const ENDS = [
  'password',
  'passwordconfirmation',
  'passwordhash',
  'passwd',
  'pwd',
  'passphrase',
  'passcode',
  'secret',
  'secretkey',
  'secretkeybase',
  'token',
  'apikey',
  'accesskey',
  'privatekey',
  'signingkey',
  'encryptionkey',
  'sshkey',
  'connectionstring',
  'credential',
];

/** Ends that name a place in a list, or a count. */
const HARMLESS = ['pagetoken', 'nexttoken', 'continuationtoken', 'synctoken', 'maxtoken', 'stoptoken', 'eostoken'];

/** What a name may be long before its end. */
const LENGTH_MAX = 128;

/** Whether a name says that what it names is a secret. Only letters count, in any case, and a number at its end does not. */
export function namesSecret(name: string): boolean {
  const letters = lettersOf(name);
  // Counts of what a model has read and written.
  if (letters.endsWith('tokens')) return false;
  const one = letters.endsWith('s') ? letters.slice(0, -1) : letters;
  if (NAMES.has(letters)) return true;
  return ENDS.some((end) => one.endsWith(end)) && !HARMLESS.some((end) => one.endsWith(end));
}

/** Whether a name is that of a header which holds nothing but a secret. */
export function namesSecretHeader(name: string): boolean {
  return HEADERS.has(lettersOf(name));
}

const OPTION = /^--?[A-Za-z][A-Za-z0-9_-]{0,127}$/;

/** A text of a list that names the next: an option of a command, or a header where names and values take turns. */
export function namesNext(text: string | undefined): string | undefined {
  return text !== undefined && (OPTION.test(text) || namesSecretHeader(text)) ? text : undefined;
}

function lettersOf(name: string): string {
  return name
    .slice(-LENGTH_MAX)
    .toLowerCase()
    .replaceAll(/[^\p{L}]+/gu, '');
}
