/**
 * Resources of `using` and `await using` in code that suspends. The JavaScript engine would dispose of them in the
 * root. Instead, the scope that owns them is written out as the specification defines it.
 *
 *     {                         {const _d=_disposal();try{
 *       await using a = b();      const a = _d.add(b(),true);
 *       c();                      c();
 *     }                         }catch(_e){_f.back();_d.fail(_e)}finally{_f.back();while(_d.next())
 *                               try{await _f.off(_d.value),_f.on()}catch(_e){_f.back();_d.fail(_e)}}}
 *
 * Without `await using` the `finally` ends with `_d.next()`, which then disposes of everything at once.
 *
 * https://tc39.es/proposal-explicit-resource-management/
 */
import type { Expression, VariableDeclaration } from 'oxc-parser';
import type { UsingBlockFacts, UsingForFacts, UsingKind } from '../analysis/facts.js';
import { usingKindOf } from '../analysis/syntax-tree.js';
import type { CodeWriter } from './code-writer.js';
import { OPERAND_DEPTH_OFFSET } from './source-edits.js';

/** A block that declares resources. */
export function emitUsingBlock({ node, depth, start, isAsync }: UsingBlockFacts, writer: CodeWriter): void {
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
export function emitUsingFor({ node, depth, start, declaration, using }: UsingForFacts, writer: CodeWriter): void {
  emitDeclaration(declaration, using, depth + 1, writer);
  const { opening, closing } = disposalCode(using === 'await using', writer);
  writer.edits.open(start, depth, `{${opening}`);
  writer.edits.close(node.end, depth, `${closing}}`);
}

/** The code around a scope that owns resources. */
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

/** Turns a declaration of resources into one of constants, whose values are added to the scope. */
function emitDeclaration(declaration: VariableDeclaration, kind: UsingKind, depth: number, writer: CodeWriter): void {
  const [first] = declaration.declarations;
  if (first === undefined) return;
  writer.edits.replace(declaration.start, first.start, 'const ');
  const disposal = writer.names.variable('disposal');
  for (const { id, init } of declaration.declarations) {
    if (init === null) continue;
    // An anonymous function gets its name from the constant that is initialized with it. As an argument it would get
    // none, so it becomes the value of a property of that name.
    const name = id.type === 'Identifier' && isAnonymousFunction(init) ? id.name : undefined;
    const before = `${disposal}.add(${name === undefined ? '' : `{${name}:`}`;
    const after = `${name === undefined ? '' : `}.${name}`},${kind === 'await using'})`;
    writer.wrap(init, depth + OPERAND_DEPTH_OFFSET, before, after);
  }
}

/** See IsAnonymousFunctionDefinition, https://tc39.es/ecma262/#sec-isanonymousfunctiondefinition */
function isAnonymousFunction(expression: Expression): boolean {
  if (expression.type === 'ParenthesizedExpression') return isAnonymousFunction(expression.expression);
  return (
    expression.type === 'ArrowFunctionExpression' ||
    ((expression.type === 'FunctionExpression' || expression.type === 'ClassExpression') && expression.id === null)
  );
}
