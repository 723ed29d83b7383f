/** Sets the versions of the packages in `examples/starters` to those of the workspace, when a release has changed them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { PUBLISHED_PACKAGES } from './published-packages.mjs';

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const write = (path, text) => writeFileSync(new URL(`../${path}`, import.meta.url), text);
const versions = new Map(
  PUBLISHED_PACKAGES.map((folder) => JSON.parse(read(`packages/${folder}/package.json`))).map(({ name, version }) => [
    name,
    version,
  ]),
);

/** The packages always have the same version. */
const version = versions.get('throughline');

const folders = readdirSync(new URL('../examples/starters', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `examples/starters/${name}`);

for (const folder of folders) {
  const manifest = JSON.parse(read(`${folder}/package.json`));
  for (const dependencies of [manifest.dependencies, manifest.devDependencies ?? {}]) {
    for (const name of Object.keys(dependencies)) if (versions.has(name)) dependencies[name] = `^${versions.get(name)}`;
  }
  write(`${folder}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
}
for (const path of ['examples/starters', ...folders].map((folder) => `${folder}/README.md`)) {
  // The URL of a file, and the names of tarballs.
  write(path, read(path).replace(/(throughline(?:@|-(?:\w+-)?))\d+\.\d+\.\d+/g, `$1${version}`));
}
