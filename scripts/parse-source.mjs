/**
 * Finds the branches of a TypeScript source. A branch is a part that may not run although the code before it does, and
 * that V8 counts:
 *
 *     a function               its body
 *     if, while, for, do       the statement, and that of `else`
 *     a ? b : c                b and c
 *     a && b, a || b, a ?? b   b
 *     switch                   the statements of each case
 *     try                      the block of `catch`
 *
 * An `if` without `else` has one branch. V8 counts neither default values nor `a ??= b`.
 */
import { parseSync } from 'oxc-parser';

/** @typedef {{ start: number, end: number }} Range offsets in the source; the end is exclusive */

/**
 * @param {string} file names the language in its extension
 * @param {string} code
 * @returns {{ branches: Range[], noCode: Range[] }} the branches, and the comments, imports and re-exports, which do not
 *   run; in the order of the source
 * @throws {Error} if the code is not valid
 */
export function parseSource(file, code) {
  const { program, comments, errors } = parseSync(file, code);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0].message}`);
  const branches = [];
  const waiting = [program];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (typeof node !== 'object' || node === null) continue;
    if (!Array.isArray(node)) branches.push(...branchesOf(node));
    waiting.push(...Object.values(node));
  }
  const references = program.body.filter(
    ({ type, source }) => type === 'ImportDeclaration' || (type.startsWith('Export') && source),
  );
  return {
    branches: branches.sort((a, b) => a.start - b.start || b.end - a.end),
    noCode: [...comments, ...references].sort((a, b) => a.start - b.start),
  };
}

/** @returns {Range[]} */
function branchesOf(node) {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'CatchClause':
      // An abstract method and an overload have no body.
      return node.body === null ? [] : [node.body];
    case 'IfStatement':
    case 'ConditionalExpression':
      return node.alternate === null ? [node.consequent] : [node.consequent, node.alternate];
    case 'LogicalExpression':
      return [node.right];
    case 'SwitchCase':
      return node.consequent.length === 0 ? [] : [{ start: node.consequent[0].start, end: node.consequent.at(-1).end }];
    default:
      return [];
  }
}
