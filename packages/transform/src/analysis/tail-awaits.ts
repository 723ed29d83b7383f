/**
 * Which awaits are tails by their position: nothing of their function runs after them, as long as no region is around them.
 * Everything here is about async functions that are not generators.
 */
import type { Expression, Node } from 'oxc-parser';

export class TailAwaits {
  readonly #nodes = new Set<Node>();

  has(node: Node): boolean {
    return this.#nodes.has(node);
  }

  /** The statements of a function's body, or of a block that is the last statement of one. */
  addLastOf(statements: readonly Node[]): void {
    const last = statements.at(-1);
    if (last !== undefined) this.#addStatement(last);
  }

  #addStatement(statement: Node): void {
    switch (statement.type) {
      case 'ExpressionStatement':
        if (statement.expression.type === 'AwaitExpression') this.#nodes.add(statement.expression);
        break;
      case 'BlockStatement':
        this.addLastOf(statement.body);
        break;
      case 'IfStatement':
        this.#addStatement(statement.consequent);
        if (statement.alternate !== null) this.#addStatement(statement.alternate);
        break;
      default:
    }
  }

  /** An expression whose value is what the function returns. */
  addResult(expression: Expression): void {
    switch (expression.type) {
      case 'ParenthesizedExpression':
        this.addResult(expression.expression);
        break;
      case 'ConditionalExpression':
        this.addResult(expression.consequent);
        this.addResult(expression.alternate);
        break;
      case 'LogicalExpression':
        this.addResult(expression.right);
        break;
      case 'AwaitExpression':
        this.#nodes.add(expression);
        break;
      default:
    }
  }
}
