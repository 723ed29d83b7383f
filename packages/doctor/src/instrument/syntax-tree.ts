/** Queries on the syntax tree. */
import type { ArrowFunctionExpression, Function as FunctionNode, Node } from 'oxc-parser';
import { parser } from './parser.js';

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Whether a node is a function with a body of its own, methods included: their value is a function expression. */
export function isFunction(node: Node): node is FunctionNode | ArrowFunctionExpression {
  return (
    node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression' || node.type === 'FunctionDeclaration'
  );
}

/** Calls `visit` for each child of a node with the name of its property, in the order of the source text. */
export function forEachChild(node: Node, visit: (child: Node, key: string) => void): void {
  for (const key of parser().visitorKeys[node.type] ?? []) {
    const child: unknown = Reflect.get(node, key);
    if (Array.isArray(child)) {
      for (const item of child) if (isNode(item)) visit(item, key);
    } else if (isNode(child)) {
      visit(child, key);
    }
  }
}
