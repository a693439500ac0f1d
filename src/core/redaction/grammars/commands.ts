// Commands that take a secret as an argument without a name that says so: `curl -u user:secret`, `mysql -psecret`.
//
// INVARIANT: what belongs to one command ends where the next begins, so no character is looked at for two.
import type { Found } from '../credentials/credentials.ts';
import { isExempt } from './secret-shapes.ts';
import type { SourceText } from './source-text.ts';

interface Row {
  readonly commands: string;
  /** The secret begins where it ends. */
  readonly before: RegExp;
  /** A user stands before the secret, up to this sign. */
  readonly behind?: string;
}

const B = '[ \\t]{1,8}';
const row = (commands: string, before: string, behind?: string): Row => ({
  commands,
  before: new RegExp(`(?<=\\s)${before}`, 'g'),
  ...(behind === undefined ? {} : { behind }),
});

/** Which option of which command is followed by a secret; taken from the commands' own manuals. */
const ROWS: readonly Row[] = [
  row('curl', `(?:-u|--user|-U|--proxy-user)(?:=|[ \\t]{0,8})`, ':'),
  row('curl', `(?:-b|--cookie)${B}(?=["']?[\\w-]+=)`, '='),
  row('http https', `(?:-a|--auth)(?:=|${B})`, ':'),
  row('lftp', `-u${B}`, ','),
  row('smbclient net rpcclient mount.cifs winexe', `-U${B}`, '%'),
  row('mysql mysqldump mysqladmin mysqlimport mysqlsh mariadb mariadb-dump xtrabackup', '-p(?=[^\\s-])'),
  row('7z 7za 7zr unrar rar', '-p(?=[^\\s-])'),
  row('sshpass', '-p[ \\t]{0,8}'),
  row(
    'mongo mongosh mongodump mongorestore docker podman helm az oc nerdctl skopeo influx couchbase-cli snowsql psexec',
    `(?:-p|--password)${B}(?=["']?[^\\s\\d:-][^\\s:/]{5,}(?:\\s|["']|$))`,
  ),
  row('sqlcmd bcp ipmitool mosquitto_pub mosquitto_sub zip unzip smbpasswd tsql isql', '-P[ \\t]{0,8}'),
  row('redis-cli', `(?:-a|--pass)${B}`),
  row('ldapsearch ldapadd ldapmodify ldapdelete ldappasswd ldapwhoami', `-w${B}`),
  row('ssh-keygen', `-[NP]${B}`),
  row('htpasswd', `-[A-Za-z]*b[A-Za-z]*${B}(?:-\\w+${B})*\\S{1,256}${B}\\S{1,128}${B}`),
  row('htpasswd', `-[A-Za-z]*nb[A-Za-z]*${B}(?:-\\w+${B})*\\S{1,128}${B}`),
  row('openssl', '(?:-pass(?:in|out)?|-passin|-passout|-k|-K)[ \\t]{1,8}(?:pass:)?(?!file:|env:|stdin|fd:)'),
  row('plink pscp psftp putty', `-pw${B}`),
  row('vault', `login${B}(?!-)`),
  row('security', `-[wp]${B}`),
  row('xfreerdp wfreerdp cmdkey rdesktop', '(?:/p:|/pass:|-p[ \\t]{1,8})'),
  row('ansible-playbook wget aria2c', '--(?:http|ftp|proxy)-passw(?:or)?d(?:=|[ \\t]{1,8})'),
  row('net', `(?:use|user)${B}\\S{1,256}${B}(?![/\\\\*])`),
  row('gpg gpg2', `--passphrase(?:=|${B})`),
  row('snmpwalk snmpget snmpset', `-[cAX]${B}`),
  row('kinit chpasswd sudo passwd su', '<<<[ \\t]{0,8}'),
  row('ConvertTo-SecureString', `(?:-String${B})?(?=["'])`),
  row('doctl gh glab flyctl railway vercel netlify heroku doppler', `(?:-t|--token|--access-token)(?:=|${B})`),
];

const BY_COMMAND: ReadonlyMap<string, readonly Row[]> = byCommand();

function byCommand(): Map<string, Row[]> {
  const rows = new Map<string, Row[]>();
  for (const one of ROWS) {
    for (const command of one.commands.split(' ')) rows.set(command, [...(rows.get(command) ?? []), one]);
  }
  return rows;
}

const NAMES = [...BY_COMMAND.keys()].toSorted((one, other) => other.length - one.length);
const COMMAND = new RegExp(
  `(?<![\\w.-])(?:${NAMES.map((name) => name.replaceAll('.', '\\.')).join('|')}|echo|printf)(?=[ \\t])`,
  'g',
);
/** A command goes on for no longer. */
const LENGTH_MAX = 1_024;

/** Secrets among the arguments of commands. */
export function findInCommands(source: SourceText): Found[] {
  const { text } = source;
  const found: Found[] = [];
  COMMAND.lastIndex = 0;
  let match = COMMAND.exec(text);
  while (match) {
    const start = match.index + match[0].length;
    const next = COMMAND.exec(text);
    const end = Math.min(next?.index ?? text.length, start + LENGTH_MAX);
    const name = match[0];
    if (name === 'echo' || name === 'printf') found.push(...piped(source, start));
    else found.push(...ofCommand(source, name, start, commandEnd(text, start, end)));
    match = next;
  }
  return found;
}

/** The first end of a line that is not continued. */
function commandEnd(text: string, start: number, bound: number): number {
  for (let at = text.indexOf('\n', start); at >= 0 && at < bound; at = text.indexOf('\n', at + 1)) {
    if (text[at - 1] !== '\\' && text[at - 1] !== '`' && text[at - 2] !== '\\') return at;
  }
  return bound;
}

function ofCommand(source: SourceText, command: string, start: number, end: number): Found[] {
  const found: Found[] = [];
  // One blank before, for an option stands behind one.
  const args = source.text.slice(start, end);
  for (const { before, behind } of BY_COMMAND.get(command)!) {
    for (const match of args.matchAll(before)) {
      const at = start + match.index + match[0].length;
      const value = wordAt(source, at, behind);
      if (value) found.push(value);
    }
  }
  return found;
}

function wordAt(source: SourceText, at: number, behind: string | undefined): Found | undefined {
  const { text } = source;
  const quote = text[at] === '"' || text[at] === "'" ? text[at]! : '';
  let start = at + quote.length;
  const close = quote === '' ? -1 : text.indexOf(quote, start);
  const isClosed = close >= 0 && close < source.lineEnd(at) && !/[\w"']/.test(text[close + 1] ?? ' ');
  const end = isClosed ? close : quote === '' ? source.wordEnd(at) : source.lineEnd(at);
  if (behind !== undefined) {
    const user = text.slice(start, end).indexOf(behind);
    if (user < 0) return undefined;
    start += user + 1;
  }
  const value = text.slice(start, end);
  return value === '' || isExempt(value, { quoted: quote !== '' }) ? undefined : { rule: 'command', start, end };
}

const PIPED_TO =
  /^[^\n]{0,512}?\|[^\n|]{0,128}?(?:sudo[ \t]+(?:-\w+[ \t]+){0,4}-\w*S|su\b|passwd\b|chpasswd|--password-stdin|--passphrase-fd|--with-token|cryptsetup|smbpasswd|openssl|kinit|login)/;

/** `echo secret | sudo -S …` */
function piped(source: SourceText, start: number): Found[] {
  const { text } = source;
  const line = text.slice(start, Math.min(source.lineEnd(start), start + LENGTH_MAX));
  if (!PIPED_TO.test(line)) return [];
  const [lead] = /^[ \t]+(?:-\w+[ \t]+|['"]?%s(?:\\n)?['"]?[ \t]+){0,3}/.exec(line)!;
  const bar = line.indexOf('|', lead.length);
  const value = line.slice(lead.length, bar).trimEnd();
  if (value === '' || isExempt(value.replaceAll(/^["']|["']$/g, ''), { quoted: true })) return [];
  return [{ rule: 'command', start: start + lead.length, end: start + lead.length + value.length }];
}
