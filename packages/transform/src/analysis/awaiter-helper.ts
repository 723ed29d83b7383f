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
import { forEachChild, hasDecorators } from './syntax-tree.js';
import { TextPositions } from './text-positions.js';

/** An argument with which the helper calls `resolve`. */
export interface Resolution {
  readonly argument: Argument;
  /** The depth of the call. */
  readonly depth: number;
}

const NAME = '__awaiter';
const DEFINED_NAME = /(?<=\bfunction\s+)__awaiter\b|\b__awaiter\s*=/y;

/** Finds where a file may define the helper. It can be mentioned in a string, as in the compiler of TypeScript. */
export function findAwaiterDefinitions(code: string): readonly number[] {
  const positions: number[] = [];
  for (let index = code.indexOf(NAME); index >= 0; index = code.indexOf(NAME, index + NAME.length)) {
    DEFINED_NAME.lastIndex = index;
    if (DEFINED_NAME.test(code)) positions.push(index);
  }
  return positions;
}

/** Returns the blocks that cannot be the body of the helper, or contain it, among those that the parser need not see. */
export function blocksWithoutAwaiter(blocks: readonly Block[], definitions: readonly number[]): readonly Block[] {
  if (definitions.length === 0) return blocks;
  const used = new Set<Block>();
  for (const position of definitions) {
    const first = blocks.findIndex(({ end }) => end > position);
    // Parameters and comments may precede the body.
    const last = blocks.findIndex(({ start, end, kind }) => end > position && (kind === 'braces' || start <= position));
    for (const block of blocks.slice(first, last + 1)) used.add(block);
  }
  return blocks.filter((block) => !used.has(block));
}

/**
 * Returns what the helper passes to `resolve`, in all of its definitions.
 * @param definitions the positions at which the file may define it
 */
export function findResolutions(program: Program, definitions: readonly number[]): Resolution[] {
  const positions = new TextPositions(definitions);
  const resolutions: Resolution[] = [];
  const visit = (node: Node, depth: number, isInHelper: boolean) => {
    if (!isInHelper && !positions.hasBetween(node.start, node.end) && !hasDecorators(node)) return;
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
      return isNamed(node.id, NAME);
    case 'AssignmentExpression':
      return isNamed(node.left, NAME) && node.right.type === 'FunctionExpression';
    default:
      return false;
  }
}

function isNamed(node: Node | null, name: string): boolean {
  return node?.type === 'Identifier' && node.name === name;
}
