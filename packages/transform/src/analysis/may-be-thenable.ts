/**
 * Determines which expressions certainly do not evaluate to a thenable. An async function that returns such an
 * expression needs no code around it.
 */
import type { Expression } from 'oxc-parser';

/** Whether an expression may evaluate to a thenable: an object with a method `then`. */
export function mayBeThenable(expression: Expression): boolean {
  switch (expression.type) {
    case 'Literal':
    case 'TemplateLiteral':
    case 'UnaryExpression':
    case 'UpdateExpression':
    case 'BinaryExpression':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'ArrayExpression':
    case 'JSXElement':
    case 'JSXFragment':
    // A promise that is resolved with a thenable adopts its state, so it is never fulfilled with one.
    case 'AwaitExpression':
      return false;
    case 'Identifier':
      return expression.name !== 'undefined';
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
      return mayBeThenable(expression.expression);
    case 'ConditionalExpression':
      return mayBeThenable(expression.consequent) || mayBeThenable(expression.alternate);
    case 'LogicalExpression':
      return mayBeThenable(expression.left) || mayBeThenable(expression.right);
    case 'SequenceExpression': {
      const last = expression.expressions.at(-1);
      return last === undefined || mayBeThenable(last);
    }
    case 'AssignmentExpression':
      return expression.operator !== '=' ? isLogical(expression.operator) : mayBeThenable(expression.right);
    case 'ObjectExpression':
      return expression.properties.some(
        (property) =>
          property.type === 'SpreadElement' ||
          property.computed ||
          ['then', '__proto__'].includes(nameOf(property.key)),
      );
    default:
      return true;
  }
}

function isLogical(operator: string): boolean {
  return operator === '&&=' || operator === '||=' || operator === '??=';
}

function nameOf(key: { type: string; name?: unknown; value?: unknown }): string {
  return String(key.type === 'Identifier' ? key.name : key.value);
}
