/**
 * The pages of the reference: one for each entry point, and one that lists them. A page has a section for each name
 * that the entry point exports, and one for each type that the signatures mention and that cannot be imported.
 */
import {
  type Comment,
  type DeclarationReflection,
  type ReferenceReflection,
  type Reflection,
  ReflectionKind,
  type SignatureReflection,
} from 'typedoc';
import {
  descriptionMarkup,
  detailsMarkup,
  indent,
  moduleMarkup,
  type PageLinks,
  partsMarkup,
  summaryMarkup,
  tagsOf,
} from './comment-markup.js';
import type { DocumentedPackage } from './entry-points.js';
import type { DocumentedModule } from './read-project.js';
import {
  join,
  type Piece,
  propertyPieces,
  signaturePieces,
  typeParameterPieces,
  typePieces,
} from './signature-text.js';

/** The name under which the pages import a default export. */
const DEFAULT_BINDING = 'throughline';

/** A name with everything that is declared under it: an interface and a value may share it. */
interface Section {
  readonly name: string;
  readonly declarations: readonly DeclarationReflection[];
}

export interface PageContext extends PageLinks {
  /** Returns the id of a declaration or a member on this page. */
  idOf(declaration: DeclarationReflection): string;
  /** Returns the declarations of a type that is not exported and whose members a value shows as its own. */
  inlinedType(declaration: DeclarationReflection): DeclarationReflection | undefined;
  /** Returns the mentioned declarations that a page shows. */
  shownMentions(module: DocumentedModule): readonly DeclarationReflection[];
}

/** Returns the page of an entry point as Markdown. */
export function modulePage(documented: DocumentedModule, context: PageContext): string {
  const { specifier, docblock, exported, foreign } = documented;
  const sections = sectionsOf(exported);
  const mentions = sectionsOf(context.shownMentions(documented));
  return paragraphs([
    frontmatter(specifier),
    `# ${specifier}`,
    ...moduleMarkup(docblock),
    importMarkup(specifier, exported),
    ...(sections.length > 2 ? [sections.map((section) => listItem(section, context)).join('\n')] : []),
    ...sections.flatMap((section) => sectionMarkup(section, context)),
    ...foreign.flatMap(({ name, from }) => [`## \`${name}\``, `Re-exported from \`${from}\`.`]),
    ...(mentions.length === 0
      ? []
      : [
          '## Types that cannot be imported {#mentioned-types}',
          'The signatures above mention these types, and the package does not export them.',
          ...mentions.flatMap((section) => sectionMarkup(section, context, 3)),
        ]),
  ]);
}

/** Returns the page that lists all entry points. */
export function indexPage(
  packages: readonly DocumentedPackage[],
  modules: readonly DocumentedModule[],
  urls: ReadonlyMap<Reflection, string>,
): string {
  const lists = packages.flatMap(({ name, description, entryPoints }) => [
    `## ${name}`,
    `${description}.`,
    entryPoints
      .map(({ specifier, path }) => {
        const names = sectionsOf(modules.find((found) => found.specifier === specifier)?.exported ?? []);
        const text = names
          .map((section) => {
            const [declaration] = section.declarations;
            return `[\`${headingOf(section)}\`](${(declaration && urls.get(declaration)) ?? path})`;
          })
          .join(', ');
        return `- [${specifier}](${path})${text === '' ? '' : `: ${text}`}`;
      })
      .join('\n'),
  ]);
  return paragraphs([
    frontmatter('API reference'),
    '# API reference',
    'This page lists every name that the packages export, by the module from which a program imports it. The ' +
      'descriptions are the docblocks, which editors show as well. A test runs each example.',
    ...lists,
  ]);
}

/**
 * Returns the id of each declaration of a page, and of its members. VitePress turns the fragments of links into lower
 * case, so the ids are in lower case, and `Session` and `session()` need different ones.
 */
export function idsOf(
  declarations: readonly DeclarationReflection[],
  inlinedType: PageContext['inlinedType'],
): Map<Reflection, string> {
  const ids = new Map<Reflection, string>();
  const owners = new Map<string, unknown>();
  const claim = (name: string, owner: unknown) => {
    const wanted = name.toLowerCase().replace(/[^a-z0-9_-]/g, '');
    let id = wanted;
    for (let number = 2; owners.has(id) && owners.get(id) !== owner; number++) id = `${wanted}-${number}`;
    owners.set(id, owner);
    return id;
  };
  for (const declaration of sectionsOf(declarations).flatMap((section) => section.declarations)) {
    const id = claim(declaration.name, declaration.name);
    ids.set(declaration, id);
    const inlined = inlinedType(declaration);
    if (inlined !== undefined) ids.set(inlined, id);
    for (const member of membersOf(inlined ?? declaration)) {
      ids.set(member, claim(`${id}-${member.name}`, member));
    }
  }
  return ids;
}

function sectionsOf(declarations: readonly DeclarationReflection[]): Section[] {
  const names = [...new Set(declarations.map(({ name }) => name))];
  const sections = names.map((name) => ({ name, declarations: declarations.filter((found) => found.name === name) }));
  // What a program calls comes first.
  return [...sections.filter((section) => !isType(section)), ...sections.filter(isType)];
}

function isType({ declarations }: Section): boolean {
  return declarations.every((declaration) =>
    targetOf(declaration).kindOf([ReflectionKind.Interface, ReflectionKind.TypeAlias]),
  );
}

/** Returns the declaration that a re-export leads to, or the declaration itself. */
function targetOf(declaration: DeclarationReflection): Reflection {
  return (declaration.isReference() && declaration.tryGetTargetReflectionDeep()) || declaration;
}

function headingOf({ name, declarations }: Section): string {
  const isFunction = declarations.some((declaration) => targetOf(declaration).kindOf(ReflectionKind.Function));
  if (name === 'default') return 'default';
  return isFunction ? `${name}()` : name;
}

function listItem(section: Section, context: PageContext): string {
  const summary = section.declarations
    .map((declaration) => summaryMarkup(commentOf(declaration), { ...context, urlOfName: () => undefined }))
    .find((text) => text !== '');
  return `- [\`${headingOf(section)}\`](#${idOfSection(section, context)})${summary === undefined ? '' : `: ${indent(summary)}`}`;
}

function idOfSection({ name, declarations: [declaration] }: Section, context: PageContext): string {
  return declaration === undefined ? name : context.idOf(declaration);
}

function commentOf(declaration: DeclarationReflection) {
  return declaration.comment ?? declaration.signatures?.[0]?.comment;
}

function importMarkup(specifier: string, exported: readonly DeclarationReflection[]): string {
  const named = sectionsOf(exported)
    .filter(({ name }) => name !== 'default')
    .map((section) => (isType(section) ? `type ${section.name}` : section.name));
  const hasDefault = exported.some(({ name }) => name === 'default');
  const bindings = [
    ...(hasDefault ? [DEFAULT_BINDING] : []),
    ...(named.length === 0 ? [] : [`{ ${named.join(', ')} }`]),
  ];
  const line = bindings.length === 0 ? `import '${specifier}';` : `import ${bindings.join(', ')} from '${specifier}';`;
  const isLong = line.length > 80 && named.length > 0;
  return codeBlock(
    isLong ? line.replace(/\{ (.*) \}/, (_, names: string) => `{\n  ${names.replaceAll(', ', ',\n  ')},\n}`) : line,
  );
}

function sectionMarkup(section: Section, context: PageContext, level = 2): string[] {
  const heading = section.name === 'default' ? 'The default export' : `\`${headingOf(section)}\``;
  // A section does not link to itself.
  const urlOfName = (name: string) => (name === section.name ? undefined : context.urlOfName(name));
  // An interface describes what the value of the same name creates.
  const declarations = section.declarations.toSorted((a, b) => rankOf(a) - rankOf(b));
  return [
    `${'#'.repeat(level)} ${heading} {#${idOfSection(section, context)}}`,
    ...declarations.flatMap((declaration, index) => {
      const isRepeated = declarations.slice(0, index).some((earlier) => hasSameComment(earlier, declaration));
      return declarationMarkup(declaration, { ...context, urlOfName }, level, isRepeated);
    }),
  ];
}

/** A value and the type of the same name may have one docblock. */
function hasSameComment(a: DeclarationReflection, b: DeclarationReflection): boolean {
  return a.comment !== undefined && b.comment !== undefined && a.comment.similarTo(b.comment);
}

function rankOf(declaration: DeclarationReflection): number {
  if (declaration.kindOf(ReflectionKind.Namespace)) return 2;
  return commentOf(declaration) === undefined ? 1 : 0;
}

function declarationMarkup(
  declaration: DeclarationReflection,
  context: PageContext,
  level: number,
  isRepeated: boolean,
): string[] {
  if (declaration.kindOf(ReflectionKind.Reference)) return referenceMarkup(declaration as ReferenceReflection, context);
  const { signatures = [] } = declaration;
  if (declaration.kindOf(ReflectionKind.Function)) {
    const name = declaration.name === 'default' ? DEFAULT_BINDING : declaration.name;
    return signatures.flatMap((signature) => callMarkup(signature, name, 'function ', context));
  }
  if (declaration.kindOf(ReflectionKind.Namespace)) return namespaceMarkup(declaration, context);
  const inlined = context.inlinedType(declaration);
  const { name } = declaration;
  const comment = isRepeated ? undefined : (declaration.comment ?? inlined?.comment);
  return [
    signatureMarkup(headPieces(declaration, inlined), context),
    descriptionMarkup(comment, context),
    ...detailsMarkup(comment, context),
    sourceMarkup(declaration, context),
    ...signatures.flatMap((signature) => callMarkup(signature, '', '', context)),
    ...functionTypeMarkup(declaration, context),
    ...membersMarkup(inlined ?? declaration, name, inlined !== undefined, context, level + 1),
  ];
}

/** Returns what the docblock of a type says of the parameters and the result, if the type is that of a function. */
function functionTypeMarkup({ type }: DeclarationReflection, context: PageContext): string[] {
  const signatures = (type?.type === 'reflection' && type.declaration.signatures) || [];
  return signatures.length === 1 ? signatures.flatMap((signature) => parametersMarkup(signature, context)) : [];
}

/** Returns the types of a namespace. Its values are shown with the value of the same name. */
function namespaceMarkup(namespace: DeclarationReflection, context: PageContext): string[] {
  const types = (namespace.children ?? []).map((type) => [
    'type ',
    `${namespace.name}.${type.name}`,
    ...typeParameterPieces(type.typeParameters),
    ' = ',
    ...typePieces(type.type),
  ]);
  return [`**Types in \`${namespace.name}\`**`, ...types.map((pieces) => signatureMarkup(pieces, context))];
}

function referenceMarkup(reference: ReferenceReflection, context: PageContext): string[] {
  const target = reference.tryGetTargetReflectionDeep();
  const url = target && context.urlOf(target);
  if (url === undefined) throw new Error(`${reference.getFullName()} re-exports what no page of the reference shows.`);
  return [`The same as [\`${target?.name}\` of \`${moduleName(url)}\`](${url}).`];
}

function moduleName(url: string): string {
  return url.replace(/^\/reference\/|\/?#.*$/g, '').replace(/^(?!throughline(?:\/|$))/, '@throughline/');
}

/** Returns the line that declares a class, an interface, a type or a value, without its members. */
function headPieces(declaration: DeclarationReflection, inlined: DeclarationReflection | undefined): Piece[] {
  const { name, type, typeParameters, extendedTypes = [], implementedTypes = [] } = declaration;
  const parameters = typeParameterPieces(typeParameters);
  const heritage = (keyword: string, types: typeof extendedTypes): Piece[] =>
    types.length === 0
      ? []
      : [
          ` ${keyword} `,
          ...join(
            types.map((parent) => typePieces(parent)),
            ', ',
          ),
        ];
  if (declaration.kindOf(ReflectionKind.Class)) {
    const parents = [...heritage('extends', extendedTypes), ...heritage('implements', implementedTypes)];
    return ['class ', name, ...parameters, ...parents];
  }
  if (declaration.kindOf(ReflectionKind.Interface)) {
    return ['interface ', name, ...parameters, ...heritage('extends', extendedTypes)];
  }
  if (declaration.kindOf(ReflectionKind.TypeAlias)) {
    return ['type ', name, ...parameters, ...(hasMembers(declaration) ? [] : [' = ', ...typePieces(type)])];
  }
  return ['const ', name, ...(inlined !== undefined || hasMembers(declaration) ? [] : [': ', ...typePieces(type)])];
}

/** Whether the type is an object whose properties are shown one by one. */
function hasMembers({ type }: DeclarationReflection): boolean {
  return type?.type === 'reflection' && (type.declaration.children?.length ?? 0) > 0;
}

/** Returns the members of a class, an interface, or an object type: constructors and calls first. */
function membersOf(declaration: DeclarationReflection): DeclarationReflection[] {
  const { type } = declaration;
  const owner = type?.type === 'reflection' ? type.declaration : declaration;
  return (owner.children ?? []).filter(
    // Members with a symbol as their name are for the runtime, and `prototype` is a detail of the types.
    ({ name, inheritedFrom }) => inheritedFrom === undefined && !name.startsWith('[') && name !== 'prototype',
  );
}

const CALLABLE = [ReflectionKind.Method, ReflectionKind.Constructor, ReflectionKind.Function];

/**
 * @param declaration the class or type with the members
 * @param owner the name under which they are shown
 * @param isValue whether they are members of the value with this name, and not of its instances
 */
function membersMarkup(
  declaration: DeclarationReflection,
  owner: string,
  isValue: boolean,
  context: PageContext,
  level: number,
): string[] {
  const members = membersOf(declaration);
  const calls = members.filter((member) => member.kindOf(CALLABLE) && member.signatures !== undefined);
  const properties = members.filter((member) => !calls.includes(member));
  const list = properties.map((property) => propertyMarkup(property, context));
  return [
    ...calls.flatMap((member) => {
      const isConstructor = member.kindOf(ReflectionKind.Constructor);
      const isStatic = isValue || member.flags.isStatic;
      const keyword = isStatic && !isConstructor ? 'static ' : '';
      const name = isConstructor
        ? `new ${owner.replace(/(?<=.)Constructor$/, '')}`
        : `${member.name}${member.flags.isOptional ? '?' : ''}`;
      const heading = isStatic && !isConstructor ? `${owner}.${name}` : name;
      return [
        `${'#'.repeat(level)} \`${heading}()\` {#${context.idOf(member)}}`,
        ...(member.signatures ?? []).flatMap((signature) => callMarkup(signature, name, keyword, context)),
      ];
    }),
    ...(list.length === 0 ? [] : [`**Properties of \`${owner}\`**`, list.join('\n')]),
  ];
}

function propertyMarkup(property: DeclarationReflection, context: PageContext): string {
  const comment = property.comment ?? property.getSignature?.comment;
  const pieces = property.signatures
    ? join(
        property.signatures.map((signature) => signaturePieces(signature, property.name)),
        '; ',
      )
    : propertyPieces(property);
  const text = [descriptionMarkup(comment, context), ...detailsMarkup(comment, context)].filter((part) => part !== '');
  const anchor = `<a id="${context.idOf(property)}"></a>`;
  return `- ${anchor}${inlineSignature(pieces, context)}${text.length === 0 ? '' : `\\\n  ${indent(text.join('\n\n'))}`}`;
}

/** Returns the signature of a function with its docblock. */
function callMarkup(signature: SignatureReflection, name: string, keyword: string, context: PageContext): string[] {
  const { comment } = signature;
  return [
    signatureMarkup([keyword, ...signaturePieces(signature, name)], context),
    descriptionMarkup(comment, context),
    ...parametersMarkup(signature, context),
    ...detailsMarkup(comment, context),
    sourceMarkup(signature, context),
  ];
}

/** Returns the parameters and the result. */
function parametersMarkup({ comment, parameters = [] }: SignatureReflection, context: PageContext): string[] {
  const items = parameters.flatMap((parameter) => {
    if (parameter.comment === undefined) return [];
    const text = partsMarkup(parameter.comment.summary, context).trim();
    return [`- \`${parameter.name}\`: ${indent(text)}`];
  });
  return [...(items.length === 0 ? [] : ['**Parameters**', items.join('\n')]), ...returnsMarkup(comment, context)];
}

function returnsMarkup(comment: Comment | undefined, context: PageContext): string[] {
  const [returns] = tagsOf(comment, '@returns');
  return returns === undefined ? [] : [`**Returns** ${partsMarkup(returns.content, context).trim()}`];
}

function sourceMarkup({ sources }: DeclarationReflection | SignatureReflection, context: PageContext): string {
  const source = sources?.at(-1);
  if (source === undefined) return '';
  const url = context.urlOfSource(source.fileName, source.line);
  // A file of another kind than a page: the router of the site must not open it.
  return `<p class="source"><a href="${url}" target="_self">${source.fileName}, line ${source.line}</a></p>`;
}

function signatureMarkup(pieces: readonly Piece[], context: PageContext): string {
  return `<div class="signature" v-pre>\n\n${piecesMarkup(pieces, context)}\n\n</div>`;
}

function inlineSignature(pieces: readonly Piece[], context: PageContext): string {
  return `<span class="signature" v-pre>${piecesMarkup(pieces, context)}</span>`;
}

function piecesMarkup(pieces: readonly Piece[], context: PageContext): string {
  return pieces
    .map((piece) => {
      if (typeof piece === 'string') return escapeCode(piece);
      const url = context.urlOf(piece.target);
      return url === undefined ? escapeCode(piece.text) : `[${escapeCode(piece.text)}](${url})`;
    })
    .join('');
}

/** Escapes everything that could have a meaning in Markdown, and keeps line breaks and the indentation of lines. */
function escapeCode(text: string): string {
  return text
    .replace(/[^A-Za-z0-9 \n,.:;?'"/-]/g, (character) => `&#${character.codePointAt(0)};`)
    .replace(/\n( *)/g, (_, indentation: string) => `\\\n${'&nbsp;'.repeat(indentation.length)}`);
}

function codeBlock(code: string): string {
  return `\`\`\`ts\n${code}\n\`\`\``;
}

function frontmatter(title: string): string {
  return `---\ntitle: ${JSON.stringify(title)}\noutline: [2, 3]\n---`;
}

function paragraphs(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
