/**
 * Declarations that cannot move into a block: see `hoisting-conflicts.ts`. A `var` with the name of a function becomes
 * an assignment, and its other names are declared before the block. A function that a later one of the same name
 * replaces gets a name that nothing refers to.
 *
 *     var a = 1, f, b = 2;      void 0,a = 1, 0, b = 2;            and before the block: var a,b;
 *     function f() {}           function _unused128() {}
 *     function f() {}           function f() {}
 */
import type { HoistingConflicts } from '../analysis/facts.js';
import type { CodeWriter } from './code-writer.js';

/**
 * @param depth the depth of the function
 * @returns the declarations to write before the block
 */
export function emitHoistedDeclarations(conflicts: HoistingConflicts, depth: number, writer: CodeWriter): string {
  const { edits, names } = writer;
  for (const { start, end } of conflicts.replacedFunctions) edits.replace(start, end, names.unused(start));
  for (const { node, isLoopHead } of conflicts.declarations) {
    const [first] = node.declarations;
    if (first !== undefined) edits.replace(node.start, first.start, isLoopHead ? '' : 'void 0,');
    if (isLoopHead) continue;
    for (const { id, init, end } of node.declarations) {
      if (init === null) edits.replace(id.start, end, '0');
      else if (id.type === 'ObjectPattern') {
        edits.open(id.start, depth + 1, '(');
        edits.close(end, depth + 1, ')');
      }
    }
  }
  return conflicts.otherNames.length > 0 ? `var ${conflicts.otherNames.join()};` : '';
}
