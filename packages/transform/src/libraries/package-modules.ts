/**
 * The modules of one package: which of them a module imports, on Node and in a page, and whether one of them imports
 * `async_hooks`. Modules of other packages are not followed.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { NODE_ASYNC_HOOKS } from '../bundlers/page-modules.js';
import { parse } from '../parse/parse.js';
import { resolveTarget, type Target } from './conditional-targets.js';
import type { InstalledPackage } from './installed-package.js';

export type Runtime = 'node' | 'page';

/** The conditions that Node and bundlers for a page set. A module of either kind is enough to see what is imported. */
const CONDITIONS: Readonly<Record<Runtime, readonly string[]>> = {
  node: ['node', 'import', 'require', 'production'],
  page: ['browser', 'import', 'require', 'module', 'production'],
};

/**
 * Whether a file, or a file of its package that it imports, imports `async_hooks`.
 * @param file the absolute path of a file of the package
 */
export function reachesAsyncHooks(owner: InstalledPackage, file: string, runtime: Runtime): boolean {
  for (const { target } of walkImports(owner, file, runtime)) if (NODE_ASYNC_HOOKS.test(target)) return true;
  return false;
}

/** Returns a file and the files of its package that it imports. */
export function reachedFiles(owner: InstalledPackage, file: string, runtime: Runtime): string[] {
  const targets = [...walkImports(owner, file, runtime)].filter(({ isFile }) => isFile);
  return [...new Set([file, ...targets.map(({ target }) => target)])];
}

/** What a file imports: a file of its package, or the specifier of another module. */
interface Import {
  readonly target: string;
  readonly isFile: boolean;
}

/** Walks the imports of a file, and of the files of its package that it imports. */
function* walkImports(owner: InstalledPackage, file: string, runtime: Runtime): Generator<Import> {
  const reached = new Set([file]);
  // The loop also visits what is added meanwhile.
  for (const current of reached) {
    for (const specifier of readSpecifiers(current)) {
      const target = resolveInPackage(owner, specifier, current, runtime);
      if (target === undefined) continue;
      const isFile = isAbsolute(target);
      if (isFile) reached.add(target);
      yield { target, isFile };
    }
  }
}

/**
 * Finds the file that a relative specifier names, before the field `browser` of the package replaces it.
 * @param importer the absolute path of the file that contains the specifier
 */
export function resolveRelative(specifier: string, importer: string): string | undefined {
  return findFile(join(dirname(importer), specifier));
}

/** Returns the specifiers of the modules that a file imports or requires. */
export function readSpecifiers(file: string): string[] {
  let code: string;
  try {
    code = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  const pattern = /(?:from|import|require)\s*\(?\s*(["'])([^"'\n]+)\1/g;
  return [...withoutComments(code, file).matchAll(pattern)].map(([, , specifier = '']) => specifier);
}

/** A comment can mention the module, and stands between `import(` and the specifier if it is meant for a bundler. */
function withoutComments(code: string, file: string): string {
  if (!code.includes('async_hooks')) return code;
  try {
    const { comments } = parse(code, file, undefined, undefined);
    const ends = [0, ...comments.map(({ end }) => end)];
    return ends.map((end, index) => code.slice(end, comments[index]?.start)).join(' ');
  } catch {
    // The build reports the error if it uses the file.
    return code;
  }
}

/** Returns the absolute path of a file of the package, or the specifier of another module. */
function resolveInPackage(
  { directory, manifest }: InstalledPackage,
  specifier: string,
  importer: string,
  runtime: Runtime,
): string | undefined {
  const inBrowserField = (file: string | undefined) =>
    runtime === 'page' && file !== undefined && isAbsolute(file)
      ? resolveBrowserField({ directory, manifest }, file)
      : file;
  if (specifier.startsWith('.')) return inBrowserField(resolveRelative(specifier, importer));
  if (specifier.startsWith('#')) return inBrowserField(resolveKey(manifest.imports, specifier, directory, runtime));
  if (specifier !== manifest.name && !specifier.startsWith(`${manifest.name}/`)) return specifier;
  const key = `.${specifier.slice(manifest.name.length)}`;
  return inBrowserField(resolveKey(exportsByPath(manifest.exports), key, directory, runtime));
}

/** Returns `exports` with its keys, which may be left out if the package has only one entry point. */
export function exportsByPath(target: Target | undefined): Readonly<Record<string, Target>> {
  if (target === undefined) return {};
  const hasPaths =
    typeof target === 'object' && target !== null && Object.keys(target).some((key) => key.startsWith('.'));
  return hasPaths && !Array.isArray(target) ? (target as Readonly<Record<string, Target>>) : { '.': target };
}

function resolveKey(
  targets: Readonly<Record<string, Target>> | undefined,
  key: string,
  directory: string,
  runtime: Runtime,
): string | undefined {
  const target = resolveTarget(targets?.[key], CONDITIONS[runtime]);
  return target?.startsWith('./') ? join(directory, target) : (target ?? undefined);
}

/** @returns the file that replaces a file in a page, or undefined if an empty module does */
function resolveBrowserField({ directory, manifest: { browser } }: InstalledPackage, file: string): string | undefined {
  if (typeof browser !== 'object') return file;
  const path = `./${relative(directory, file).replaceAll(sep, '/')}`;
  const key = [path, path.slice(2), path.replace(/\.[cm]?js$/, '')].find((name) => name in browser);
  if (key === undefined) return file;
  const replacement = browser[key];
  return typeof replacement === 'string' ? findFile(join(directory, replacement)) : undefined;
}

const EXTENSIONS = ['', '.js', '.mjs', '.cjs', '.ts', '.tsx', '/index.js', '/index.mjs', '/index.cjs', '/index.ts'];

/** Finds a file as bundlers do, whose name may lack the extension. */
export function findFile(path: string): string | undefined {
  return EXTENSIONS.map((extension) => path + extension).find((file) => existsSync(file) && statSync(file).isFile());
}
