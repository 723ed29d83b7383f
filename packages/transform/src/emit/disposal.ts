/**
 * Resources, of `using` and `await using`, in code that suspends. The scope that owns them is written out as the
 * specification defines it, because the engine would dispose of them at the root.
 *
 *     {                            {const _d=_disposal();try{
 *       await using a = b();         const a = _d.add(b(),true);
 *       c();                         c();
 *     }                            }catch(_e){_f.back();_d.fail(_e)}finally{_f.back();
 *                                    while(_d.next())try{await _f.off(_d.value),_f.on()}catch(_e){_f.back();_d.fail(_e)}}}
 *
 * Without `await using` the `finally` ends with `_d.next()`, which then has nothing to wait for.
 */
import type { Expression, VariableDeclaration } from 'oxc-parser';
import type { BlockFacts, ForFacts, UsingKind } from '../analysis/facts.js';
import { usingKindOf } from '../analysis/syntax-tree.js';
import type { CodeWriter } from './code-writer.js';
import { OPERAND_DEPTH } from './source-edits.js';

/** A block. */
export function emitBlock({ node, depth, start, isAsync }: BlockFacts, writer: CodeWriter): void {
  for (const statement of node.body) {
    const kind = usingKindOf(statement);
    if (kind !== undefined && statement.type === 'VariableDeclaration') {
      emitDeclaration(statement, kind, depth + 1, writer);
    }
  }
  const { opening, closing } = disposalCode(isAsync, writer);
  writer.edits.open(start, depth, opening);
  writer.edits.close(node.end - 1, depth, closing);
}

/** A `for (using …; …; …)`, whose resources live as long as the loop. */
export function emitFor({ node, depth, start, declaration, using }: ForFacts, writer: CodeWriter): void {
  emitDeclaration(declaration, using, depth + 1, writer);
  const { opening, closing } = disposalCode(using === 'await using', writer);
  writer.edits.open(start, depth, `{${opening}`);
  writer.edits.close(node.end, depth, `${closing}}`);
}

/** What encloses the code of a scope that owns resources. */
export function disposalCode(
  isAsync: boolean,
  writer: CodeWriter,
): { readonly opening: string; readonly closing: string } {
  const { call, back, names } = writer;
  const disposal = names.variable('disposal');
  const error = names.variable('error');
  const failed = `catch(${error}){${back}${disposal}.fail(${error})}`;
  const next = isAsync
    ? `while(${disposal}.next())try{await ${call}.off(${disposal}.value),${call}.on()}${failed}`
    : `${disposal}.next()`;
  return {
    opening: `const ${disposal}=${writer.helper('disposal')}();try{`,
    closing: `}${failed}finally{${back}${next}}`,
  };
}

/** Makes constants of resources. */
function emitDeclaration(declaration: VariableDeclaration, kind: UsingKind, depth: number, writer: CodeWriter): void {
  const [first] = declaration.declarations;
  if (first === undefined) return;
  writer.edits.replace(declaration.start, first.start, 'const ');
  const disposal = writer.names.variable('disposal');
  for (const { id, init } of declaration.declarations) {
    if (init === null) continue;
    // An unnamed function takes the name of the constant that it is the value of. As an argument it would have none, as the
    // value of a property it has that of the property.
    const name = id.type === 'Identifier' && isUnnamedFunction(init) ? id.name : undefined;
    const before = `${disposal}.add(${name === undefined ? '' : `{${name}:`}`;
    const after = `${name === undefined ? '' : `}.${name}`},${kind === 'await using'})`;
    writer.wrap(init, depth + OPERAND_DEPTH, before, after);
  }
}

/** A function or a class that gets its name from where it stands. */
function isUnnamedFunction(expression: Expression): boolean {
  if (expression.type === 'ParenthesizedExpression') return isUnnamedFunction(expression.expression);
  return (
    expression.type === 'ArrowFunctionExpression' ||
    ((expression.type === 'FunctionExpression' || expression.type === 'ClassExpression') && expression.id === null)
  );
}
