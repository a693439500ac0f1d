// Generates src/gen/ from proto/: tollgate.json, which the server and its clients load with proto-loader's `fromJSON`;
// tollgate.binpb, the descriptor set that reflection serves; the same two for error details, the set for health; and
// tollgate.ts, the types of requests and responses.
// The result depends on proto/ and the exact versions in package.json alone, so a second run leaves no difference.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { typesOf } from './gen-types.mjs';

const OUT = 'src/gen';
const PACKAGE_DIR = 'tollgate/v1';
/** Outside proto/, because clients carry these files already and must not get them twice. */
const ERROR_DETAILS = 'src/rpc/call/error-details';
const HEALTH = 'node_modules/grpc-health-check/proto';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const protoFiles = readdirSync(join('proto', PACKAGE_DIR))
  .filter((name) => name.endsWith('.proto'))
  .sort()
  .map((name) => `${PACKAGE_DIR}/${name}`);

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
buildDescriptors();
const root = writeJson('tollgate.json', 'proto', protoFiles);
writeFileSync(join(OUT, 'tollgate.ts'), typesOf(root, 'tollgate.v1'));
writeJson('google-rpc.json', ERROR_DETAILS, ['google/rpc/status.proto', 'google/rpc/error_details.proto']);

/** Imports and source info are kept, so that reflection can describe the well-known types and show the comments. */
function buildDescriptors() {
  run('buf', ['build', 'proto', '--as-file-descriptor-set', '--output', `${OUT}/tollgate.binpb`]);
  describe(ERROR_DETAILS, 'google-rpc.binpb');
  describe(HEALTH, 'grpc-health.binpb');
}

function describe(protoFolder, name) {
  // buf refuses a folder inside another module's, so it is shown a copy.
  inScratchFolder((folder) => {
    cpSync(protoFolder, folder, { recursive: true });
    run('buf', ['build', folder, '--as-file-descriptor-set', '--output', `${OUT}/${name}`]);
  });
}

function inScratchFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-gen-'));
  try {
    use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * WHY NOT load tollgate.binpb in the server: protobufjs reads a map of a descriptor set as a list of entries, so a
 * google.protobuf.Struct cannot be encoded as its generated type says, and `null_value` takes the place of `nullValue`.
 */
function writeJson(name, folder, files) {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => (target.startsWith('google/protobuf/') ? target : join(folder, target));
  root.loadSync(files, { keepCase: true }).resolveAll();
  writeFileSync(join(OUT, name), `${JSON.stringify(root.toJSON(), null, 1)}\n`);
  return root;
}

function run(command, args) {
  const { status, error } = spawnSync(join('node_modules', '.bin', command), args, { stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
