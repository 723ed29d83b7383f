/**
 * Finds packages that lose their storage in a page: the package has another file for browsers, through `exports`,
 * `imports` or `browser` of its package.json, and only the file for Node imports `async_hooks`, itself or through other
 * files of the package.
 *
 *     "exports": { ".": { "browser": "./web.js", "default": "./node.js" } }
 *                                    ▲                        │
 *                                    │ is in the page         ▼ imports async_hooks
 *
 * The search begins with a file that is in the page. A package that merely has a build for browsers costs a look-up for
 * each of its files, and files are read only where the two builds differ.
 */
import { join, relative, sep } from 'node:path';
import { NODE_ASYNC_HOOKS } from '../bundlers/page-modules.js';
import { allTargets, resolveTarget, type Target } from './conditional-targets.js';
import type { InstalledPackage } from './installed-package.js';
import { exportsByPath, findFile, reachesAsyncHooks, readSpecifiers, resolveRelative } from './package-modules.js';

/** What a page contains instead of a module that imports `async_hooks`. */
export interface OmittedStorage {
  /** The path in the package of the file that is in the page; undefined if it is an empty module. */
  readonly inPage: string | undefined;
  /** The path in the package of the file that Node loads, or `async_hooks` itself. */
  readonly onNode: string;
}

/** What Node loads in place of a file of a page: under `import`, or else under `require`. */
const NODE_CONDITIONS = [
  ['node', 'import', 'production'],
  ['node', 'require', 'production'],
];

/**
 * Looks for storage that a package has left out where a page contains one of its files.
 * @param file the absolute path of a file of the package
 */
export function findOmittedStorage(owner: InstalledPackage, file: string): OmittedStorage | undefined {
  const path = `./${relative(owner.directory, file).replaceAll(sep, '/')}`;
  const onNode = nodeTargetsOf(owner, path).find((target) => reaches(owner, target));
  if (onNode !== undefined && !reachesAsyncHooks(owner, file, 'page')) return { inPage: path, onNode };
  const emptied = emptiedFiles(owner);
  if (emptied.length === 0) return undefined;
  const imported = readSpecifiers(file).map((specifier) => resolveRelative(specifier, file));
  const lost = emptied.find((target) => imported.includes(findFile(join(owner.directory, target))));
  return lost !== undefined && reaches(owner, lost) ? { inPage: undefined, onNode: lost } : undefined;
}

function reaches(owner: InstalledPackage, target: string): boolean {
  if (NODE_ASYNC_HOOKS.test(target)) return true;
  const file = findFile(join(owner.directory, target));
  return file !== undefined && reachesAsyncHooks(owner, file, 'node');
}

/** Returns what Node loads where a page loads the file at this path. */
function nodeTargetsOf(owner: InstalledPackage, path: string): string[] {
  const { browser, main } = owner.manifest;
  const conditional = conditionalTargetsOf(owner).flatMap((target) => nodeTargets(target, path));
  if (typeof browser === 'string')
    return isSamePath(browser, path) ? [...conditional, main ?? './index.js'] : conditional;
  const replaced = Object.entries(browser ?? {}).filter(([, to]) => to !== false && isSamePath(to, path));
  return [...conditional, ...replaced.map(([from]) => from).filter(isFilePath)];
}

/** A target that depends on conditions, and everything to which it can resolve. */
interface ConditionalTarget {
  readonly target: Target;
  readonly all: readonly string[];
}

const conditionalTargets = new WeakMap<InstalledPackage, readonly ConditionalTarget[]>();

function conditionalTargetsOf(owner: InstalledPackage): readonly ConditionalTarget[] {
  const known = conditionalTargets.get(owner);
  if (known !== undefined) return known;
  const { exports, imports = {} } = owner.manifest;
  const found = [...Object.values(exportsByPath(exports)), ...Object.values(imports)]
    .map((target) => ({ target, all: allTargets(target) }))
    .filter(({ all }) => all.length > 1);
  conditionalTargets.set(owner, found);
  return found;
}

/** Returns what a target resolves to on Node if the path is what it resolves to elsewhere. */
function nodeTargets({ target, all }: ConditionalTarget, path: string): string[] {
  for (const candidate of all) {
    const [start = '', end] = candidate.split('*');
    const isMatch =
      end === undefined
        ? candidate === path
        : path.length >= candidate.length && path.startsWith(start) && path.endsWith(end);
    if (!isMatch) continue;
    const star = end === undefined ? '' : path.slice(start.length, path.length - end.length);
    const onNode = NODE_CONDITIONS.map((conditions) => resolveTarget(target, conditions))
      .filter((resolved) => typeof resolved === 'string')
      .map((resolved) => resolved.replaceAll('*', star));
    if (!onNode.includes(path)) return onNode;
  }
  return [];
}

/** Returns the files that the field `browser` replaces with an empty module. */
function emptiedFiles({ manifest: { browser } }: InstalledPackage): string[] {
  if (typeof browser !== 'object') return [];
  return Object.entries(browser)
    .filter(([from, to]) => to === false && isFilePath(from))
    .map(([from]) => from);
}

/** In the field `browser`, the name of a file begins with a dot, and any other name is that of a module. */
function isFilePath(name: string): boolean {
  return name.startsWith('.');
}

/** Whether a name in a package.json, which may lack the dot and the extension, is a path. */
function isSamePath(name: string, path: string): boolean {
  const full = name.startsWith('.') ? name : `./${name}`;
  return [full, `${full}.js`, `${full}/index.js`].includes(path);
}
