/** Where a program uses the exports of a library: every reference, by the name of the export. */
import type { Node } from 'oxc-parser';
import type { Change } from './migration.js';
import { findModuleSites, type ModuleSite } from './module-sites.js';
import { type Identifier, propertyNameOf, type SourceFile } from './source-file.js';

/** A use of an export of a library. */
export interface LibraryUse {
  readonly file: SourceFile;
  readonly site: ModuleSite;
  /** The name of the export; `*` if the module itself is used as a value. */
  readonly name: string;
  /** The expression that is the export: `get` or `httpContext.get`. */
  readonly node: Node;
}

export interface LibrarySites {
  readonly sites: readonly ModuleSite[];
  readonly uses: readonly LibraryUse[];
}

/**
 * Finds all uses of a library, and records an obstacle for each site that cannot be followed.
 * @param library the name of the library's module
 * @param remedy what to do about a site that cannot be followed
 * @param isHandled whether the caller handles a site itself
 */
export function findLibraryUses(
  change: Change,
  files: readonly SourceFile[],
  library: string,
  remedy: string,
  isHandled: (site: ModuleSite) => boolean = () => false,
): LibrarySites {
  const sites = files
    .flatMap((file) => findModuleSites(file, (specifier) => specifier === library))
    .filter((site) => !isHandled(site));
  const uses: LibraryUse[] = [];
  for (const site of sites) {
    const { file, taken, statement, node } = site;
    const prevent = (reason: string): void => change.prevent(file, node.start, reason, remedy);
    if (taken.kind === 'other') {
      prevent(taken.reason);
      continue;
    }
    if (statement === undefined || !file.isTopLevel(statement)) {
      prevent('The library is not loaded by a separate statement at the top level of the file.');
      continue;
    }
    if (site.syntax !== 'import' && site.syntax !== 'require' && site.syntax !== 'import equals') {
      prevent(`The library is loaded by ${site.syntax === 'export' ? 'export … from' : 'import()'}.`);
      continue;
    }
    if (file.hasCommentBetween(statement.start, statement.end)) {
      prevent('A comment is inside the import.');
      continue;
    }
    const locals = localsOf(site);
    if (locals === undefined) {
      prevent('The library is destructured in a way that the command cannot follow.');
      continue;
    }
    for (const { name, local } of locals) {
      const references = file.referencesTo(local);
      if (references === undefined) {
        prevent(`The name ${local.name} is declared or assigned more than once in the file.`);
        continue;
      }
      for (const reference of references) uses.push({ file, site, ...exportUsedBy(file, name, reference) });
    }
  }
  return { sites, uses };
}

/** The variables that a site declares, with the names of their exports: `*` for the whole module. */
function localsOf({ taken }: ModuleSite): { name: string; local: Identifier }[] | undefined {
  if (taken.kind === 'object') return [{ name: '*', local: taken.local }];
  if (taken.kind === 'other') return undefined;
  const locals: { name: string; local: Identifier }[] = [];
  for (const { name, local } of taken.entries) {
    if (local === undefined) return undefined;
    locals.push({ name, local });
  }
  return locals;
}

function exportUsedBy(file: SourceFile, name: string, reference: Identifier): { name: string; node: Node } {
  if (name !== '*' && name !== 'default') return { name, node: reference };
  const parent = file.parentOf(reference);
  if (parent.type === 'MemberExpression' && parent.object === reference && !parent.optional) {
    const property = propertyNameOf(parent);
    if (property !== undefined) return { name: property, node: parent };
  }
  return { name: '*', node: reference };
}
