/**
 * The body of a function moves into a block, where its functions are no longer like `var`: there, `var f` beside
 * `function f() {}` is an error, and so are two functions of one name in strict code. So such a `var` becomes an
 * assignment, which it is, and of two functions the first gets another name, since nobody can ever call it.
 */
import {
  type BindingPattern,
  type BlockStatement,
  type Function as FunctionNode,
  type Node,
  visitorKeys,
} from 'oxc-parser';
import type { Names } from './free-names.js';
import type { Edits } from './source-edits.js';

/** @returns declarations to stand before the block */
export function writeHoisting(body: BlockStatement, depth: number, edits: Edits, names: Names): string {
  const functions = new Map<string, FunctionNode>();
  for (const statement of body.body) {
    let inner: Node = statement;
    while (inner.type === 'LabeledStatement') inner = inner.body;
    if (inner.type !== 'FunctionDeclaration' || inner.id === null || inner.body === null) continue;
    const before = functions.get(inner.id.name)?.id;
    if (before) edits.replace(before.start, before.end, names.of(`unused${before.start}`));
    functions.set(inner.id.name, inner);
  }
  if (functions.size === 0) return '';
  const hoisted: string[] = [];
  for (const child of body.body) visit(child, undefined);
  return hoisted.length > 0 ? `var ${hoisted.join()};` : '';

  function visit(node: Node, parent: Node | undefined): void {
    if (isOwnScope(node)) return;
    if (node.type === 'VariableDeclaration' && node.kind === 'var') {
      const bound = node.declarations.flatMap(({ id }) => boundNames(id));
      if (bound.some((name) => functions.has(name))) {
        hoisted.push(...bound.filter((name) => !functions.has(name)));
        const [first] = node.declarations;
        const isHead = (parent?.type === 'ForOfStatement' || parent?.type === 'ForInStatement') && parent.left === node;
        if (first !== undefined) edits.replace(node.start, first.start, isHead ? '' : 'void 0,');
        for (const { id, init, end } of isHead ? [] : node.declarations) {
          if (init === null) edits.replace(id.start, end, '0');
          else if (id.type === 'ObjectPattern') {
            edits.begin(id.start, depth + 1, '(');
            edits.end(end, depth + 1, ')');
          }
        }
      }
    }
    for (const key of visitorKeys[node.type] ?? []) {
      const child: unknown = Reflect.get(node, key);
      for (const item of Array.isArray(child) ? child : [child]) {
        if (typeof item === 'object' && item !== null) visit(item, node);
      }
    }
  }
}

function isOwnScope(node: Node): boolean {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression' ||
    node.type === 'ClassExpression' ||
    node.type === 'ClassDeclaration'
  );
}

function boundNames(pattern: BindingPattern): string[] {
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
