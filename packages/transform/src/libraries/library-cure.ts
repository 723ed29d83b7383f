/**
 * Gives libraries their storage in a page: edits the files that `library-table.ts` names.
 *
 * The code that is added imports `node:async_hooks`, which the plugins resolve to Throughline.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
// biome-ignore syntax/correctness/noTypeOnlyImportAttributes: TypeScript requires it in the declarations of CommonJS
import type { Class, Program } from 'oxc-parser' with { 'resolution-mode': 'import' };
import { parse } from '../parse/parse.js';
import { type InstalledPackage, PackageFinder } from './installed-package.js';
import { type Cure, findLibrary, type Library } from './library-table.js';
import { findFile, reachedFiles, reachesAsyncHooks } from './package-modules.js';
import { isInRange } from './version-range.js';

/** A file as it goes into the page: `begins` stands before the code. */
export interface CuredFile {
  readonly code: string;
  readonly begins: string;
}

/** Why a file is not what the table expects. */
export interface Misfit {
  readonly reason: string;
}

/**
 * Edits a file, if the table names it for the version of its package.
 * @param file the absolute path
 * @param read returns the code
 * @returns undefined if the table does not name the file
 */
export function tryCure(owner: InstalledPackage, file: string, read: () => string): CuredFile | Misfit | undefined {
  const library = findCure(owner, file);
  return library === undefined ? undefined : applyCure(library.cure, owner, file, read());
}

function findCure(
  { directory, manifest: { name, version = '' } }: InstalledPackage,
  file: string,
): Library | undefined {
  const library = findLibrary(name);
  if (library === undefined || !isInRange(version, library.versions)) return undefined;
  return library.files.includes(relative(directory, file).replaceAll(sep, '/')) ? library : undefined;
}

/** The name under which our class is imported: no library has it. */
const STORAGE = '_throughlineStorage';

function applyCure(cure: Cure, owner: InstalledPackage, file: string, code: string): CuredFile | Misfit {
  const { program, module } = parse(code, file, undefined, undefined);
  const importOf = (name: string, local: string, specifier: string) =>
    module.hasModuleSyntax
      ? `import{${name} as ${local}}from'${specifier}';`
      : `const{${name}:${local}}=require('${specifier}');`;
  const begins = importOf('AsyncLocalStorage', STORAGE, 'node:async_hooks');
  switch (cure.kind) {
    case 'class': {
      const found = findClass(program, cure.name);
      if (found === undefined) return { reason: `the file has no class ${cure.name}` };
      return { code: extendClass(code, found, cure.name), begins };
    }
    case 'call': {
      const { module: specifier, object, method } = cure;
      if (!hasFunction(specifier, object, method, file))
        return { reason: `'${specifier}' has no function ${object}.${method}` };
      const local = '_throughlineLibrary';
      return { code, begins: `${begins}${importOf(object, local, specifier)}${local}.${method}(new ${STORAGE}());` };
    }
    case 'module': {
      const { module: specifier } = cure;
      const other = specifier.startsWith('.') ? findFile(join(dirname(file), specifier)) : undefined;
      if (specifier.startsWith('.') && (other === undefined || !reachesAsyncHooks(owner, other, 'node')))
        return { reason: `${specifier} does not import async_hooks` };
      const begins = module.hasModuleSyntax ? `export*from'${specifier}';` : `module.exports=require('${specifier}');`;
      return { code: '', begins };
    }
  }
}

/** Finds a class of this name among the declarations of a module. */
function findClass({ body }: Program, name: string): Class | undefined {
  for (const statement of body) {
    const declaration =
      statement.type === 'ExportNamedDeclaration' && statement.declaration !== null ? statement.declaration : statement;
    if (declaration.type === 'ClassDeclaration' && declaration.id?.name === name) return declaration;
    if (declaration.type !== 'VariableDeclaration') continue;
    for (const { id, init } of declaration.declarations) {
      if (id.type === 'Identifier' && id.name === name && init?.type === 'ClassExpression') return init;
    }
  }
  return undefined;
}

/** Replaces what a class has of its own. Every later line keeps its number. */
function extendClass(code: string, { start, end, type }: Class, name: string): string {
  const lineBreaks = code.slice(start, end).replace(/[^\n]/g, '');
  const declared = type === 'ClassDeclaration' ? ` ${name}` : '';
  return `${code.slice(0, start)}class${declared} extends ${STORAGE}{${lineBreaks}}${code.slice(end)}`;
}

/** Whether a module exports an object that has a method, as far as the text of its package tells. */
function hasFunction(specifier: string, object: string, method: string, importer: string): boolean {
  try {
    const entry = createRequire(importer).resolve(specifier);
    const owner = new PackageFinder().find(entry);
    const texts =
      owner === undefined ? [] : reachedFiles(owner, entry, 'node').map((file) => readFileSync(file, 'utf8'));
    return texts[0]?.includes(object) === true && texts.some((text) => text.includes(method));
  } catch {
    // It cannot be resolved.
    return false;
  }
}
