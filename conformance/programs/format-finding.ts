/** Formats a finding for a person: what failed, how to repeat it, the shrunk program, and the values that differ. */

import { formatProgram } from './format-program.js';
import type { Block, Program, ProgramNode } from './program.js';
import type { Finding } from './seed-tester.js';

const titles = {
  difference: 'the runtime’s own class and Throughline have different values',
  error: 'it causes errors that the program does not contain',
  hung: 'it does not end',
};

const TRACE_LEGEND =
  'The values of the storages, in order, after the statement with this path or at the beginning of the block with this path:';

export function formatFinding({ seed, original, shrunk, failure }: Finding): string {
  return [
    `Random program ${seed}: ${titles[failure.kind]}.`,
    `To repeat it: npm run fuzz -- --seed ${seed}`,
    '',
    `Shrunk from ${countStatements(original)} statements to ${countStatements(shrunk)}:`,
    formatProgram(shrunk),
    '',
    ...(failure.kind === 'error' ? [] : [TRACE_LEGEND]),
    ...failure.lines,
  ].join('\n');
}

export function countStatements({ main }: Program): number {
  const inBlock = (block: Block): number => block.reduce((sum, statement) => sum + 1 + inNode(statement), 0);
  const inNode = ({ blocks, operands }: ProgramNode): number =>
    [...blocks.map(inBlock), ...operands.map(inNode)].reduce((sum, count) => sum + count, 0);
  return inBlock(main);
}
