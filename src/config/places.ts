// Settings that name a place, an address or a file, read with every problem noted beside its key and its origin.
import { resolve } from 'node:path';
import { placeText } from './layers.ts';
import { type ListenAddress, parseListenAddress } from './listen-address.ts';
import type { Settings } from './settings.ts';

export class Places {
  readonly settings: Settings;
  readonly problems: string[] = [];

  constructor(settings: Settings) {
    this.settings = settings;
  }

  /** @param at  the key whose origin the problem names, if it is another key */
  refuse(key: string, problem: string, at = key): void {
    this.problems.push(`${placeText(this.settings.originOf(at))}: ${key}: ${problem}`);
  }

  /** What was read, or undefined and the problem noted. */
  accept<T extends object>(key: string, read: T | { readonly problem: string }): T | undefined {
    if (!('problem' in read)) return read;
    this.refuse(key, read.problem as string);
    return undefined;
  }

  /** A relative path starts at the file that holds it, else at the working directory. */
  path(key: string): string {
    return resolve(this.settings.folderOf(key), this.settings.string(key));
  }

  pathIfSet(key: string): string | undefined {
    return this.settings.isSet(key) ? this.path(key) : undefined;
  }

  address(key: string, text = this.settings.string(key)): ListenAddress | undefined {
    return this.accept(key, parseListenAddress(text, this.settings.folderOf(key)));
  }

  /**
   * A certificate and its key.
   *
   * @param at  the group that holds `cert_file` and `key_file`
   */
  keyPair(at: string): { readonly cert: string | undefined; readonly key: string | undefined } {
    const [cert, key] = [this.pathIfSet(`${at}.cert_file`), this.pathIfSet(`${at}.key_file`)];
    if ((cert === undefined) !== (key === undefined)) {
      this.refuse(`${at}.${cert === undefined ? 'key' : 'cert'}_file`, 'a certificate and its key go together');
    }
    return { cert, key };
  }
}
