// The listeners: where each binds, what certificate it shows, and who must be known on it. One that other hosts could reach
// without that is refused here, before anything is bound.
import { isReachable, isSameListenAddress, type ListenAddress, listenAddressText } from '../listen-address.ts';
import type { Places } from '../places.ts';

export const LISTENERS = ['decision', 'management'] as const;
export type ListenerName = (typeof LISTENERS)[number];
type OfEach<T> = Readonly<Record<ListenerName, T>>;

/** Paths of PEM files. With a client authority, every client must show a certificate that the authority signed. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string | undefined;
}

export interface ListenersConfig {
  readonly listeners: OfEach<ListenAddress>;
  /** Undefined where a listener is in plaintext. */
  readonly tls: OfEach<TlsFiles | undefined>;
  /** Which callers are known, and where they must be; undefined where everyone who reaches a listener may call it. */
  readonly callers: { readonly file: string; readonly on: readonly ListenerName[] } | undefined;
  /** Where metrics and probes are served; undefined where nothing is counted. */
  readonly observability: { readonly listen: ListenAddress | undefined };
}

/** @returns undefined for what it refused, which {@link Places} has noted */
export function interpretListeners(places: Places, dataDir: string): ListenersConfig | undefined {
  const { settings } = places;
  const decision = places.address('listeners.decision');
  const management = settings.isSet('listeners.management')
    ? places.address('listeners.management')
    : places.address('listeners.management', `unix:${dataDir}/management.sock`);
  if (decision && management && isSameListenAddress(decision, management)) {
    places.refuse('listeners.management', `must differ from listeners.decision, ${listenAddressText(decision)}`);
  }
  const tls = { decision: tlsFilesFrom(places, 'decision'), management: tlsFilesFrom(places, 'management') };
  const callers = callersFrom(places);
  const addresses = { decision, management };
  for (const name of LISTENERS) {
    const address = addresses[name];
    if (!address || !isReachable(address) || (tls[name] && callers?.on.includes(name))) continue;
    places.refuse(
      `listeners.${name}`,
      `${listenAddressText(address)} can be reached from other hosts, which needs TLS and known callers; ${STAY}, or set tls.${name}.* and callers.file`,
    );
  }
  const listen = observabilityFrom(places, [decision, management]);
  if (!decision || !management) return undefined;
  return { listeners: { decision, management }, tls, callers, observability: { listen } };
}

const STAY = 'use 127.0.0.1, [::1], localhost or unix:/path';

function tlsFilesFrom(places: Places, name: ListenerName): TlsFiles | undefined {
  const { cert, key } = places.keyPair(`tls.${name}`);
  const clientCa = places.pathIfSet(`tls.${name}.client_ca_file`);
  if (cert !== undefined && key !== undefined) return { cert, key, clientCa };
  if (cert === undefined && key === undefined && clientCa !== undefined) {
    places.refuse(`tls.${name}.client_ca_file`, 'needs cert_file and key_file as well');
  }
  return undefined;
}

function callersFrom(places: Places): ListenersConfig['callers'] {
  const file = places.pathIfSet('callers.file');
  const on = places.settings.string('callers.on') as 'both' | ListenerName;
  if (file !== undefined) return { file, on: on === 'both' ? LISTENERS : [on] };
  if (on !== 'both') places.refuse('callers.on', 'needs callers.file');
  return undefined;
}

function observabilityFrom(places: Places, others: readonly (ListenAddress | undefined)[]): ListenAddress | undefined {
  const { settings } = places;
  const mayBeRemote = settings.boolean('observability.allow_remote');
  if (!settings.isSet('observability.listen')) {
    if (mayBeRemote) places.refuse('observability.allow_remote', 'needs observability.listen');
    return undefined;
  }
  const address = places.address('observability.listen');
  if (!address) return undefined;
  const text = listenAddressText(address);
  if (others.some((other) => other && isSameListenAddress(address, other))) {
    places.refuse('observability.listen', `must differ from the other listeners, ${text}`);
  }
  if (isReachable(address) && !mayBeRemote) {
    places.refuse(
      'observability.listen',
      `${text} can be reached from other hosts, which could read the metrics; ${STAY}, or set observability.allow_remote`,
    );
  }
  return address;
}

/** The values of these keys as they are in force. */
export function listenerSources({ listeners, tls, callers, observability }: ListenersConfig): [string, string][] {
  return [
    ...LISTENERS.flatMap((name): [string, string][] => [
      [`listeners.${name}`, listenAddressText(listeners[name])],
      [`tls.${name}.cert_file`, tls[name]?.cert ?? ''],
      [`tls.${name}.key_file`, tls[name]?.key ?? ''],
      [`tls.${name}.client_ca_file`, tls[name]?.clientCa ?? ''],
    ]),
    ['callers.file', callers?.file ?? ''],
    ['observability.listen', observability.listen ? listenAddressText(observability.listen) : ''],
  ];
}
