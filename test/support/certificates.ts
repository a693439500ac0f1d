// Authorities and certificates as openssl makes them, with any names and any dates.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureProgram } from './debian.ts';

const DAY_MS = 86_400_000;
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export interface CertificateRequest {
  readonly by: string;
  /** As openssl writes them: `DNS:localhost,URI:spiffe://example.org/runner`. */
  readonly names: string;
  /** From and until when it is valid, in days from now. */
  readonly fromDays?: number;
  readonly untilDays?: number;
}

export class Certificates {
  readonly folder = mkdtempSync(join(tmpdir(), 'tollgate-certificates-'));

  constructor() {
    ensureProgram(['openssl', 'version'], 'openssl');
  }

  /** Makes `<name>.pem` and `<name>.key`, which signs others. */
  authority(name: string): void {
    this.#openssl(
      'req',
      '-x509',
      ...KEY,
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
    );
    writeFileSync(this.path(`${name}.index`), '');
    writeFileSync(
      this.path(`${name}.cnf`),
      [
        '[ca]',
        'default_ca = here',
        '[here]',
        `database = ${name}.index`,
        'new_certs_dir = .',
        'rand_serial = yes',
        'default_md = sha256',
        'policy = any',
        'copy_extensions = copy',
        'unique_subject = no',
        '[any]',
        'commonName = supplied',
      ].join('\n'),
    );
  }

  /** Makes `<name>.pem` and `<name>.key`. Made again, it has another key and serial. */
  certificate(name: string, { by, names, fromDays = -1, untilDays = 2 }: CertificateRequest): void {
    const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`];
    this.#openssl('req', ...KEY, ...subject, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    const dates = ['-startdate', openssltime(fromDays), '-enddate', openssltime(untilDays)];
    const signer = ['-cert', `${by}.pem`, '-keyfile', `${by}.key`];
    this.#openssl(
      'ca',
      '-batch',
      '-notext',
      '-config',
      `${by}.cnf`,
      ...signer,
      ...dates,
      '-in',
      `${name}.csr`,
      '-out',
      `${name}.pem`,
    );
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  read(file: string): Buffer {
    return readFileSync(this.path(file));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

/** YYYYMMDDHHMMSSZ. */
function openssltime(days: number): string {
  return `${new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 19).replace(/\D/g, '')}Z`;
}
