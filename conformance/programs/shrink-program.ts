/**
 * Reduces a failing program to a small one that fails in the same way. It tries one smaller program after the other,
 * continues with each one that still fails, and stops when none of the smaller programs does.
 */
import type { Failure } from './compare-implementations.js';
import {
  type Block,
  type Operand,
  type Program,
  type ProgramNode,
  type Statement,
  UNDEFINED_OPERAND,
} from './program.js';

/** A program, and how it fails. */
export interface FailingProgram {
  readonly program: Program;
  readonly failure: Failure;
}

const MAX_ATTEMPTS = 5000;
/** Each hung program costs a whole time limit. */
const MAX_HUNG = 200;

/** @param check runs a program and returns how it fails, or undefined if it does not fail */
export async function shrinkProgram(
  failing: FailingProgram,
  check: (program: Program) => Promise<Failure | undefined>,
): Promise<FailingProgram> {
  let smallest = failing;
  let hungCount = 0;
  let candidates = smallerPrograms(failing.program);
  for (let attempt = 0; attempt < MAX_ATTEMPTS && hungCount < MAX_HUNG; attempt++) {
    const { value: program, done } = candidates.next();
    if (done) break;
    const failure = await check(program);
    if (failure?.kind === 'hung') hungCount++;
    if (failure?.kind !== failing.failure.kind) continue;
    smallest = { program, failure };
    candidates = smallerPrograms(program);
  }
  return smallest;
}

/** Yields smaller programs, those with the largest part removed first. */
function* smallerPrograms(program: Program): Generator<Program, undefined, void> {
  for (const main of smallerBlocks(program.main)) yield { ...program, main };
  const { storages } = program;
  if (storages.length > 1) yield { ...program, storages: storages.slice(0, -1) };
  for (const [index, storage] of storages.entries()) {
    if (storage.priorRuns > 0) yield { ...program, storages: storages.with(index, { ...storage, priorRuns: 0 }) };
    if (storage.defaultValue !== undefined) {
      yield { ...program, storages: storages.with(index, { priorRuns: storage.priorRuns }) };
    }
  }
}

function* smallerBlocks(block: Block): Generator<Block, void, void> {
  for (let size = block.length; size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < block.length; from += size) yield block.toSpliced(from, size);
  }
  for (const [index, statement] of block.entries()) {
    for (const inner of innerBlocks(statement)) yield block.toSpliced(index, 1, ...inner);
    for (const smaller of smallerNodes(statement)) yield block.with(index, smaller);
  }
}

/** Returns the blocks inside a statement, each of which can replace the statement. */
function innerBlocks(node: Statement | Operand): Block[] {
  return [...node.blocks, ...node.operands.flatMap(innerBlocks)].filter((block) => block.length > 0);
}

function* smallerNodes<N extends Statement | Operand>(node: N): Generator<N, void, void> {
  for (const [index, block] of node.blocks.entries()) {
    for (const smaller of smallerBlocks(block))
      yield withFields(node, { blocks: withItem(node.blocks, index, smaller) });
  }
  for (const [index, operand] of node.operands.entries()) {
    for (const smaller of smallerOperands(operand)) {
      yield withFields(node, { operands: withItem(node.operands, index, smaller) });
    }
    if (node.kind === 'combine' || node.kind === 'for await') {
      yield withFields(node, { operands: node.operands.filter((_, position) => position !== index) });
    }
  }
  if (node.kind === 'value') return;
  for (const [field, value] of Object.entries(node)) {
    if (typeof value === 'number' && value > 0) yield withFields(node, { [field]: 0 });
    if (value === true) yield withFields(node, { [field]: false });
  }
}

function* smallerOperands(operand: Operand): Generator<Operand, void, void> {
  if (operand !== UNDEFINED_OPERAND) yield UNDEFINED_OPERAND;
  yield* operand.operands;
  yield* smallerNodes(operand);
}

function withItem<T>(items: readonly T[], index: number, item: T): T[] {
  return items.map((old, position) => (position === index ? item : old));
}

/** The result has the same kind and as many blocks as `node`, which TypeScript cannot prove. */
function withFields<N extends ProgramNode>(
  node: N,
  fields: Partial<ProgramNode> | Record<string, number | boolean>,
): N {
  return { ...node, ...fields };
}
