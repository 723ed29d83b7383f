/**
 * Uses of a storage whose meaning depends on its class. They prevent `AsyncLocalStorage` from being replaced:
 *
 * | Use | Concerns |
 * | --- | --- |
 * | `x instanceof AsyncLocalStorage` | every file of the program |
 * | the option `asyncLocalStorage` of Koa, which tests the class | every file of the program |
 * | a subclass that overrides a method, the option `onPropagate` | its own file |
 * | `enterWith()` and `disable()` on Node 20 or 22 | the files that create a storage of this name |
 *
 * The files that a storage passes through are not followed. A storage is known by the name of the variable or property
 * that it was assigned to, and one without a name may be any of them. If a file passes the class itself on, such as by
 * `export { AsyncLocalStorage }`, other files create and extend what it imports, so each of these uses concerns every
 * file.
 */
import type { Node } from 'oxc-parser';
import type { Leftover } from './migration.js';
import { findModuleSites, isExportedSite } from './module-sites.js';
import { propertyNameOf, type SourceFile } from './source-file.js';

const LIBRARY = 'node:async_hooks';
const STORAGE = 'AsyncLocalStorage';

/** The methods of a storage that call each other in Node. */
const METHODS: ReadonlySet<string> = new Set(['run', 'getStore', 'enterWith', 'exit', 'disable']);

/** The entry for a storage without a name. */
const NO_NAME = '';

interface MethodUse {
  readonly file: SourceFile;
  readonly node: Node;
  readonly method: 'enterWith' | 'disable';
  /** The expression whose method it is. */
  readonly storage: Node;
}

type ClassNode = Extract<Node, { type: 'ClassDeclaration' | 'ClassExpression' }>;

export class StorageClassUses {
  readonly #everywhere: Leftover[] = [];
  readonly #ofFile = new Map<SourceFile, Leftover[]>();
  readonly #ofName = new Map<string, Leftover[]>();
  readonly #createdNames = new Map<SourceFile, Set<string>>();
  #isPassedOn = false;

  /**
   * @param files all files of the program
   * @param runsOnNode24 whether the program runs only on Node 24 and later, where `enterWith()` and `disable()` of both
   * classes do the same
   */
  constructor(files: readonly SourceFile[], runsOnNode24: boolean) {
    const methodUses: MethodUse[] = [];
    for (const file of files) {
      const aliases = classAliases(file);
      this.#isPassedOn ||= exportsClass(file);
      const isClass = (node: Node): boolean =>
        (node.type === 'Identifier' && aliases.has(node.name)) || propertyNameOf(node) === STORAGE;
      for (const node of file.nodes) {
        this.#isPassedOn ||= isClass(node) && isPassedOn(file, node, isClass);
        this.#visit(file, node, isClass);
        const use = runsOnNode24 ? undefined : methodUseOf(file, node);
        if (use !== undefined) methodUses.push(use);
      }
    }
    const names = new Set([...this.#createdNames.values()].flatMap((created) => [...created]));
    for (const use of methodUses) this.#addMethodUse(use, names);
  }

  /** Returns the uses because of which a file must keep the class of Node. */
  preventing(file: SourceFile): readonly Leftover[] {
    if (this.#isPassedOn) {
      return [...this.#everywhere, ...[...this.#ofFile.values()].flat(), ...[...this.#ofName.values()].flat()];
    }
    const names = this.#createdNames.get(file) ?? new Set();
    const concerned = names.has(NO_NAME)
      ? [...this.#ofName.values()].flat()
      : [...names].flatMap((name) => this.#ofName.get(name) ?? []);
    return [...this.#everywhere, ...(this.#ofFile.get(file) ?? []), ...concerned];
  }

  #visit(file: SourceFile, node: Node, isClass: (node: Node) => boolean): void {
    if (node.type === 'BinaryExpression' && node.operator === 'instanceof' && isClass(node.right)) {
      this.#everywhere.push(
        leftover(
          file,
          node,
          `A storage of one class is not an instance of the other. Every ${STORAGE} of the program was kept.`,
          'Test what the code needs, such as typeof storage.getStore, and run the command again.',
        ),
      );
    } else if (isStorageOption(node)) {
      this.#everywhere.push(
        leftover(
          file,
          node,
          `Koa ignores a storage that is not an instance of Node's class. Every ${STORAGE} of the program was kept.`,
          'Use asyncLocalStorage: true and app.currentContext, and run the command again.',
        ),
      );
    } else if (node.type === 'NewExpression' && isClass(node.callee)) {
      this.#addName(file, assignedName(file, node) ?? NO_NAME);
      const [options] = node.arguments;
      if (options === undefined || !/\bonPropagate\b/.test(file.textOf(options))) return;
      const reason = 'Throughline does not have the option onPropagate.';
      append(this.#ofFile, file, leftover(file, options, reason, 'Remove the option, and run the command again.'));
    } else if (isSubclass(node, isClass)) {
      // Its instances are created elsewhere.
      this.#addName(file, NO_NAME);
      if (!overridesMethod(node)) return;
      const reason = "The subclass overrides a method that Node's run() calls and Throughline's does not.";
      append(
        this.#ofFile,
        file,
        leftover(file, node, reason, 'Hold the storage in a field instead of extending its class.'),
      );
    }
  }

  #addName(file: SourceFile, name: string): void {
    const names = this.#createdNames.get(file) ?? new Set();
    this.#createdNames.set(file, names.add(name));
  }

  #addMethodUse({ file, node, method, storage }: MethodUse, names: ReadonlySet<string>): void {
    const storageName = this.#createdName(file, storage);
    const isKnown = storageName !== undefined && names.has(storageName);
    // Many classes have a method `disable`, but only storages have `enterWith`.
    if (!isKnown && method === 'disable' && !names.has(lastNameOf(storage) ?? NO_NAME)) return;
    const [reason, instead] =
      method === 'enterWith'
        ? ["a value set by enterWith() lasts longer with Node's class", 'Use run()']
        : ["disable() of Node's class removes the values of all flows", 'Let the flow end instead'];
    const remedy = `${instead}, or declare "engines": { "node": ">=24" } if the program does not support older versions, and run the command again.`;
    const use = leftover(file, node, `On Node 20 and 22, ${reason}.`, remedy);
    if (isKnown) append(this.#ofName, storageName, use);
    else this.#everywhere.push(use);
  }

  /** The name under which a storage was created; undefined if it cannot be known from the name that a file uses. */
  #createdName(file: SourceFile, storage: Node): string | undefined {
    const name = lastNameOf(storage);
    if (name === undefined || this.#createdNames.get(file)?.has(name)) return name;
    if (storage.type === 'MemberExpression' && storage.object.type === 'ThisExpression') return undefined;
    if (storage.type !== 'Identifier') return name;
    for (const { taken } of findModuleSites(file, () => true)) {
      if (taken.kind === 'object' && taken.local.name === name) return undefined;
      const entry = taken.kind === 'names' ? taken.entries.find(({ local }) => local?.name === name) : undefined;
      if (entry !== undefined) return entry.name === 'default' ? undefined : entry.name;
    }
    // A parameter, or another variable of the file.
    return file.referencesTo(storage) === undefined ? undefined : name;
  }
}

function leftover(file: SourceFile, { start }: Node, reason: string, remedy: string): Leftover {
  return { file, index: start, library: LIBRARY, reason, remedy };
}

function append<K>(map: Map<K, Leftover[]>, key: K, item: Leftover): void {
  map.set(key, [...(map.get(key) ?? []), item]);
}

function methodUseOf(file: SourceFile, node: Node): MethodUse | undefined {
  if (node.type !== 'MemberExpression') return undefined;
  const method = propertyNameOf(node);
  if (method !== 'enterWith' && method !== 'disable') return undefined;
  return { file, node, method, storage: node.object };
}

/** Whether the class itself reaches other code at a node, which is the class. */
function isPassedOn(file: SourceFile, node: Node, isClass: (node: Node) => boolean): boolean {
  const parent = file.parentOf(node);
  switch (parent.type) {
    case 'ExportSpecifier':
      return parent.exportKind !== 'type';
    case 'ExportDefaultDeclaration':
    case 'TSExportAssignment':
    case 'ArrayExpression':
    case 'ConditionalExpression':
    case 'LogicalExpression':
    case 'ReturnStatement':
    case 'ArrowFunctionExpression':
      return true;
    case 'CallExpression':
      return parent.callee !== node;
    case 'NewExpression':
      return parent.callee !== node;
    case 'AssignmentExpression':
      return parent.right === node;
    case 'VariableDeclarator':
      return parent.init === node && !isClass(parent.id);
    case 'Property':
      return parent.value === node && file.parentOf(parent).type === 'ObjectExpression';
    case 'PropertyDefinition':
    case 'AccessorProperty':
      return parent.value === node;
    default:
      return false;
  }
}

function isSubclass(node: Node, isClass: (node: Node) => boolean): node is ClassNode {
  return (
    (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') &&
    node.superClass !== null &&
    isClass(node.superClass)
  );
}

function overridesMethod({ body }: ClassNode): boolean {
  return body.body.some(
    (member) =>
      'key' in member &&
      !('static' in member && member.static) &&
      member.key.type === 'Identifier' &&
      METHODS.has(member.key.name),
  );
}

/** Whether a node is a property `asyncLocalStorage: storage` of an object, rather than `asyncLocalStorage: true`. */
function isStorageOption(node: Node): boolean {
  return (
    node.type === 'Property' &&
    !node.computed &&
    node.key.type === 'Identifier' &&
    node.key.name === 'asyncLocalStorage' &&
    node.value.type !== 'Literal'
  );
}

/** Whether a file exports the class by `export const { AsyncLocalStorage } = require()` or the like. */
function exportsClass(file: SourceFile): boolean {
  return findModuleSites(file, () => true).some((site) => {
    return (
      site.taken.kind === 'names' && site.taken.entries.some(({ name }) => name === STORAGE) && isExportedSite(site)
    );
  });
}

/** The names under which a file knows the class, from any module: a file of the program can export it again. */
function classAliases(file: SourceFile): ReadonlySet<string> {
  const aliases = new Set([STORAGE]);
  for (const { taken } of findModuleSites(file, () => true)) {
    if (taken.kind !== 'names') continue;
    for (const { name, local } of taken.entries) if (name === STORAGE && local !== undefined) aliases.add(local.name);
  }
  return aliases;
}

/** The name of the variable or property that a new storage is assigned to. */
function assignedName(file: SourceFile, node: Node): string | undefined {
  let value = node;
  for (;;) {
    const parent = file.parentOf(value);
    switch (parent.type) {
      case 'VariableDeclarator':
        return parent.id.type === 'Identifier' ? parent.id.name : undefined;
      case 'AssignmentExpression':
        return parent.right === value ? lastNameOf(parent.left) : undefined;
      case 'Property':
      case 'PropertyDefinition':
      case 'AccessorProperty':
        return parent.value === value ? lastNameOf(parent.key) : undefined;
      case 'LogicalExpression':
      case 'ConditionalExpression':
      case 'ParenthesizedExpression':
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSNonNullExpression':
        value = parent;
        break;
      default:
        return undefined;
    }
  }
}

/** The last name of `a`, `this.a`, `this.#a` or `x.y.a`. */
function lastNameOf(node: Node): string | undefined {
  if (node.type === 'Identifier' || node.type === 'PrivateIdentifier') return node.name;
  if (node.type === 'ParenthesizedExpression' || node.type === 'TSNonNullExpression')
    return lastNameOf(node.expression);
  if (node.type !== 'MemberExpression') return undefined;
  return propertyNameOf(node) ?? (node.property.type === 'PrivateIdentifier' ? node.property.name : undefined);
}
