// Makes client stubs from proto/ for TypeScript (ES modules, with @grpc/grpc-js), Python or Go, as an example of how any
// build does it: node scripts/stubs.mjs <typescript|python|go> <folder>
//
// TypeScript and Go go through buf, Python through grpcio-tools, which must be installed for `python3`, or for the
// interpreter that $PYTHON names.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [language, folder] = process.argv.slice(2);
const root = fileURLToPath(new URL('..', import.meta.url));
const binaries = join(root, 'node_modules', '.bin');

const GO_PLUGINS = {
  'google.golang.org/protobuf/cmd/protoc-gen-go': 'v1.36.12',
  'google.golang.org/grpc/cmd/protoc-gen-go-grpc': 'v1.6.1',
};

const MAKERS = {
  typescript: (out) =>
    generate(out, [
      {
        local: join(binaries, 'protoc-gen-ts_proto'),
        opt: [
          'outputServices=grpc-js',
          'esModuleInterop=true',
          'importSuffix=.js',
          'env=node',
          'forceLong=long',
          'useOptionals=messages',
        ],
        // The well-known types come as files, too: ts-proto has no package for them.
        include_imports: true,
      },
    ]),
  python: (out) => {
    const files = readdirSync(join(root, 'proto/tollgate/v1')).map((name) => `tollgate/v1/${name}`);
    const outputs = [`--python_out=${out}`, `--pyi_out=${out}`, `--grpc_python_out=${out}`];
    run(process.env.PYTHON ?? 'python3', ['-m', 'grpc_tools.protoc', '-Iproto', ...outputs, ...files]);
  },
  go: (out) =>
    generate(
      out,
      Object.entries(GO_PLUGINS).map(([path, version]) => ({
        local: ['go', 'run', `${path}@${version}`],
        opt: ['module=tollgate/go'],
      })),
    ),
};

const make = MAKERS[language];
if (!make || folder === undefined) {
  console.error(`usage: node scripts/stubs.mjs <${Object.keys(MAKERS).join('|')}> <folder>`);
  process.exit(2);
}
const out = resolve(folder);
mkdirSync(out, { recursive: true });
make(out);

function generate(out, plugins) {
  const template = { version: 'v2', plugins: plugins.map((plugin) => ({ out, ...plugin })) };
  run(join(binaries, 'buf'), ['generate', 'proto', '--template', JSON.stringify(template)]);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) console.error(`${command} cannot be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}
