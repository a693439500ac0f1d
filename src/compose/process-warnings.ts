// The warnings of the process itself: refused files, certificates that end soon, dropped log lines.

import type { CallerBook } from '../config/files/callers-file.ts';
import type { PolicySource } from '../config/files/policy-source.ts';
import type { Policy } from '../core/policy/policy.ts';
import type { StartupError } from '../host/startup-error.ts';
import type { GrpcServer } from '../rpc/server.ts';
import type { State } from '../state/port/state.ts';
import type { CertificateFacts } from '../telemetry/process-metrics.ts';
import type { RaisedWarning, Warnings } from '../telemetry/warnings.ts';
import type { StoreLogin } from './store-login.ts';

const DROPPING: RaisedWarning = {
  code: 'LOG_DROPPED',
  message: 'Log lines are dropped because standard output does not accept them: check its reader, or its disk.',
};

/** How often the warnings are compared with those that the log has. */
const LOG_INTERVAL_MS = 1_000;
const EXPIRING_MS = 7 * 24 * 3_600_000;

interface WarningSources {
  readonly store: State;
  readonly policy: PolicySource<Policy>;
  readonly callers: PolicySource<CallerBook> | undefined;
  readonly isLogDropping: () => boolean;
  readonly server: GrpcServer;
  readonly login: StoreLogin | undefined;
}

/** Makes the warnings of each part show up in the list. */
export function addProcessWarnings(warnings: Warnings, sources: WarningSources): void {
  const { store, policy, callers, isLogDropping, server, login } = sources;
  warnings.addSource(() => store.info.warnings);
  warnings.addSource(() => fileWarnings(policy, callers));
  warnings.addSource(() => (isLogDropping() ? [DROPPING] : []));
  warnings.addSource(() => server.warnings);
  warnings.addSource(() => expiring(server, login));
}

/** Logs warnings as they come and go. @returns how to stop */
export function logWarnings(warnings: Warnings): () => void {
  const timer = setInterval(() => warnings.list(), LOG_INTERVAL_MS).unref();
  return () => clearInterval(timer);
}

/** Followed files that cannot be used, and doubtful entries of the policy in force. */
function fileWarnings(policy: PolicySource<Policy>, callers: PolicySource<CallerBook> | undefined): RaisedWarning[] {
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

function firstLine({ problems }: StartupError): string {
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

/** Certificates in force that end soon. */
function expiring(server: GrpcServer, login: StoreLogin | undefined): RaisedWarning[] {
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
