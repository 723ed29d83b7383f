/**
 * Installs the suite of a library: its files and their dependencies. Suites are installed outside of this project,
 * because they would otherwise find its packages.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import type { CheckoutSource, NpmSource, Suite } from './suite.js';

export const SUITES_FOLDER = join(tmpdir(), 'throughline-suites');

export interface InstalledSuite {
  readonly folder: string;
  /** As its row states it: the version of the package, and the commit of a checkout. */
  readonly version: string;
}

interface Manifest {
  readonly version: string;
  readonly dependencies?: Ranges;
  readonly devDependencies?: Ranges;
  readonly peerDependencies?: Ranges;
}

/**
 * Installs a suite, unless it is installed.
 * @param sources the folder of `--sources`
 */
export async function installSuite(suite: Suite, sources: string | undefined): Promise<InstalledSuite> {
  const { source } = suite;
  const folder = join(SUITES_FOLDER, suite.title.replace('/', '__'));
  const packageFolder = join(folder, 'package' in source ? '' : (source.folder ?? ''));
  const commit = 'package' in source ? undefined : await readCommit(source, sources);
  // What is installed is described by a file that is written last.
  const stampFile = join(folder, '.throughline-suite.json');
  const stamp = JSON.stringify({ source, commit, devDependencies: suite.devDependencies });
  if (!existsSync(stampFile) || (await readFile(stampFile, 'utf8')) !== stamp) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    if ('package' in source) await unpack(source, folder);
    else await copyCheckout(source, sources, folder);
    await installDependencies(suite, folder, packageFolder);
    await writeFile(stampFile, stamp);
  }
  const { version } = await readManifest(packageFolder);
  return { folder: packageFolder, version: commit === undefined ? version : `${version} at ${commit}` };
}

/** Returns the paths of the test files of a suite, with slashes; its title if one process runs all of them. */
export function findTestFiles({ title, files, without = {} }: Suite, folder: string): readonly string[] {
  if (files === undefined) return [title];
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter((path) => !path.includes('node_modules/') && files.test(path));
  const missing = Object.keys(without).find((path) => !paths.includes(path));
  if (missing !== undefined) throw new Error(`${title} has no test file ${missing}, which its 'without' names.`);
  const selected = paths.filter((path) => !(path in without)).sort();
  if (selected.length === 0) throw new Error(`${title} has no test file that matches ${files}.`);
  return selected;
}

async function unpack({ package: name, version }: NpmSource, folder: string): Promise<void> {
  const args = ['pack', `${name}@${version}`, '--silent', '--pack-destination', folder];
  const tarball = join(folder, basename((await run(folder, 'npm', args)).trim()));
  await run(folder, 'tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
  await rm(tarball);
}

async function copyCheckout(source: CheckoutSource, sources: string | undefined, folder: string): Promise<void> {
  const from = checkoutFolder(source, sources);
  await cp(from, folder, {
    recursive: true,
    filter: (path) => basename(path) !== '.git' && !relative(from, path).split(sep).includes('node_modules'),
  });
}

async function readCommit(source: CheckoutSource, sources: string | undefined): Promise<string> {
  const folder = checkoutFolder(source, sources);
  return (await run(folder, 'git', ['rev-parse', '--short=10', 'HEAD'])).trim();
}

/** @throws {Error} if there is no checkout */
function checkoutFolder({ checkout }: CheckoutSource, sources: string | undefined): string {
  const folder = sources === undefined ? undefined : join(sources, checkout);
  if (folder === undefined || !existsSync(folder)) {
    throw new Error(
      `The tests of ${checkout} are not on npm: --sources must be a folder with a checkout '${checkout}'.`,
    );
  }
  return folder;
}

/**
 * Installs the dependencies, and those of the development dependencies that the tests load: a library has many more, for
 * its own linters, types and documentation.
 */
async function installDependencies(suite: Suite, folder: string, packageFolder: string): Promise<void> {
  const manifest = await readManifest(packageFolder);
  const { dependencies = {}, peerDependencies = {} } = manifest;
  // Of a repository, the manifest at the top would install the dependencies of all its packages.
  const kept = folder === packageFolder ? manifest : {};
  const reduced = {
    ...kept,
    private: true,
    // They would build, or install hooks of git.
    scripts: {},
    dependencies: { ...peerDependencies, ...dependencies },
    devDependencies: selectDevDependencies(suite, manifest),
    peerDependencies: {},
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(reduced, undefined, 2));
  // Lock files list what was left out.
  for (const name of ['package-lock.json', 'npm-shrinkwrap.json', '.npmrc']) {
    await rm(join(folder, name), { force: true });
  }
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  await run(folder, 'npm', ['install', '--include=dev', '--ignore-scripts', '--no-package-lock', ...quiet]);
}

type Ranges = Readonly<Record<string, string>>;

function selectDevDependencies({ title, devDependencies }: Suite, manifest: Manifest): Ranges {
  const selected = devDependencies.map((entry) => {
    const at = entry.indexOf('@', 1);
    const name = at === -1 ? entry : entry.slice(0, at);
    const range = at === -1 ? manifest.devDependencies?.[name] : entry.slice(at + 1);
    if (range === undefined) {
      throw new Error(
        `${title}: ${name} is not in devDependencies of its package.json. Write its range: ${name}@^1.0.0`,
      );
    }
    return [name, range];
  });
  return Object.fromEntries(selected);
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

async function run(folder: string, command: string, args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(command, args, { cwd: folder, maxBuffer: 1e8 })).stdout;
}
