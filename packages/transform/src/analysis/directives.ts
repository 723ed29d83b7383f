/** Directives such as `'use strict'`, which have an effect only if no other statement precedes them. */
import type { Directive, Statement } from 'oxc-parser';

export function isDirective(statement: Directive | Statement): statement is Directive {
  return 'directive' in statement && typeof statement.directive === 'string';
}

/**
 * Returns the position at which the first code can be inserted among statements.
 * @param start the position at which the statements begin
 */
export function endOfDirectives(statements: readonly (Directive | Statement)[], start: number): number {
  let end = start;
  for (const statement of statements) {
    if (!isDirective(statement)) break;
    end = statement.end;
  }
  return end;
}
