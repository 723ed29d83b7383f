/** Sets the versions of the packages in the starters to those of the workspace, when a release has changed them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { PUBLISHED_PACKAGES } from './published-packages.mjs';

const read = (path) => JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'));
const versions = new Map(
  PUBLISHED_PACKAGES.map((folder) => read(`packages/${folder}/package.json`)).map(({ name, version }) => [
    name,
    version,
  ]),
);

for (const entry of readdirSync(new URL('../examples/starters', import.meta.url), { withFileTypes: true })) {
  if (!entry.isDirectory()) continue;
  const path = `examples/starters/${entry.name}/package.json`;
  const manifest = read(path);
  for (const dependencies of [manifest.dependencies, manifest.devDependencies ?? {}]) {
    for (const name of Object.keys(dependencies)) {
      const version = versions.get(name);
      if (version !== undefined) dependencies[name] = `^${version}`;
    }
  }
  writeFileSync(new URL(`../${path}`, import.meta.url), `${JSON.stringify(manifest, null, 2)}\n`);
}
