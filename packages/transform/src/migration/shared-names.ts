/**
 * Follows a variable that a file exports into the files that import it.
 *
 * Every string that could name the exporting file must be an import that is followed. Any other, such as a path alias, a
 * mock or a dynamic import, is an obstacle.
 */
import { basename, dirname, join, relative } from 'node:path';
import type { Node } from 'oxc-parser';
import type { Change } from './migration.js';
import { findModuleSites, type ModuleSite, type Taken } from './module-sites.js';
import { type Identifier, propertyNameOf, type SourceFile } from './source-file.js';

/** The references to the variable in one file, without its exports. */
export interface SharedReferences {
  readonly file: SourceFile;
  readonly references: readonly Identifier[];
}

/** The names of packages, which are not path aliases. */
export interface PackageNames {
  /** The names of packages that the program depends on. */
  readonly dependencies: ReadonlySet<string>;
  /** The directories of the packages that the program consists of, by name. */
  readonly own: ReadonlyMap<string, string>;
}

/** The name of an export; `module` for `module.exports` itself. */
type ExportName = string;

const MODULE = ' module.exports';
const REMEDY = 'Import the namespace by its name from the file that creates it, with a relative path.';

export function findSharedNames(
  change: Change,
  files: readonly SourceFile[],
  packages: PackageNames,
  file: SourceFile,
  declaration: Identifier,
): SharedReferences[] {
  const own = file.referencesTo(declaration);
  if (own === undefined) {
    change.prevent(
      file,
      declaration.start,
      `The name ${declaration.name} is declared or assigned more than once in the file.`,
      'Rename the other declaration, and run the command again.',
    );
    return [];
  }
  const exports = new Set<ExportName>();
  const references: Identifier[] = [];
  if (isExportedDeclaration(file, declaration)) exports.add(declaration.name);
  for (const reference of own) {
    const name = exportNameOf(file, reference);
    if (name === undefined) references.push(reference);
    else exports.add(name);
  }
  const shared: SharedReferences[] = [{ file, references }];
  if (exports.size === 0) return shared;
  for (const other of files) {
    if (other !== file) shared.push(...importedReferences(change, file, exports, other, packages));
  }
  return shared;
}

function isExportedDeclaration(file: SourceFile, declaration: Node): boolean {
  return file.parentOf(file.parentOf(file.parentOf(declaration))).type === 'ExportNamedDeclaration';
}

/** The name under which a reference exports the variable, if it does nothing else. */
function exportNameOf(file: SourceFile, reference: Identifier): ExportName | undefined {
  const parent = file.parentOf(reference);
  switch (parent.type) {
    case 'ExportSpecifier':
      return parent.exported.type === 'Identifier' ? parent.exported.name : undefined;
    case 'ExportDefaultDeclaration':
      return 'default';
    case 'AssignmentExpression':
      if (parent.right !== reference || parent.operator !== '=') return undefined;
      if (!isStatementOf(file, parent)) return undefined;
      return exportedMember(file.textOf(parent.left));
    case 'Property': {
      const object = file.parentOf(parent);
      const assignment = file.parentOf(object);
      const isExported =
        object.type === 'ObjectExpression' &&
        assignment.type === 'AssignmentExpression' &&
        assignment.right === object &&
        file.textOf(assignment.left) === 'module.exports' &&
        isStatementOf(file, assignment);
      return isExported && !parent.computed && parent.key.type === 'Identifier' ? parent.key.name : undefined;
    }
    default:
      return undefined;
  }
}

function isStatementOf(file: SourceFile, node: Node): boolean {
  return file.parentOf(node).type === 'ExpressionStatement';
}

/** `user` for `exports.user` and `module.exports.user`. */
function exportedMember(target: string): ExportName | undefined {
  if (target === 'module.exports') return MODULE;
  return /^(?:module\.)?exports\.([\w$]+)$/.exec(target)?.[1];
}

function importedReferences(
  change: Change,
  exporter: SourceFile,
  exports: ReadonlySet<ExportName>,
  file: SourceFile,
  packages: PackageNames,
): SharedReferences[] {
  const shared: SharedReferences[] = [];
  const isWanted = (specifier: string): boolean => {
    const name = packageNameOf(specifier);
    const directory = packages.own.get(name);
    if (directory !== undefined) return !relative(directory, exporter.path).startsWith('..');
    return !packages.dependencies.has(name) && mayNameFile(specifier, file.path, exporter.path);
  };
  for (const site of findModuleSites(file, isWanted)) {
    const prevent = (reason: string): void => change.prevent(file, site.node.start, reason, REMEDY);
    if (packages.own.has(packageNameOf(site.specifier)) && takesOthersOnly(site.taken, exports)) continue;
    if (!namesFile(site.specifier, file.path, exporter.path)) {
      prevent(`'${site.specifier}' may be the file that exports the namespace.`);
      continue;
    }
    const locals = importedLocals(site, exports);
    if (locals === undefined) {
      prevent(`The command cannot follow this import of '${site.specifier}', which exports the namespace.`);
      continue;
    }
    for (const { local, isModule } of locals) {
      const references = file.referencesTo(local);
      if (references === undefined) {
        prevent(`The name ${local.name} is declared or assigned more than once in the file.`);
      } else if (references.some((reference) => file.parentOf(reference).type === 'ExportSpecifier')) {
        prevent('The file re-exports the namespace.');
      } else if (!isModule) {
        shared.push({ file, references });
      } else if (references.some((reference) => readsExport(file, reference, exports))) {
        prevent('The namespace is read as a property of its module.');
      }
    }
  }
  return shared;
}

/** The variables that a site declares; undefined if it cannot be followed. */
function importedLocals(
  { taken, syntax, statement, file }: ModuleSite,
  exports: ReadonlySet<ExportName>,
): { local: Identifier; isModule: boolean }[] | undefined {
  if (taken.kind === 'other' || statement === undefined || !file.isTopLevel(statement)) return undefined;
  if (syntax !== 'import' && syntax !== 'require') return takesOthersOnly(taken, exports) ? [] : undefined;
  if (taken.kind === 'object') {
    const isNamespace =
      syntax === 'require' ? exports.has(MODULE) : taken.isDefault && (exports.has('default') || exports.has(MODULE));
    return [{ local: taken.local, isModule: !isNamespace }];
  }
  const locals: { local: Identifier; isModule: boolean }[] = [];
  for (const { name, local } of taken.entries) {
    if (!exports.has(name)) continue;
    if (local === undefined) return undefined;
    locals.push({ local, isModule: false });
  }
  return locals;
}

function takesOthersOnly(taken: Taken, exports: ReadonlySet<ExportName>): boolean {
  return taken.kind === 'names' && taken.entries.every(({ name }) => !exports.has(name));
}

/** Whether a reference to a module may read one of the exports. */
function readsExport(file: SourceFile, reference: Identifier, exports: ReadonlySet<ExportName>): boolean {
  const parent = file.parentOf(reference);
  if (parent.type !== 'MemberExpression' || parent.object !== reference) return true;
  const name = propertyNameOf(parent);
  return name === undefined || exports.has(name);
}

/** `@scope/name` for `@scope/name/file`, and `name` for `name/file`. */
function packageNameOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

const EXTENSION = /\.[cm]?[jt]sx?$/;

/** Whether a specifier names a file, as Node, TypeScript and bundlers resolve it. */
function namesFile(specifier: string, from: string, path: string): boolean {
  if (!/^\.{1,2}(?:\/|$)/.test(specifier)) return false;
  const target = join(dirname(from), specifier).replaceAll('\\', '/');
  const file = join(path).replaceAll('\\', '/');
  const bare = file.replace(EXTENSION, '');
  return [file, bare, bare.replace(/\/index$/, '')].some((candidate) => {
    return (
      candidate === target || candidate === target.replace(EXTENSION, '') || candidate === target.replace(/\/$/, '')
    );
  });
}

/** Whether a specifier could name a file, by a path alias for example. */
function mayNameFile(specifier: string, from: string, path: string): boolean {
  if (namesFile(specifier, from, path)) return true;
  if (/^\.{1,2}(?:\/|$)/.test(specifier)) return false;
  const bare = path
    .replaceAll('\\', '/')
    .replace(EXTENSION, '')
    .replace(/\/index$/, '');
  // An alias may begin with a sign, as `#context` and `~context` do.
  const last = specifier
    .replace(EXTENSION, '')
    .replace(/^[#~@$]+/, '')
    .split('/')
    .at(-1);
  return last === basename(bare);
}
