/** Files with a `require` of their own, which does not load modules: a CommonJS module may declare one. */
import type { Program } from 'oxc-parser';
import { boundNames } from './syntax-tree.js';

/** Whether a file declares `require` at its top level. */
export function declaresRequire({ body }: Program): boolean {
  return body.some((statement) => {
    switch (statement.type) {
      case 'VariableDeclaration':
        return statement.declarations.some(({ id }) => boundNames(id).includes('require'));
      case 'FunctionDeclaration':
      case 'ClassDeclaration':
        return statement.id?.name === 'require';
      default:
        return false;
    }
  });
}
