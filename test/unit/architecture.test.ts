// Holds the shape of the source: which folder may import which, no circles, folder and file sizes, no state in modules.
// Change the tables first, then the code. The lists of exceptions may only shrink: an exception that nothing needs fails.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

/** What each room may import, as prefixes of paths below src/; packages by name, `node:` as a whole. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'core/': ['core/'],
  'state/port': ['state/port', 'core/'],
  'state/observed.ts': ['state/port'],
  'state/codec/': ['state/codec/', 'state/port', 'core/', 'node:', '@msgpack/msgpack'],
  'state/redis/': [
    'state/redis/',
    'state/codec/',
    'state/port',
    'core/',
    'config/store-url.ts',
    'host/',
    'node:',
    'ioredis',
    'cluster-key-slot',
    '@msgpack/msgpack',
  ],
  'state/embedded/': [
    'state/embedded/',
    'state/codec/',
    'state/port',
    'core/',
    'host/',
    'node:',
    'lmdb',
    'fs-native-extensions',
    '@msgpack/msgpack',
  ],
  // The bytes of a record are made before they are stored, so that both engines store the same bytes. An auditor's question is
  // answered with the code that verifies an exported ledger.
  'pdp/': ['pdp/', 'core/', 'state/port', 'state/codec/', 'verify/verify-bundle.ts', 'node:'],
  'api/': ['api/', 'gen/', 'pdp/', 'core/', 'state/port', 'state/codec/audit-record.ts', 'node:', 'protobufjs'],
  'rpc/': [
    'rpc/',
    'api/',
    'gen/',
    'pdp/',
    'core/',
    'config/',
    'telemetry/',
    'host/',
    'state/port',
    'state/observed.ts',
    'node:',
    '@grpc/',
    'grpc-health-check',
    'protobufjs',
  ],
  // A worker reads requests and files with the code that reads them on the main thread. It has no store.
  'workers/': [
    'workers/',
    'core/',
    'pdp/pdp.ts',
    'pdp/turns.ts',
    'pdp/run/append',
    'api/wire/',
    'config/files/',
    'redaction/operator-rules.ts',
    'state/port',
    'host/startup-error.ts',
    'node:',
    'piscina',
  ],
  // Runs offline, with none of the code that wrote what it verifies.
  'cli/audit-verify.ts': ['cli/output.ts', 'cli/terminal.ts', 'verify/', 'node:', 'commander'],
  'cli/client/': ['cli/client/', 'config/', 'host/', 'node:', '@grpc/grpc-js', 'grpc-health-check', 'protobufjs'],
  // A command that asks a running server does so over the server's listener.
  'cli/': ['cli/', 'verify/', 'config/', 'core/partition.ts', 'host/', 'node:', 'commander'],
  'config/': [
    'config/',
    'core/',
    'host/file-watch.ts',
    'host/startup-error.ts',
    'redaction/operator-rules.ts',
    'node:',
    'yaml',
    'ajv',
    'commander',
  ],
  // The parts of redaction that need a package or a file, which core must not use.
  'redaction/': ['redaction/', 'core/redaction/', 'host/', 'node:', 're2js'],
  'telemetry/': ['telemetry/', 'config/listen-address.ts', 'host/', 'node:', 'pino', 'prom-client', '@opentelemetry/'],
  // An auditor need not trust the code that wrote a ledger, so the verifier imports none of it.
  'verify/': ['verify/', 'node:'],
  'host/': ['host/', 'node:'],
  'signing/': ['signing/', 'host/', 'node:'],
};

/** These join the parts and may import every room. */
const JOINING = ['compose/', 'main.ts', 'program.ts'];

/** Circles that are still there. Each entry names the files of one circle; break it, then delete the entry. */
const CIRCLES: readonly (readonly string[])[] = [
  [
    'pdp/call-context.ts',
    'pdp/ledger/ledger.ts',
    'pdp/pdp.ts',
    'pdp/policy/policy-journal.ts',
    'pdp/record/decision-records.ts',
    'pdp/run/append-audit.ts',
    'pdp/run/append-reader.ts',
    'pdp/run/change-run.ts',
  ],
  ['telemetry/open-telemetry.ts', 'telemetry/traces.ts'],
];

/** Folders outside 5 to 15 files, and why. */
const FOLDERS: Readonly<Record<string, string>> = {
  '.': 'the entry point and the table of commands',
  cli: 'to split: the audit commands have seven files',
  'cli/client': 'three clients, one per service that a command asks',
  'core/identity': 'a noun with one rule file',
  'core/ledger': 'the ledger, what a run keeps of it, and its tree',
  'core/redaction/credentials/forms': 'data: one file per family of issuers',
  'core/redaction/grammars': 'one file per grammar in which texts write secrets',
  'core/redaction/memory': 'what is remembered, its hash and its words',
  'core/run': 'a noun with three rule files',
  'core/scope': 'a noun with one rule file',
  'core/slash': 'a noun with four rule files',
  'core/tool': 'a noun with four rule files',
  'pdp/identity': 'a noun of the port with few operations',
  'pdp/policy': 'a noun of the port with few operations',
  'pdp/session': 'a noun of the port with few operations',
  'pdp/sweep': 'the periodic work, one file',
  redaction: 'what redaction needs of files and packages',
  rpc: 'the server; its parts are in listener/ and call/',
  'rpc/call': 'to split: the statuses with their details',
  'rpc/listener': 'to split: TLS, connections',
  signing: 'the ledger key and the note that it signs',
  state: 'the port and its observed form',
  'state/embedded': 'to split: one file per noun beside their tables',
};

/** Files above 350 lines. */
const LONG_FILES: readonly string[] = ['state/redis/sessions.ts'];

/** State that lives as long as the module, as `file: name`. */
const MODULE_STATE: readonly string[] = [
  // Commander builds the command line as one object; nothing changes it after the start.
  'program.ts: program',
  // A validator is compiled once per schema and never changed.
  'config/shape.ts: ajv',
  'config/files/policy-shape.ts: validate',
  // A patch of grpc-js, which offers no place for it but its own session objects.
  'rpc/listener/library-statuses.ts: reporters',
  // To remove.
  'rpc/listener/tls.ts: expiriesByPem',
  'cli/client/management-client.ts: read',
];

/** The longest prefix wins. */
function rowOf(file: string): string | undefined {
  const rows = Object.keys(MAY_IMPORT).filter((row) => file.startsWith(row));
  return rows.sort((a, b) => b.length - a.length)[0];
}

interface SourceFile {
  readonly file: string;
  readonly text: string;
}

const src = resolve('src');
const files: readonly SourceFile[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('gen/'))
  .sort()
  .map((file) => ({ file, text: readFileSync(join(src, file), 'utf8') }));

function importsOf({ file, text }: SourceFile): string[] {
  const statements = text.matchAll(
    /^(?:import|export)\s[^'";]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm,
  );
  const specifiers = [...statements].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  return specifiers.map((specifier) =>
    specifier.startsWith('.') ? relative(src, resolve(src, dirname(file), specifier)) : specifier,
  );
}

/** Tarjan's strongly connected components with more than one file, each sorted. A file that imports itself counts too. */
function circlesOf(sources: readonly SourceFile[]): string[][] {
  const imports = new Map(sources.map((source) => [source.file, importsOf(source)]));
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string) => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    stack.push(file);
    for (const target of imports.get(file)!) {
      if (!imports.has(target)) continue;
      if (!index.has(target)) visit(target);
      if (stack.includes(target)) low.set(file, Math.min(low.get(file)!, low.get(target)!));
    }
    if (low.get(file) !== index.get(file)) return;
    const circle = stack.splice(stack.indexOf(file)).sort();
    if (circle.length > 1 || imports.get(file)!.includes(file)) circles.push(circle);
  };
  for (const { file } of sources) if (!index.has(file)) visit(file);
  return circles;
}

function folderSizes(sources: readonly SourceFile[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { file } of sources) sizes.set(dirname(file), (sizes.get(dirname(file)) ?? 0) + 1);
  return sizes;
}

/** Classes whose instances never change once they are made. */
const VALUES = new Set(['RegExp', 'URL', 'TextDecoder', 'TextEncoder', 'BlockList']);
const COLLECTIONS = new Set(['Map', 'Set', 'Array', 'Uint8Array', 'Int32Array', 'Uint32Array']);

/** The names of a module's variables that can change: `let`, collections that are written to, and instances of classes. */
function moduleState({ text }: SourceFile): string[] {
  const variables = [...text.matchAll(/^(?:export )?(?:let|var) (\w+)/gm)].map((match) => match[1]!);
  const constants = text.matchAll(/^(?:export )?const (\w+)(?:: [^=]+)? = (?:new (\w+)|(\[\]|\{\}))/gm);
  const changing = [...constants].filter(([, name, made]) => {
    if (made !== undefined && VALUES.has(made)) return false;
    if (made !== undefined && !COLLECTIONS.has(made)) return true;
    return new RegExp(`\\b${name}(?:\\.(?:set|add|delete|clear|push|splice|fill)\\(|\\[[^\\]]*\\] =[^=])`).test(text);
  });
  return [...variables, ...changing.map(([, name]) => name!)];
}

const source = (file: string, text: string): SourceFile => ({ file, text });

describe('what a folder imports', () => {
  test('every file is under a row of the table, or joins the parts', () => {
    const isPlaced = (file: string) => rowOf(file) !== undefined || JOINING.some((row) => file.startsWith(row));
    expect(files.filter(({ file }) => !isPlaced(file)).map(({ file }) => file)).toEqual([]);
  });

  test('every row of the table has files', () => {
    expect(Object.keys(MAY_IMPORT).filter((row) => !files.some(({ file }) => rowOf(file) === row))).toEqual([]);
  });

  test.each(Object.entries(MAY_IMPORT))('%s imports what its row allows', (row, allowed) => {
    const broken = files
      .filter(({ file }) => rowOf(file) === row)
      .flatMap((each) => importsOf(each).map((target) => `${each.file}: ${target}`))
      .filter((line) => !allowed.some((prefix) => line.split(': ')[1]!.startsWith(prefix)));
    expect(broken).toEqual([]);
  });

  test('imports of packages, of files and of types alone are found', () => {
    expect(importsOf(source('core/session.ts', "import { Redis } from 'ioredis';"))).toEqual(['ioredis']);
    expect(importsOf(source('core/session.ts', "import { x } from '../pdp/x.ts';"))).toEqual(['pdp/x.ts']);
    expect(importsOf(source('core/session.ts', "import type {\n  X,\n} from './x.ts';"))).toEqual(['core/x.ts']);
    expect(importsOf(source('core/session.ts', "type X = import('../x.ts').X;"))).toEqual(['x.ts']);
  });

  test('core has no async functions but the chain of runs, no clock and no randomness', () => {
    const core = files.filter(({ file }) => file.startsWith('core/'));
    const found = core.flatMap(({ file, text }) =>
      [
        ...text.matchAll(/\basync\b|\bawait\b|Date\.now|new Date\(\)|Math\.random|performance\.|setTimeout|crypto\./g),
      ].map((match) => `${file}: ${match[0]}`),
    );
    expect(new Set(found)).toEqual(new Set(['core/run/run.ts: async', 'core/run/run.ts: await']));
  });

  test('only one file knows OpenTelemetry, and only telemetry/traces.ts loads it, when it is wanted', () => {
    const importing = files.filter((each) => importsOf(each).some((name) => name.startsWith('@opent')));
    expect(importing.map(({ file }) => file)).toEqual(['telemetry/open-telemetry.ts']);
    const loading = files.filter(({ text }) => text.includes('open-telemetry.ts'));
    expect(loading.map(({ file }) => file)).toEqual(['telemetry/traces.ts']);
    expect(loading[0]?.text.match(/^import (?!type)[^;]*from '.*open-telemetry/gm)).toBeNull();
  });

  test('only rpc and cli/client know gRPC', () => {
    const knowing = files.filter((each) => importsOf(each).some((name) => /^@grpc\/|^grpc-/.test(name)));
    const rooms = ['rpc/', 'cli/client/'];
    expect(knowing.filter(({ file }) => !rooms.some((room) => file.startsWith(room))).map(({ file }) => file)).toEqual(
      [],
    );
  });
});

describe('import circles', () => {
  const circles = circlesOf(files);

  test('there are none, imports of types included, but those of the list', () => {
    const unlisted = circles.filter(
      (circle) => !CIRCLES.some((listed) => circle.every((file) => listed.includes(file))),
    );
    expect(unlisted).toEqual([]);
  });

  test('every circle of the list is still there', () => {
    const broken = CIRCLES.filter((listed) => !circles.some((circle) => circle.every((file) => listed.includes(file))));
    expect(broken).toEqual([]);
  });

  test('a circle is found', () => {
    const a = source('a.ts', "import type { B } from './b.ts';");
    const b = source('b.ts', "import { c } from './c.ts';");
    const c = source('c.ts', "export { a } from './a.ts';");
    expect(circlesOf([a, b, c, source('d.ts', "import './a.ts';")])).toEqual([['a.ts', 'b.ts', 'c.ts']]);
    expect(circlesOf([a, b])).toEqual([]);
  });
});

describe('sizes', () => {
  const sizes = folderSizes(files);
  const unusual = [...sizes].filter(([, size]) => size < 5 || size > 15).map(([folder]) => folder);

  test('a folder holds 5 to 15 files, but those of the list', () => {
    const lines = [...sizes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([folder, size]) => `${folder} → ${size}`);
    console.info(`files in each folder\n${lines.join('\n')}\n${circlesOf(files).length} import circles`);
    expect(unusual.filter((folder) => FOLDERS[folder] === undefined)).toEqual([]);
  });

  test('every folder of the list is still there and unusual', () => {
    expect(Object.keys(FOLDERS).filter((folder) => !unusual.includes(folder))).toEqual([]);
  });

  const long = files.filter(({ text }) => text.trimEnd().split('\n').length > 350).map(({ file }) => file);

  test('a file has at most 350 lines, but those of the list', () => {
    expect(long.filter((file) => !LONG_FILES.includes(file))).toEqual([]);
  });

  test('every file of the list is still that long', () => {
    expect(LONG_FILES.filter((file) => !long.includes(file))).toEqual([]);
  });
});

describe('state of a module', () => {
  const found = files.flatMap((each) => moduleState(each).map((name) => `${each.file}: ${name}`));

  test('there is none but that of the list', () => {
    expect(found.filter((line) => !MODULE_STATE.includes(line))).toEqual([]);
  });

  test('all state of the list is still there', () => {
    expect(MODULE_STATE.filter((line) => !found.includes(line))).toEqual([]);
  });

  test.each([
    'let last = 0;',
    'export const last = new Map<string, number>();\nlast.set(a, 1);',
    'const last = new Uint8Array(8);\nlast[at] = 1;',
    'const last: string[] = [];\nlast.push(a);',
    'const last = new Memo();',
    'const last = new WeakMap();',
  ])('%j is found', (text) => {
    expect(moduleState(source('x.ts', text))).toEqual(['last']);
  });

  test.each(["const A = new Set(['a']);", 'const A = new RegExp(a);', 'function f() {\n  let a = 0;\n}'])(
    '%j is no state',
    (text) => expect(moduleState(source('x.ts', text))).toEqual([]),
  );
});
