// What each key of the configuration decides, by hand, so that a new key is thought about before it passes: what may happen
// when it is left out, and what must then hold. Held to the schema by config.test.ts.

interface Guard {
  /** What is in force when nobody says anything: as strict as the key gets, or safe for the reason given. */
  readonly unset: string | number | boolean | undefined;
  readonly why: string;
}

/** Keys on which it depends who gets in, what is allowed, what is kept and what is shown. */
export const GUARDS: Readonly<Record<string, Guard>> = {
  'listeners.decision': { unset: '127.0.0.1:7070', why: 'only this host reaches it' },
  'listeners.management': { unset: undefined, why: 'a socket in data_dir, for its own user alone' },
  'tls.decision.cert_file': { unset: undefined, why: 'without it the listener must stay within its host' },
  'tls.decision.key_file': { unset: undefined, why: 'as cert_file' },
  'tls.decision.client_ca_file': {
    unset: undefined,
    why: 'names of certificates in the callers file are then refused',
  },
  'tls.management.cert_file': { unset: undefined, why: 'without it the listener must stay within its host' },
  'tls.management.key_file': { unset: undefined, why: 'as cert_file' },
  'tls.management.client_ca_file': {
    unset: undefined,
    why: 'names of certificates in the callers file are then refused',
  },
  'callers.file': { unset: undefined, why: 'without it the listeners must stay within their host' },
  'callers.on': { unset: 'both', why: 'callers are known everywhere' },
  'store.url': { unset: 'embedded', why: 'nobody else reaches it' },
  'store.consistency': { unset: 'local', why: 'documented, and GetServerInfo names it' },
  'store.replicas': { unset: 1, why: 'counts under `replicated` only' },
  'store.require.noeviction': { unset: false, why: 'documented: a warning instead' },
  'store.require.durability': { unset: 'memory', why: 'documented: a warning instead' },
  'store.username_file': { unset: undefined, why: 'the user in store.url, and Redis decides' },
  'store.password_file': { unset: undefined, why: 'the password in store.url, and Redis decides' },
  'store.sentinel_password': { unset: undefined, why: 'no password is sent, and Sentinel decides' },
  'store.tls.ca_file': { unset: undefined, why: 'the authorities of the system; certificates are always checked' },
  'store.tls.cert_file': { unset: undefined, why: 'none is shown, and Redis decides' },
  'store.tls.key_file': { unset: undefined, why: 'as cert_file' },
  'store.identity_key_prefix': {
    unset: 'sg:tools:session:',
    why: 'a prefix that overlaps with our own keys is refused',
  },
  'policy.file': { unset: undefined, why: 'the example, which denies unknown platforms and knows one admin' },
  'authorize.require.identity': { unset: true, why: 'the strict one' },
  'authorize.require.session': { unset: true, why: 'the strict one' },
  asserted_facts: { unset: 'decisions', why: 'documented, and the answer says `asserted`' },
  decision_log: { unset: 'effects', why: 'whatever changes something and every denial leaves a record' },
  'decisions.retention_s': { unset: 604_800, why: 'documented' },
  'decisions.per_session_max': { unset: 10_000, why: 'bounded' },
  'sessions.max_live_per_agent': { unset: 10, why: 'bounded' },
  'redaction.patterns': { unset: undefined, why: 'the built-in rules look for secrets' },
  'redaction.known_values_file': { unset: undefined, why: 'as patterns' },
  'redaction.key_file': { unset: undefined, why: 'made for this server alone' },
  'ledger.key_file': {
    unset: undefined,
    why: 'made for this server alone, or nothing is signed and a warning says so',
  },
  'ledger.key_name': { unset: 'tollgate', why: 'a name; whoever verifies goes by the key' },
  'ledger.public_keys_file': { unset: undefined, why: 'in data_dir, and only added to' },
  'ledger.checkpoint_interval_s': { unset: 60, why: 'bounded' },
  'limits.request_bytes': { unset: 65_536, why: 'bounded' },
  'limits.append_bytes': { unset: 4_194_304, why: 'bounded' },
  'limits.metadata_bytes': { unset: 16_384, why: 'bounded' },
  'limits.connections': { unset: 1_024, why: 'bounded' },
  'limits.streams_per_connection': { unset: 256, why: 'bounded' },
  'limits.unknown_percent': { unset: 25, why: 'bounded' },
  'limits.unknown_per_address': { unset: 64, why: 'bounded' },
  'limits.in_flight': { unset: 4_096, why: 'bounded' },
  'limits.in_flight_per_caller': { unset: 2_048, why: 'bounded' },
  'limits.handshake_s': { unset: 10, why: 'bounded' },
  'limits.stall_s': { unset: 30, why: 'bounded' },
  'limits.idle_s': { unset: 600, why: 'bounded' },
  'limits.keepalive_s': { unset: 60, why: 'bounded' },
  'limits.control_bytes_per_s': { unset: 65_536, why: 'bounded' },
  'limits.receiving_mib': { unset: 64, why: 'bounded' },
  'observability.listen': { unset: undefined, why: 'there is no such listener' },
  'observability.allow_remote': { unset: false, why: 'the strict one' },
  'log.level': { unset: 'info', why: 'no line of any level holds a secret' },
};

/** Keys that open nothing whatever they are: places on this disk and times. */
export const NO_GUARDS: readonly string[] = [
  'data_dir',
  'store.command_timeout_ms',
  'store.append_timeout_ms',
  'store.finish_timeout_ms',
  'store.replication_timeout_ms',
  'store.map_size_mib',
  'policy.watch',
  'sessions.ended_retention_s',
  'runs.idle_timeout_s',
  'runs.retention_s',
  'sweep.interval_ms',
  'shutdown.delay_ms',
  'shutdown.grace_ms',
];
