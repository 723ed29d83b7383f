/**
 * Removes the types of a program in TypeScript: each is overwritten with spaces, so that every position stays the same
 * and no source map is needed. Syntax of TypeScript that runs, such as an enum, is an error, as in Node.
 */
import { type Node, type Program, visitorKeys } from 'oxc-parser';
import { ProgramError, placeAt } from './program-error.js';

/** What is no code at all. A statement becomes an empty one, because the line before may have no semicolon. */
const STATEMENTS = /^TS(?:InterfaceDeclaration|TypeAliasDeclaration|DeclareFunction|NamespaceExportDeclaration)$/;
const PARTS =
  /^TS(?:TypeAnnotation|TypeParameterDeclaration|TypeParameterInstantiation|IndexSignature|Abstract\w+Definition|AbstractMethodDefinition|AbstractAccessorProperty)$/;

/** What runs, and is not JavaScript. */
const RUNNING: Readonly<Record<string, string>> = {
  TSEnumDeclaration: 'an enum',
  TSModuleDeclaration: 'a namespace',
  TSParameterProperty: 'a parameter that declares a property',
  TSImportEqualsDeclaration: 'import =',
  TSExportAssignment: 'export =',
};

/** A node with the fields that only some kinds have. */
type AnyNode = Node & {
  readonly expression?: Node;
  readonly declaration?: AnyNode | null;
  readonly declare?: boolean;
  readonly importKind?: 'type' | 'value';
  readonly exportKind?: 'type' | 'value';
  readonly implements?: readonly Node[];
  readonly superClass?: Node | null;
  readonly superTypeArguments?: Node | null;
  readonly typeParameters?: Node | null;
  readonly id?: Node | null;
  readonly key?: Node;
  readonly computed?: boolean;
  readonly abstract?: boolean;
  readonly body?: Node | readonly Node[];
  readonly value?: AnyNode | null;
  readonly name?: string;
};

/**
 * @param tree of the program
 * @throws {ProgramError} if the program contains syntax of TypeScript that runs
 */
export function eraseTypes(program: string, tree: Program): string {
  const eraser = new Eraser(program);
  eraser.visit(tree as AnyNode);
  return eraser.toString();
}

class Eraser {
  readonly #program: string;
  readonly #erased: { readonly start: number; readonly end: number; readonly isStatement: boolean }[] = [];

  constructor(program: string) {
    this.#program = program;
  }

  toString(): string {
    let text = '';
    let end = 0;
    for (const part of this.#erased.sort((a, b) => a.start - b.start || b.end - a.end)) {
      if (part.start < end) continue;
      const blank = this.#program.slice(part.start, part.end).replace(/[^\n\r\u2028\u2029]/g, ' ');
      text += this.#program.slice(end, part.start) + (part.isStatement ? `;${blank.slice(1)}` : blank);
      end = part.end;
    }
    return text + this.#program.slice(end);
  }

  visit(node: AnyNode): void {
    const { type, start, end } = node;
    if (this.#isStatementOfTypes(node)) {
      this.#erase(start, end, true);
      return;
    }
    const running = RUNNING[type];
    if (running !== undefined) {
      throw new ProgramError(
        `The playground only removes types, and ${running} is more than a type. Write it in JavaScript.`,
        placeAt(this.#program, start),
      );
    }
    if (PARTS.test(type) || node.value?.type === 'TSEmptyBodyFunctionExpression') {
      this.#erase(start, end);
      return;
    }
    this.#eraseWithin(node);
    for (const key of visitorKeys[type] ?? []) {
      const value: unknown = Reflect.get(node, key);
      for (const child of Array.isArray(value) ? value : [value]) {
        if (typeof child === 'object' && child !== null && 'type' in child) this.visit(child as AnyNode);
      }
    }
  }

  #isStatementOfTypes({ type, declare, importKind, exportKind, declaration }: AnyNode): boolean {
    if (STATEMENTS.test(type)) return true;
    if (declare === true && type !== 'PropertyDefinition') return true;
    if (type === 'ImportDeclaration') return importKind === 'type';
    if (!type.startsWith('Export')) return false;
    return exportKind === 'type' || (declaration != null && this.#isStatementOfTypes(declaration));
  }

  #eraseWithin(node: AnyNode): void {
    const { type, start, end, expression } = node;
    switch (type) {
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSNonNullExpression':
      case 'TSInstantiationExpression':
        this.#erase(expression?.end ?? start, end);
        break;
      case 'TSTypeAssertion':
        this.#erase(start, expression?.start ?? end);
        break;
      case 'Identifier':
        // The name is followed by `?` and the type; `this` is a parameter that only the compiler knows.
        if (node.name === 'this') this.#eraseItem(start, end);
        else if (end > start + (node.name?.length ?? 0)) this.#erase(start + (node.name?.length ?? 0), end);
        break;
      case 'ImportSpecifier':
      case 'ExportSpecifier':
        if (node.importKind === 'type' || node.exportKind === 'type') this.#eraseItem(start, end);
        break;
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.#eraseClassHead(node);
        break;
      case 'PropertyDefinition':
      case 'AccessorProperty':
      case 'MethodDefinition':
        this.#eraseModifiers(node);
    }
  }

  /** `abstract`, and what a class implements. */
  #eraseClassHead({
    start,
    abstract,
    id,
    superClass,
    superTypeArguments,
    typeParameters,
    body,
    implements: types,
  }: AnyNode): void {
    if (abstract === true) this.#erase(start, start + 'abstract'.length);
    if (types === undefined || types.length === 0 || body === undefined || 'length' in body) return;
    const from = Math.max(start, ...[id, superClass, superTypeArguments, typeParameters].map((part) => part?.end ?? 0));
    this.#erase(this.#program.indexOf('implements', from), body.start);
  }

  /** `private` and others before the name, and `?` or `!` behind it. */
  #eraseModifiers(node: AnyNode): void {
    const { start, end, key, declare, computed } = node;
    if (declare === true) {
      this.#erase(start, end);
      return;
    }
    if (key === undefined) return;
    const head = this.#program.slice(start, key.start);
    for (const { 0: word, index } of head.matchAll(/\b(?:public|private|protected|readonly|override)\b/g)) {
      this.#erase(start + index, start + index + word.length);
    }
    const afterName = computed === true ? this.#program.indexOf(']', key.end) + 1 : key.end;
    const [marker] = /^\s*[?!]/.exec(this.#program.slice(afterName, end)) ?? [];
    if (marker !== undefined) this.#erase(afterName, afterName + marker.length);
  }

  /** An item of a list, with the comma behind it. */
  #eraseItem(start: number, end: number): void {
    const [comma = ''] = /^\s*,/.exec(this.#program.slice(end)) ?? [];
    this.#erase(start, end + comma.length);
  }

  #erase(start: number, end: number, isStatement = false): void {
    this.#erased.push({ start, end, isStatement });
  }
}
