/**
 * A parsed file, and where it uses a name.
 *
 * The scopes of a file are not resolved. Instead, a name counts as `simple` if the file declares it exactly once, never
 * assigns to it, and has no direct `eval`: then every reference with this name is a reference to that declaration. In any
 * other case the migration leaves the code and reports it.
 */
import type { Comment, Node, Program } from 'oxc-parser';
import { forEachChild, isNode } from '../analysis/syntax-tree.js';
import { parse } from '../parse/parse.js';
import { TransformError } from '../parse/transform-error.js';

export type Identifier = Extract<Node, { type: 'Identifier' | 'JSXIdentifier' }>;
export type StringNode = Extract<Node, { type: 'Literal' | 'TemplateLiteral' }>;

export interface Position {
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1, in UTF-16 code units. */
  readonly column: number;
}

const LINE_END = /\r\n|[\n\r\u2028\u2029]/;

/** The text of a file. */
export class SourceText {
  /** The path as it is reported. */
  readonly path: string;
  readonly code: string;

  constructor(path: string, code: string) {
    this.path = path;
    this.code = code;
  }

  positionOf(index: number): Position {
    const lines = this.code.slice(0, index).split(LINE_END);
    // A byte order mark is not a column.
    const isMarked = lines.length === 1 && this.code.startsWith('\uFEFF');
    return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + (isMarked ? 0 : 1) };
  }
}

export class SourceFile extends SourceText {
  readonly program: Program;
  readonly isTypeScript: boolean;
  readonly comments: readonly Comment[];
  readonly #parents = new Map<Node, Node>();
  readonly #identifiers = new Map<string, Identifier[]>();
  readonly #nodes: Node[] = [];

  /** @throws {TransformError} if the file does not parse */
  constructor(path: string, code: string) {
    const { program, comments } = parseAsAnyType(code, path);
    super(path, code);
    this.program = program;
    this.comments = comments;
    this.isTypeScript = /\.[cm]?tsx?$/.test(path);
    this.#collect(program);
  }

  #collect(node: Node): void {
    this.#nodes.push(node);
    if (node.type === 'Identifier' || node.type === 'JSXIdentifier') {
      const others = this.#identifiers.get(node.name);
      if (others === undefined) this.#identifiers.set(node.name, [node]);
      else others.push(node);
    }
    forEachChild(node, (child) => {
      this.#parents.set(child, node);
      this.#collect(child);
    });
  }

  /** All nodes, each before its children. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /** @returns the program for the program itself, so that the result always is a node */
  parentOf(node: Node): Node {
    return this.#parents.get(node) ?? this.program;
  }

  textOf({ start, end }: { readonly start: number; readonly end: number }): string {
    return this.code.slice(start, end);
  }

  hasCommentBetween(start: number, end: number): boolean {
    return this.comments.some((comment) => comment.start < end && comment.end > start);
  }

  /** Whether the name occurs as a variable, a function, a class, a type or a reference to one of these. */
  usesName(name: string): boolean {
    return this.#occurrences(name).length > 0;
  }

  /**
   * Returns the references to a name that the file declares once, as `declaration`.
   * @returns undefined if the name is not simple
   */
  referencesTo(declaration: Identifier): readonly Identifier[] | undefined {
    if (this.#occurrences('eval').length > 0) return undefined;
    const references: Identifier[] = [];
    for (const identifier of this.#occurrences(declaration.name)) {
      if (identifier === declaration) continue;
      if (this.#isDeclaration(identifier) || this.#isAssigned(identifier)) return undefined;
      references.push(identifier);
    }
    return references;
  }

  /** Whether a node is a statement of the file itself, or the declaration of an `export`. */
  isTopLevel(statement: Node): boolean {
    const parent = this.parentOf(statement);
    return parent === this.program || (parent.type === 'ExportNamedDeclaration' && this.isTopLevel(parent));
  }

  #occurrences(name: string): Identifier[] {
    return (this.#identifiers.get(name) ?? []).filter((identifier) => !this.#isOnlyName(identifier));
  }

  /** Whether an identifier names a property, a label or an external name rather than a variable or a type. */
  #isOnlyName(node: Identifier): boolean {
    const parent = this.parentOf(node);
    switch (parent.type) {
      case 'MemberExpression':
        return parent.property === node && !parent.computed;
      case 'Property':
      case 'PropertyDefinition':
      case 'MethodDefinition':
      case 'AccessorProperty':
      case 'TSPropertySignature':
      case 'TSMethodSignature':
      case 'TSAbstractPropertyDefinition':
      case 'TSAbstractMethodDefinition':
      case 'TSAbstractAccessorProperty':
        return parent.key === node && !parent.computed;
      case 'TSEnumMember':
        return parent.id === node;
      case 'LabeledStatement':
      case 'BreakStatement':
      case 'ContinueStatement':
        return parent.label === node;
      case 'ImportSpecifier':
        return parent.imported === node && parent.local !== node;
      case 'ExportSpecifier': {
        if (parent.exported === node && parent.local !== node) return true;
        const declaration = this.parentOf(parent);
        return declaration.type === 'ExportNamedDeclaration' && declaration.source !== null;
      }
      case 'TSQualifiedName':
        return parent.right === node;
      case 'JSXMemberExpression':
        return parent.property === node;
      case 'ExportAllDeclaration':
      case 'MetaProperty':
      case 'ImportAttribute':
      case 'TSImportType':
      case 'TSNamedTupleMember':
      case 'JSXAttribute':
      case 'JSXNamespacedName':
        return true;
      default:
        return false;
    }
  }

  #isDeclaration(node: Identifier): boolean {
    const { binding, parent } = this.#bindingOf(node);
    switch (parent.type) {
      case 'VariableDeclarator':
        return parent.id === binding;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'TSDeclareFunction':
      case 'TSEmptyBodyFunctionExpression':
      case 'ArrowFunctionExpression':
        return parent.body !== binding;
      case 'ClassDeclaration':
      case 'ClassExpression':
        return parent.id === binding;
      case 'CatchClause':
      case 'TSParameterProperty':
      case 'TSTypeParameter':
      case 'TSFunctionType':
      case 'TSConstructorType':
      case 'TSCallSignatureDeclaration':
      case 'TSConstructSignatureDeclaration':
      case 'TSMethodSignature':
      case 'TSIndexSignature':
      case 'TSMappedType':
      case 'TSNamespaceExportDeclaration':
      case 'ImportSpecifier':
      case 'ImportDefaultSpecifier':
      case 'ImportNamespaceSpecifier':
        return true;
      case 'TSImportEqualsDeclaration':
      case 'TSInterfaceDeclaration':
      case 'TSTypeAliasDeclaration':
      case 'TSEnumDeclaration':
      case 'TSModuleDeclaration':
        return parent.id === binding;
      default:
        return false;
    }
  }

  #isAssigned(node: Identifier): boolean {
    const { binding, parent } = this.#bindingOf(node);
    switch (parent.type) {
      case 'AssignmentExpression':
      case 'ForInStatement':
      case 'ForOfStatement':
        return parent.left === binding;
      case 'UpdateExpression':
        return true;
      default:
        return false;
    }
  }

  /** The outermost pattern whose target an identifier is, and the node that contains this pattern. */
  #bindingOf(node: Identifier): { binding: Node; parent: Node } {
    let binding: Node = node;
    for (;;) {
      const parent = this.parentOf(binding);
      const isTarget =
        (parent.type === 'Property' && parent.value === binding && this.parentOf(parent).type === 'ObjectPattern') ||
        parent.type === 'ObjectPattern' ||
        parent.type === 'ArrayPattern' ||
        parent.type === 'RestElement' ||
        (parent.type === 'AssignmentPattern' && parent.left === binding);
      if (!isTarget) return { binding, parent };
      binding = parent;
    }
  }
}

/** Parses a file whose module type may be stated only in a package.json. */
function parseAsAnyType(code: string, path: string) {
  try {
    return parse(code, path, undefined, undefined);
  } catch (error) {
    if (!(error instanceof TransformError)) throw error;
    try {
      // Only CommonJS has a `return` at the top level.
      return parse(code, path, undefined, 'commonjs');
    } catch {
      throw error;
    }
  }
}

/** The text of a string literal, or of a template literal without substitutions. */
export function stringValueOf(node: Node | null | undefined): string | undefined {
  if (node?.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
  if (node?.type !== 'TemplateLiteral' || node.expressions.length > 0) return undefined;
  return node.quasis[0]?.value.cooked ?? undefined;
}

/** The name of a property that is read from an object, if the code states it. */
export function propertyNameOf(node: Node): string | undefined {
  if (node.type !== 'MemberExpression') return undefined;
  if (node.computed) return stringValueOf(node.property);
  return isNode(node.property) && node.property.type === 'Identifier' ? node.property.name : undefined;
}
