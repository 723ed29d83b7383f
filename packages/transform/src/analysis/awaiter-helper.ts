/**
 * TypeScript's helper `__awaiter`, which is in tslib and in each file that TypeScript has lowered to ES2016 or older. It
 * passes what lowered code awaits or returns to the `resolve` of a `new Promise`. The JavaScript engine calls the `then`
 * of a thenable that is passed there in a job of its own, in the root.
 *
 *     function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
 *     function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
 */
import type { Argument, Node, Program } from 'oxc-parser';
import type { Block } from '../scan/scan-code.js';
import { forEachChild } from './syntax-tree.js';

/** An argument with which the helper calls `resolve`. */
export interface Resolution {
  readonly argument: Argument;
  /** The depth of the call. */
  readonly depth: number;
}

/** Finds where a file may define the helper. It can be mentioned in a string, as in the compiler of TypeScript. */
export function findAwaiterDefinitions(code: string): readonly number[] {
  if (!code.includes('__awaiter')) return [];
  return [...code.matchAll(/\bfunction\s+__awaiter\b|\b__awaiter\s*=/g)].map(({ index }) => index);
}

/** Returns the blocks that cannot be the body of the helper, or contain it, among those that the parser need not see. */
export function blocksWithoutAwaiter(blocks: readonly Block[], definitions: readonly number[]): readonly Block[] {
  const used = definitions.map((position) => blocks.find(({ end }) => end > position));
  return used.length === 0 ? blocks : blocks.filter((block) => !used.includes(block));
}

/** Returns what the helper passes to `resolve`, in all of its definitions. */
export function findResolutions(program: Program): Resolution[] {
  const resolutions: Resolution[] = [];
  const visit = (node: Node, depth: number, isInHelper: boolean) => {
    const isHelper = isInHelper || definesAwaiter(node);
    if (isHelper && node.type === 'CallExpression' && isNamed(node.callee, 'resolve')) {
      for (const argument of node.arguments) resolutions.push({ argument, depth });
    }
    forEachChild(node, (child) => visit(child, depth + 1, isHelper));
  };
  visit(program, 0, false);
  return resolutions;
}

function definesAwaiter(node: Node): boolean {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'VariableDeclarator':
      return isNamed(node.id, '__awaiter');
    case 'AssignmentExpression':
      return isNamed(node.left, '__awaiter') && node.right.type === 'FunctionExpression';
    default:
      return false;
  }
}

function isNamed(node: Node | null, name: string): boolean {
  return node?.type === 'Identifier' && node.name === name;
}
