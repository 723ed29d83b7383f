/** Writes the pages of the API reference. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { type DeclarationReflection, type Reflection, ReflectionKind } from 'typedoc';
import { pageFile } from '../prepare/page-path.js';
import { readPackages } from './entry-points.js';
import { type DocumentedModule, readModules } from './read-project.js';
import { idsOf, indexPage, modulePage, type PageContext } from './reference-page.js';

/** Returns the path of a page with a line of a source file. */
export type SourcePath = (file: string, line: number) => string;

/**
 * @param root the folder of the repository, with the compiled packages
 * @param pages the folder that VitePress builds
 * @throws {Error} if a docblock links to a symbol that does not exist
 */
export async function writeReference(root: string, pages: string, sourcePath: SourcePath): Promise<void> {
  for (const [path, markdown] of await createReference(root, sourcePath)) {
    const file = join(pages, pageFile(path));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, markdown);
  }
}

/** @returns the pages as Markdown, by their paths on the site */
export async function createReference(root: string, sourcePath: SourcePath): Promise<Map<string, string>> {
  const packages = readPackages(root);
  const modules = await readModules(root, packages);
  const mentions = new Map(modules.flatMap(({ mentioned }) => mentioned.map((found) => [found as Reflection, found])));
  const inlined = inlinedTypes(modules, mentions);
  const inlinedType = (value: DeclarationReflection) => [...inlined].find(([, owner]) => owner === value)?.[0];
  const ids = new Map<Reflection, string>();
  const urls = new Map<Reflection, string>();
  for (const { path, exported, mentioned } of modules) {
    const own = mentioned.filter((type) => !inlined.has(type));
    for (const [reflection, id] of idsOf([...exported, ...own], inlinedType)) {
      ids.set(reflection, id);
      urls.set(reflection, `${path}#${id}`);
    }
  }
  const shown = new Set<Reflection>();

  const contextOf = ({ path, exported }: DocumentedModule): PageContext => ({
    urlOf(target) {
      const found = target.isReference() ? target.tryGetTargetReflectionDeep() : target;
      if (found === undefined) return undefined;
      if (mentions.has(found)) shown.add(found);
      return urls.get(found);
    },
    urlOfName(name) {
      const found = exported.find((declaration) => declaration.name === name);
      return found && urls.get(found);
    },
    urlOfSource: (file, line) => posix.relative(posix.dirname(`${path}x`), sourcePath(file, line)),
    idOf(declaration) {
      const id = ids.get(declaration);
      if (id === undefined) throw new Error(`${declaration.getFullName()} is on no page of the reference.`);
      return id;
    },
    inlinedType,
    shownMentions: ({ mentioned }) => mentioned.filter((found) => shown.has(found) && !inlined.has(found)),
  });

  // A mentioned type is shown once a page links to it, and may then mention more types.
  for (let count = -1; count < shown.size; ) {
    count = shown.size;
    for (const module of modules) modulePage(module, contextOf(module));
  }
  return new Map([
    ['/reference/', indexPage(packages, modules, urls)],
    ...modules.map((module): [string, string] => [module.path, modulePage(module, contextOf(module))]),
  ]);
}

/**
 * Returns the types that are not exported and that one value has: `AsyncLocalStorageConstructor` of
 * `AsyncLocalStorage`. The members of the type are shown as those of the value.
 */
function inlinedTypes(
  modules: readonly DocumentedModule[],
  mentions: ReadonlyMap<Reflection, DeclarationReflection>,
): Map<DeclarationReflection, DeclarationReflection> {
  const values = modules
    .flatMap(({ exported }) => exported)
    .filter((declaration) => declaration.kindOf(ReflectionKind.Variable));
  return new Map(
    values.flatMap((value): [DeclarationReflection, DeclarationReflection][] => {
      const { type } = value;
      const mentioned =
        type?.type === 'reference' && type.reflection !== undefined ? mentions.get(type.reflection) : undefined;
      return mentioned?.kindOf(ReflectionKind.Interface) ? [[mentioned, value]] : [];
    }),
  );
}
