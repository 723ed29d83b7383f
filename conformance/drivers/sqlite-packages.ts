/**
 * The packages for SQLite that npm compiles or downloads a binary for, and the clients on top of them. They are not
 * dependencies of the project, because installing the project must not compile anything. `npm run drivers` installs
 * them for each version of Node, into `.runtimes/drivers-node22` and so on.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** knex and drizzle-orm have the versions of the project, which also tests them on other databases. */
const clients = { 'drizzle-orm': installedVersion('drizzle-orm'), knex: installedVersion('knex') };

/** Optional, because one must be installed even if the other cannot be compiled. */
const compiled = { '@keyv/sqlite': '4.0.8', 'better-sqlite3': '12.11.1' };

/** The folder for the version of Node that runs this process. */
const directory = directoryFor(Number.parseInt(process.versions.node, 10));

/** Loads one of the packages, or a module of it. */
export const requireSqlitePackage = createRequire(join(directory, 'package.json'));

/** Returns why a package cannot be loaded in this process, or undefined if it can. */
export function sqliteLoadFailure(name: 'better-sqlite3' | '@keyv/sqlite'): string | undefined {
  try {
    const loaded: unknown = requireSqlitePackage(name);
    // The binary is loaded only when a database is opened.
    if (name === 'better-sqlite3') new (loaded as typeof import('better-sqlite3'))(':memory:').close();
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : String(error).split('\n', 1)[0];
    return code === 'MODULE_NOT_FOUND'
      ? `${name} is not installed for Node ${process.versions.node}: npm run drivers installs it, if npm can download or compile it`
      : `${name} cannot be loaded in ${process.version} (${code})`;
  }
}

/**
 * Installs the packages for a version of Node, unless they are installed. A package is left out if npm can neither
 * download nor compile its binary, and `sqliteLoadFailure` returns the reason in a process of that version.
 *
 * @param major The major version of Node.
 * @param binary The path of Node's binary, which runs the scripts of the packages.
 */
export async function installSqlitePackages(major: number, binary: string): Promise<void> {
  const folder = directoryFor(major);
  const wanted = Object.entries({ ...clients, ...compiled });
  if (wanted.every(([name, version]) => versionIn(join(folder, 'node_modules', name)) === version)) return;
  await mkdir(folder, { recursive: true });
  // With a package.json in the folder, npm does not treat it as a part of the workspace.
  const manifest = {
    private: true,
    dependencies: clients,
    optionalDependencies: compiled,
    allowScripts: { 'better-sqlite3': true, sqlite3: true },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  console.log(
    `Installing the packages for SQLite for Node ${major}. If no binary can be downloaded, this takes minutes …`,
  );
  const env = {
    ...process.env,
    PATH: `${dirname(binary)}${delimiter}${process.env.PATH}`,
    npm_config_ignore_scripts: 'false',
  };
  const args = ['install', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  await promisify(execFile)('npm', args, { cwd: folder, env }).catch((error: Error) => {
    console.log(`They could not be installed for Node ${major}: ${error.message.split('\n', 2).join(' ')}`);
  });
}

function versionIn(folder: string): unknown {
  const file = join(folder, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined;
}

function directoryFor(major: number): string {
  return fileURLToPath(new URL(`../../../.runtimes/drivers-node${major}/`, import.meta.url));
}

function installedVersion(name: string): string {
  return packageVersion(name, fileURLToPath(import.meta.resolve(name)));
}

/** Reads the version of a package. Not every package exports its package.json, so it is looked for above a file of it. */
export function packageVersion(name: string, file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      if (
        typeof manifest === 'object' &&
        manifest !== null &&
        'name' in manifest &&
        manifest.name === name &&
        'version' in manifest
      ) {
        return String(manifest.version);
      }
    } catch (error) {
      if (folder === dirname(folder)) throw error;
    }
  }
}
