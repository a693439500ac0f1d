// Finds the management listener of a running server, from the configuration or from options.
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { loadConfig } from '../config/config.ts';
import { tokenKind } from '../config/files/token.ts';
import { addConfigOptions, type ConfigFlags } from '../config/flags.ts';
import { TOKEN_FILE_ENV } from '../config/layers.ts';
import { dialAddress, isReachable, listenAddressText, parseListenAddress } from '../config/listen-address.ts';
import { readPem } from '../host/read-pem.ts';
import { StartupError } from '../host/startup-error.ts';
import type { ManagementAddress } from './client/management-client.ts';
import { EXIT } from './exit.ts';

export interface ManagementFlags extends ConfigFlags {
  readonly server?: string;
  readonly tokenFile?: string;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly serverName?: string;
}

export function addManagementOptions(command: Command): Command {
  // A script must be able to tell a wrong call from a command that found nothing.
  return addConfigOptions(command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.cannotAsk)))
    .option('--server <address>', 'address of the management listener (default: from the configuration)')
    .option('--token-file <path>', `file with a bearer token (default: from ${TOKEN_FILE_ENV})`)
    .option('--ca-file <path>', 'certificate authorities of the server, PEM (default: those of Node)')
    .option('--cert-file <path>', 'client certificate, PEM')
    .option('--key-file <path>', 'key of the client certificate, PEM')
    .option('--server-name <name>', "name in the server's certificate, if it differs from the address");
}

/** @throws StartupError for a configuration, a file or an address that cannot be used */
export function managementAddress(flags: ManagementFlags): ManagementAddress {
  const { config } = loadConfig({ flags, env: process.env, cwd: process.cwd() });
  const address = flags.server === undefined ? config.listeners.management : addressOf(flags.server);
  const isOwn = flags.server === undefined;
  if (address.kind === 'tcp' && address.port === 0) {
    throw new StartupError('the configured port is 0, so the port of the server is unknown: name it with --server');
  }
  const wantsTls = flags.caFile !== undefined || flags.certFile !== undefined;
  // What is sent names agents and users, and a token with it opens them all: in plaintext it never leaves the host.
  const isTls = wantsTls || isReachable(address) || (isOwn && config.tls.management !== undefined);
  return {
    target: listenAddressText(dialAddress(address)),
    tls: isTls ? tlsFrom(flags) : undefined,
    token: tokenFrom(flags.tokenFile ?? process.env[TOKEN_FILE_ENV]),
  };
}

function addressOf(text: string) {
  const address = parseListenAddress(text, process.cwd());
  if ('problem' in address) throw new StartupError(`--server ${address.problem}`);
  return address;
}

function tlsFrom({ caFile, certFile, keyFile, serverName }: ManagementFlags): ManagementAddress['tls'] {
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new StartupError('--cert-file and --key-file go together');
  }
  return {
    ca: caFile === undefined ? undefined : readPem(caFile),
    certificate:
      certFile === undefined || keyFile === undefined ? undefined : { cert: readPem(certFile), key: readPem(keyFile) },
    serverName,
  };
}

/** What the file holds beside blanks. It is never repeated in an error. */
function tokenFrom(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const token = readToken(path).trim();
  if (!/^[\x21-\x7e]{1,512}$/.test(token))
    throw new StartupError(`${path} must hold one token: one line of printable ASCII`);
  if (tokenKind(token) === 'mistyped') throw new StartupError(`${path} holds no Tollgate token: the checksum is wrong`);
  return token;
}

function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new StartupError(`cannot read ${path} (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
}
