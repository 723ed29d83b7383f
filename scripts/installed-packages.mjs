/**
 * Which packages of package-lock.json a command needs, and which of them are not in node_modules.
 *
 * The keys of `packages` in the lockfile are paths: '' is the root, 'packages/core' is a workspace,
 * 'node_modules/throughline' is the link to it, and 'node_modules/a/node_modules/b' is a package that only `a` uses.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The workspaces that `npm start` runs. Their tests need more. */
export const SERVER_WORKSPACES = ['examples/server', 'examples/browser', 'examples/tracing'];

/** @typedef {Record<string, Record<string, any>>} Packages the part `packages` of a lockfile, by path */

/** @returns {Packages} */
export function readLockfile(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/**
 * Returns the paths that `npm ci` fills on this machine.
 * @param {Packages} packages
 */
export function allPackages(packages) {
  return Object.keys(packages).filter((path) => path.includes('node_modules/') && isForThisMachine(packages[path]));
}

/**
 * Returns the paths that `npm ci --omit=dev --include-workspace-root` fills for some workspaces. This is the walk of npm:
 * from each workspace along all of its dependencies, except to packages that only development needs.
 * @param {Packages} packages
 * @param {readonly string[]} workspaces
 */
export function workspacePackages(packages, workspaces) {
  const found = new Set(['', ...workspaces]);
  for (const path of found) {
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = packages[path];
    // Dependencies of the root on workspaces are no reason to install a workspace.
    for (const name of Object.keys({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
      ...peerDependencies,
    })) {
      const target = resolvePackage(packages, path, name);
      if (target === undefined || packages[target].dev || !isForThisMachine(packages[target])) continue;
      found.add(target);
      if (packages[target].link) found.add(packages[target].resolved);
    }
  }
  for (const workspace of workspaces) {
    const link = Object.keys(packages).find((path) => packages[path].link && packages[path].resolved === workspace);
    if (link !== undefined) found.add(link);
  }
  return [...found].filter((path) => path.includes('node_modules/'));
}

/**
 * Finds a package as Node does: in the node_modules of the folder, then in those of the folders above it.
 * @param {Packages} packages
 * @param {string} from the path of the package that needs it
 * @param {string} name
 * @returns {string | undefined} its path
 */
export function resolvePackage(packages, from, name) {
  for (let folder = from; ; folder = folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : '') {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (path in packages) return path;
    if (folder === '') return undefined;
  }
}

/** Reads the fields that npm reads. An entry such as '!win32' excludes a value. */
function isForThisMachine({ os, cpu, libc }) {
  const matches = (list, value) =>
    list === undefined ||
    (!list.includes(`!${value}`) && (list.includes(value) || list.every((entry) => entry.startsWith('!'))));
  return (
    matches(os, process.platform) && matches(cpu, process.arch) && (libc === undefined || matches(libc, thisLibc()))
  );
}

let foundLibc;

function thisLibc() {
  foundLibc ??= process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
  return foundLibc;
}

/**
 * Returns the paths that are not installed with the version of the lockfile. npm writes the list of what it installed at
 * the end, so nothing counts as installed after an interrupted installation. An optional package may be missing.
 * @param {string} root the folder of the workspace
 * @param {Packages} packages
 * @param {readonly string[]} paths
 */
export function missingPackages(root, packages, paths) {
  const required = paths.filter((path) => !packages[path].optional);
  const file = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(file)) return required;
  let installed;
  try {
    installed = readLockfile(file);
  } catch {
    return required;
  }
  return required.filter(
    (path) =>
      installed[path]?.version !== packages[path].version ||
      (installed[path]?.resolved !== packages[path].resolved && packages[path].link) ||
      !existsSync(join(root, path, 'package.json')),
  );
}
