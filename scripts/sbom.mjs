// Writes sbom.cdx.json: every package that runs, or would on another system, with its version, hash and licence (CycloneDX).
//
// WHY NOT `npm sbom --omit=dev` alone: npm 11 then leaves out what a tool of the developers needs as well, though the
// server needs it too.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const options = ['--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
const list = JSON.parse(execFileSync('npm', ['sbom', ...options], { encoding: 'utf8', maxBuffer: 2 ** 26 }));

list.components = list.components.filter(({ properties }) => !isForDevelopers(properties));
const kept = new Set([list.metadata.component, ...list.components].map((component) => component['bom-ref']));
list.dependencies = list.dependencies
  .filter(({ ref }) => kept.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => kept.has(each)) }));
writeFileSync('sbom.cdx.json', `${JSON.stringify(list, undefined, 2)}\n`);

function isForDevelopers(properties) {
  return properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');
}
