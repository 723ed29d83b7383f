/**
 * Decides whether the body of a function can be enclosed in a `try` block, as an entry check requires. Functions that
 * are declared at the top level of the body are then declared in a block, which changes the behavior of a few
 * functions:
 *
 *     function f() { var g; function g() {} }          // an error in a block
 *     function f() { function g() {} function g() {} } // an error in a block of strict code
 *     function f(g) { function g() {} }                // would no longer assign the parameter
 *     function f() { function g() {} { function g() {} } } // the inner one would no longer replace the outer one
 *     function f() { function g() {} eval('var g') }   // an error in a block
 *
 * Functions of these kinds are not checked.
 */
import type { ArrowFunctionExpression, BlockStatement, Function as FunctionNode, Node } from 'oxc-parser';
import { forEachChild, isFunction } from './syntax-tree.js';

/** Whether the body of a function behaves in a block as it does without one. */
export function canEnclose(fn: FunctionNode | ArrowFunctionExpression, body: BlockStatement, code: string): boolean {
  const declared = new Set<string>();
  for (const statement of body.body) {
    let inner: Node = statement;
    while (inner.type === 'LabeledStatement') inner = inner.body;
    if (inner.type !== 'FunctionDeclaration' || inner.id === null) continue;
    if (declared.has(inner.id.name) || inner.id.name === 'arguments') return false;
    declared.add(inner.id.name);
  }
  if (declared.size === 0) return true;
  if (/\beval\b/.test(code.slice(body.start, body.end))) return false;
  const others = new Set<string>();
  for (const parameter of fn.params) addNames(parameter, others);
  for (const statement of body.body) addVariables(statement, others, true);
  return [...declared].every((name) => !others.has(name));
}

/** Adds the names of `var`, and of functions in blocks, which sloppy code also declares in the function around them. */
function addVariables(node: Node, names: Set<string>, isTopLevel: boolean): void {
  if (isFunction(node)) {
    if (node.type === 'FunctionDeclaration' && !isTopLevel && node.id) names.add(node.id.name);
    return;
  }
  if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') return;
  if (node.type === 'VariableDeclaration' && node.kind === 'var') {
    for (const { id } of node.declarations) addNames(id, names);
  }
  forEachChild(node, (child) => addVariables(child, names, isTopLevel && node.type === 'LabeledStatement'));
}

/** Adds the names that a pattern binds; names that its default values use are added too, which is on the safe side. */
function addNames(node: Node, names: Set<string>): void {
  if (node.type === 'Identifier') names.add(node.name);
  else forEachChild(node, (child) => addNames(child, names));
}
