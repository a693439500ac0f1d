// Generates src/rpc/gen/ from proto/: tollgate.json, which the server and its clients load with proto-loader's `fromJSON`;
// tollgate.binpb, the descriptor set that reflection serves; and the TypeScript types of what proto-loader decodes.
// The result depends on proto/ and the exact versions in package.json alone, so a second run leaves no difference.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const OUT = 'src/rpc/gen';
const PACKAGE_DIR = 'tollgate/v1';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const protoFiles = readdirSync(join('proto', PACKAGE_DIR))
  .filter((name) => name.endsWith('.proto'))
  .sort()
  .map((name) => `${PACKAGE_DIR}/${name}`);

rmSync(OUT, { recursive: true, force: true });
generateTypes();
buildDescriptors();
writeJson();

/** Imports and source info are kept, so that reflection can describe the well-known types and show the comments. */
function buildDescriptors() {
  run('buf', ['build', '--as-file-descriptor-set', '--output', `${OUT}/tollgate.binpb`]);
}

/**
 * WHY NOT hand over the proto files themselves: the generator then writes every shared type once per file, at the same time,
 * and one root type per file. One file that imports them all gives one writer and one root type, `ProtoGrpcType` in tollgate.ts.
 */
function generateTypes() {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-gen-'));
  try {
    const imports = protoFiles.map((file) => `import "${file}";\n`).join('');
    writeFileSync(join(folder, 'tollgate.proto'), `syntax = "proto3";\n${imports}`);
    run('proto-loader-gen-types', [
      '--keepCase',
      '--longs=Number',
      '--includeComments',
      '--grpcLib=@grpc/grpc-js',
      '--importFileExtension=.ts',
      '--includeDirs=proto',
      `--includeDirs=${folder}`,
      `--outDir=${OUT}`,
      'tollgate.proto',
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * WHY NOT load tollgate.binpb in the server: protobufjs reads a map of a descriptor set as a list of entries, so a
 * google.protobuf.Struct cannot be encoded as its generated type says, and `null_value` takes the place of `nullValue`.
 */
function writeJson() {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => (target.startsWith('google/') ? target : join('proto', target));
  root.loadSync(protoFiles, { keepCase: true }).resolveAll();
  writeFileSync(join(OUT, 'tollgate.json'), `${JSON.stringify(root.toJSON(), null, 1)}\n`);
}

function run(command, args) {
  const { status, error } = spawnSync(join('node_modules', '.bin', command), args, { stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
