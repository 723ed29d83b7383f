/**
 * Reads the public declarations of a package, with their docblocks, from its declaration files.
 *
 *     exports in package.json ──▶ entry .d.ts ──export ... from──▶ .d.ts ──▶ declarations ──▶ their methods
 *
 * The files are read line by line and not parsed: TypeScript writes one declaration or member at the start of a line,
 * a member indented by four spaces, and the docblock of each directly before it.
 */
import { readFileSync } from 'node:fs';

/** The kind of a declaration. `module` is an entry file, whose docblock is at its beginning. */
export type DeclarationKind = 'module' | 'function' | 'class' | 'value' | 'type' | 'method';

export interface Declaration {
  /** The name, preceded by that of the class or interface for a method: `Session.get`. */
  readonly name: string;
  readonly kind: DeclarationKind;
  /** The text of the docblock, without its stars. Empty if there is none. */
  readonly docblock: string;
  /** The class or interface of a method. */
  readonly owner?: string;
}

/** A declaration, and the subpath of the package through which it is exported. */
export interface PublicDeclaration extends Declaration {
  readonly subpath: string;
}

interface TopLevelDeclaration extends Declaration {
  readonly isExported: boolean;
  readonly methods: Declaration[];
  /** The text of the declaration, without docblocks. */
  text: string;
}

interface DeclarationFile {
  readonly moduleDocblock: string;
  readonly declarations: readonly TopLevelDeclaration[];
  /** The names that the file exports or imports from another file: local name -> specifier and name there. */
  readonly links: readonly { name: string; specifier: string; nameThere: string; isExport: boolean }[];
  /** The names of `export { ... }` without `from`. */
  readonly exportedNames: ReadonlySet<string>;
}

/**
 * Returns what a package exports from each of its subpaths.
 * @param packageFolder the folder of `package.json`, with a trailing slash; the package must have been built
 * @param isIncluded whether a subpath is read
 * @returns each declaration once, under the first subpath that exports it
 */
export function readPublicDeclarations(
  packageFolder: URL,
  isIncluded: (subpath: string) => boolean = () => true,
): PublicDeclaration[] {
  const { exports } = JSON.parse(readFileSync(new URL('package.json', packageFolder), 'utf8')) as {
    exports: Record<string, string | { types: string | { default: string } }>;
  };
  const visited = new Set<string>();
  return Object.entries(exports).flatMap(([subpath, target]) => {
    if (typeof target === 'string' || !isIncluded(subpath)) return [];
    // The declarations for `import` only re-export those for all other conditions.
    const entry = typeof target.types === 'string' ? target.types : target.types.default;
    return declarationsOfEntry(new URL(entry, packageFolder), visited).map((found) => ({ ...found, subpath }));
  });
}

function declarationsOfEntry(url: URL, visited: Set<string>): Declaration[] {
  const { moduleDocblock, declarations, links, exportedNames } = readDeclarationFile(url);
  const names = new Set([
    ...exportedNames,
    ...declarations.filter(({ isExported }) => isExported).map(({ name }) => name),
    ...links.filter(({ isExport }) => isExport).map(({ name }) => name),
  ]);
  const module: Declaration = { name: 'module', kind: 'module', docblock: moduleDocblock };
  return [module, ...[...names].flatMap((name) => declarationsOfName(url, name, visited))];
}

/**
 * Returns the declarations of a name, those in the same file that the type of a value refers to or that an interface
 * extends, and their methods.
 */
function declarationsOfName(url: URL, name: string, visited: Set<string>): Declaration[] {
  const key = `${url.href} ${name}`;
  if (visited.has(key)) return [];
  visited.add(key);
  const { declarations, links } = readDeclarationFile(url);
  const own = declarations.filter((declaration) => declaration.name === name);
  if (own.length === 0) {
    const link = links.find((candidate) => candidate.name === name);
    // A name from a library, or from the runtime, has no docblock in this package.
    if (link === undefined || !link.specifier.startsWith('.')) return [];
    return declarationsOfName(new URL(link.specifier.replace(/\.js$/, '.d.ts'), url), link.nameThere, visited);
  }
  return own.flatMap(({ methods, text, isExported: _, ...declaration }) => {
    const words = new Set((declaration.kind === 'value' ? text : HERITAGE.exec(text)?.[1])?.match(/[\w$]+/g));
    const referenced = declarations.filter((other) => other.name !== name && words.has(other.name));
    return [declaration, ...methods, ...referenced.flatMap((other) => declarationsOfName(url, other.name, visited))];
  });
}

const KINDS: Readonly<Record<string, DeclarationKind>> = {
  function: 'function',
  class: 'class',
  const: 'value',
  namespace: 'value',
  interface: 'type',
  type: 'type',
};

const DECLARATION =
  /^(export )?(?:default )?(?:declare )?(?:abstract )?(function|class|const|namespace|interface|type) ([\w$]+)/;
/** A re-exported name. If a docblock precedes it, that docblock documents the name. */
const REEXPORT = /^export \{ ([\w$]+) \} from/;
const METHOD = /^ {4}(?:static )?([\w$]+)\??[<(]/;
/** What an interface or a class extends. */
const HERITAGE = /^.*\b(?:interface|class) .* extends (.*)/;
const LINK = /^(export|import) (?:type )?\{([^}]*)\} from ['"]([^'"]+)['"]/gm;

function readDeclarationFile(url: URL): DeclarationFile {
  const text = readFileSync(url, 'utf8');
  const declarations: TopLevelDeclaration[] = [];
  let moduleDocblock = '';
  let docblock = '';
  for (const [, comment, line = ''] of text.matchAll(/^ *(\/\*\*[\s\S]*?\*\/)$|^(.*)$/gm)) {
    if (comment !== undefined) {
      // A docblock that another one or an import follows belongs to the file.
      if (declarations.length === 0 && docblock !== '' && moduleDocblock === '') moduleDocblock = docblock;
      docblock = withoutStars(comment);
      continue;
    }
    const [, exported, keyword = '', name = ''] = DECLARATION.exec(line) ?? [];
    const owner = declarations.at(-1);
    const [, method] = METHOD.exec(line) ?? [];
    if (name !== '') {
      const kind = KINDS[keyword] ?? 'type';
      declarations.push({ name, kind, docblock, isExported: exported !== undefined, methods: [], text: line });
    } else if (docblock !== '' && REEXPORT.test(line)) {
      const [, reexported = ''] = REEXPORT.exec(line) ?? [];
      declarations.push({ name: reexported, kind: 'value', docblock, isExported: true, methods: [], text: '' });
    } else if (owner === undefined) {
      if (moduleDocblock === '') moduleDocblock = docblock;
    } else {
      owner.text += `\n${line}`;
      if (isClassOrInterface(owner) && method !== undefined && method !== 'constructor' && method !== 'new') {
        owner.methods.push({ name: `${owner.name}.${method}`, kind: 'method', docblock, owner: owner.name });
      }
    }
    docblock = '';
  }
  return {
    moduleDocblock,
    declarations,
    links: [...text.matchAll(LINK)].flatMap(([, keyword, names = '', specifier = '']) =>
      namesOf(names).map((name) => ({ ...name, specifier, isExport: keyword === 'export' })),
    ),
    exportedNames: new Set(
      [...text.matchAll(/^export (?:type )?\{([^}]*)\};/gm)].flatMap(([, names = '']) =>
        namesOf(names).map(({ nameThere }) => nameThere),
      ),
    ),
  };
}

function isClassOrInterface({ kind }: Declaration): boolean {
  return kind === 'class' || kind === 'type';
}

/** Reads a list of names such as `A, type B as C`. */
function namesOf(list: string): { name: string; nameThere: string }[] {
  return list.split(',').flatMap((item) => {
    const [nameThere = '', name = nameThere] = item
      .trim()
      .replace(/^type /, '')
      .split(' as ');
    return nameThere === '' ? [] : [{ name, nameThere }];
  });
}

function withoutStars(comment: string): string {
  return comment.replace(/^\/\*\*|\*\/$/g, '').replace(/^[ \t]*\* ?/gm, '');
}
