// Credentials that never were: the forms of twenty-five kinds, filled with chance.
import type { Random } from '../../../support/random.ts';

const ALNUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const BASE64URL = `${ALNUM}-_`;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const HEX = '0123456789abcdef';
const DIGITS = '0123456789';

export interface Secret {
  readonly kind: string;
  /** As it would stand in a text. */
  readonly text: string;
  /** What must not be stored. */
  readonly secret: string;
}

/** A secret of each kind. */
export function secretsOf(random: Random): Secret[] {
  const take = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet[random(alphabet.length)]).join('');
  const plain = (kind: string, text: string): Secret => ({ kind, text, secret: text });
  const within = (kind: string, secret: string, around: (secret: string) => string): Secret => ({
    kind,
    text: around(secret),
    secret,
  });
  const jwt = `eyJ${take(BASE64URL, 33)}.eyJ${take(BASE64URL, 60)}.${take(BASE64URL, 43)}`;
  const keyLines = Array.from({ length: 6 }, () => take(`${ALNUM}+/`, 64));
  return [
    plain('AWS access key', `AKIA${take(BASE32, 16)}`),
    plain('AWS temporary key', `ASIA${take(BASE32, 16)}`),
    plain('Google API key', `AIza${take(BASE64URL, 35)}`),
    plain('Google OAuth token', `ya29.${take(BASE64URL, 60)}`),
    plain('GitHub token', `ghp_${take(ALNUM, 36)}`),
    plain('GitHub app token', `ghs_${take(ALNUM, 36)}`),
    plain('GitHub fine-grained token', `github_pat_${take(ALNUM, 22)}_${take(ALNUM, 59)}`),
    plain('GitLab token', `glpat-${take(BASE64URL, 20)}`),
    plain('Slack token', `xoxb-${take(DIGITS, 12)}-${take(DIGITS, 12)}-${take(ALNUM, 24)}`),
    within(
      'Slack webhook',
      `T${take(ALNUM, 10)}/B${take(ALNUM, 10)}/${take(ALNUM, 24)}`,
      (secret) => `https://hooks.slack.com/services/${secret}`,
    ),
    plain('Stripe key', `sk_live_${take(ALNUM, 24)}`),
    plain('model key', `sk-proj-${take(BASE64URL, 48)}`),
    plain('another model key', `sk-ant-api03-${take(BASE64URL, 93)}`),
    plain('npm token', `npm_${take(ALNUM, 36)}`),
    plain('PyPI token', `pypi-AgEI${take(BASE64URL, 150)}`),
    plain('Hugging Face token', `hf_${take(ALNUM, 34)}`),
    plain('DigitalOcean token', `dop_v1_${take(HEX, 64)}`),
    plain('SendGrid key', `SG.${take(BASE64URL, 22)}.${take(BASE64URL, 43)}`),
    plain('Twilio key', `SK${take(HEX, 32)}`),
    plain('Vault token', `hvs.${take(BASE64URL, 90)}`),
    plain('Telegram token', `${take('123456789', 9)}:${take(BASE64URL, 35)}`),
    plain('JWT', jwt),
    within('bearer token', take(BASE64URL, 40), (secret) => `Authorization: Bearer ${secret}`),
    within('basic credentials', take(ALNUM, 32), (secret) => `authorization: Basic ${secret}==`),
    within(
      'private key',
      keyLines.join('\n'),
      (secret) => `-----BEGIN RSA PRIVATE KEY-----\n${secret}\n-----END RSA PRIVATE KEY-----`,
    ),
    within('password in a URL', take(ALNUM, 20), (secret) => `postgres://app:${secret}@db.example.org:5432/app`),
    within('storage key', `${take(ALNUM, 86)}==`, (secret) => `AccountName=a;AccountKey=${secret};EndpointSuffix=x`),
  ];
}
