// What the process itself has to warn of: files that were refused, certificates that end, a log that is not taken.
import type { CallerBook } from '../config/files/callers-file.ts';
import type { PolicySource } from '../config/files/policy-source.ts';
import type { ProblemsError } from '../config/files/problems-error.ts';
import type { Policy } from '../core/policy/policy.ts';
import type { GrpcServer } from '../rpc/server.ts';
import type { CertificateFacts } from '../telemetry/process-metrics.ts';
import type { RaisedWarning, Warnings } from '../telemetry/warnings.ts';
import type { StoreLogin } from './store-login.ts';

export const DROPPING: RaisedWarning = {
  code: 'LOG_DROPPED',
  message:
    'Lines of the log are dropped, since standard output does not take them: look at its reader, or at its disk.',
};

/** Files that are followed and cannot be used, and what is doubtful in the policy in force. */
export function fileWarnings(
  policy: PolicySource<Policy>,
  callers: PolicySource<CallerBook> | undefined,
): RaisedWarning[] {
  const found: RaisedWarning[] = policy.current.warnings.map((message) => ({ code: 'POLICY_DOUBTFUL', message }));
  if (policy.lastError) {
    const message = `The policy file cannot be used, and an earlier policy is in force: ${firstLine(policy.lastError)}`;
    found.push({ code: 'POLICY_REFUSED', message });
  }
  if (callers?.lastError) {
    const message = `The callers file cannot be used, and earlier callers are in force: ${firstLine(callers.lastError)}`;
    found.push({ code: 'CALLERS_REFUSED', message });
  }
  return found;
}

function firstLine({ problems }: ProblemsError): string {
  return problems.length > 1 ? `${problems[0]} (and ${problems.length - 1} more)` : `${problems[0]}`;
}

/** For the metrics: the certificates of the listeners and of the store. */
export function certificatesOf(
  server: GrpcServer,
  login: StoreLogin | undefined,
  warnings: Warnings,
): CertificateFacts[] {
  const ofStore = login?.expiries ?? [];
  const isRefused = warnings.counts().get('STORE_LOGIN_REFUSED') !== 0;
  return [...server.certificates, ...(ofStore.length > 0 ? [{ listener: 'store', expiries: ofStore, isRefused }] : [])];
}

const EXPIRING_MS = 7 * 24 * 3_600_000;

/** Certificates in force that end soon. */
export function expiring(server: GrpcServer, login: StoreLogin | undefined): RaisedWarning[] {
  const now = Date.now();
  const all = [...server.certificates, { listener: 'store', expiries: login?.expiries ?? [] }];
  return all.flatMap(({ listener, expiries }) =>
    expiries
      .filter(({ endsAtMs }) => endsAtMs - now < EXPIRING_MS)
      .map(({ file, endsAtMs }): RaisedWarning => {
        const what = file === 'cert' ? 'certificate' : 'authority';
        const when = new Date(endsAtMs).toISOString();
        return {
          code: 'CERTIFICATE_EXPIRING',
          message: `A ${what} of ${listener} ends ${when}: put a new one in its place.`,
        };
      }),
  );
}
