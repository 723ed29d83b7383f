/**
 * Cuts a program that fails down to a small one that fails in the same way: tries one smaller program after the other,
 * takes each that still fails, and ends where none does.
 */
import type { Failure } from './compare.js';
import { type Block, NOTHING, type Node, type Operand, type Program, type Statement } from './program.js';

export interface Failing {
  readonly program: Program;
  readonly failure: Failure;
}

const MOST_ATTEMPTS = 5000;
/** Each of them costs the time after which a program is taken to hang. */
const MOST_HUNG = 200;

export async function shrink(
  failing: Failing,
  check: (program: Program) => Promise<Failure | undefined>,
): Promise<Failing> {
  let smallest = failing;
  let hung = 0;
  let candidates = smallerPrograms(failing.program);
  for (let attempt = 0; attempt < MOST_ATTEMPTS && hung < MOST_HUNG; attempt++) {
    const { value: program, done } = candidates.next();
    if (done) break;
    const failure = await check(program);
    if (failure?.kind === 'hung') hung++;
    if (failure?.kind !== failing.failure.kind) continue;
    smallest = { program, failure };
    candidates = smallerPrograms(program);
  }
  return smallest;
}

/** From the large cuts to the small ones. */
function* smallerPrograms(program: Program): Generator<Program, undefined, void> {
  for (const main of smallerBlocks(program.main)) yield { ...program, main };
  const { storages } = program;
  if (storages.length > 1) yield { ...program, storages: storages.slice(0, -1) };
  for (const [index, storage] of storages.entries()) {
    if (storage.uses > 0) yield { ...program, storages: storages.with(index, { ...storage, uses: 0 }) };
    if (storage.defaultValue !== undefined) {
      yield { ...program, storages: storages.with(index, { uses: storage.uses }) };
    }
  }
}

function* smallerBlocks(block: Block): Generator<Block, void, void> {
  for (let size = block.length; size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < block.length; from += size) yield block.toSpliced(from, size);
  }
  for (const [index, statement] of block.entries()) {
    for (const inner of blocksOf(statement)) yield block.toSpliced(index, 1, ...inner);
    for (const smaller of smallerNodes(statement)) yield block.with(index, smaller);
  }
}

/** Those that could stand in the statement's place. */
function blocksOf(node: Statement | Operand): Block[] {
  return [...node.blocks, ...node.operands.flatMap(blocksOf)].filter((block) => block.length > 0);
}

function* smallerNodes<N extends Statement | Operand>(node: N): Generator<N, void, void> {
  for (const [index, block] of node.blocks.entries()) {
    for (const smaller of smallerBlocks(block)) yield changed(node, { blocks: withItem(node.blocks, index, smaller) });
  }
  for (const [index, operand] of node.operands.entries()) {
    for (const smaller of smallerOperands(operand)) {
      yield changed(node, { operands: withItem(node.operands, index, smaller) });
    }
    if (node.kind === 'combine' || node.kind === 'for await') {
      yield changed(node, { operands: node.operands.filter((_, at) => at !== index) });
    }
  }
  if (node.kind === 'value') return;
  for (const [field, value] of Object.entries(node)) {
    if (typeof value === 'number' && value > 0) yield changed(node, { [field]: 0 });
    if (value === true) yield changed(node, { [field]: false });
  }
}

function* smallerOperands(operand: Operand): Generator<Operand, void, void> {
  if (operand !== NOTHING) yield NOTHING;
  yield* operand.operands;
  yield* smallerNodes(operand);
}

function withItem<T>(items: readonly T[], index: number, item: T): T[] {
  return items.map((old, at) => (at === index ? item : old));
}

/** The same kind of node with as many blocks as before, which TypeScript cannot see. */
function changed<N extends Node>(node: N, fields: Partial<Node> | Record<string, number | boolean>): N {
  return { ...node, ...fields };
}
