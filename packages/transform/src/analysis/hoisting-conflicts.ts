/**
 * The body of a function that continues moves into the block of a `try`. Functions that were declared at the top level
 * of the body are then declared in a block. This turns two kinds of declarations into errors:
 *
 *     async function f() { var g = 1; function g() {} }              // a `var` with the name of a function
 *     async function f() { function g() {} function g() {} }         // in strict code: two functions of the same name
 *
 * Such a `var` is only an assignment, and the first of the two functions can never be called, so both can be replaced.
 */
import type { BlockStatement, Function as FunctionNode, Node } from 'oxc-parser';
import type { HoistingConflicts } from './facts.js';
import { boundNames, forEachChild } from './syntax-tree.js';

/** Returns undefined if the body has no such declarations. */
export function findHoistingConflicts(body: BlockStatement): HoistingConflicts | undefined {
  const functions = new Map<string, FunctionNode>();
  const replacedFunctions: HoistingConflicts['replacedFunctions'][number][] = [];
  for (const statement of body.body) {
    let inner: Node = statement;
    while (inner.type === 'LabeledStatement') inner = inner.body;
    if (inner.type !== 'FunctionDeclaration' || inner.id === null || inner.body === null) continue;
    const replaced = functions.get(inner.id.name)?.id;
    if (replaced) replacedFunctions.push(replaced);
    functions.set(inner.id.name, inner);
  }
  if (functions.size === 0) return undefined;
  const declarations: HoistingConflicts['declarations'][number][] = [];
  const otherNames: string[] = [];
  for (const statement of body.body) visit(statement, undefined);
  if (replacedFunctions.length === 0 && declarations.length === 0) return undefined;
  return { replacedFunctions, declarations, otherNames };

  function visit(node: Node, parent: Node | undefined): void {
    if (hasOwnVariables(node)) return;
    if (node.type === 'VariableDeclaration' && node.kind === 'var') {
      const names = node.declarations.flatMap(({ id }) => boundNames(id));
      if (names.some((name) => functions.has(name))) {
        otherNames.push(...names.filter((name) => !functions.has(name)));
        const isLoopHead =
          (parent?.type === 'ForOfStatement' || parent?.type === 'ForInStatement') && parent.left === node;
        declarations.push({ node, isLoopHead });
      }
    }
    forEachChild(node, (child) => visit(child, node));
  }
}

function hasOwnVariables(node: Node): boolean {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression' ||
    node.type === 'ClassExpression' ||
    node.type === 'ClassDeclaration'
  );
}
