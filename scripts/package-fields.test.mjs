/** The fields of package.json that npm shows, and those that bundlers and `npm publish` read, in each package. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const packages = new URL('../packages/', import.meta.url);

for (const name of readdirSync(packages)) {
  const folder = new URL(`${name}/`, packages);
  if (!existsSync(new URL('package.json', folder))) continue;
  const manifest = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));
  if (manifest.private) continue;

  test(`${manifest.name} has a description, keywords, a license and a README`, () => {
    assert.match(manifest.description, /^\S.{20,120}\S$/);
    assert.ok(manifest.keywords.length >= 5, 'at least five keywords');
    assert.equal(new Set(manifest.keywords).size, manifest.keywords.length, 'a keyword is listed twice');
    assert.equal(manifest.license, 'MIT');
    for (const file of ['LICENSE', 'README.md']) assert.ok(existsSync(new URL(file, folder)), `${file} is missing`);
  });

  test(`${manifest.name} is published for everyone, and requires a version of Node`, () => {
    assert.equal(manifest.publishConfig?.access, 'public');
    assert.equal(manifest.engines.node, '>=20.19.0');
  });

  test(`${manifest.name} lists the modules with side effects, and each of them exists`, () => {
    const { sideEffects } = manifest;
    assert.ok(sideEffects === false || Array.isArray(sideEffects), 'sideEffects is missing');
    const files = readdirSync(fileURLToPath(folder), { recursive: true }).map((file) => file.replaceAll('\\', '/'));
    const unmatched = (sideEffects || []).filter((pattern) => {
      const expression = pattern.replace('./', '').replaceAll('.', '\\.').replaceAll('*', '[^/]*');
      return !files.some((file) => new RegExp(`^${expression}$`).test(file));
    });
    assert.deepEqual(unmatched, []);
  });
}
