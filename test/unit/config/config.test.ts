import { inspect } from 'node:util';
import { Command } from 'commander';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ConfigInput, type LoadedConfig, loadConfig } from '../../../src/config/config.ts';
import { addConfigOptions } from '../../../src/config/flags.ts';
import { KEYS } from '../../../src/config/keys.ts';
import { printConfig, printConfigCheck } from '../../../src/config/print.ts';
import { Secret } from '../../../src/config/secret.ts';
import { parseStoreUrl } from '../../../src/config/store-url.ts';
import { StartupError } from '../../../src/host/startup-error.ts';
import { testFolder } from './folder.ts';

/** Loads with `yaml` as ./tollgate.yaml of an otherwise empty folder. */
function load({ yaml, flags = {}, env = {} }: Partial<ConfigInput> & { yaml?: string }): LoadedConfig {
  return loadConfig({ flags, env, cwd: testFolder(yaml === undefined ? {} : { 'tollgate.yaml': yaml }) });
}

function problemsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof StartupError) return error.problems;
    throw error;
  }
  return [];
}

const problems = (input: Parameters<typeof load>[0]) => problemsOf(() => load(input));
const sourceOf = ({ sources }: LoadedConfig, key: string) => sources.find((source) => source.key === key);

describe('defaults', () => {
  test('a server needs no configuration', () => {
    const cwd = testFolder();
    const { config, sources } = loadConfig({ flags: {}, env: {}, cwd });
    expect(config).toMatchObject({
      dataDir: `${cwd}/data`,
      listeners: {
        decision: { kind: 'tcp', host: '127.0.0.1', port: 7070 },
        management: { kind: 'unix', path: `${cwd}/data/management.sock` },
      },
      store: {
        kind: 'embedded',
        url: new Secret('embedded'),
        commandTimeoutMs: 250,
        writeTimeouts: { appendMs: 3_000, finishMs: 10_000 },
        confirm: { replicas: 0, timeoutMs: 1_000 },
        require: { noeviction: false, durability: 'memory' },
        sentinelPassword: undefined,
        tls: { ca: undefined, cert: undefined, key: undefined },
        identityKeyPrefix: 'sg:tools:session:',
        mapSizeBytes: 4 * 1024 ** 3,
      },
      policy: { file: expect.stringMatching(/\/policy\.example\.yaml$/), watch: true },
      authorize: { require: { identity: true, session: true } },
      assertedFacts: 'decisions',
      sessions: { maxLivePerAgent: 10, endedRetentionMs: 900_000 },
      runs: { idleTimeoutMs: 86_400_000, retentionMs: 30 * 86_400_000 },
      limits: { requestBytes: 65_536, appendBytes: 4_194_304 },
      sweep: { intervalMs: 5000 },
      shutdown: { graceMs: 10_000 },
      log: { level: 'info' },
    });
    expect(new Set(sources.map(({ origin }) => origin))).toEqual(new Set(['default']));
  });

  test('the configuration cannot be changed', () => {
    const { config } = load({});
    expect(() => Object.assign(config.authorize.require, { identity: false })).toThrow(TypeError);
    expect(Object.isFrozen(config.listeners.decision)).toBe(true);
  });

  test('the management socket follows the data folder', () => {
    const { config } = load({ env: { TOLLGATE_DATA_DIR: '/srv/tollgate' } });
    expect(config.listeners.management).toEqual({ kind: 'unix', path: '/srv/tollgate/management.sock' });
  });
});

describe('precedence', () => {
  test('flags win over the environment, the environment over the file, the file over defaults', () => {
    const yaml = 'log:\n  level: trace\nsweep: {interval_ms: 1000}\nstore:\n  url: redis://file:1\n';
    const env = { TOLLGATE_LOG_LEVEL: 'warn', TOLLGATE_STORE_URL: 'redis://env:1' };
    const loaded = load({ yaml, env, flags: { logLevel: 'fatal' } });
    expect(sourceOf(loaded, 'log.level')).toMatchObject({ value: 'fatal', origin: 'flag --log-level' });
    expect(sourceOf(loaded, 'store.url')).toMatchObject({ value: 'redis://env:1/0', origin: 'env TOLLGATE_STORE_URL' });
    expect(sourceOf(loaded, 'sweep.interval_ms')).toMatchObject({ value: 1000, origin: 'file tollgate.yaml:3' });
    expect(sourceOf(loaded, 'shutdown.grace_ms')).toMatchObject({ value: 10_000, origin: 'default' });
  });

  test('the strongest source that sets a key wins, for whichever of them set it', () => {
    const given = fc.option(fc.integer({ min: 100, max: 3_600_000 }), { nil: undefined });
    fc.assert(
      fc.property(given, given, given, (file, env, flag) => {
        const loaded = loadConfig({
          cwd: testFolder(file === undefined ? {} : { 'tollgate.yaml': `sweep: {interval_ms: ${file}}` }),
          env: env === undefined ? {} : { TOLLGATE_SWEEP_INTERVAL_MS: String(env) },
          flags: flag === undefined ? {} : { set: [`sweep.interval_ms=${flag}`] },
        });
        expect(loaded.config.sweep.intervalMs).toBe(flag ?? env ?? file ?? 5000);
      }),
      { numRuns: 50 },
    );
  });

  /** What a key must not be without. */
  const TLS = { TOLLGATE_STORE_URL: 'rediss://cache' };
  const COMPANIONS: Readonly<Record<string, Record<string, string>>> = {
    'store.sentinel_password': { TOLLGATE_STORE_URL: 'redis+sentinel://cache/main' },
    'store.username_file': { TOLLGATE_STORE_URL: 'redis://cache', TOLLGATE_STORE_PASSWORD_FILE: '/tmp/x' },
    'store.password_file': { TOLLGATE_STORE_URL: 'redis://cache' },
    'store.tls.ca_file': TLS,
    'store.tls.cert_file': { ...TLS, TOLLGATE_STORE_TLS_KEY_FILE: '/tmp/y' },
    'store.tls.key_file': { ...TLS, TOLLGATE_STORE_TLS_CERT_FILE: '/tmp/y' },
    ...Object.fromEntries(
      ['DECISION', 'MANAGEMENT'].flatMap((listener) => {
        const [cert, key] = [`TOLLGATE_TLS_${listener}_CERT_FILE`, `TOLLGATE_TLS_${listener}_KEY_FILE`];
        const at = `tls.${listener.toLowerCase()}`;
        return [
          [`${at}.cert_file`, { [key]: '/tmp/x' }],
          [`${at}.key_file`, { [cert]: '/tmp/x' }],
          [`${at}.client_ca_file`, { [cert]: '/tmp/x', [key]: '/tmp/x' }],
        ];
      }),
    ),
  };

  test('a key that would do nothing is a problem, for its owner believes that it protects', () => {
    const idle = [
      { TOLLGATE_STORE_TLS_CA_FILE: '/tmp/x' },
      { TOLLGATE_STORE_PASSWORD_FILE: '/tmp/x' },
      { TOLLGATE_STORE_URL: 'redis://user:pass@cache', TOLLGATE_STORE_PASSWORD_FILE: '/tmp/x' },
      { TOLLGATE_STORE_URL: 'redis://cache', TOLLGATE_STORE_USERNAME_FILE: '/tmp/x' },
      { TOLLGATE_STORE_URL: 'redis://cache', TOLLGATE_STORE_TLS_CA_FILE: '/tmp/x' },
      { TOLLGATE_STORE_URL: 'redis://cache', TOLLGATE_STORE_SENTINEL_PASSWORD: 'x' },
      { TOLLGATE_STORE_URL: 'rediss://cache', TOLLGATE_STORE_TLS_KEY_FILE: '/tmp/x' },
      { TOLLGATE_STORE_CONSISTENCY: 'replicated' },
      { TOLLGATE_STORE_REQUIRE_DURABILITY: 'aof_always' },
      { TOLLGATE_STORE_REQUIRE_NOEVICTION: 'true' },
      { TOLLGATE_OBSERVABILITY_ALLOW_REMOTE: 'true' },
    ];
    for (const env of idle) expect(problems({ env })).toHaveLength(1);
  });

  test('patterns are refused with the entry named, wherever they were written', () => {
    const yaml = [
      'redaction:',
      '  patterns:',
      '    - { name: fine, pattern: "x-[0-9]{8}" }',
      '    - { name: broken, pattern: "[a-" }',
      '    - { name: fine, pattern: "y-[0-9]{8}" }',
      '    - { name: empty, pattern: "a*" }',
    ].join('\n');
    expect(problems({ yaml })).toEqual([
      'tollgate.yaml:2: redaction.patterns[1] (broken): is no RE2 pattern: missing closing ]: `[a-`',
      'tollgate.yaml:2: redaction.patterns[2] (fine): has the same name as an earlier entry',
      'tollgate.yaml:2: redaction.patterns[3] (empty): fits the empty text, so it would be found everywhere',
    ]);
    const patterns = [{ name: 'Fine 1', pattern: 'x' }, { name: 'own' }, { name: 'own', pattern: 'x'.repeat(513) }];
    expect(problems({ env: { TOLLGATE_REDACTION_PATTERNS: JSON.stringify(patterns) } })).toEqual([
      'env TOLLGATE_REDACTION_PATTERNS: redaction.patterns[0].name: must be lower-case letters and _, at most 32',
      'env TOLLGATE_REDACTION_PATTERNS: redaction.patterns[1]: needs `pattern`',
      'env TOLLGATE_REDACTION_PATTERNS: redaction.patterns[2].pattern: must have at most 512 characters',
    ]);
    const many = Array.from({ length: 65 }, () => ({ name: 'own', pattern: 'x' }));
    expect(problems({ flags: { set: [`redaction.patterns=${JSON.stringify(many)}`] } })).toEqual([
      'flag --set: redaction.patterns: must have at most 64 entries',
    ]);
  });

  test('every key can be set from the environment and by --set', () => {
    for (const spec of KEYS) {
      expect(spec.env).toBe(`TOLLGATE_${spec.key.toUpperCase().replaceAll('.', '_')}`);
      const list = spec.type === 'array' ? '[{"name":"own","pattern":"own-[0-9]{8}"}]' : undefined;
      const text = String(spec.default ?? list ?? (/listen(ers\.|$)/.test(spec.key) ? 'unix:/tmp/x' : '/tmp/x'));
      const env = { ...COMPANIONS[spec.key], [spec.env]: text };
      expect(sourceOf(load({ env }), spec.key)?.origin).toBe(`env ${spec.env}`);
      const flags = { set: [`${spec.key}=${text}`] };
      expect(sourceOf(load({ env: COMPANIONS[spec.key] ?? {}, flags }), spec.key)?.origin).toBe('flag --set');
    }
  });

  test('a value that a stronger source overrides is checked all the same', () => {
    expect(problems({ yaml: 'log: {level: loud}', flags: { logLevel: 'info' } })).toHaveLength(1);
  });
});

describe('the file', () => {
  test('a file may be named by flag or variable, and the flag wins', () => {
    const cwd = testFolder({ 'a/one.yaml': 'log: {level: warn}', 'two.yaml': 'log: {level: error}' });
    const env = { TOLLGATE_CONFIG: 'two.yaml' };
    expect(sourceOf(loadConfig({ flags: {}, env, cwd }), 'log.level')?.origin).toBe('file two.yaml:1');
    const byFlag = loadConfig({ flags: { config: 'a/one.yaml' }, env, cwd });
    expect(sourceOf(byFlag, 'log.level')).toMatchObject({ value: 'warn', origin: 'file a/one.yaml:1' });
  });

  test('a named file that is missing is a problem', () => {
    expect(problems({ flags: { config: 'none.yaml' } })).toEqual(['none.yaml: does not exist (flag --config)']);
    expect(problems({ env: { TOLLGATE_CONFIG: 'x.yaml' } })).toEqual(['x.yaml: does not exist (env TOLLGATE_CONFIG)']);
    expect(problems({ env: { TOLLGATE_CONFIG: '' } })).toEqual([
      'env TOLLGATE_CONFIG: is empty; unset it or name a file',
    ]);
  });

  test('paths start at the file that holds them, or else at the working directory', () => {
    const yaml = 'data_dir: state\npolicy: {file: rules.yaml}\nlisteners: {decision: "unix:d.sock"}';
    const cwd = testFolder({ 'etc/tollgate.yaml': yaml });
    const { config } = loadConfig({ flags: { config: 'etc/tollgate.yaml', policy: 'mine.yaml' }, env: {}, cwd });
    expect(config.dataDir).toBe(`${cwd}/etc/state`);
    expect(config.listeners.decision).toEqual({ kind: 'unix', path: `${cwd}/etc/d.sock` });
    expect(config.policy.file).toBe(`${cwd}/mine.yaml`);
  });

  test('every problem has its line, in the order of the file', () => {
    const yaml = [
      'log:',
      '  level: loud',
      'listner:',
      '  decision: 127.0.0.1:1',
      'store:',
      '  command_timeout_ms: 5',
      '  map_size_mib: 0x20',
      '  ulr: embedded',
      'policy:',
      'log_level: info',
      'sweep: 12',
      'authorize: {require: {identity: yes}}',
      'data_dir: 7',
    ].join('\n');
    expect(problems({ yaml })).toEqual([
      'tollgate.yaml:2: log.level: must be one of trace, debug, info, warn, error, fatal',
      'tollgate.yaml:3: unknown key `listner` (did you mean `listeners`?)',
      'tollgate.yaml:6: store.command_timeout_ms: must be between 10 and 10000 ms, not 5',
      'tollgate.yaml:7: store.map_size_mib: must be a whole number, written plainly',
      'tollgate.yaml:8: unknown key `store.ulr` (did you mean `store.url`?)',
      'tollgate.yaml:9: policy: has no value; remove the key or give it one',
      'tollgate.yaml:10: unknown key `log_level` (did you mean `log.level`?)',
      'tollgate.yaml:11: sweep: must be a map of keys',
      'tollgate.yaml:12: authorize.require.identity: must be true or false',
      'tollgate.yaml:13: data_dir: must be a string',
    ]);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is an unknown key', (key) => {
    expect(problems({ yaml: `${key}: {log: {level: fatal}}` })[0]).toContain(`tollgate.yaml:1: unknown key \`${key}\``);
    expect(problems({ flags: { set: [`${key}=1`] } })[0]).toContain(`flag --set: unknown key \`${key}\``);
  });

  test('a key given twice is a problem', () => {
    expect(problems({ yaml: 'log: {level: info}\nlog: {level: warn}' })).toEqual([
      'tollgate.yaml:2: log: the key is given twice',
    ]);
  });
});

describe('the environment', () => {
  test('an unknown variable with our prefix is a problem, any other is not ours', () => {
    expect(problems({ env: { TOLLGATE_STORE: 'x', TOLLGATE_CONFG: 'x', TOLLGATEX: 'x', HOME: '/' } })).toEqual([
      'env TOLLGATE_CONFG: unknown variable (did you mean `TOLLGATE_CONFIG`?)',
      'env TOLLGATE_STORE: unknown variable (did you mean `TOLLGATE_STORE_URL`?)',
    ]);
  });

  test('an empty variable is a problem, not an unset one', () => {
    expect(problems({ env: { TOLLGATE_LOG_LEVEL: '' } })).toEqual([
      'env TOLLGATE_LOG_LEVEL: is empty; unset it or give it a value',
    ]);
  });

  test.each(['yes', '1', 'TRUE', ' true'])('%j is no switch', (text) => {
    expect(problems({ env: { TOLLGATE_POLICY_WATCH: text } })).toEqual([
      'env TOLLGATE_POLICY_WATCH: policy.watch: must be true or false',
    ]);
  });

  test.each(['1e3', '01000', '1000.0', ' 1000', '1_000', '0x3e8', 'many'])('%j is no number', (text) => {
    expect(problems({ env: { TOLLGATE_SWEEP_INTERVAL_MS: text } })).toEqual([
      'env TOLLGATE_SWEEP_INTERVAL_MS: sweep.interval_ms: must be a whole number, written plainly',
    ]);
  });

  test('what Kubernetes sets for a service called tollgate is left alone', () => {
    const env = {
      TOLLGATE_SERVICE_HOST: '10.0.0.11',
      TOLLGATE_SERVICE_PORT: '7070',
      TOLLGATE_SERVICE_PORT_GRPC: '7070',
      TOLLGATE_PORT: 'tcp://10.0.0.11:7070',
      TOLLGATE_PORT_7070_TCP: 'tcp://10.0.0.11:7070',
      TOLLGATE_PORT_7070_TCP_PROTO: 'tcp',
      TOLLGATE_PORT_7070_TCP_PORT: '7070',
      TOLLGATE_PORT_7070_TCP_ADDR: '10.0.0.11',
      TOLLGATE_REDIS_SERVICE_HOST: '10.0.0.12',
    };
    expect(problems({ env })).toEqual([]);
    expect(problems({ env: { TOLLGATE_PORT: '7070' } })).toHaveLength(1);
  });
});

describe('flags', () => {
  const parse = (...args: string[]) => addConfigOptions(new Command('serve')).parse(args, { from: 'user' }).opts();

  test('commander hands over what loadConfig takes', () => {
    const flags = parse(
      '--data-dir',
      'd',
      '--listen',
      '[::1]:0',
      '--set',
      'limits.request_bytes=2048',
      '--set',
      'policy.watch=false',
    );
    const { config, sources } = load({ flags });
    expect(config.listeners.decision).toEqual({ kind: 'tcp', host: '::1', port: 0 });
    expect(config.limits.requestBytes).toBe(2048);
    expect(config.policy.watch).toBe(false);
    expect(sources.find(({ key }) => key === 'data_dir')?.origin).toBe('flag --data-dir');
  });

  test('options of other purposes are left alone', () => {
    expect(load({ flags: { ...parse(), json: true } as ConfigInput['flags'] }).config.log.level).toBe('info');
  });

  test('a misspelt key, a missing value and a key given twice are problems', () => {
    const flags = parse(
      '--log-level',
      'warn',
      '--set',
      'log.level=info',
      '--set',
      'store.uri=x',
      '--set',
      'policy.watch',
    );
    expect(problems({ flags })).toEqual([
      'flag --set: log.level is given twice on the command line',
      'flag --set: unknown key `store.uri` (did you mean `store.url`?)',
      'flag --set: must be key=value',
    ]);
    expect(problems({ flags: parse('--policy', '') })).toEqual(['flag --policy: policy.file: must not be empty']);
  });

  test('a value may hold an equals sign', () => {
    expect(load({ flags: parse('--set', 'store.identity_key_prefix=a=b:') }).config.store.identityKeyPrefix).toBe(
      'a=b:',
    );
  });
});

describe('listeners', () => {
  const listen = (address: string) => problems({ flags: { listen: address } });

  test.each([
    '127.0.0.1:0',
    '127.8.9.10:7070',
    '[::1]:7070',
    'localhost:7070',
    'LOCALHOST:1',
    'unix:/run/t.sock',
    'unix:t.sock',
  ])('%s stays on this host', (address) => expect(listen(address)).toEqual([]));

  test.each([
    '0.0.0.0:7070',
    '[::]:7070',
    '10.0.0.1:7070',
    'example.com:7070',
    '[fe80::1]:7070',
    '127.1:7070',
    'localhost.example:1',
  ])('%s can be reached from other hosts and is refused', (address) => {
    expect(listen(address)).toEqual([
      `flag --listen: listeners.decision: ${address} can be reached from other hosts, which needs TLS and known callers; use 127.0.0.1, [::1], localhost or unix:/path, or set tls.decision.* and callers.file`,
    ]);
  });

  test.each([
    ['nothing', []],
    ['TLS alone', ['tls.decision.cert_file=a.pem', 'tls.decision.key_file=a.key']],
    ['callers alone', ['callers.file=callers.yaml']],
    [
      'TLS, and callers on the other listener',
      ['tls.decision.cert_file=a.pem', 'tls.decision.key_file=a.key', 'callers.file=c.yaml', 'callers.on=management'],
    ],
    [
      'callers, and TLS on the other listener',
      ['tls.management.cert_file=a.pem', 'tls.management.key_file=a.key', 'callers.file=c.yaml'],
    ],
  ])('with %s, an address that other hosts can reach is refused', (_, set) => {
    expect(problems({ flags: { listen: '0.0.0.0:7070', set } }).join()).toContain('needs TLS and known callers');
  });

  test('with TLS and callers, an address that other hosts can reach is accepted', () => {
    const set = ['tls.decision.cert_file=a.pem', 'tls.decision.key_file=a.key', 'callers.file=callers.yaml'];
    expect(problems({ flags: { listen: '0.0.0.0:7070', set } })).toEqual([]);
    expect(problems({ flags: { listen: '0.0.0.0:7070', set: [...set, 'callers.on=decision'] } })).toEqual([]);
  });

  test.each([
    ['tls.decision.cert_file=a.pem', 'tls.decision.cert_file: a certificate and its key go together'],
    ['tls.management.key_file=a.key', 'tls.management.key_file: a certificate and its key go together'],
    ['tls.decision.client_ca_file=ca.pem', 'tls.decision.client_ca_file: needs cert_file and key_file as well'],
    ['callers.on=decision', 'callers.on: needs callers.file'],
  ])('%s alone is refused', (setting, problem) => {
    expect(problems({ flags: { set: [setting] } }).join()).toContain(problem);
  });

  test.each([
    '7070',
    ':7070',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '127.0.0.1:-1',
    '::1:7070',
    '[::1]',
    '[127.0.0.1]:1',
    'tcp://127.0.0.1:1',
    'unix:',
  ])('%s is no address', (address) => expect(listen(address)).toHaveLength(1));

  test('a socket path that the system would cut is refused, the derived one too', () => {
    expect(listen(`unix:/${'x'.repeat(106)}`)).toEqual([]);
    expect(listen(`unix:/${'x'.repeat(107)}`)[0]).toMatch(
      /has 108 bytes, and the system allows 107; choose a shorter one$/,
    );
    expect(listen(`unix:/${'ü'.repeat(54)}`)).toHaveLength(1);
    expect(problems({ flags: { dataDir: `/${'x'.repeat(100)}` } })[0]).toContain(
      'listeners.management: the socket path',
    );
  });

  test('the two listeners need two addresses', () => {
    const both = (listen: string, management: string) => problems({ flags: { listen, management } });
    expect(both('127.0.0.1:7070', '127.0.0.1:7070')).toEqual([
      'flag --management: listeners.management: must differ from listeners.decision, 127.0.0.1:7070',
    ]);
    expect(both('127.0.0.1:7070', 'localhost:7070')).toHaveLength(1);
    expect(both('unix:/run/a.sock', 'unix:/run/../run/a.sock')).toHaveLength(1);
    expect(both('127.0.0.1:0', '127.0.0.1:0')).toEqual([]);
  });
});

describe('the store', () => {
  const location = (url: string) => parseStoreUrl(load({ flags: { store: url } }).config.store.url.reveal());

  test('every form of URL is read', () => {
    expect(location('redis://cache')).toEqual({ kind: 'redis', host: 'cache', port: 6379, tls: false, database: 0 });
    expect(location('rediss://[::1]:7000/3')).toEqual({
      kind: 'redis',
      host: '::1',
      port: 7000,
      tls: true,
      database: 3,
    });
    expect(location('redis+unix:///run/redis.sock?db=2')).toEqual({
      kind: 'redis_unix',
      path: '/run/redis.sock',
      database: 2,
    });
    expect(location('redis+sentinel://a,b:1,[::1]:2/main/3')).toEqual({
      kind: 'redis_sentinel',
      sentinels: [
        { host: 'a', port: 26379 },
        { host: 'b', port: 1 },
        { host: '::1', port: 2 },
      ],
      name: 'main',
      tls: false,
      database: 3,
    });
    expect(location('rediss+cluster://a:1,b')).toEqual({
      kind: 'redis_cluster',
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 6379 },
      ],
      tls: true,
      database: 0,
    });
    const { username, password } = location('redis://us%2Fer:p%40ss@cache:1') as Extract<
      ReturnType<typeof location>,
      { host: string }
    >;
    expect([username, password?.reveal()]).toEqual(['us/er', 'p@ss']);
  });

  test.each([
    'Embedded',
    'redis:',
    'redis://',
    'http://cache',
    'redis://cache:0',
    'redis://cache:70000',
    'redis://cache/x',
    'redis://cache?db=1',
    'redis://a,b',
    'redis+sentinel://a',
    'redis+cluster://a/1',
    'redis+cluster://a,,b',
    'rediss+unix:///x',
    'redis://user@cache',
    'redis://user:@cache',
    'redis://:hunter2%@cache',
    'redis://u:hunter2/3@cache',
    'redis+unix://run/redis.sock',
    'redis//u:hunter2@cache',
    'redis://u:hunter2@cache:x',
    'u:hunter2@cache',
  ])('%s is refused without being repeated', (url) => {
    const [problem, ...more] = problems({ env: { TOLLGATE_STORE_URL: url } });
    expect(problem).toMatch(/^env TOLLGATE_STORE_URL: store\.url: /);
    expect(more).toEqual([]);
    expect(problem).not.toContain('hunter2');
  });

  test('the password is in nothing that prints', () => {
    const loaded = load({ yaml: 'store:\n  url: redis://user:hunter2@cache:6379\n' });
    expect(printConfig(loaded)).toContain('redis://user:***@cache:6379/0');
    expect(loaded.config.store.urlMasked).toBe('redis://user:***@cache:6379/0');
    for (const text of [printConfig(loaded), JSON.stringify(loaded), inspect(loaded, { depth: 9, showHidden: true })]) {
      expect(text).not.toContain('hunter2');
    }
    expect(`${load({ flags: { store: 'redis+unix://:hunter2@/r.sock' } }).config.store.urlMasked}`).toBe(
      'redis+unix://:***@/r.sock?db=0',
    );
  });

  test('no password shows, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6, unit: 'grapheme' }), (password) => {
        const loaded = load({ flags: { store: `redis://u:${encodeURIComponent(password)}@cache` } });
        const location = parseStoreUrl(loaded.config.store.url.reveal()) as { password?: { reveal(): string } };
        expect(location.password?.reveal()).toBe(password);
        expect(loaded.config.store.urlMasked).toBe('redis://u:***@cache:6379/0');
      }),
      { numRuns: 50 },
    );
  });

  test('identity records keep clear of our own keys', () => {
    for (const prefix of ['tollgate:', 'tollgate:x', 'toll']) {
      expect(problems({ flags: { set: [`store.identity_key_prefix=${prefix}`] } })).toHaveLength(1);
    }
  });
});

describe('printing', () => {
  test('keys, values and origins stand in columns', () => {
    const lines = printConfig(load({ yaml: 'log: {level: warn}' })).split('\n');
    expect(lines).toHaveLength(KEYS.length);
    const columns = lines.map((line) => line.search(/ (default|file tollgate\.yaml:1)$/));
    expect(new Set(columns).size).toBe(1);
    expect(lines.at(-1)).toMatch(/^log\.level +warn +file tollgate\.yaml:1$/);
  });

  test('a check says how much is set', () => {
    expect(printConfigCheck(load({ flags: { logLevel: 'warn' } }))).toBe(
      `configuration is valid: 1 of ${KEYS.length} keys set`,
    );
  });
});
