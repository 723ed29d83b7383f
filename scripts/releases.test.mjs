import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

const published = readdirSync(join(root, 'packages')).map((folder) => ({
  folder: `packages/${folder}`,
  meta: readJson(root, 'packages', folder, 'package.json'),
}));

test('all published packages have the same version, are public, and contain a changelog that names the version', () => {
  const { fixed, access, privatePackages } = readJson(root, '.changeset/config.json');
  assert.deepEqual(fixed, [published.map(({ meta }) => meta.name)], '.changeset/config.json lists all of them');
  assert.deepEqual([access, privatePackages], ['public', false]);
  for (const { folder, meta } of published) {
    assert.equal(meta.version, published[0].meta.version, meta.name);
    assert.equal(meta.publishConfig?.access, 'public', meta.name);
    assert.ok(meta.files.includes('CHANGELOG.md'), `${meta.name} publishes its changelog`);
    const changelog = readFileSync(join(root, folder, 'CHANGELOG.md'), 'utf8');
    assert.ok(changelog.startsWith(`# ${meta.name}\n\n## ${meta.version}\n`), `${folder}/CHANGELOG.md begins with it`);
    const overview = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
    assert.ok(overview.includes(`](${folder}/CHANGELOG.md)`), `CHANGELOG.md links ${folder}/CHANGELOG.md`);
  }
});

test('each published package that uses throughline accepts all patches of its own minor version', () => {
  const [major, minor] = published[0].meta.version.split('.');
  for (const { meta } of published) {
    if (meta.name === 'throughline')
      assert.deepEqual(Object.keys(meta.peerDependenciesMeta), Object.keys(meta.peerDependencies));
    else assert.equal(meta.peerDependencies.throughline, `^${major}.${minor}.0`, meta.name);
  }
});

const [nodeMajor, nodeMinor] = process.versions.node.split('.').map(Number);
const isTooOld = nodeMajor < 22 || (nodeMajor === 22 && nodeMinor < 11);

test('a changeset with a minor change makes one minor version of all packages, and of what they demand of each other', {
  skip: isTooOld && `changesets needs Node 22.11, and this is ${process.version}`,
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-test-'));
  try {
    const { packages } = readJson(root, 'package-lock.json');
    const names = Object.values(packages).flatMap(({ link, resolved }) => (link ? [resolved] : []));
    for (const name of ['', ...names]) {
      mkdirSync(join(folder, name), { recursive: true });
      cpSync(join(root, name, 'package.json'), join(folder, name, 'package.json'));
    }
    cpSync(join(root, 'package-lock.json'), join(folder, 'package-lock.json'));
    cpSync(join(root, '.changeset'), join(folder, '.changeset'), { recursive: true });
    for (const { folder: name } of published)
      cpSync(join(root, name, 'CHANGELOG.md'), join(folder, name, 'CHANGELOG.md'));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (const name of readdirSync(join(folder, '.changeset'))) {
      if (name.endsWith('.md') && name !== 'README.md') rmSync(join(folder, '.changeset', name));
    }
    writeFileSync(join(folder, '.changeset/a-change.md'), '---\n"throughline": minor\n---\n\nA new function.\n');

    const options = { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };
    execFileSync('git', ['init', '--quiet'], options);
    execFileSync(process.execPath, [join(root, 'node_modules/@changesets/cli/bin.js'), 'version'], options);

    const [major, minor] = published[0].meta.version.split('.').map(Number);
    const next = `${major}.${minor + 1}.0`;
    for (const { folder: name } of published) {
      const meta = readJson(folder, name, 'package.json');
      assert.equal(meta.version, next, name);
      if (meta.peerDependencies?.throughline) assert.equal(meta.peerDependencies.throughline, `^${next}`, name);
    }
    assert.equal(readJson(folder, 'bench/package.json').dependencies.throughline, next, 'of the private packages too');
    const changelog = readFileSync(join(folder, 'packages/core/CHANGELOG.md'), 'utf8');
    assert.match(
      changelog,
      new RegExp(`^# throughline\n\n## ${next}\n[^]*A new function\\.[^]*\n## ${published[0].meta.version}\n`),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
