// Holds the shape of the source: which folder may import which. Change the table first, then the code.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

/** What each place may import, as prefixes of paths below src/; packages by name, `node:` as a whole. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'core/': ['core/'],
  'state/port.ts': ['core/'],
  'state/observed.ts': ['state/port.ts'],
  'state/codec/': ['core/', 'state/port.ts', 'state/codec/', 'node:', '@msgpack/msgpack'],
  'state/redis/': [
    'core/',
    'state/port.ts',
    'state/codec/',
    'state/redis/',
    'config/store-url.ts',
    'startup-error.ts',
    'node:',
    'ioredis',
    'cluster-key-slot',
    '@msgpack/msgpack',
  ],
  'state/embedded/': [
    'core/',
    'state/port.ts',
    'state/codec/',
    'state/embedded/',
    'private-path.ts',
    'startup-error.ts',
    'node:',
    'lmdb',
    'fs-native-extensions',
    '@msgpack/msgpack',
  ],
  // The bytes of an audit record and of a decision's context are made before they are stored, so that no engine encodes them.
  // What an auditor asks about is verified with the code that verifies an exported ledger.
  'pdp/': [
    'pdp/',
    'core/',
    'verify/verify-bundle.ts',
    'state/port.ts',
    'state/codec/audit-record.ts',
    'state/codec/checkpoint.ts',
    'state/codec/decision-record.ts',
    'node:',
  ],
  // What a door runs: nothing here knows gRPC.
  'api/': ['api/', 'gen/', 'pdp/', 'core/', 'state/port.ts', 'state/codec/audit-record.ts', 'node:', 'protobufjs'],
  'rpc/': [
    'rpc/',
    'api/',
    'gen/',
    'pdp/',
    'core/',
    'config/',
    'telemetry/',
    'state/port.ts',
    'state/observed.ts',
    'state/codec/audit-record.ts',
    'read-pem.ts',
    'startup-error.ts',
    'unknown-places.ts',
    'remote-address.ts',
    'unix-socket.ts',
    'node:',
    '@grpc/',
    'grpc-health-check',
    'protobufjs',
  ],
  // Threads for what would keep the event loop. They are sent requests and files as they are, and read them with the code
  // that reads the others; they have no store.
  'workers/': [
    'workers/',
    'core/',
    'pdp/append-audit.ts',
    'pdp/turns.ts',
    'pdp/pdp.ts',
    'api/wire/append-request.ts',
    'api/wire/codec.ts',
    'api/wire/fields.ts',
    'config/policy-file.ts',
    'config/policy-shape.ts',
    'redaction/operator-rules.ts',
    'state/port.ts',
    'startup-error.ts',
    'node:',
    'piscina',
  ],
  // Offline, and with none of the code that wrote what it verifies.
  'cli/audit-verify.ts': ['verify/', 'cli/output.ts', 'cli/terminal.ts', 'node:', 'commander'],
  // Commands that ask a running server do so over its own listener, and never beside it.
  'cli/': [
    'cli/',
    'verify/',
    'config/',
    'core/partition.ts',
    'rpc/management-client.ts',
    'read-pem.ts',
    'startup-error.ts',
    'node:',
    'commander',
  ],
  'config/': ['config/', 'core/', 'redaction/operator-rules.ts', 'node:', 'yaml', 'ajv', 'commander'],
  // Core holds the rules and has no packages; what needs one, or a file, is here.
  'redaction/': [
    'redaction/',
    'core/redaction/',
    'config/file-watch.ts',
    'durable-file.ts',
    'startup-error.ts',
    'node:',
    're2js',
  ],
  'telemetry/': [
    'telemetry/',
    'config/listen-address.ts',
    'startup-error.ts',
    'unknown-places.ts',
    'remote-address.ts',
    'unix-socket.ts',
    'pino',
    'prom-client',
    '@opentelemetry/',
    'node:',
  ],
  // Whoever verifies a ledger need not trust what wrote it, so nothing of ours is used but what is written for this.
  'verify/': ['verify/', 'node:'],
  'startup-error.ts': [],
  'durable-file.ts': ['node:'],
  'unix-socket.ts': ['startup-error.ts', 'node:'],
  'unknown-places.ts': [],
  'remote-address.ts': ['node:'],
  'read-pem.ts': ['startup-error.ts', 'node:'],
  'signed-note.ts': ['node:'],
  'private-path.ts': ['node:'],
  'ledger-key.ts': ['durable-file.ts', 'signed-note.ts', 'private-path.ts', 'startup-error.ts', 'node:'],
};

const src = resolve('src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('gen/'))
  .map((file) => ({ file, text: readFileSync(join(src, file), 'utf8') }));

function importsOf(file: string, text: string): string[] {
  const statements = text.matchAll(
    /^(?:import|export)\s[^'";]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  const specifiers = [...statements].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  return specifiers.map((specifier) =>
    specifier.startsWith('.') ? relative(src, resolve(src, dirname(file), specifier)) : specifier,
  );
}

describe('the source keeps its shape', () => {
  const joined = ['compose.ts', 'main.ts', 'program.ts'];

  test('every file is under a row of the table, or is one of those that join the parts', () => {
    const without = files.filter(
      ({ file }) =>
        !joined.includes(file) &&
        !file.startsWith('compose/') &&
        !Object.keys(MAY_IMPORT).some((row) => file.startsWith(row)),
    );
    expect(without.map(({ file }) => file)).toEqual([]);
  });

  test.each(Object.entries(MAY_IMPORT))('%s imports what its row allows', (row, allowed) => {
    const broken = files
      .filter(({ file }) => file.startsWith(row))
      .flatMap(({ file, text }) => importsOf(file, text).map((target) => ({ file, target })))
      .filter(({ target }) => !allowed.some((prefix) => target === prefix || target.startsWith(prefix)));
    expect(broken).toEqual([]);
  });

  test('the table is read: an import that no row allows is found', () => {
    expect(importsOf('core/session.ts', "import { Redis } from 'ioredis';")).toEqual(['ioredis']);
    expect(importsOf('core/session.ts', "import { x } from '../pdp/x.ts';")).toEqual(['pdp/x.ts']);
  });

  test('core has no async functions but the chain of runs, no clock and no randomness', () => {
    const core = files.filter(({ file }) => file.startsWith('core/'));
    const found = core.flatMap(({ file, text }) =>
      [
        ...text.matchAll(/\basync\b|\bawait\b|Date\.now|new Date\(\)|Math\.random|performance\.|setTimeout|crypto\./g),
      ].map((match) => `${file}: ${match[0]}`),
    );
    expect(new Set(found)).toEqual(new Set(['core/run.ts: async', 'core/run.ts: await']));
  });

  test('only one file knows OpenTelemetry, and only by loading it when it is wanted', () => {
    const importing = files.filter(({ file, text }) => importsOf(file, text).some((name) => name.startsWith('@opent')));
    expect(importing.map(({ file }) => file)).toEqual(['telemetry/open-telemetry.ts']);
    const loading = files.filter(({ text }) => text.includes('open-telemetry.ts'));
    expect(loading.map(({ file }) => file)).toEqual(['telemetry/traces.ts']);
    expect(loading[0]?.text.match(/from '.*open-telemetry/g)).toBeNull();
  });

  test('no file outside rpc knows gRPC codes', () => {
    const found = files.filter(({ file, text }) => !file.startsWith('rpc/') && text.includes('@grpc/grpc-js'));
    expect(found.map(({ file }) => file)).toEqual([]);
  });
});
