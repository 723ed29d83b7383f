/**
 * Determines which awaits are tails because of their position in the function: no code of the function runs after them,
 * unless they are in a region. Only async functions that are not generators have tails.
 */
import type { Expression, Node } from 'oxc-parser';

export class TailAwaits {
  readonly #nodes = new Set<Node>();

  has(node: Node): boolean {
    return this.#nodes.has(node);
  }

  /** Adds the tails among the statements of a function's body, or of a block that is its last statement. */
  addFromStatements(statements: readonly Node[]): void {
    const last = statements.at(-1);
    if (last !== undefined) this.#addStatement(last);
  }

  #addStatement(statement: Node): void {
    switch (statement.type) {
      case 'ExpressionStatement':
        if (statement.expression.type === 'AwaitExpression') this.#nodes.add(statement.expression);
        break;
      case 'BlockStatement':
        this.addFromStatements(statement.body);
        break;
      case 'IfStatement':
        this.#addStatement(statement.consequent);
        if (statement.alternate !== null) this.#addStatement(statement.alternate);
        break;
      default:
    }
  }

  /** Adds the tails of an expression whose value the function returns. */
  addFromResult(expression: Expression): void {
    switch (expression.type) {
      case 'ParenthesizedExpression':
        this.addFromResult(expression.expression);
        break;
      case 'ConditionalExpression':
        this.addFromResult(expression.consequent);
        this.addFromResult(expression.alternate);
        break;
      case 'LogicalExpression':
        this.addFromResult(expression.right);
        break;
      case 'AwaitExpression':
        this.#nodes.add(expression);
        break;
      default:
    }
  }
}
