// Looks at every file that a configuration names, with the code that `serve` opens it with, and opens nothing else: no store,
// no socket, no directory.
import { callersParser } from '../config/callers-file.ts';
import { type Config, ConfigError } from '../config/config.ts';
import { LISTENERS } from '../config/listeners.ts';
import { loadPolicy } from '../config/policy-file.ts';
import { checkedPolicy } from '../config/policy-shape.ts';
import { ProblemsError } from '../config/problems-error.ts';
import { checkLedgerKey } from '../ledger-key.ts';
import { checkRedactionFiles } from '../redaction/redaction-source.ts';
import { readMaterial } from '../rpc/tls.ts';
import { StartupError } from '../startup-error.ts';
import { readLogin } from './store-login.ts';

/** @throws ConfigError with a line for everything that would keep a server from starting */
export function checkFiles(config: Config): void {
  const problems = checksOf(config).flatMap(problemsOf);
  if (problems.length > 0) throw new ConfigError(problems);
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

/** Whether a certificate in the callers file can ever be shown. */
export function asksForCertificates({ callers, tls }: Pick<Config, 'callers' | 'tls'>): boolean {
  return callers?.on.some((name) => tls[name]?.clientCa !== undefined) ?? false;
}

function problemsOf(check: () => unknown): readonly string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems;
    if (error instanceof StartupError) return [error.message];
    throw error;
  }
}
