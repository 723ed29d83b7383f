/** Where a file names a module, and what the file takes from the module there. */
import type { Node } from 'oxc-parser';
import { type Identifier, propertyNameOf, type SourceFile, type StringNode, stringValueOf } from './source-file.js';

/** An entry of `import { … }`, `export { … }` or a destructuring: a name of the module and its text. */
export interface NamedEntry {
  readonly name: string;
  readonly node: Node;
  /** The variable that the entry declares; undefined in an export. */
  readonly local: Identifier | undefined;
}

/** What a site takes from its module. */
export type Taken =
  /** Names: `import { a }`, `export { a } from`, `const { a } = require()`, `require().a`, `import().then(({ a }) => …)`. */
  | { readonly kind: 'names'; readonly entries: readonly NamedEntry[]; readonly list: Node | undefined }
  /** The module as one object: `import * as a`, `import a`, `const a = require()`, `import a = require()`. */
  | { readonly kind: 'object'; readonly local: Identifier; readonly isDefault: boolean }
  /** Anything else, which is never changed. */
  | { readonly kind: 'other'; readonly reason: string };

export interface ModuleSite {
  readonly file: SourceFile;
  /** The string that names the module. */
  readonly source: StringNode;
  readonly specifier: string;
  /** The smallest node that loads the module: a declaration, or a call of `require` or `import`. */
  readonly node: Node;
  /** The statement that consists of this site alone; undefined if there is more in it. */
  readonly statement: Node | undefined;
  readonly syntax: 'import' | 'export' | 'import equals' | 'require' | 'dynamic import' | 'type' | 'mock' | 'call';
  readonly taken: Taken;
}

/** The functions of test runners that replace a module, or load the original of a replaced one. */
const MOCK_OBJECTS = new Set(['jest', 'vi', 'vitest', 'mock', 'td', 'proxyquire']);

/** The names of other functions that load or find a module. */
const LOADING_FUNCTIONS = new Set(['require', 'resolve', 'import', 'getBuiltinModule', 'define']);

export function findModuleSites(file: SourceFile, isWanted: (specifier: string) => boolean): ModuleSite[] {
  const sites: ModuleSite[] = [];
  for (const node of file.nodes) {
    if (node.type !== 'Literal' && node.type !== 'TemplateLiteral') continue;
    const specifier = stringValueOf(node);
    if (specifier === undefined || !isWanted(specifier)) continue;
    const site = siteOf(file, node, specifier);
    if (site !== undefined) sites.push(site);
  }
  return sites;
}

function siteOf(file: SourceFile, source: StringNode, specifier: string): ModuleSite | undefined {
  const parent = file.parentOf(source);
  const site = (node: Node, syntax: ModuleSite['syntax'], taken: Taken, statement: Node | undefined): ModuleSite => ({
    file,
    source,
    specifier,
    node,
    syntax,
    taken,
    statement,
  });
  switch (parent.type) {
    case 'ImportDeclaration':
      return site(parent, 'import', takenByImport(parent), parent);
    case 'ExportNamedDeclaration': {
      const entries = parent.specifiers.map((node) => ({ name: exportedName(node.local), node, local: undefined }));
      return site(parent, 'export', { kind: 'names', entries, list: parent }, parent);
    }
    case 'ExportAllDeclaration':
      return site(
        parent,
        'export',
        other('The statement re-exports all names of the module. Other files may use any of them.'),
        parent,
      );
    case 'TSExternalModuleReference': {
      const declaration = file.parentOf(parent);
      if (declaration.type !== 'TSImportEqualsDeclaration') return undefined;
      const taken: Taken = { kind: 'object', local: declaration.id, isDefault: false };
      return site(declaration, 'import equals', taken, declaration);
    }
    case 'TSImportType':
      return site(parent, 'type', takenByType(parent), undefined);
    case 'TSModuleDeclaration':
      return site(parent, 'type', other('The declaration adds types to the module.'), parent);
    case 'ImportExpression':
      return site(parent, 'dynamic import', ...takenByExpression(file, parent, true));
    case 'CallExpression': {
      if (parent.arguments[0] !== source) return undefined;
      const { callee } = parent;
      if (callee.type === 'Identifier' && callee.name === 'require' && parent.arguments.length === 1) {
        return site(parent, 'require', ...takenByExpression(file, parent, false));
      }
      const object = callee.type === 'MemberExpression' ? callee.object : callee;
      const isMock = object.type === 'Identifier' && MOCK_OBJECTS.has(object.name);
      const text = file.textOf(callee);
      if (isMock) return site(parent, 'mock', other(`${text}() replaces or loads the module by its name.`), undefined);
      const name = propertyNameOf(callee) ?? text;
      if (!LOADING_FUNCTIONS.has(name)) return undefined;
      return site(parent, 'call', other(`${text}() is called with the name of the module.`), undefined);
    }
    default:
      return undefined;
  }
}

function other(reason: string): Taken {
  return { kind: 'other', reason };
}

function exportedName(node: Node): string {
  return node.type === 'Identifier' ? node.name : (stringValueOf(node) ?? '');
}

function takenByImport(node: Extract<Node, { type: 'ImportDeclaration' }>): Taken {
  const { specifiers } = node;
  if (node.attributes.length > 0) return other('The import has attributes.');
  const [first] = specifiers;
  if (first === undefined) return other('The statement imports nothing from the module.');
  const entries: NamedEntry[] = [];
  for (const specifier of specifiers) {
    if (specifier.type === 'ImportSpecifier') {
      entries.push({ name: exportedName(specifier.imported), node: specifier, local: specifier.local });
    }
  }
  if (entries.length === specifiers.length) return { kind: 'names', entries, list: node };
  if (specifiers.length > 1) return other('The statement combines a default import with other imports.');
  return { kind: 'object', local: first.local, isDefault: first.type === 'ImportDefaultSpecifier' };
}

function takenByType({ qualifier }: Extract<Node, { type: 'TSImportType' }>): Taken {
  if (qualifier?.type !== 'Identifier') return other('The type is that of the whole module, or a nested type.');
  return {
    kind: 'names',
    entries: [{ name: qualifier.name, node: qualifier, local: undefined }],
    list: undefined,
  };
}

/** @returns what the expression takes from the module, and the statement if it consists of nothing else */
function takenByExpression(file: SourceFile, call: Node, isPromise: boolean): [Taken, Node | undefined] {
  let value = call;
  let parent = file.parentOf(value);
  if (isPromise) {
    const taken = takenByReaction(file, call);
    if (taken !== undefined) return [taken, undefined];
    if (parent.type !== 'AwaitExpression')
      return [other('The promise of import() is used in a way that the command cannot follow.'), undefined];
    value = parent;
    parent = file.parentOf(value);
  }
  while (parent.type === 'ParenthesizedExpression') {
    value = parent;
    parent = file.parentOf(value);
  }
  if (parent.type === 'MemberExpression' && parent.object === value) {
    const name = propertyNameOf(parent);
    if (name === undefined) return [other('A property of the module is read with a computed name.'), undefined];
    const declared = declaredBy(file, parent);
    const entries = [{ name, node: parent.property, local: declared?.local }];
    return [{ kind: 'names', entries, list: undefined }, declared?.statement];
  }
  if (parent.type !== 'VariableDeclarator' || parent.init !== value) {
    return [other('The module is used as a value, which the command cannot follow.'), undefined];
  }
  const statement = loneStatement(file, parent);
  const { id } = parent;
  if (id.type === 'Identifier') return [{ kind: 'object', local: id, isDefault: false }, statement];
  return [takenByPattern(id), statement];
}

/** The variable that an expression initializes, and the statement if it declares nothing else. */
function declaredBy(file: SourceFile, value: Node): { local: Identifier; statement: Node | undefined } | undefined {
  const declarator = file.parentOf(value);
  if (declarator.type !== 'VariableDeclarator' || declarator.init !== value) return undefined;
  if (declarator.id.type !== 'Identifier') return undefined;
  return { local: declarator.id, statement: loneStatement(file, declarator) };
}

/** The statement that contains only one declarator. */
function loneStatement(file: SourceFile, declarator: Node): Node | undefined {
  const declaration = file.parentOf(declarator);
  const isAlone = declaration.type === 'VariableDeclaration' && declaration.declarations.length === 1;
  const holder = file.parentOf(declaration);
  const isStatement = holder === file.program || holder.type === 'BlockStatement' || holder.type === 'StaticBlock';
  return isAlone && isStatement ? declaration : undefined;
}

/** Whether a site is the value of a variable that the file exports, or an exported `import x = require()`. */
export function isExportedSite({ file, node }: ModuleSite): boolean {
  for (let child = node; ; ) {
    const parent = file.parentOf(child);
    if (parent.type === 'ExportNamedDeclaration') return parent.declaration === child;
    if (parent.type === 'Program' || 'params' in parent) return false;
    child = parent;
  }
}

/** What the first function that `import().then()` receives takes from the module. */
function takenByReaction(file: SourceFile, call: Node): Taken | undefined {
  const member = file.parentOf(call);
  if (member.type !== 'MemberExpression' || member.object !== call || propertyNameOf(member) !== 'then')
    return undefined;
  const reaction = file.parentOf(member);
  if (reaction.type !== 'CallExpression' || reaction.callee !== member) return undefined;
  const [listener] = reaction.arguments;
  if (listener?.type !== 'ArrowFunctionExpression' && listener?.type !== 'FunctionExpression') return undefined;
  const [parameter] = listener.params;
  if (parameter?.type !== 'ObjectPattern') return undefined;
  const taken = takenByPattern(parameter);
  // Nothing can be split here.
  return taken.kind === 'names' ? { ...taken, list: undefined } : taken;
}

export function takenByPattern(pattern: Node): Taken {
  if (pattern.type !== 'ObjectPattern') return other('The module is destructured as an array.');
  const entries: NamedEntry[] = [];
  for (const property of pattern.properties) {
    if (property.type === 'RestElement') return other('The module is destructured with a rest element.');
    const name = property.computed
      ? stringValueOf(property.key)
      : property.key.type === 'Identifier'
        ? property.key.name
        : stringValueOf(property.key);
    if (name === undefined) return other('A property of the module is read with a computed name.');
    const { value } = property;
    const local = value.type === 'Identifier' ? value : undefined;
    entries.push({ name, node: property, local });
  }
  return { kind: 'names', entries, list: pattern };
}
