/** The folders of `examples/starters` are complete, and name what is tested. `npm run projects` installs and uses them. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import semver from 'semver';
import { PROJECTS } from './projects.js';
import { checkLines, checkOrders } from './run-starter.js';
import { listStarters, readStarterManifest, startersFolder } from './starter-files.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const folders = listStarters();
assert.notEqual(folders.length, 0);

/** The files of a starter, by their path in its folder. What its scripts create is not among them. */
function filesOf(folder: string): Map<string, string> {
  const start = join(startersFolder, folder);
  const ignored = readFileSync(join(start, '.gitignore'), 'utf8').split('\n');
  const listFiles = (path: string): string[] =>
    readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
      const entryPath = join(path, entry.name);
      const line = relative(start, entryPath);
      if (ignored.includes(line) || ignored.includes(`${line}/`)) return [];
      return entry.isDirectory() ? listFiles(entryPath) : [entryPath];
    });
  return new Map(listFiles(start).map((path) => [relative(start, path), readFileSync(path, 'utf8')]));
}

/** The specifiers of a file's imports, also of those for types, in docblocks and in scripts of pages. */
function importsOf(code: string): string[] {
  const pattern = /(?:\bfrom\s|\bimport\s|\bimport\()\s*['"]([^'"\n]+)['"]|\b(?:src|href)="([^"]+)"/g;
  return [...code.matchAll(pattern)].map(([, imported, linked]) => imported ?? linked ?? '');
}

const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** Names that the tool of a starter resolves itself. */
const VIRTUAL = /^(?:node:|\$app\/|data:)/;

/** The packages of this repository, by name. */
const packages = new Map(
  readdirSync(join(root, 'packages')).map((name) => {
    const manifest = JSON.parse(read(`packages/${name}/package.json`));
    return [manifest.name as string, manifest as { version: string; peerDependencies?: Record<string, string> }];
  }),
);

const lock: { packages: Record<string, { version?: string }> } = JSON.parse(read('package-lock.json'));
const projectsPage = read('docs/projects.md');
const table = read('examples/starters/README.md');

for (const folder of folders) {
  const files = filesOf(folder);
  const manifest = readStarterManifest(folder);
  const named = { ...manifest.dependencies, ...manifest.devDependencies };

  test(`the starter ${folder} has the fields of a project, a README and a row in the table`, () => {
    assert.equal(manifest.name, `starter-${folder}`);
    assert.equal(manifest.private, true);
    assert.equal(manifest.license, 'MIT');
    assert.equal(manifest.type, 'module');
    assert.ok(semver.subset(manifest.engines.node, '>=20.19.0'), `engines.node is ${manifest.engines.node}`);
    assert.notEqual(manifest.description, '');
    assert.ok('start' in manifest.scripts || 'build' in manifest.scripts || files.has('index.html'));
    const readme = files.get('README.md') ?? '';
    assert.match(readme, /^# .+\n\n.+\.\n\n```sh\n/);
    for (const name of Object.keys(manifest.scripts)) {
      assert.match(
        readme,
        new RegExp(`(?:run|task) ${name}\\b|(?:npm|bun) ${name}\\b`),
        `The README must name ${name}.`,
      );
    }
    for (const [, path = ''] of readme.matchAll(/^- `([^`]+)`/gm)) {
      const isThere = files.has(path) || [...files.keys()].some((file) => path.endsWith('/') && file.startsWith(path));
      assert.ok(isThere, `The README names ${path}, which does not exist.`);
    }
    assert.ok(
      table.includes(`| [${folder}](${folder}) |`) && table.includes(`\`cp -R examples/starters/${folder} orders\``),
    );
    assert.ok(files.has('.gitignore'));
  });

  test(`the starter ${folder} refers to nothing outside of its folder, and names every package that it uses`, () => {
    for (const [path, content] of files) {
      if (!/\.(?:ts|tsx|js|jsx|mjs|vue|svelte|astro|html)$/.test(path)) continue;
      for (const specifier of importsOf(content)) {
        if (VIRTUAL.test(specifier) || builtinModules.includes(specifier)) continue;
        if (specifier.startsWith('.')) {
          const target = join(dirname(path), specifier);
          assert.ok(!target.startsWith('..'), `${path} refers to ${specifier}`);
          // The router of TanStack writes this file.
          const isThere = files.has(target) || target.endsWith('.gen');
          assert.ok(isThere, `${path} imports ${specifier}, which is no file of the starter`);
        } else if (path.endsWith('.html')) {
          assert.doesNotMatch(specifier, /^https?:/, `${path} loads ${specifier} from the network`);
        } else {
          const name = packageOf(specifier);
          assert.ok(name in named, `${path} imports ${specifier}, which package.json does not name`);
        }
      }
    }
    const config = files.get('tsconfig.json') ?? '';
    assert.doesNotMatch(config, /"\.\.\//);
  });

  test(`the starter ${folder} depends on versions that are tested`, () => {
    const titles = PROJECTS.filter(({ starter }) => starter?.folder === folder).map(({ title }) => title);
    assert.notEqual(titles.length, 0, `conformance/projects/starter-projects.ts has no project for ${folder}.`);
    const rows = projectsPage.split('\n').filter((line) => titles.some((title) => line.startsWith(`| ${title} |`)));
    const installed = new Map(
      rows
        .flatMap((row) => (row.split(' | ')[2] ?? '').split(', '))
        .map((entry) => {
          const [name = '', version = ''] = entry.replace(/ \|$/, '').split(' ');
          return [name, version];
        }),
    );
    for (const [name, range] of Object.entries(named)) {
      const own = packages.get(name);
      if (own !== undefined) {
        assert.equal(range, `^${own.version}`, `${name}: run node scripts/update-starters.mjs`);
        continue;
      }
      for (const { peerDependencies = {} } of packages.values()) {
        const peerRange = peerDependencies[name];
        if (peerRange !== undefined)
          assert.ok(semver.subset(range, peerRange), `${name} ${range} is not in ${peerRange}`);
      }
      const versions = [lock.packages[`node_modules/${name}`]?.version, installed.get(name)].filter(
        (version) => version !== undefined,
      );
      const isTested = name.startsWith('@types/') || versions.some((version) => semver.satisfies(version, range));
      assert.ok(isTested, `${name} ${range} is not tested: tested are ${versions.join(' and ') || 'none'}`);
    }
  });
}

test('the READMEs of the starters name the current version', () => {
  const version = packages.get('throughline')?.version;
  for (const text of [table, ...folders.map((folder) => filesOf(folder).get('README.md') ?? '')]) {
    for (const [found, named] of text.matchAll(/throughline(?:@|-(?:\w+-)?)(\d+\.\d+\.\d+)/g)) {
      assert.equal(named, version, `${found}: run node scripts/update-starters.mjs`);
    }
  }
});

test('files that several starters have are the same', () => {
  const shared = new Map<string, { folder: string; content: string }>();
  for (const folder of folders) {
    for (const [path, content] of filesOf(folder)) {
      if (!/^(?!.*\/api\/).*\/(?:order|place-order|server\.test)\.ts$/.test(path)) continue;
      // Those of servers and of pages begin with other comments.
      const [firstLine = ''] = content.split('\n');
      const first = shared.get(firstLine) ?? { folder, content };
      shared.set(firstLine, first);
      assert.equal(content, first.content, `${folder}/${path} differs from that of ${first.folder}`);
    }
  }
  assert.equal(shared.size, 4);
});

test('the orders of two users are right if each has their own item, and all lines of its log', () => {
  const results = [
    { name: 'Ada', item: 'book', id: 'id1', body: 'book for Ada\n' },
    { name: 'Bob', item: 'lamp', id: 'id2', body: 'lamp for Bob\n' },
  ];
  const lines = [
    '[id1 user=Ada] book ordered',
    '[id2 user=Bob] lamp ordered',
    '[id1 user=Ada] book packed',
    '[id2 user=Bob] lamp packed',
  ];
  assert.equal(checkOrders(results, lines.join('\n')), true);
  const inSequence = [0, 2, 1, 3].map((index) => lines[index]);
  assert.equal(checkOrders(results, inSequence.join('\n')), false);
  const withWrongBody = results.map((result) => ({ ...result, body: 'book for Ada\n' }));
  assert.throws(() => checkOrders(withWrongBody, lines.join('\n')), /The response to Bob must be for Bob/);
  const withoutId = results.map((result) => ({ ...result, id: null }));
  assert.throws(() => checkOrders(withoutId, lines.join('\n')), /no header x-request-id/);
  for (const wrong of ['[id1 user=Bob] book packed', '[id2 user=Bob] book packed', 'book packed']) {
    const log = lines.with(2, wrong).join('\n');
    assert.throws(() => checkOrders(results, log), /The log must have two lines of/, wrong);
  }
});

test('the lines of a page are right if each has the user of its item', () => {
  const lines = [
    'Ada: book ordered',
    'Bob: lamp ordered',
    'Ada: book costs 12',
    'Ada: book packed',
    'Bob: lamp packed',
  ];
  assert.equal(checkLines(lines), true);
  assert.equal(checkLines(['Ada: book ordered', 'Ada: book packed', 'Bob: lamp ordered', 'Bob: lamp packed']), false);
  assert.equal(checkLines(lines.with(2, 'Ada: book for Ada')), true);
  for (const wrong of [
    'Bob: book costs 12',
    'undefined: book costs 12',
    'Ada: book for Bob',
    'Ada: book for undefined',
  ]) {
    assert.throws(() => checkLines(lines.with(2, wrong)), /All lines of the book must be those of Ada/, wrong);
  }
  assert.throws(() => checkLines(lines.with(2, 'Error: failed')), /A line belongs to no order/);
  assert.throws(() => checkLines(lines.slice(0, -1)), /All lines of the lamp/);
});
