// Names under which people keep secrets.

const NAMES: ReadonlySet<string> = new Set([
  'auth',
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'credential',
  'credentials',
  'passwd',
  'pwd',
  'secret',
  'secrets',
  'token',
  'pin',
  'otp',
]);

/** Ends of names: `db_password`, `slackBotToken`, `x-api-key`. */
const ENDS = [
  'password',
  'passphrase',
  'passcode',
  'secret',
  'secretkey',
  'token',
  'apikey',
  'accesskey',
  'privatekey',
  'signingkey',
  'encryptionkey',
  'connectionstring',
  'credentials',
];

/** Ends that name a place in a list, or a count. */
const HARMLESS = ['pagetoken', 'continuationtoken', 'synctoken', 'maxtoken', 'stoptoken', 'eostoken'];

/** Whether a key of an object names a secret. Case, dashes, underscores and dots do not count. */
export function namesSecret(key: string): boolean {
  if (key.length > 128) return false;
  const name = key.toLowerCase().replaceAll(/[-_.\s]/g, '');
  if (NAMES.has(name)) return true;
  return ENDS.some((end) => name.endsWith(end)) && !HARMLESS.some((end) => name.endsWith(end));
}
