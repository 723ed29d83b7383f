/** The place at which a statement is executed: its position in the program, and the kind of function around it. */
import { blockPath, operandPath } from './program.js';

export interface Position {
  readonly path: string;
  /** Whether the function around the statement is async. */
  readonly isAsync: boolean;
  /** Whether the statement runs on behalf of a generator, where waiting for a generator can mean to wait for itself. */
  readonly isInGenerator: boolean;
}

/** The position of a block in the same function, for example the body of a `try`. */
export function inBlock(position: Position, index: number): Position {
  return { ...position, path: blockPath(position.path, index) };
}

/** The position of a block that is the body of a synchronous function. */
export function inFunction(position: Position, index: number): Position {
  return { ...position, path: blockPath(position.path, index), isAsync: false };
}

/** The position of a block that is the body of an async function. */
export function inAsyncFunction(position: Position, index: number): Position {
  return { ...position, path: blockPath(position.path, index), isAsync: true };
}

/** The position of an operand. */
export function inOperand(position: Position, index: number): Position {
  return { ...position, path: operandPath(position.path, index) };
}
