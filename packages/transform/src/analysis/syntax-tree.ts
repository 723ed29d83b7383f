/** Queries on the syntax tree that several parts of the analysis and the emission use. */
import { type BindingPattern, type BlockStatement, type Expression, type Node, visitorKeys } from 'oxc-parser';
import type { UsingKind } from './facts.js';

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Whether the body of a function is a block rather than the expression of an arrow function. */
export function isBlock(body: BlockStatement | Expression): body is BlockStatement {
  return body.type === 'BlockStatement';
}

/** Calls `visit` for each child of a node, in the order of the source text. */
export function forEachChild(node: Node, visit: (child: Node) => void): void {
  for (const key of visitorKeys[node.type] ?? []) {
    const child = (node as unknown as Readonly<Record<string, unknown>>)[key];
    if (isNode(child)) visit(child);
    else if (Array.isArray(child)) {
      for (const item of child) if (isNode(item)) visit(item);
    }
  }
}

/** Decorators can be outside the range of the node that they belong to, as in `@decorator export class A {}`. */
export function hasDecorators(node: Node): boolean {
  const isExport = node.type === 'ExportNamedDeclaration' || node.type === 'ExportDefaultDeclaration';
  const decorated = isExport ? node.declaration : node;
  return decorated !== null && 'decorators' in decorated && (decorated.decorators?.length ?? 0) > 0;
}

/** The keyword with which a statement, or the head of a loop, declares resources, if it does. */
export function usingKindOf(node: Node | null): UsingKind | undefined {
  if (node?.type !== 'VariableDeclaration') return undefined;
  return node.kind === 'using' || node.kind === 'await using' ? node.kind : undefined;
}

/** The names that a declaration binds. */
export function boundNames(pattern: BindingPattern): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'AssignmentPattern':
      return boundNames(pattern.left);
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) =>
        element === null ? [] : boundNames(element.type === 'RestElement' ? element.argument : element),
      );
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        boundNames(property.type === 'RestElement' ? property.argument : property.value),
      );
  }
}
