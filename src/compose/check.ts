// Checks every file that a configuration names, with the code that `serve` uses. It opens no store, no socket and no directory.

import type { Config } from '../config/config.ts';
import { callersParser } from '../config/files/callers-file.ts';
import { loadPolicy } from '../config/files/policy-file.ts';
import { checkedPolicy } from '../config/files/policy-shape.ts';
import { LISTENERS } from '../config/sections/listeners.ts';
import { StartupError } from '../host/startup-error.ts';
import { checkRedactionFiles } from '../redaction/redaction-source.ts';
import { readMaterial } from '../rpc/listener/tls.ts';
import { checkLedgerKey } from '../signing/ledger-key.ts';
import { readLogin } from './store-login.ts';

/** @throws StartupError with a line for each problem that would keep a server from starting */
export function checkFiles(config: Config): void {
  const problems = checksOf(config).flatMap(problemsOf);
  if (problems.length > 0) throw new StartupError(problems);
}

function checksOf(config: Config): (() => unknown)[] {
  const { callers, ledger, policy, redaction, store, tls } = config;
  return [
    () => loadPolicy(policy.file, checkedPolicy),
    () => callers && loadPolicy(callers.file, callersParser(asksForCertificates(config))),
    ...LISTENERS.map((name) => () => tls[name] && readMaterial(tls[name])),
    () => store.kind !== 'embedded' && readLogin(store),
    () => checkRedactionFiles(redaction),
    () =>
      ledger.keyFile !== undefined &&
      checkLedgerKey({
        keyFile: ledger.keyFile,
        mayCreate: ledger.mayCreateKey,
        publicKeysFile: ledger.publicKeysFile,
      }),
  ];
}

/** Whether any listener with known callers asks for a client certificate. */
export function asksForCertificates({ callers, tls }: Pick<Config, 'callers' | 'tls'>): boolean {
  return callers?.on.some((name) => tls[name]?.clientCa !== undefined) ?? false;
}

function problemsOf(check: () => unknown): readonly string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof StartupError) return error.problems;
    throw error;
  }
}
